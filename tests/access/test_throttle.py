"""Guessing passwords: stopped soon, without giving anybody a way to lock somebody else out."""

import asyncio
from datetime import timedelta

import pytest

from service.access import throttle
from service.access.throttle import PER_ACCOUNT, PER_ACCOUNT_AND_ADDRESS, PER_ADDRESS
from service.errors import TooManyAttempts
from tables.accounts import LoginAttempt
from tests.factories import NOW

GRACE = "grace@example.org"

pytestmark = pytest.mark.usefixtures("database")


async def fail(email: str = GRACE, address: str = "192.0.2.1", *, times: int = 1) -> None:
    for _ in range(times):
        await throttle.begin_attempt(email, address, now=NOW)


async def test_a_stranger_is_stopped_after_five_failures() -> None:
    await fail(times=PER_ACCOUNT_AND_ADDRESS.failures)
    with pytest.raises(TooManyAttempts) as refusal:
        await fail()
    assert refusal.value.retry_after_seconds == PER_ACCOUNT_AND_ADDRESS.within.total_seconds()


async def test_the_owner_at_another_address_is_not_stopped_by_a_stranger() -> None:
    await fail(times=PER_ACCOUNT_AND_ADDRESS.failures)
    await fail(address="198.51.100.7")


async def test_a_refused_try_does_not_make_the_wait_longer() -> None:
    await fail(times=PER_ACCOUNT_AND_ADDRESS.failures)
    for _ in range(3):
        with pytest.raises(TooManyAttempts):
            await fail()
    later = NOW + PER_ACCOUNT_AND_ADDRESS.within + timedelta(seconds=1)
    await throttle.begin_attempt(GRACE, "192.0.2.1", now=later)


async def test_one_address_that_tries_many_accounts_is_stopped() -> None:
    for number in range(PER_ADDRESS.failures):
        await fail(f"person{number}@example.org")
    with pytest.raises(TooManyAttempts):
        await fail("another@example.org")


async def test_many_addresses_that_try_one_account_are_stopped_but_not_where_its_owner_was() -> None:
    home = "203.0.113.5"
    await throttle.succeeded(await throttle.begin_attempt(GRACE, home, now=NOW - timedelta(days=3)))
    for number in range(PER_ACCOUNT.failures):
        await fail(address=f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts):
        await fail(address="198.51.100.7")
    await fail(address=home)


async def test_an_ipv6_network_is_one_address() -> None:
    for number in range(PER_ACCOUNT_AND_ADDRESS.failures):
        await fail(address=f"2001:db8:1:2::{number:x}")
    with pytest.raises(TooManyAttempts):
        await fail(address="2001:db8:1:2:ffff::1")
    await fail(address="2001:db8:1:3::1")


async def test_tries_at_once_are_no_way_around_the_limit() -> None:
    tries = [asyncio.create_task(fail()) for _ in range(12)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert results.count(None) == PER_ACCOUNT_AND_ADDRESS.failures


async def test_old_attempts_are_forgotten() -> None:
    await fail(times=2)
    await throttle.forget_attempts(now=NOW + throttle.KNOWN_FOR + timedelta(seconds=1))
    assert await LoginAttempt.count() == 0


async def test_neither_address_is_stored_as_it_is() -> None:
    await fail()
    row = await LoginAttempt.select().first()
    assert row is not None
    assert "grace" not in str(row)
    assert "192.0.2.1" not in str(row)

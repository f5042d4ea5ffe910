"""Signing in, while other things happen."""

import asyncio

import pytest

from service.access.accounts import UserChange, change_user
from service.access.actor import SYSTEM
from service.access.signing_in import sign_in
from service.access.throttle import PER_ACCOUNT_AND_ADDRESS
from service.errors import Unauthenticated
from tables.accounts import LoginAttempt, Token
from tests.factories import NOW, PASSWORD, an_admin

pytestmark = pytest.mark.usefixtures("database")

GRACE = "grace@example.org"


async def test_signing_in_often_is_no_failure() -> None:
    await an_admin(GRACE)
    for _ in range(PER_ACCOUNT_AND_ADDRESS.failures + 1):
        assert (await sign_in(GRACE, PASSWORD, address="192.0.2.1", now=NOW)).token


async def test_an_account_that_is_disabled_while_its_password_is_checked_gets_no_token() -> None:
    await an_admin()
    grace = await an_admin(GRACE)
    signing_in = asyncio.create_task(sign_in(GRACE, PASSWORD, address="192.0.2.1", now=NOW))
    while not await LoginAttempt.count():
        await asyncio.sleep(0)
    # The password is being looked at now, which takes longer than this.
    await change_user(grace.id, UserChange(disabled=True), actor=SYSTEM, now=NOW)
    with pytest.raises(Unauthenticated):
        await signing_in
    assert await Token.count() == 0

"""Tokens: who they stand for, how long, and what ends them."""

from datetime import timedelta

import pytest

from service.access import tokens
from service.access.accounts import UserChange, change_user
from service.access.actor import SYSTEM
from service.errors import Unauthenticated
from tables.accounts import Token
from tests.factories import NOW, a_facility, a_scheduler, an_admin

pytestmark = pytest.mark.usefixtures("database")


async def test_a_token_stands_for_its_user_as_they_are_now() -> None:
    first, second = await a_facility(), await a_facility()
    user = await a_scheduler(first)
    issued = await tokens.issue(user.id, now=NOW)
    assert (await tokens.bearer(issued.token, now=NOW)).facility_ids == {first.id}
    await change_user(user.id, UserChange(facility_ids=[second.id]), actor=SYSTEM, now=NOW)
    assert (await tokens.bearer(issued.token, now=NOW)).facility_ids == {second.id}


async def test_a_made_up_token_stands_for_nobody() -> None:
    with pytest.raises(Unauthenticated):
        await tokens.bearer("made up", now=NOW)


async def test_an_idle_token_ends_after_two_hours_and_a_used_one_after_twelve() -> None:
    user = await an_admin()
    idle = await tokens.issue(user.id, now=NOW)
    used = await tokens.issue(user.id, now=NOW)
    for hours in range(1, 12):
        await tokens.bearer(used.token, now=NOW + timedelta(hours=hours))
    with pytest.raises(Unauthenticated):
        await tokens.bearer(idle.token, now=NOW + timedelta(hours=2))
    with pytest.raises(Unauthenticated):
        await tokens.bearer(used.token, now=NOW + timedelta(hours=12))


async def test_use_is_written_once_a_minute_at_most() -> None:
    issued = await tokens.issue((await an_admin()).id, now=NOW)

    async def noted_after(seconds: int) -> int:
        await tokens.bearer(issued.token, now=NOW + timedelta(seconds=seconds))
        row = await Token.select(Token.used_at).first()
        assert row is not None
        return int((row["used_at"] - NOW).total_seconds())

    assert [await noted_after(seconds) for seconds in (30, 59, 60, 90)] == [0, 0, 60, 60]


async def test_signing_out_ends_one_token_only() -> None:
    user = await an_admin()
    one, other = await tokens.issue(user.id, now=NOW), await tokens.issue(user.id, now=NOW)
    await tokens.revoke(one.token, now=NOW)
    with pytest.raises(Unauthenticated):
        await tokens.bearer(one.token, now=NOW)
    assert (await tokens.bearer(other.token, now=NOW)).id == user.id


@pytest.mark.parametrize(
    "change",
    [UserChange(disabled=True), UserChange(role="admin"), UserChange(password="eleven grey geese fly")],
    ids=["disabled", "role", "password"],
)
async def test_a_change_of_standing_role_or_password_ends_all_tokens(change: UserChange) -> None:
    user = await a_scheduler(await a_facility())
    issued = await tokens.issue(user.id, now=NOW)
    await change_user(user.id, change, actor=SYSTEM, now=NOW)
    with pytest.raises(Unauthenticated):
        await tokens.bearer(issued.token, now=NOW)


async def test_a_disabled_user_has_no_use_for_a_token_however_they_came_by_it() -> None:
    user = await a_scheduler(await a_facility())
    await change_user(user.id, UserChange(disabled=True), actor=SYSTEM, now=NOW)
    issued = await tokens.issue(user.id, now=NOW)
    with pytest.raises(Unauthenticated):
        await tokens.bearer(issued.token, now=NOW)


async def test_a_change_of_name_does_not_sign_out() -> None:
    user = await an_admin()
    issued = await tokens.issue(user.id, now=NOW)
    await change_user(user.id, UserChange(name="Grace N."), actor=SYSTEM, now=NOW)
    assert (await tokens.bearer(issued.token, now=NOW)).id == user.id


async def test_a_copy_of_the_table_holds_no_token() -> None:
    issued = await tokens.issue((await an_admin()).id, now=NOW)
    row = await Token.select().first()
    assert row is not None
    assert issued.token.encode() not in row["token_hash"]
    assert len(row["token_hash"]) == 32

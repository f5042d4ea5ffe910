"""Accounts: made by admins, unique, never without an admin, and honest about whom they belong to."""

import asyncio
from uuid import UUID, uuid4

import pytest

from service.access import accounts
from service.access.accounts import NewUser, UserChange, UserFilter, create_user
from service.access.actor import SYSTEM
from service.errors import Conflict, Duplicate, Forbidden, InUse, Invalid, NotFound
from service.messaging.by_hand import NewText, send
from service.paging import Page
from tables.accounts import User
from tables.audit import AuditEntry
from tests.factories import (
    NOW,
    PASSWORD,
    a_child,
    a_facility,
    a_parent,
    a_scheduler,
    acting,
    an_admin,
)

pytestmark = pytest.mark.usefixtures("database")


def somebody(**values: object) -> NewUser:
    usual = {"email": "new@example.org", "password": PASSWORD, "name": "New", "role": "admin"}
    return NewUser(**{**usual, **values})  # type: ignore[arg-type]  # each test gives what it is about


async def test_an_address_is_one_account_however_it_is_written() -> None:
    await create_user(somebody(email="Grace@Example.ORG "), actor=SYSTEM, now=NOW)
    with pytest.raises(Duplicate):
        await create_user(somebody(email="grace@example.org"), actor=SYSTEM, now=NOW)


async def test_two_who_create_one_account_at_once_make_one() -> None:
    tries = [asyncio.create_task(create_user(somebody(), actor=SYSTEM, now=NOW)) for _ in range(4)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, Duplicate) for result in results) == 3
    assert await User.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a b@example.org"}, "email"),
        ({"email": f"{'a' * 250}@example.org"}, "email"),
        ({"email": "\u0130@example.org"}, "email"),
        ({"name": " "}, "name"),
        ({"name": "Gr\x00ace"}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"password": "short"}, "password"),
        ({"role": "scheduler", "facility_ids": [uuid4()]}, "facility_ids"),
        ({"role": "admin", "facility_ids": [uuid4()]}, "facility_ids"),
        ({"role": "parent"}, "guardian_phone"),
        ({"role": "parent", "guardian_phone": "+254700000099"}, "guardian_phone"),
        ({"role": "parent", "guardian_phone": "\x00"}, "guardian_phone"),
        ({"role": "admin", "guardian_phone": "+254700000099"}, "guardian_phone"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_field(values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await create_user(somebody(**values), actor=SYSTEM, now=NOW)
    assert refusal.value.field == field
    assert await User.count() == 0


async def test_only_admins_keep_accounts() -> None:
    scheduler = await a_scheduler(await a_facility())
    with pytest.raises(Forbidden):
        await create_user(somebody(), actor=acting(scheduler), now=NOW)
    with pytest.raises(Forbidden):
        await accounts.list_users(UserFilter(), actor=acting(scheduler), page=Page())
    with pytest.raises(Forbidden):
        await accounts.get_user((await an_admin()).id, actor=acting(scheduler))
    assert (await accounts.get_user(scheduler.id, actor=acting(scheduler))).id == scheduler.id


@pytest.mark.parametrize("change", [UserChange(disabled=True), UserChange(role="scheduler"), None])
async def test_the_last_admin_stays(change: UserChange | None) -> None:
    admin = await an_admin()
    with pytest.raises(Conflict):
        await _change_or_delete(admin.id, change)
    await an_admin()
    await _change_or_delete(admin.id, change)


async def test_two_admins_who_remove_each_other_at_once_leave_one() -> None:
    admins = [await an_admin(), await an_admin()]
    tries = [
        asyncio.create_task(
            accounts.change_user(one.id, UserChange(disabled=True), actor=acting(other), now=NOW)
        )
        for one, other in zip(admins, reversed(admins), strict=True)
    ]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, Conflict) for result in results) == 1


async def test_a_parent_who_becomes_staff_is_no_guardian_any_more() -> None:
    child = await a_child()
    parent = await a_parent(child.guardians[0].phone)
    assert parent.guardian_id == child.guardians[0].id
    changed = await accounts.change_user(
        parent.id, UserChange(role="scheduler", facility_ids=[child.facility_id]), actor=SYSTEM, now=NOW
    )
    assert (changed.guardian_id, changed.facility_ids) == (None, [child.facility_id])
    admin = await accounts.change_user(parent.id, UserChange(role="admin"), actor=SYSTEM, now=NOW)
    assert admin.facility_ids == []


async def test_an_account_that_wrote_texts_is_disabled_instead_of_deleted() -> None:
    child, admin = await a_child(), await an_admin()
    await an_admin()
    await send(NewText(child.guardians[0].id, "We open at nine."), actor=acting(admin), now=NOW)
    with pytest.raises(InUse):
        await accounts.delete_user(admin.id, actor=SYSTEM, now=NOW)
    disabled = await accounts.change_user(admin.id, UserChange(disabled=True), actor=SYSTEM, now=NOW)
    assert disabled.disabled


async def test_a_deleted_account_is_gone_and_remembered() -> None:
    user = await a_scheduler(await a_facility())
    await accounts.delete_user(user.id, actor=SYSTEM, now=NOW)
    with pytest.raises(NotFound):
        await accounts.get_user(user.id, actor=SYSTEM)
    entries = await AuditEntry.select(AuditEntry.action).where(AuditEntry.subject_id == user.id)
    assert {entry["action"] for entry in entries} == {"create", "delete"}


async def test_the_audit_trail_says_that_a_password_changed_and_never_what_it_is() -> None:
    user = await an_admin()
    new = "eleven grey geese fly"
    await accounts.change_user(user.id, UserChange(password=new, name="Grace N."), actor=SYSTEM, now=NOW)
    entries = str(await AuditEntry.select())
    assert "changed" in entries
    assert "Grace N." in entries
    assert new not in entries
    assert "argon2" not in entries


async def test_lists_filter_and_page() -> None:
    facility = await a_facility()
    admin, scheduler = await an_admin("a@example.org"), await a_scheduler(facility)
    await accounts.change_user(scheduler.id, UserChange(disabled=True), actor=SYSTEM, now=NOW)

    async def found(filter_: UserFilter, page: Page = Page()) -> list[str]:  # noqa: B008 - a value
        return [user.email for user in (await accounts.list_users(filter_, actor=SYSTEM, page=page)).items]

    assert await found(UserFilter()) == [admin.email, scheduler.email]
    assert await found(UserFilter(), Page(1, 1)) == [scheduler.email]
    assert await found(UserFilter(role="admin")) == [admin.email]
    assert await found(UserFilter(disabled=True)) == [scheduler.email]
    assert await found(UserFilter(facility_id=facility.id)) == [scheduler.email]


async def _change_or_delete(user_id: UUID, change: UserChange | None) -> None:
    if change is None:
        await accounts.delete_user(user_id, actor=SYSTEM, now=NOW)
    else:
        await accounts.change_user(user_id, change, actor=SYSTEM, now=NOW)

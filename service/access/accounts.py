"""The accounts of people with a password: made, changed, disabled and deleted by admins.

A change of role, password or standing ends the account's tokens in the same commit. There is always one
admin who can sign in: the last one is neither demoted nor disabled nor deleted.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from msgspec import UNSET, Meta, UnsetType

from service.access import audit, emails, passwords, tokens
from service.access.actor import Actor, Role
from service.access.scope import Condition, given, require_admin
from service.conflicts import no_duplicate, not_in_use
from service.database import sql, unit_of_work
from service.errors import Conflict, Invalid, NotFound
from service.paging import Page, Paged, paged
from service.plain_words import one_line
from service.unset import either
from tables.accounts import FacilityMember, Token, User
from tables.audit import AuditEntry
from tables.people import Guardian
from tables.places import Facility

LONGEST_NAME = 80
E164 = re.compile(r"\+[1-9][0-9]{6,14}")

Password = Annotated[str, Meta(description="15 to 128 characters: a few words do well.")]
FacilityIds = Annotated[
    list[UUID], Meta(description="The facilities that a scheduler works for.", max_length=1000)
]
GuardianPhone = Annotated[str | None, Meta(description="A parent's own number in E.164, as registered.")]


class NewUser(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is to have an account."""

    email: str
    password: Password
    name: str
    role: Role
    facility_ids: FacilityIds = []
    guardian_phone: GuardianPhone = None


class UserChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different; fields left out stay as they are."""

    email: str | UnsetType = UNSET
    password: Password | UnsetType = UNSET
    name: str | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    facility_ids: FacilityIds | UnsetType = UNSET
    guardian_phone: GuardianPhone | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET


class UserFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which users to list."""

    role: Role | None = None
    facility_id: UUID | None = None
    disabled: bool | None = None


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    """An account as admins see it."""

    id: UUID
    email: str
    name: str
    role: Role
    facility_ids: list[UUID]
    guardian_id: UUID | None
    disabled: bool
    created_at: datetime


async def create_user(new: NewUser, *, actor: Actor, now: datetime) -> UserView:
    """Make an account.

    Raises:
        Forbidden: the actor is no admin.
        Invalid: the address, name, password, facilities or guardian cannot be accepted.
        Duplicate: there is an account with this e-mail address.
    """
    require_admin(actor)
    email = emails.check(new.email)
    name = one_line(new.name, field="name", longest=LONGEST_NAME)
    passwords.check(new.password, email=email, name=name)
    password_hash = await passwords.hashed(new.password)
    with no_duplicate("There is an account with this e-mail address."):
        async with unit_of_work():
            user = User(
                id=uuid4(),
                email=email,
                name=name,
                password_hash=password_hash,
                role=new.role,
                guardian=await _guardian_of(new.role, new.guardian_phone, current=None),
                disabled_at=None,
                created_at=now,
            )
            await User.insert(user)
            await _set_facilities(user.id, new.role, new.facility_ids)
            view = await _view(user.id)
            await audit.record(
                audit.entry(actor, "create", "users", view.id, now=now, after=msgspec.to_builtins(view))
            )
    return view


async def change_user(user_id: UUID, change: UserChange, *, actor: Actor, now: datetime) -> UserView:
    """Change an account. A new role, password or standing signs it out everywhere.

    Raises:
        NotFound: there is no such user.
        Forbidden, Invalid, Duplicate: as for create_user.
        Conflict: the last admin would be gone.
    """
    require_admin(actor)
    new_hash = await _new_hash(change, await _view(user_id))
    with no_duplicate("There is an account with this e-mail address."):
        async with unit_of_work():
            await _one_change_at_a_time()
            before = await _view(user_id)
            role = either(change.role, before.role)
            await _keep_an_admin(before, stays=role == "admin" and change.disabled is not True)
            await _set_columns(change, before, role, new_hash, now=now)
            await _set_facilities(user_id, role, _facilities_after(change, before, role))
            after = await _view(user_id)
            if new_hash or (before.role, before.disabled) != (after.role, after.disabled):
                await tokens.revoke_all(user_id, now=now)
            await audit.record(_entry_of_change(actor, before, after, new_hash, now=now))
    return after


async def delete_user(user_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Delete an account and its tokens. The audit trail keeps what it did.

    Raises:
        NotFound: there is no such user.
        InUse: texts or handoffs name it; disable it instead.
        Conflict: the last admin would be gone.
    """
    require_admin(actor)
    with not_in_use("Texts or handoffs name this user. Disable the account instead."):
        async with unit_of_work():
            await _one_change_at_a_time()
            before = await _view(user_id)
            await _keep_an_admin(before, stays=False)
            await Token.delete().where(Token.user == user_id)
            await FacilityMember.delete().where(FacilityMember.user == user_id)
            await User.delete().where(User.id == user_id)
            await audit.record(
                audit.entry(actor, "delete", "users", user_id, now=now, before=msgspec.to_builtins(before))
            )


async def get_user(user_id: UUID, *, actor: Actor) -> UserView:
    """One account; everybody may read their own.

    Raises:
        NotFound: there is no such user.
    """
    if actor.id != user_id:
        require_admin(actor)
    return await _view(user_id)


async def list_users(filter_: UserFilter, *, actor: Actor, page: Page) -> Paged[UserView]:
    """The accounts, by e-mail address."""
    require_admin(actor)
    by_standing = {None: None, True: User.disabled_at.is_not_null(), False: User.disabled_at.is_null()}
    conditions = given(
        None if filter_.role is None else User.role == filter_.role,
        by_standing[filter_.disabled],
        None if filter_.facility_id is None else _works_for(filter_.facility_id),
    )
    total = await User.count().where(*conditions)
    rows = await (
        User.select(*COLUMNS).where(*conditions).order_by(User.email).limit(page.limit).offset(page.offset)
    )
    return paged(await _views(rows), total, page)


# Any number that no other advisory lock of Doseline uses.
ACCOUNTS_LOCK = 7_236_111
COLUMNS = (User.id, User.email, User.name, User.role, User.guardian, User.disabled_at, User.created_at)


async def _one_change_at_a_time() -> None:
    """Changes of accounts are rare, and "the last admin" is a rule about all of them together."""
    await sql("SELECT pg_advisory_xact_lock($1)", ACCOUNTS_LOCK)


async def _keep_an_admin(before: UserView, *, stays: bool) -> None:
    if stays or before.role != "admin" or before.disabled:
        return
    others = User.exists().where(User.role == "admin", User.disabled_at.is_null(), User.id != before.id)
    if not await others:
        raise Conflict("This is the last admin who can sign in.")


async def _new_hash(change: UserChange, before: UserView) -> str | None:
    """Hashed before the transaction, which would otherwise keep a connection waiting for the work."""
    if change.password is UNSET:
        return None
    email, name = either(change.email, before.email), either(change.name, before.name)
    passwords.check(change.password, email=email, name=name)
    return await passwords.hashed(change.password)


async def _set_columns(
    change: UserChange, before: UserView, role: Role, new_hash: str | None, *, now: datetime
) -> None:
    phone = either(change.guardian_phone, None)
    values: dict[Any, Any] = {
        User.role: role,
        User.guardian: await _guardian_of(role, phone, current=before.guardian_id),
    }
    if change.email is not UNSET:
        values[User.email] = emails.check(change.email)
    if change.name is not UNSET:
        values[User.name] = one_line(change.name, field="name", longest=LONGEST_NAME)
    if change.disabled is not UNSET and change.disabled != before.disabled:
        values[User.disabled_at] = now if change.disabled else None
    if new_hash:
        values[User.password_hash] = new_hash
    await User.update(values).where(User.id == before.id)


async def _guardian_of(role: Role, phone: str | None, *, current: UUID | None) -> UUID | None:
    """The guardian that a parent's account belongs to: the registered one with this number."""
    if role != "parent":
        if phone is not None:
            raise Invalid("guardian_phone", "is for parents only")
        return None
    if phone is None and current is not None:
        return current
    written = phone is not None and E164.fullmatch(phone)
    found = await Guardian.select(Guardian.id).where(Guardian.phone == phone).first() if written else None
    if found is None:
        raise Invalid("guardian_phone", "a parent's account needs the number of a registered guardian")
    guardian_id: UUID = found["id"]
    return guardian_id


def _facilities_after(change: UserChange, before: UserView, role: Role) -> list[UUID]:
    if change.facility_ids is not UNSET:
        return change.facility_ids
    return before.facility_ids if role == "scheduler" else []


async def _set_facilities(user_id: UUID, role: Role, facility_ids: Iterable[UUID]) -> None:
    wanted = set(facility_ids)
    if wanted and role != "scheduler":
        raise Invalid("facility_ids", "are for schedulers only")
    if wanted and await Facility.count().where(Facility.id.is_in(list(wanted))) != len(wanted):
        raise Invalid("facility_ids", "there is no such facility")
    await FacilityMember.delete().where(FacilityMember.user == user_id)
    if wanted:
        await FacilityMember.insert(*(FacilityMember(user=user_id, facility=id_) for id_ in sorted(wanted)))


def _entry_of_change(
    actor: Actor, before: UserView, after: UserView, new_hash: str | None, *, now: datetime
) -> AuditEntry:
    old, new = audit.differences(msgspec.to_builtins(before), msgspec.to_builtins(after))
    if new_hash:
        new |= {"password": "changed"}
    return audit.entry(actor, "update", "users", after.id, now=now, before=old, after=new)


def _works_for(facility_id: UUID) -> Condition:
    members = FacilityMember.select(FacilityMember.user).where(FacilityMember.facility == facility_id)
    return User.id.is_in(members)


async def _view(user_id: UUID) -> UserView:
    views = await _views(await User.select(*COLUMNS).where(User.id == user_id))
    if not views:
        raise NotFound("There is no such user.")
    return views[0]


async def _views(rows: Iterable[Mapping[str, Any]]) -> list[UserView]:
    rows = list(rows)
    facilities: dict[UUID, list[UUID]] = {row["id"]: [] for row in rows}
    if rows:
        members = FacilityMember.select(FacilityMember.user, FacilityMember.facility)
        for member in await members.where(FacilityMember.user.is_in(list(facilities))):
            facilities[member["user"]].append(member["facility"])
    return [_as_view(row, sorted(facilities[row["id"]])) for row in rows]


def _as_view(row: Mapping[str, Any], facility_ids: list[UUID]) -> UserView:
    return UserView(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        role=row["role"],
        facility_ids=facility_ids,
        guardian_id=row["guardian"],
        disabled=row["disabled_at"] is not None,
        created_at=row["created_at"],
    )

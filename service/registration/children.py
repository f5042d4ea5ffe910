"""Children: registered at a facility together with the adults who answer for them.

Staff of the facility keep them; parents read their own.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Meta, UnsetType
from piccolo.query import Select

from conversations.joining.births import OLDEST_YEARS, plausible
from service.access import audit
from service.access.actor import Actor
from service.access.scope import children_in_scope, given, require_facility, require_staff
from service.conflicts import not_in_use
from service.database import unit_of_work
from service.errors import Duplicate, InUse, Invalid, NotFound
from service.paging import Page, Paged, paged
from service.plain_words import one_line
from service.registration import families
from service.registration.families import NewGuardian, Relationship
from service.registration.guardians import kept_elsewhere
from service.unset import either
from service.vaccination.forecasts import renew
from tables.appointments import ACTIVE, Appointment
from tables.people import Child, Guardianship
from tables.places import Facility
from tables.registrations import RegistrationClaim
from tables.vaccines import Forecast

LONGEST_NAME = 60

Sex = Literal["female", "male", "unknown"]
FirstName = Annotated[str, Meta(examples=["Zuri"])]
Guardians = Annotated[list[NewGuardian], Meta(min_length=1, max_length=6)]
DateOfBirth = Annotated[date, Meta(examples=["2026-09-01"])]


class NewChild(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A child to be registered."""

    facility_id: UUID
    first_name: FirstName
    last_name: str = ""
    date_of_birth: DateOfBirth
    sex: Sex = "unknown"
    guardians: Guardians


class ChildChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different; fields left out stay as they are. `guardians` replaces all of them."""

    facility_id: UUID | UnsetType = UNSET
    first_name: FirstName | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    date_of_birth: DateOfBirth | UnsetType = UNSET
    sex: Sex | UnsetType = UNSET
    guardians: Guardians | UnsetType = UNSET


class ChildFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which children to list. No names: what is asked for stands in URLs."""

    facility_id: UUID | None = None
    guardian_id: UUID | None = None
    born_from: date | None = None
    born_until: date | None = None


class GuardianOfChild(msgspec.Struct, frozen=True, kw_only=True):
    """An adult who answers for the child; name and language are None where another facility keeps them."""

    id: UUID
    phone: str
    name: str | None
    language: str | None
    relationship: Relationship
    consented: bool


class ChildView(msgspec.Struct, frozen=True, kw_only=True):
    """A child as staff see it. A parent sees no other adult than themselves."""

    id: UUID
    facility_id: UUID
    facility_name: str
    first_name: str
    last_name: str
    date_of_birth: date
    sex: Sex
    guardians: list[GuardianOfChild]
    created_at: datetime


class _Place(msgspec.Struct, frozen=True):
    """What a facility says about the families that are registered there."""

    id: UUID
    zone: str
    country: str
    language: str


async def register_child(new: NewChild, *, actor: Actor, now: datetime) -> ChildView:
    """Register a child, and its guardians where their phones are not known yet.

    Raises:
        NotFound: the facility is not one of the actor's.
        Forbidden: the actor is no staff.
        Invalid: a value cannot be accepted.
        Duplicate: the facility has a child of this name, day of birth and guardian.
    """
    place = await _place(new.facility_id, actor)
    _check_birth(new.date_of_birth, place, now)
    row, adults, child_id = _checked(new, place), _adults(new.guardians, place), uuid4()
    async with unit_of_work():
        guardians = await families.find_or_create(adults, actor=actor, now=now)
        await _refuse_duplicate(row, guardians)
        await Child.insert(Child(id=child_id, created_at=now, **row))
        await families.link(child_id, guardians)
        await renew([child_id], now=now)
        after = await get_child(child_id, actor=actor)
        await audit.record(audit.entry(actor, "create", "child", child_id, now=now, after=_recorded(after)))
    return after


async def change_child(child_id: UUID, change: ChildChange, *, actor: Actor, now: datetime) -> ChildView:
    """Correct what is stored about a child, move it to another facility, or replace its guardians.

    Raises:
        NotFound: there is no such child or facility, or it is not the actor's.
        Forbidden: the actor is no staff.
        Invalid: a value cannot be accepted.
        InUse: the child has appointments to come at the facility that it would leave.
    """
    require_staff(actor)
    async with unit_of_work():
        await Child.select(Child.id).where(Child.id == child_id).lock_rows()
        before = await get_child(child_id, actor=actor)
        place = await _place(either(change.facility_id, before.facility_id), actor)
        if place.id != before.facility_id:
            await _refuse_with_appointments(child_id)
        if change.date_of_birth is not UNSET:
            _check_birth(change.date_of_birth, place, now)
        await Child.update(_checked(_merged(change, before), place)).where(Child.id == child_id)
        if change.guardians is not UNSET:
            adults = _adults(change.guardians, place)
            await families.link(child_id, await families.find_or_create(adults, actor=actor, now=now))
        await renew([child_id], now=now)
        after = await get_child(child_id, actor=actor)
        old, new = audit.differences(_recorded(before), _recorded(after))
        await audit.record(audit.entry(actor, "update", "child", child_id, now=now, before=old, after=new))
    return after


async def remove_child(child_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Remove a child that was registered by mistake, with the links to its guardians.

    Raises:
        NotFound: there is no such child, or it is not the actor's.
        Forbidden: the actor is no staff.
        InUse: there are appointments, if only cancelled ones, or doses given: they are its history.
    """
    require_staff(actor)
    with not_in_use("The child has appointments or immunizations, which are kept."):
        async with unit_of_work():
            await Child.select(Child.id).where(Child.id == child_id).lock_rows()
            before = await get_child(child_id, actor=actor)
            await Guardianship.delete().where(Guardianship.child == child_id)
            await RegistrationClaim.update({RegistrationClaim.child: None}).where(
                RegistrationClaim.child == child_id
            )
            await Forecast.delete().where(Forecast.child == child_id)
            await Child.delete().where(Child.id == child_id)
            await audit.record(
                audit.entry(actor, "delete", "child", child_id, now=now, before=_recorded(before))
            )


async def get_child(child_id: UUID, *, actor: Actor) -> ChildView:
    """One child.

    Raises:
        NotFound: there is none, or it is not the actor's.
    """
    rows = await Child.select(*COLUMNS).where(*given(Child.id == child_id, children_in_scope(actor)))
    if not rows:
        raise NotFound("There is no such child.")
    return (await _views(rows, actor))[0]


async def list_children(filter_: ChildFilter, *, actor: Actor, page: Page) -> Paged[ChildView]:
    """The children that the actor may see, by name."""
    conditions = given(
        children_in_scope(actor),
        None if filter_.facility_id is None else Child.facility == filter_.facility_id,
        None if filter_.guardian_id is None else Child.id.is_in(_with(filter_.guardian_id)),
        None if filter_.born_from is None else Child.date_of_birth >= filter_.born_from,
        None if filter_.born_until is None else Child.date_of_birth <= filter_.born_until,
    )
    total = await Child.count().where(*conditions)
    rows = await (
        Child.select(*COLUMNS)
        .where(*conditions)
        .order_by(Child.last_name, Child.first_name, Child.id)
        .limit(page.limit)
        .offset(page.offset)
    )
    return paged(await _views(rows, actor), total, page)


COLUMNS = (
    Child.id,
    Child.facility.as_alias("facility_id"),
    Child.facility.name.as_alias("facility_name"),
    Child.first_name,
    Child.last_name,
    Child.date_of_birth,
    Child.sex,
    Child.created_at,
)


async def _place(facility_id: UUID, actor: Actor) -> _Place:
    require_facility(actor, facility_id)
    row = await (
        Facility.select(Facility.id, Facility.zone, Facility.country, Facility.language)
        .where(Facility.id == facility_id)
        .first()
    )
    if row is None:
        raise NotFound("There is no such facility.")
    return msgspec.convert(row, _Place)


class _Particulars(msgspec.Struct, frozen=True):
    first_name: str
    last_name: str
    date_of_birth: date
    sex: Sex


def _merged(change: ChildChange, before: ChildView) -> _Particulars:
    return _Particulars(
        first_name=either(change.first_name, before.first_name),
        last_name=either(change.last_name, before.last_name),
        date_of_birth=either(change.date_of_birth, before.date_of_birth),
        sex=either(change.sex, before.sex),
    )


def _check_birth(born: date, place: _Place, now: datetime) -> None:
    today = now.astimezone(ZoneInfo(place.zone)).date()
    if born > today:
        raise Invalid("date_of_birth", "lies in the future")
    if not plausible(born, today):
        raise Invalid("date_of_birth", f"lies more than {OLDEST_YEARS} years back")


def _checked(child: NewChild | _Particulars, place: _Place) -> dict[Any, Any]:
    """The columns of a child whose values make sense."""
    return {
        "facility": place.id,
        "first_name": one_line(child.first_name, field="first_name", longest=LONGEST_NAME),
        "last_name": one_line(child.last_name, field="last_name", longest=LONGEST_NAME, may_be_empty=True),
        "date_of_birth": child.date_of_birth,
        "sex": child.sex,
    }


def _adults(typed: list[NewGuardian], place: _Place) -> list[families.Adult]:
    return families.checked(typed, country=place.country, language=place.language)


async def _refuse_duplicate(row: Mapping[str, Any], guardian_ids: Iterable[UUID]) -> None:
    """A form sent twice is one child. Only this facility's children are looked at: others are not told of."""
    same = (
        Child.select(Child.first_name)
        .where(Child.facility == row["facility"], Child.date_of_birth == row["date_of_birth"])
        .where(Child.id.is_in(_with(*guardian_ids)))
    )
    if row["first_name"].casefold() in {other["first_name"].casefold() for other in await same}:
        raise Duplicate("This facility has a child of this name, day of birth and guardian.")


async def _refuse_with_appointments(child_id: UUID) -> None:
    if await Appointment.exists().where(
        Appointment.child == child_id, Appointment.status.is_in(list(ACTIVE))
    ):
        raise InUse("The child has appointments at its facility. Cancel them first.")


def _with(*guardian_ids: UUID) -> Select[Any]:
    """The children of these guardians, for a subquery."""
    return Guardianship.select(Guardianship.child).where(Guardianship.guardian.is_in(list(guardian_ids)))


def _recorded(child: ChildView) -> dict[str, Any]:
    """What the audit trail keeps: guardians by id, so that it holds no copy of their phones."""
    values: dict[str, Any] = msgspec.to_builtins(child)
    del values["id"], values["facility_name"], values["created_at"]
    return values | {"guardians": {str(guardian.id): guardian.relationship for guardian in child.guardians}}


async def _views(rows: Iterable[Mapping[str, Any]], actor: Actor) -> list[ChildView]:
    rows = list(rows)
    guardians = await _guardians_of([row["id"] for row in rows], actor) if rows else {}
    return [msgspec.convert({**row, "guardians": guardians[row["id"]]}, ChildView) for row in rows]


async def _guardians_of(child_ids: list[UUID], actor: Actor) -> dict[UUID, list[GuardianOfChild]]:
    link = Guardianship.guardian
    query = Guardianship.select(
        Guardianship.child, link.as_alias("id"), link.phone, link.name, link.language, link.consented_at,
        Guardianship.relationship,
    )  # fmt: skip
    own = Guardianship.guardian == actor.guardian_id if actor.role == "parent" else None
    rows = await query.where(*given(Guardianship.child.is_in(child_ids), own)).order_by(
        link.created_at, link.id
    )
    elsewhere = await kept_elsewhere({row["id"] for row in rows}, actor)
    found: dict[UUID, list[GuardianOfChild]] = {child_id: [] for child_id in child_ids}
    for row in rows:
        found[row["child"]].append(_as_guardian(row, hidden=row["id"] in elsewhere))
    return found


def _as_guardian(row: Mapping[str, Any], *, hidden: bool) -> GuardianOfChild:
    return GuardianOfChild(
        id=row["id"],
        phone=row["guardian.phone"],
        name=None if hidden else row["guardian.name"],
        language=None if hidden else row["guardian.language"],
        relationship=row["relationship"],
        consented=row["guardian.consented_at"] is not None,
    )

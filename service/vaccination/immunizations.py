"""Doses that were given: recorded as they were given, never refused for being invalid.

A dose too early or too close to another one is a fact like any other; what it counts for is worked out by the
engine and told with it, with the reason.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import msgspec
from msgspec import UNSET, Meta, UnsetType

from service.access import audit
from service.access.actor import Actor
from service.access.scope import require_facility, require_staff
from service.database import sql, unit_of_work
from service.errors import Duplicate, Invalid, NotFound
from service.forecasting import DoseGiven, EvaluatedDose, assess
from service.paging import Page, Paged, paged
from service.plain_words import one_line
from service.unset import either
from service.vaccination.forecasts import renew
from service.vaccination.in_force import schedules_for
from service.vaccination.records import DOSES_IN_ORDER, Record, lock_child, record_of

CODE = re.compile(r"[0-9]{2,3}|X-[A-Z0-9-]{1,20}")

Cvx = Annotated[str, Meta(description="CDC's vaccine code, or the schedule's own one.", examples=["198"])]
Day = Annotated[date, Meta(examples=["2026-01-12"])]
Source = Literal["given_here", "health_card", "registry", "told"]


class NewImmunization(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dose that was given. Where no facility is named, one given here was given at the child's own."""

    cvx: Cvx
    given_on: Day
    mvx: str = ""
    lot: str = ""
    lot_expires: Day | None = None
    site: str = ""
    spoilt: bool = False
    facility_id: UUID | None = None
    source: Source = "given_here"


class ImmunizationChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different; fields left out stay as they are."""

    cvx: Cvx | UnsetType = UNSET
    given_on: Day | UnsetType = UNSET
    mvx: str | UnsetType = UNSET
    lot: str | UnsetType = UNSET
    lot_expires: Day | UnsetType | None = UNSET
    site: str | UnsetType = UNSET
    spoilt: bool | UnsetType = UNSET
    facility_id: UUID | UnsetType | None = UNSET
    source: Source | UnsetType = UNSET


class GroupEvaluation(msgspec.Struct, frozen=True):
    """What a dose counts for in one vaccine group."""

    vaccine_group: str
    status: str
    reason: str
    dose: str


class Evaluation(msgspec.Struct, frozen=True):
    """What a dose counts for: the best of its vaccine groups, and each of them."""

    status: str
    reason: str
    groups: list[GroupEvaluation]


class ImmunizationView(msgspec.Struct, frozen=True, kw_only=True):
    """A dose that was given, and what it counts for; `evaluation` is null where no schedule is in force."""

    id: UUID
    child_id: UUID
    cvx: str
    vaccine: str
    given_on: date
    mvx: str
    lot: str
    lot_expires: date | None
    site: str
    spoilt: bool
    facility_id: UUID | None
    appointment_id: UUID | None
    source: Source
    recorded_by: UUID | None
    recorded_at: datetime
    evaluation: Evaluation | None = None


COLUMNS = """
    i.id, i.child AS child_id, i.vaccine AS cvx, v.name AS vaccine, i.given_on, i.mvx, i.lot, i.lot_expires,
    i.site, i.spoilt, i.facility AS facility_id, i.appointment AS appointment_id, i.source, i.recorded_by,
    i.recorded_at
"""


async def record_dose(
    child_id: UUID, new: NewImmunization, *, actor: Actor, now: datetime
) -> ImmunizationView:
    """Record a dose, and work out anew what the child needs.

    Raises:
        NotFound: there is no such child or facility, or it is not the actor's.
        Forbidden: the actor is no staff.
        Invalid: a value cannot be true: a day to come, or before birth.
        Duplicate: the same dose is recorded already.
    """
    async with unit_of_work():
        (immunization_id,) = await record_doses(child_id, [new], actor=actor, now=now)
        return await get_dose(child_id, immunization_id, actor=actor, now=now)


async def record_doses(
    child_id: UUID,
    several: Sequence[NewImmunization],
    *,
    actor: Actor,
    now: datetime,
    appointment_id: UUID | None = None,
) -> list[UUID]:
    """Record doses, and work out once what the child needs then.

    Args:
        appointment_id: The visit at which they were given.

    Raises:
        NotFound, Forbidden, Invalid, Duplicate: as for one.
    """
    require_staff(actor)
    async with unit_of_work():
        await lock_child(child_id, actor=actor)
        record = await record_of(child_id, actor=actor, now=now)
        ids = [await _record(new, record, appointment_id, actor, now) for new in several]
        await renew([child_id], now=now)
    return ids


async def change_dose(
    child_id: UUID, immunization_id: UUID, change: ImmunizationChange, *, actor: Actor, now: datetime
) -> ImmunizationView:
    """Correct what is recorded of a dose.

    Raises:
        NotFound, Forbidden, Invalid, Duplicate: as for recording.
    """
    require_staff(actor)
    async with unit_of_work():
        await lock_child(child_id, actor=actor)
        before = await get_dose(child_id, immunization_id, actor=actor, now=now)
        record = await record_of(child_id, actor=actor, now=now)
        row = _checked(_merged(change, before), record)
        if row["facility"] not in {before.facility_id, record.facility_id, None}:
            await _require_facility(actor, row["facility"])
        await _refuse_duplicate(child_id, row, immunization_id)
        await _know_vaccine(row["vaccine"])
        await sql(
            """UPDATE immunization SET vaccine = $2, given_on = $3, mvx = $4, lot = $5, lot_expires = $6,
                   site = $7, spoilt = $8, facility = $9, source = $10 WHERE id = $1""",
            immunization_id,
            *row.values(),
        )
        old, new = audit.differences(_kept(before), row)
        entry = audit.entry(actor, "update", "immunization", immunization_id, now=now, before=old, after=new)
        await audit.record(entry)
        await renew([child_id], now=now)
        return await get_dose(child_id, immunization_id, actor=actor, now=now)


async def remove_dose(child_id: UUID, immunization_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take back a dose that was recorded by mistake; the audit trail keeps it.

    Raises:
        NotFound: there is none, or it is not the actor's.
        Forbidden: the actor is no staff.
    """
    require_staff(actor)
    async with unit_of_work():
        await lock_child(child_id, actor=actor)
        before = await get_dose(child_id, immunization_id, actor=actor, now=now)
        await sql("DELETE FROM immunization WHERE id = $1", immunization_id)
        entry = audit.entry(actor, "delete", "immunization", immunization_id, now=now, before=_kept(before))
        await audit.record(entry)
        await renew([child_id], now=now)


async def get_dose(child_id: UUID, immunization_id: UUID, *, actor: Actor, now: datetime) -> ImmunizationView:
    """One dose of a child.

    Raises:
        NotFound: there is none, or it is not the actor's.
    """
    every = await history(child_id, actor=actor, now=now)
    found = next((dose for dose in every if dose.id == immunization_id), None)
    if found is None:
        raise NotFound("There is no such immunization.")
    return found


async def list_doses(child_id: UUID, *, actor: Actor, page: Page, now: datetime) -> Paged[ImmunizationView]:
    """The doses of a child, by day.

    Raises:
        NotFound: there is no such child, or it is not the actor's.
    """
    every = await history(child_id, actor=actor, now=now)
    return paged(every[page.offset : page.offset + page.limit], len(every), page)


async def history(child_id: UUID, *, actor: Actor, now: datetime) -> list[ImmunizationView]:
    """All doses of a child, by day, each with what it counts for: that depends on the others.

    Raises:
        NotFound: there is no such child, or it is not the actor's.
    """
    record = await record_of(child_id, actor=actor, now=now)
    # Those doses are assessed that are told of: another may be recorded since the child was read.
    rows = await sql(
        f"""SELECT {COLUMNS} FROM immunization i JOIN vaccine v ON v.cvx = i.vaccine
            WHERE i.child = $1 ORDER BY {DOSES_IN_ORDER}""",  # noqa: S608 - made of constants
        child_id,
    )
    (in_force,) = await schedules_for([record])
    if in_force is None:
        return [ImmunizationView(**row) for row in rows]
    assessment = assess(record.child, [_given(row) for row in rows], record.today, in_force[1])
    return [
        ImmunizationView(**row, evaluation=evaluation_of(dose))
        for row, dose in zip(rows, assessment.doses, strict=True)
    ]


def _given(row: Any) -> DoseGiven:
    return DoseGiven(
        on=row["given_on"],
        cvx=row["cvx"],
        mvx=row["mvx"],
        lot_expires=row["lot_expires"],
        spoilt=row["spoilt"],
    )


def evaluation_of(dose: EvaluatedDose) -> Evaluation:
    """What the engine says of a dose, for people to read."""
    groups = [GroupEvaluation(each.group, each.status, each.reason, each.target) for each in dose.groups]
    return Evaluation(dose.status, dose.reason, groups)


def _merged(change: ImmunizationChange, before: ImmunizationView) -> NewImmunization:
    fields = ImmunizationChange.__struct_fields__
    return NewImmunization(
        **{field: either(getattr(change, field), getattr(before, field)) for field in fields}
    )


def _checked(new: NewImmunization, record: Record) -> dict[str, Any]:
    """The columns of a dose whose values can be true."""
    if new.given_on > record.today:
        raise Invalid("given_on", "lies in the future")
    if new.given_on < record.child.born:
        raise Invalid("given_on", "lies before the child's birth")
    here = record.facility_id if new.source == "given_here" else None
    return {
        "vaccine": read_cvx(new.cvx),
        "given_on": new.given_on,
        "mvx": one_line(new.mvx, field="mvx", longest=8, may_be_empty=True).upper(),
        "lot": one_line(new.lot, field="lot", longest=40, may_be_empty=True),
        "lot_expires": new.lot_expires,
        "site": one_line(new.site, field="site", longest=40, may_be_empty=True),
        "spoilt": new.spoilt,
        "facility": new.facility_id or here,
        "source": new.source,
    }


def read_cvx(text: str) -> str:
    """A vaccine's code as it is stored: "3" is CDC's 03.

    Raises:
        Invalid: it is none.
    """
    code = text.strip().upper()
    code = code.zfill(2) if code.isascii() and code.isdigit() else code
    if not CODE.fullmatch(code):
        raise Invalid(
            "cvx", "must be a CVX code such as 03 or 198, or a code of the schedule such as X-MALARIA"
        )
    return code


def _kept(view: ImmunizationView) -> dict[str, Any]:
    """What the audit trail keeps of a dose."""
    return {
        "vaccine": view.cvx,
        "given_on": view.given_on,
        "mvx": view.mvx,
        "lot": view.lot,
        "lot_expires": view.lot_expires,
        "site": view.site,
        "spoilt": view.spoilt,
        "facility": view.facility_id,
        "source": view.source,
    }


async def _refuse_duplicate(child_id: UUID, row: dict[str, Any], itself: UUID | None) -> None:
    """A form sent twice is one dose."""
    same = await sql(
        """SELECT 1 FROM immunization WHERE child = $1 AND vaccine = $2 AND given_on = $3 AND lot = $4
           AND id IS DISTINCT FROM $5""",
        child_id,
        row["vaccine"],
        row["given_on"],
        row["lot"],
        itself,
    )
    if same:
        raise Duplicate("This vaccine is recorded for this day. A second dose of one day needs another lot.")


async def _know_vaccine(cvx: str) -> None:
    """A code that no schedule has named yet is recorded all the same."""
    await sql("INSERT INTO vaccine (cvx, name) VALUES ($1, '') ON CONFLICT DO NOTHING", cvx)


async def _require_facility(actor: Actor, facility_id: UUID) -> None:
    require_facility(actor, facility_id)
    if not await sql("SELECT 1 FROM facility WHERE id = $1", facility_id):
        raise NotFound("There is no such facility.")


async def _record(
    new: NewImmunization, record: Record, appointment_id: UUID | None, actor: Actor, now: datetime
) -> UUID:
    if new.facility_id is not None:
        await _require_facility(actor, new.facility_id)
    row, immunization_id = _checked(new, record), uuid4()
    await _refuse_duplicate(record.child_id, row, None)
    await _know_vaccine(row["vaccine"])
    await _insert(immunization_id, record.child_id, row, appointment_id, actor, now)
    await audit.record(audit.entry(actor, "create", "immunization", immunization_id, now=now, after=row))
    return immunization_id


async def _insert(
    immunization_id: UUID,
    child_id: UUID,
    row: dict[str, Any],
    appointment_id: UUID | None,
    actor: Actor,
    now: datetime,
) -> None:
    await sql(
        """INSERT INTO immunization (id, child, appointment, recorded_by, recorded_at, vaccine, given_on,
               mvx, lot, lot_expires, site, spoilt, facility, source)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)""",
        immunization_id,
        child_id,
        appointment_id,
        actor.id,
        now,
        *row.values(),
    )

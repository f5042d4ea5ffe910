"""Putting a schedule version in force, and first showing whose due dates would change by it.

The comparison is made by the engine for every child concerned, not by reading the schedules: only a child's
own doses say what a changed interval means for it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from statistics import median
from uuid import UUID

import msgspec

from service.access import audit
from service.access.actor import Actor
from service.access.scope import require_admin
from service.database import sql, unit_of_work
from service.forecasting import Schedule, assess
from service.paging import Page
from service.vaccination.forecasts import BATCH, forget_forecasts, stored
from service.vaccination.in_force import Version, schedule_of, schedules_for, version_for, versions_in_force
from service.vaccination.records import Record, records_of
from service.vaccination.schedules import ScheduleView, get_schedule


class Due(msgspec.Struct, frozen=True):
    """When the next dose of a vaccine group is recommended, and against which diseases it protects."""

    on: date
    diseases: tuple[str, ...]


class DueDateShift(msgspec.Struct, frozen=True):
    """A due date as it is and as it would be, `days` later; None: no dose is to come.

    `what` is a vaccine group, or a disease where the two schedules name their groups differently.
    """

    what: str
    before: date | None
    after: date | None
    days: int | None


class ChildDates(msgspec.Struct, frozen=True):
    """A child whose due dates would change; `due_on` is the first of all groups."""

    child_id: UUID
    facility_id: UUID
    due_before: date | None
    due_after: date | None
    changes: list[DueDateShift]


class ShiftSummary(msgspec.Struct, frozen=True):
    """For how many children a due date would change, and by how many days in the middle."""

    what: str
    sooner: int
    later: int
    added: int
    dropped: int
    median_days: float | None


class Activation(msgspec.Struct, frozen=True, kw_only=True):
    """What putting a version in force would do, or has done.

    Attributes:
        concerned: How many children it counts for.
        changed: For how many of them a due date changes.
        children: A page of those, as limit and offset ask.
    """

    schedule: ScheduleView
    concerned: int
    changed: int
    shifts: list[ShiftSummary]
    children: list[ChildDates]
    limit: int
    offset: int


async def activate(
    schedule_id: UUID, *, confirm: bool, actor: Actor, page: Page, now: datetime
) -> Activation:
    """Show what a version would change; with `confirm`, put it in force.

    Forecasts follow within minutes: they are marked in the same transaction, and worked out by the workers.

    Raises:
        NotFound: there is no such schedule.
        Forbidden: the actor is no admin.
    """
    require_admin(actor)
    async with unit_of_work():
        schedule = await get_schedule(schedule_id, actor=actor, lock=confirm)
        shown_changes = await _changes(schedule, now)
        if confirm:
            schedule = await _put_in_force(schedule, actor, now)
    concerned, changes = shown_changes
    return Activation(
        schedule=schedule,
        concerned=concerned,
        changed=len(changes),
        shifts=summaries(changes),
        children=changes[page.offset : page.offset + page.limit],
        limit=page.limit,
        offset=page.offset,
    )


async def _put_in_force(schedule: ScheduleView, actor: Actor, now: datetime) -> ScheduleView:
    after = msgspec.structs.replace(schedule, activated_at=now)
    await sql("UPDATE schedule_version SET activated_at = $2 WHERE id = $1", schedule.id, now)
    await forget_forecasts()
    old, new = {"activated_at": schedule.activated_at}, {"activated_at": now}
    entry = audit.entry(actor, "activate", "schedule_version", schedule.id, now=now, before=old, after=new)
    await audit.record(entry)
    return after


async def _changes(schedule: ScheduleView, now: datetime) -> tuple[int, list[ChildDates]]:
    """How many children the version is for, and those whose due dates it would change."""
    # Without its first day: a version that counts from next month is shown as it will count then.
    version = Version(
        schedule.id, schedule.country, born_from=schedule.born_from, born_before=schedule.born_before
    )
    versions = [version, *(other for other in await versions_in_force() if other.id != version.id)]
    engine = await schedule_of(schedule.id)
    concerned, changes = 0, []
    last = UUID(int=0)
    while rows := await sql("SELECT id FROM child WHERE id > $1 ORDER BY id LIMIT $2", last, BATCH):
        last = rows[-1]["id"]
        records = await records_of([row["id"] for row in rows], now=now)
        meant = [record for record in records if version_for(record, versions) is version]
        today = await schedules_for(meant)
        concerned += len(meant)
        changes += await asyncio.to_thread(_compared, meant, [one and one[1] for one in today], engine)
    return concerned, changes


def _compared(
    records: Sequence[Record], before: Sequence[Schedule | None], after: Schedule
) -> list[ChildDates]:
    found = []
    for record, schedule in zip(records, before, strict=True):
        old, new = _due(record, schedule) if schedule else {}, _due(record, after)
        if shifts := differences(old, new):
            found.append(ChildDates(record.child_id, record.facility_id, _first(old), _first(new), shifts))
    return found


def _due(record: Record, schedule: Schedule) -> dict[str, Due]:
    """What is to come, by vaccine group."""
    forecasts = stored(assess(record.child, record.doses, record.today, schedule), schedule)
    return {one.vaccine_group: Due(one.recommended, one.antigens) for one in forecasts if one.recommended}


def _first(due: Mapping[str, Due]) -> date | None:
    return min((one.on for one in due.values()), default=None)


def differences(before: Mapping[str, Due], after: Mapping[str, Due]) -> list[DueDateShift]:
    """What changes: by vaccine group where both schedules know it, by disease for all others."""
    both = before.keys() & after.keys()
    old = {name: before[name].on for name in both} | _by_disease(before, both)
    new = {name: after[name].on for name in both} | _by_disease(after, both)
    return [
        _shift(what, old.get(what), new.get(what))
        for what in sorted(old.keys() | new.keys())
        if old.get(what) != new.get(what)
    ]


def _by_disease(due: Mapping[str, Due], but_for: AbstractSet[str]) -> dict[str, date]:
    """The first day on which a dose against each disease is recommended, in groups with other names."""
    days: dict[str, date] = {}
    for name, one in due.items():
        for disease in one.diseases if name not in but_for else ():
            days[disease] = min(one.on, days.get(disease, one.on))
    return days


def _shift(what: str, before: date | None, after: date | None) -> DueDateShift:
    return DueDateShift(what, before, after, (after - before).days if before and after else None)


def summaries(children: Sequence[ChildDates]) -> list[ShiftSummary]:
    """The changes of all children, by what changes."""
    shifts: dict[str, list[DueDateShift]] = {}
    for child in children:
        for shift in child.changes:
            shifts.setdefault(shift.what, []).append(shift)
    return [_summary(what, shifts[what]) for what in sorted(shifts)]


def _summary(what: str, shifts: Sequence[DueDateShift]) -> ShiftSummary:
    days = [shift.days for shift in shifts if shift.days is not None]
    return ShiftSummary(
        what=what,
        sooner=sum(each < 0 for each in days),
        later=sum(each > 0 for each in days),
        added=sum(shift.before is None for shift in shifts),
        dropped=sum(shift.after is None for shift in shifts),
        median_days=median(days) if days else None,
    )

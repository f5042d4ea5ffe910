"""Clinic sessions: when a facility vaccinates, and how many children it can take."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
from asyncpg import UniqueViolationError
from msgspec import UNSET, UnsetType

from service.access.actor import Actor
from service.access.audit import entry, record
from service.access.scope import require_facility, require_staff
from service.database import sql, unit_of_work
from service.errors import Conflict, Duplicate, InUse, Invalid, NotFound
from service.paging import Page, Paged, paged
from service.unset import either
from service.wall_time import WallTime, read_wall_time

LARGEST_CAPACITY = 2000
# In the structs below a field is called `date`, which hides the type of that name.
Day: TypeAlias = date

# A date typed wrong by a century is caught here.
FARTHEST_DAYS = 3 * 366


class NewSession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A time in which a facility vaccinates, on its own calendar and clock."""

    facility_id: UUID
    date: Day
    starts: WallTime
    ends: WallTime
    capacity: int


class SessionChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change. The time only while nobody has an appointment in it."""

    date: Day | UnsetType = UNSET
    starts: WallTime | UnsetType = UNSET
    ends: WallTime | UnsetType = UNSET
    capacity: int | UnsetType = UNSET


class SessionView(msgspec.Struct, frozen=True):
    """A clinic session.

    Attributes:
        date, starts, ends: On the facility's calendar and clock.
        starts_at, ends_at: The same in UTC.
        booked: How many of its places are taken.
    """

    id: UUID
    facility_id: UUID
    date: Day
    starts: time
    ends: time
    starts_at: datetime
    ends_at: datetime
    zone: str
    capacity: int
    booked: int


class SessionFilter(msgspec.Struct, frozen=True):
    """Which sessions to list; days are those of the facility's calendar, both included."""

    facility_id: UUID | None = None
    from_date: Day | None = None
    to_date: Day | None = None
    with_places: bool | None = None


COLUMNS = "s.id, s.facility AS facility_id, s.starts_at, s.ends_at, f.zone, s.capacity, s.booked"

# Staff see the sessions of their facilities; parents are offered places by text instead.
VISIBLE = """
FROM clinic_session s JOIN facility f ON f.id = s.facility
WHERE ($1 = 'admin' OR ($1 = 'scheduler' AND s.facility = ANY($2::uuid[])))
"""

FILTERED = (
    VISIBLE
    + """
  AND ($3::uuid IS NULL OR s.facility = $3)
  AND ($4::date IS NULL OR (s.starts_at AT TIME ZONE f.zone)::date >= $4)
  AND ($5::date IS NULL OR (s.starts_at AT TIME ZONE f.zone)::date <= $5)
  AND ($6::boolean IS NULL OR (s.booked < s.capacity) = $6)
"""
)


async def open_session(new: NewSession, *, actor: Actor, now: datetime) -> SessionView:
    """Open a clinic session.

    Raises:
        NotFound: no such facility, or not the actor's.
        Invalid: it ends before it starts, is over, too far ahead, or its capacity makes no sense.
        Duplicate: the facility has a session in exactly this window.
    """
    require_facility(actor, new.facility_id)
    async with unit_of_work():
        zones = await sql("SELECT zone FROM facility WHERE id = $1", new.facility_id)
        if not zones:
            raise NotFound("There is no such facility.")
        view = _view(
            uuid4(),
            new.facility_id,
            zones[0]["zone"],
            new.date,
            read_wall_time(new.starts, field="starts"),
            read_wall_time(new.ends, field="ends"),
            new.capacity,
        )
        _check(view, now)
        await _store(
            """INSERT INTO clinic_session (id, facility, starts_at, ends_at, capacity, booked, created_at)
               VALUES ($1, $2, $3, $4, $5, 0, $6)""",
            view.id,
            view.facility_id,
            view.starts_at,
            view.ends_at,
            view.capacity,
            now,
        )
        await record(entry(actor, "create", "clinic_session", view.id, now=now, after=_kept(view)))
    return view


async def change_session(
    session_id: UUID, change: SessionChange, *, actor: Actor, now: datetime
) -> SessionView:
    """Change a clinic session.

    Raises:
        NotFound: no such session, or not the actor's.
        InUse: its time is to change while families have been told it.
        Conflict: fewer places than are taken.
        Invalid, Duplicate: as for `open_session`.
    """
    require_staff(actor)
    async with unit_of_work():
        old = await _get(session_id, actor, lock=True)
        new = _changed(old, change)
        _check(new, now if (new.starts_at, new.ends_at) != (old.starts_at, old.ends_at) else None)
        if new.capacity < old.booked:
            raise Conflict(f"{old.booked} places are taken.")
        if (new.starts_at, new.ends_at) != (old.starts_at, old.ends_at) and old.booked:
            raise InUse("Families have been told this time: move their appointments first.")
        await _store(
            "UPDATE clinic_session SET starts_at = $2, ends_at = $3, capacity = $4 WHERE id = $1",
            session_id,
            new.starts_at,
            new.ends_at,
            new.capacity,
        )
        await record(
            entry(actor, "update", "clinic_session", session_id, now=now, before=_kept(old), after=_kept(new))
        )
    return new


async def close_session(session_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Delete a clinic session in which nobody ever had an appointment.

    Raises:
        NotFound: no such session, or not the actor's.
        InUse: appointments belong to it, be it as history.
    """
    require_staff(actor)
    async with unit_of_work():
        old = await _get(session_id, actor, lock=True)
        if await sql("SELECT 1 FROM appointment WHERE clinic_session = $1 LIMIT 1", session_id):
            raise InUse("Appointments belong to this clinic session.")
        await sql("DELETE FROM clinic_session WHERE id = $1", session_id)
        await record(entry(actor, "delete", "clinic_session", session_id, now=now, before=_kept(old)))


async def get_session(session_id: UUID, *, actor: Actor) -> SessionView:
    """One clinic session.

    Raises:
        NotFound: there is none, or it is not for the actor to see.
    """
    require_staff(actor)
    return await _get(session_id, actor)


async def list_sessions(criteria: SessionFilter, *, actor: Actor, page: Page) -> Paged[SessionView]:
    """The clinic sessions that the actor may see, by time."""
    require_staff(actor)
    values = (actor.role, list(actor.facility_ids), *msgspec.structs.astuple(criteria))
    total = await sql(f"SELECT count(*) AS n {FILTERED}", *values)
    rows = await sql(
        f"SELECT {COLUMNS} {FILTERED} ORDER BY s.starts_at, s.id LIMIT $7 OFFSET $8",
        *values,
        page.limit,
        page.offset,
    )
    return paged([_from_row(row) for row in rows], total[0]["n"], page)


async def _get(session_id: UUID, actor: Actor, *, lock: bool = False) -> SessionView:
    rows = await sql(
        f"SELECT {COLUMNS} {VISIBLE} AND s.id = $3 {'FOR UPDATE OF s' if lock else ''}",
        actor.role,
        list(actor.facility_ids),
        session_id,
    )
    if not rows:
        raise NotFound("There is no such clinic session.")
    return _from_row(rows[0])


async def _store(statement: str, *values: object) -> None:
    try:
        await sql(statement, *values)
    except UniqueViolationError:
        raise Duplicate("The facility has a clinic session at this time.") from None


def _from_row(row: Any) -> SessionView:
    zone = ZoneInfo(row["zone"])
    starts, ends = row["starts_at"].astimezone(zone), row["ends_at"].astimezone(zone)
    return SessionView(date=starts.date(), starts=starts.time(), ends=ends.time(), **row)


def _view(
    session_id: UUID, facility_id: UUID, zone: str, day: Day, starts: time, ends: time, capacity: int
) -> SessionView:
    """A session as it would be. Times that a clock change skips or repeats are read as PEP 495 says."""
    local = ZoneInfo(zone)
    return SessionView(
        id=session_id,
        facility_id=facility_id,
        date=day,
        starts=starts,
        ends=ends,
        starts_at=datetime.combine(day, starts, local).astimezone(UTC),
        ends_at=datetime.combine(day, ends, local).astimezone(UTC),
        zone=zone,
        capacity=capacity,
        booked=0,
    )


def _changed(old: SessionView, change: SessionChange) -> SessionView:
    new = _view(
        old.id,
        old.facility_id,
        old.zone,
        either(change.date, old.date),
        read_wall_time(either(change.starts, old.starts.isoformat()), field="starts"),
        read_wall_time(either(change.ends, old.ends.isoformat()), field="ends"),
        either(change.capacity, old.capacity),
    )
    return msgspec.structs.replace(new, booked=old.booked)


def _check(view: SessionView, now: datetime | None) -> None:
    """Refuse what makes no sense; `now` is None when the time does not change."""
    if view.ends_at <= view.starts_at:
        raise Invalid("ends", "must be after starts")
    if not 0 <= view.capacity <= LARGEST_CAPACITY:
        raise Invalid("capacity", f"must be 0 to {LARGEST_CAPACITY}")
    if now is not None and view.ends_at <= now:
        raise Invalid("date", "is in the past")
    if now is not None and view.starts_at > now + timedelta(days=FARTHEST_DAYS):
        raise Invalid("date", "is too far ahead")


def _kept(view: SessionView) -> dict[str, object]:
    """What the audit trail keeps of a session."""
    return {
        "facility_id": view.facility_id,
        "starts_at": view.starts_at,
        "ends_at": view.ends_at,
        "capacity": view.capacity,
    }

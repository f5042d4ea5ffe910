"""Appointments made and changed: book, move, confirm, cancel. How a visit ended stands in outcomes.py.

Every operation is one transaction with all that depends on it: the counters of the clinic sessions, the
reminders, the texts to the family, the audit trail. Routes and text handlers call the same ones. Locks
are taken in one order: the appointment, the child, then clinic sessions by id.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from asyncpg import UniqueViolationError

from service.access.actor import Actor
from service.access.audit import entry, record
from service.access.scope import children_in_scope
from service.database import sql, unit_of_work
from service.errors import AlreadyBooked, Invalid, NotFound
from service.messaging.family import VISIT_COLUMNS, News, VisitNews, tell_family, visit_of
from service.reminders.planning import plan_reminders, silence_reminders
from service.scheduling.appointments import AppointmentStatus, AppointmentView, get_appointment, lock_active
from service.scheduling.places import Room, change_places, find_room, give_up_place, take_place
from service.vaccination.forecasts import renew
from tables.people import Child

VISIT = f"""
SELECT {VISIT_COLUMNS}
FROM appointment a
JOIN child c ON c.id = a.child
JOIN clinic_session s ON s.id = a.clinic_session
JOIN facility f ON f.id = s.facility
WHERE a.id = $1
"""  # noqa: S608 - made of constants


class NewAppointment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A child and the clinic session in which it is to come."""

    child_id: UUID
    session_id: UUID


async def book(new: NewAppointment, *, actor: Actor, now: datetime) -> AppointmentView:
    """Give a child a place, plan its reminders and tell the family.

    Raises:
        NotFound: no such child or clinic session, or the child is not the actor's.
        Invalid: the session is over, or of another facility than the child's.
        SessionFull: no place is left.
        AlreadyBooked: the child has an active appointment that day.
    """
    async with unit_of_work():
        facility_id = await _facility_of(new.child_id, actor)
        room = await find_room(new.session_id, now=now)
        _check_facility(room, facility_id)
        await take_place(room.session_id)
        made = await _insert(new.child_id, room, now)
        await record(entry(actor, "book", "appointment", made.id, now=now, after=_told(made)))
        await renew([made.child_id], now=now)
        await _tell(made, "booked", actor, now)
        return await get_appointment(made.id, actor=actor)


async def move(
    appointment_id: UUID, session_id: UUID, *, version: int | None = None, actor: Actor, now: datetime
) -> AppointmentView:
    """Give an appointment another clinic session of its facility.

    The new place is taken before the old one is given up, so that nobody is left without one.

    Args:
        version: What the actor last saw; None when that does not matter.

    Raises:
        NotFound: no such appointment or clinic session, or not the actor's.
        StaleVersion: somebody changed the appointment first.
        Conflict: it is no longer active.
        Invalid: the new session is over or of another facility.
        SessionFull: no place is left in the new session.
        AlreadyBooked: the child has another active appointment that day.
    """
    async with unit_of_work():
        old = await lock_active(appointment_id, version, actor=actor)
        if old.session_id == session_id:
            return old
        # The doses that it is for follow its day.
        await sql("SELECT 1 FROM child WHERE id = $1 FOR NO KEY UPDATE", old.child_id)
        room = await find_room(session_id, now=now)
        _check_facility(room, old.facility_id)
        await change_places(old.session_id, room.session_id)
        moved = await change(old, "move", actor, now, status="booked", room=room)
        await silence_reminders(old.id, now=now)
        await renew([old.child_id], now=now)
        await _tell(moved, "moved", actor, now, expected_at=old.starts_at)
        return await get_appointment(old.id, actor=actor)


async def confirm(
    appointment_id: UUID, *, version: int | None = None, actor: Actor, now: datetime
) -> AppointmentView:
    """The family will come. Said twice it is still one confirmation.

    Nothing that the family was told changes by it, so the version stays and the reminders stand.

    Raises:
        NotFound, StaleVersion, Conflict: as for `move`.
    """
    async with unit_of_work():
        old = await lock_active(appointment_id, version, actor=actor)
        if old.status == "confirmed":
            return old
        confirmed = msgspec.structs.replace(old, status="confirmed", changed_at=now)
        await sql("UPDATE appointment SET status = 'confirmed', changed_at = $2 WHERE id = $1", old.id, now)
        await record(_changed(actor, "confirm", old, confirmed, now))
    return confirmed


async def cancel(
    appointment_id: UUID, *, version: int | None = None, actor: Actor, now: datetime
) -> AppointmentView:
    """Give the place up; the appointment is kept as cancelled, and the family is told.

    Raises:
        NotFound, StaleVersion, Conflict: as for `move`.
    """
    async with unit_of_work():
        old = await lock_active(appointment_id, version, actor=actor)
        await give_up_place(old.session_id)
        cancelled = await change(old, "cancel", actor, now, status="cancelled")
        await silence_reminders(old.id, now=now)
        await _tell(cancelled, "cancelled", actor, now, expected_at=old.starts_at)
    return cancelled


async def _facility_of(child_id: UUID, actor: Actor) -> UUID:
    """The facility of a child that the actor may see; the child stays there until this unit of work ends."""
    where: Any = Child.id == child_id
    if (scope := children_in_scope(actor)) is not None:
        where &= scope
    rows = await Child.select(Child.facility).where(where).lock_rows("NO KEY UPDATE")
    if not rows:
        raise NotFound("There is no such child.")
    facility_id: UUID = rows[0]["facility"]
    return facility_id


def _check_facility(room: Room, facility_id: UUID) -> None:
    if room.facility_id != facility_id:
        raise Invalid("session_id", "is of another facility than the child's")


async def _insert(child_id: UUID, room: Room, now: datetime) -> AppointmentView:
    made = AppointmentView(
        id=uuid4(),
        child_id=child_id,
        facility_id=room.facility_id,
        session_id=room.session_id,
        starts_at=room.starts_at,
        ends_at=room.ends_at,
        zone=room.zone,
        status="booked",
        version=1,
        created_at=now,
        changed_at=now,
    )
    inserted = await sql(
        """INSERT INTO appointment (id, child, clinic_session, day, status, version, created_at, changed_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
           ON CONFLICT (child, day) WHERE status IN ('booked', 'confirmed') DO NOTHING RETURNING id""",
        made.id,
        child_id,
        room.session_id,
        room.day,
        made.status,
        made.version,
        now,
    )
    if not inserted:
        raise AlreadyBooked
    return made


async def change(
    old: AppointmentView,
    action: str,
    actor: Actor,
    now: datetime,
    *,
    status: AppointmentStatus,
    room: Room | None = None,
) -> AppointmentView:
    """Store a change that the family has to know of: the version grows."""
    new = msgspec.structs.replace(old, status=status, version=old.version + 1, changed_at=now)
    if room is not None:
        new = msgspec.structs.replace(
            new, session_id=room.session_id, starts_at=room.starts_at, ends_at=room.ends_at
        )
    try:
        await sql(
            """UPDATE appointment
               SET clinic_session = $2, day = coalesce($3, day), status = $4, version = $5, changed_at = $6
               WHERE id = $1""",
            new.id,
            new.session_id,
            room.day if room else None,
            new.status,
            new.version,
            now,
        )
    except UniqueViolationError:
        # Leaving the unit of work undoes the counters too.
        raise AlreadyBooked from None
    await record(_changed(actor, action, old, new, now))
    return new


def _changed(actor: Actor, action: str, old: AppointmentView, new: AppointmentView, now: datetime) -> Any:
    return entry(actor, action, "appointment", old.id, now=now, before=_told(old), after=_told(new))


def _told(view: AppointmentView) -> dict[str, object]:
    """What the audit trail keeps of an appointment."""
    return {
        "child_id": view.child_id,
        "session_id": view.session_id,
        "starts_at": view.starts_at,
        "status": view.status,
        "version": view.version,
    }


async def _tell(
    view: AppointmentView,
    news: News,
    actor: Actor,
    now: datetime,
    *,
    expected_at: datetime | None = None,
) -> None:
    """Plan the reminders of a visit that stands, and tell the family; not the one who did it by text."""
    visit = await visit_news(view.id)
    if news != "cancelled":
        await plan_reminders(visit, now=now)
    await tell_family(
        visit,
        news,
        now=now,
        expected_at=expected_at,
        already_knows=actor.id if actor.kind == "guardian" else None,
    )


async def visit_news(appointment_id: UUID) -> VisitNews:
    """An appointment as its family is told of it."""
    return visit_of((await sql(VISIT, appointment_id))[0])

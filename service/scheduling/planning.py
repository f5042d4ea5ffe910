"""The next visit of a child: when it should come, and what for.

The first clinic session with a place on or after the first recommended day, with every dose whose earliest
day has come by then: one visit, one text.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Literal
from uuid import UUID

import msgspec

from service.access.actor import Actor
from service.access.scope import require_staff
from service.database import sql, unit_of_work
from service.errors import AlreadyBooked, Conflict, SessionFull
from service.forecasting import Schedule, assess
from service.forecasting.visits import VisitDose, doses_for_visit, first_recommended, shown
from service.scheduling import booking
from service.scheduling.appointments import AppointmentView, has_visit_to_come
from service.scheduling.booking import NewAppointment
from service.vaccination.in_force import schedules_for
from service.vaccination.records import Record, lock_child, record_of

# Sessions looked at: a place that is further away is no plan.
MOST_SESSIONS = 60

Finding = Literal["visit", "nothing_due", "no_place", "has_visit", "no_schedule"]

WHY: dict[Finding, str] = {
    "nothing_due": "No dose is to come for this child.",
    "no_place": "No clinic session with a place follows the day on which the next dose is recommended.",
    "has_visit": "The child has a visit to come.",
    "no_schedule": "No vaccination schedule is in force for this child.",
}

# A day on which the child has a visit is left out, and one on which it has come: once a day is enough.
WITH_PLACES = """
SELECT s.id, s.starts_at, s.ends_at, (s.starts_at AT TIME ZONE f.zone)::date AS day
FROM clinic_session s JOIN facility f ON f.id = s.facility
WHERE s.facility = $1 AND s.booked < s.capacity AND s.starts_at > $2 AND s.starts_at >= $3
  AND NOT EXISTS (SELECT 1 FROM appointment a
                  WHERE a.child = $4 AND a.status IN ('booked', 'confirmed', 'attended')
                    AND a.day = (s.starts_at AT TIME ZONE f.zone)::date)
ORDER BY s.starts_at, s.id LIMIT $5
"""


class VisitPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The next visit as it is proposed, or booked.

    Attributes:
        finding: "visit" where there is one; else why there is none.
        wanted_from: The first day that makes sense: when the next dose is recommended, or today.
        doses: What it is for.
        appointment: Once it is booked.
    """

    child_id: UUID
    finding: Finding
    wanted_from: date | None = None
    session_id: UUID | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: str
    doses: list[VisitDose] = []
    appointment: AppointmentView | None = None


async def plan_visit(child_id: UUID, *, book: bool, actor: Actor, now: datetime) -> VisitPlan:
    """Propose the next visit of a child, or book it and tell the family.

    Raises:
        NotFound: there is no such child, or it is not the actor's.
        Forbidden: the actor is no staff.
        Conflict: it cannot be booked, with the reason.
    """
    require_staff(actor)
    if not book:
        return await _propose(child_id, actor, now)
    async with unit_of_work():
        planned = await book_next(child_id, actor=actor, now=now)
        if planned.finding == "has_visit":
            raise AlreadyBooked(WHY["has_visit"])
        if planned.appointment is None:
            raise Conflict(WHY[planned.finding])
    return planned


async def book_next(child_id: UUID, *, actor: Actor, now: datetime) -> VisitPlan:
    """Book the next visit of a child where one can be planned. Call it inside a unit of work."""
    await lock_child(child_id, actor=actor)
    planned = await _propose(child_id, actor, now)
    while planned.session_id is not None:
        try:
            new = NewAppointment(child_id, planned.session_id)
            made = await booking.book(new, actor=actor, now=now)
        except SessionFull:
            # Somebody took the last place since it was proposed: now it is not among those with places.
            planned = await _propose(child_id, actor, now)
        else:
            return msgspec.structs.replace(planned, appointment=made)
    return planned


async def _propose(child_id: UUID, actor: Actor, now: datetime) -> VisitPlan:
    record = await record_of(child_id, actor=actor, now=now)
    (in_force,) = await schedules_for([record])
    plan = VisitPlan(child_id=child_id, finding="no_schedule", zone=record.zone.key)
    if await has_visit_to_come(child_id, now=now):
        return msgspec.structs.replace(plan, finding="has_visit")
    if in_force is None:
        return plan
    schedule = in_force[1]
    wanted_from = wanted(record, schedule)
    if wanted_from is None:
        return msgspec.structs.replace(plan, finding="nothing_due")
    opens = datetime.combine(wanted_from, time(0), record.zone)
    sessions = await sql(WITH_PLACES, record.facility_id, now, opens, child_id, MOST_SESSIONS)
    plan = msgspec.structs.replace(plan, finding="no_place", wanted_from=wanted_from)
    return first_visit(plan, record, schedule, sessions)


def wanted(record: Record, schedule: Schedule) -> date | None:
    """The first day on which a visit makes sense: when a dose is recommended, or today if it was before."""
    assessment = assess(record.child, record.doses, record.today, schedule)
    recommended = first_recommended(shown(assessment))
    return None if recommended is None else max(recommended, record.today)


def first_visit(plan: VisitPlan, record: Record, schedule: Schedule, sessions: Sequence[Any]) -> VisitPlan:
    """The first of these sessions on whose day a dose can be given, with all that can be given then."""
    for session in sessions:
        doses = doses_for_visit(assess(record.child, record.doses, session["day"], schedule), schedule)
        if doses:
            return msgspec.structs.replace(
                plan,
                finding="visit",
                session_id=session["id"],
                starts_at=session["starts_at"],
                ends_at=session["ends_at"],
                doses=doses,
            )
    return plan

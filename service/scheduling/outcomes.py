"""How a visit ended.

One that took place leaves the doses that were given, and the next visit; one that was missed leaves recalls.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from service.access.actor import Actor
from service.access.scope import require_staff
from service.database import sql, unit_of_work
from service.errors import Conflict
from service.reminders.planning import recall_family, silence_reminders
from service.scheduling.appointments import AppointmentView, lock_active
from service.scheduling.booking import change, visit_news
from service.scheduling.planning import VisitPlan, book_next
from service.vaccination.immunizations import Cvx, Day, NewImmunization, record_doses

Outcome = Literal["attended", "missed"]


class NewDoseAtVisit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dose that was given at the visit."""

    cvx: Cvx
    mvx: str = ""
    lot: str = ""
    lot_expires: Day | None = None
    site: str = ""


DosesAtVisit = Annotated[
    list[NewDoseAtVisit] | None,
    Meta(description="What was given at an attended visit; the planned doses where it is left out."),
]


async def record_outcome(
    appointment_id: UUID,
    outcome: Outcome,
    *,
    doses_given: Sequence[NewDoseAtVisit] | None = None,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> AppointmentView:
    """Say how a visit ended. The place stays taken: it was used, or it was kept for nothing.

    A visit that was attended records the doses and books the next one, where there is a session for it. The
    family of one that was missed is recalled.

    Args:
        doses_given: None for those that were planned.

    Raises:
        Forbidden: the actor is no staff.
        NotFound, StaleVersion: as for moving.
        Conflict: it is no longer active, or it is called missed before it has begun.
        Invalid: a dose cannot be recorded as it is given.
    """
    require_staff(actor)
    async with unit_of_work():
        old = await lock_active(appointment_id, version, actor=actor)
        if outcome == "missed" and now < old.starts_at:
            raise Conflict("A visit that has not begun cannot have been missed.")
        over = await change(old, outcome, actor, now, status=outcome)
        await silence_reminders(old.id, now=now)
        if outcome == "missed":
            await recall_family(await visit_news(old.id), now=now)
            return over
        day = _day_of(old, now)
        given = await _as_planned(old, day) if doses_given is None else doses_given
        await _record(given, old, day, actor, now)
        followed_by = await book_next(old.child_id, actor=actor, now=now)
    return msgspec.structs.replace(over, next_appointment_id=_booked(followed_by))


def _day_of(visit: AppointmentView, now: datetime) -> date:
    """The day of a visit; of one that took place before its day, the day on which it did."""
    zone = ZoneInfo(visit.zone)
    return min(visit.starts_at.astimezone(zone).date(), now.astimezone(zone).date())


async def _as_planned(visit: AppointmentView, day: date) -> list[NewDoseAtVisit]:
    """The planned doses, but for those that somebody has recorded by themselves."""
    recorded = await sql(
        "SELECT vaccine FROM immunization WHERE child = $1 AND given_on = $2", visit.child_id, day
    )
    known = {row["vaccine"] for row in recorded}
    return [NewDoseAtVisit(dose.cvx) for dose in visit.planned_doses if dose.cvx not in known]


async def _record(
    doses: Sequence[NewDoseAtVisit], visit: AppointmentView, day: date, actor: Actor, now: datetime
) -> None:
    given = [
        NewImmunization(
            cvx=dose.cvx,
            given_on=day,
            mvx=dose.mvx,
            lot=dose.lot,
            lot_expires=dose.lot_expires,
            site=dose.site,
            facility_id=visit.facility_id,
        )
        for dose in doses
    ]
    await record_doses(visit.child_id, given, actor=actor, now=now, appointment_id=visit.id)


def _booked(planned: VisitPlan) -> UUID | None:
    return planned.appointment.id if planned.appointment else None

"""Reminders and recalls as rows: made with a visit or with its end, silenced by what happens, due one day.

How they become texts stands in queueing.py.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from service.database import sql
from service.messaging.family import VisitNews
from service.reminders.cadence import Planned, plan, plan_recalls
from tables.appointments import Reminder


async def plan_reminders(visit: VisitNews, *, now: datetime) -> None:
    """Make the reminders of a visit. Call it inside the unit of work that books or moves it."""
    planned = plan(visit.starts_at, remind_at=visit.remind_at, hours=visit.hours, zone=visit.zone, now=now)
    await _insert(visit, planned)


async def recall_family(visit: VisitNews, *, now: datetime) -> None:
    """Make the recalls of a visit that was missed. Call it inside the unit of work that says so."""
    planned = plan_recalls(
        visit.starts_at, remind_at=visit.remind_at, hours=visit.hours, zone=visit.zone, now=now
    )
    await _insert(visit, planned)


async def silence_reminders(appointment_id: UUID, *, now: datetime) -> None:
    """The visit has changed, or the family has said no to a recall: what is still planned stays silent.

    Call it inside that unit of work.
    """
    await sql(
        """UPDATE reminder SET status = 'silenced', settled_at = $2
           WHERE appointment = $1 AND status = 'planned'""",
        appointment_id,
        now,
    )


async def _insert(visit: VisitNews, planned: Sequence[Planned]) -> None:
    if planned:
        await Reminder.insert(
            *(
                Reminder(
                    appointment=visit.appointment_id,
                    appointment_version=visit.version,
                    kind=timer.kind,
                    due_at=timer.due_at,
                    status="planned",
                )
                for timer in planned
            )
        )

"""Reminders as rows: made with a visit, silenced by its changes, turned into texts when they are due."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from service.database import sql, unit_of_work
from service.messaging.family import VISIT_COLUMNS, News, VisitNews, recipients_of, text_to, visit_of
from service.messaging.outbox import owe
from service.messaging.quiet_hours import hours_of, quiet_until
from service.reminders.cadence import ReminderKind, plan, useful_until
from tables.appointments import Reminder

# How many reminders become texts in one transaction.
BATCH = 200

NEWS: dict[ReminderKind, News] = {"three_days": "reminder_3_days", "one_day": "reminder_1_day"}

# Due reminders, each with its visit as it is now. A reminder whose visit has changed comes without one.
DUE = f"""
SELECT r.id, r.kind, r.due_at, {VISIT_COLUMNS}
FROM reminder r
LEFT JOIN appointment a ON a.id = r.appointment AND a.version = r.appointment_version
                       AND a.status IN ('booked', 'confirmed')
LEFT JOIN child c ON c.id = a.child
LEFT JOIN clinic_session s ON s.id = a.clinic_session
LEFT JOIN facility f ON f.id = s.facility
WHERE r.status = 'planned' AND r.due_at <= $1
ORDER BY r.due_at LIMIT $2 FOR UPDATE OF r SKIP LOCKED
"""  # noqa: S608 - made of constants


async def plan_reminders(visit: VisitNews, *, now: datetime) -> None:
    """Make the reminders of a visit. Call it inside the unit of work that books or moves it."""
    planned = plan(visit.starts_at, remind_at=visit.remind_at, hours=visit.hours, zone=visit.zone, now=now)
    if planned:
        await Reminder.insert(
            *(
                Reminder(
                    appointment=visit.appointment_id,
                    appointment_version=visit.version,
                    kind=reminder.kind,
                    due_at=reminder.due_at,
                    status="planned",
                )
                for reminder in planned
            )
        )


async def silence_reminders(appointment_id: UUID, *, now: datetime) -> None:
    """The visit has changed: its old reminders stay silent. Call it inside that unit of work."""
    await sql(
        """UPDATE reminder SET status = 'silenced', settled_at = $2
           WHERE appointment = $1 AND status = 'planned'""",
        appointment_id,
        now,
    )


async def queue_due_reminders(now: datetime) -> int:
    """Turn the reminders that are due into texts.

    Returns:
        How many reminders were settled.
    """
    settled = 0
    while batch := await _queue_batch(now):
        settled += batch
    return settled


async def _queue_batch(now: datetime) -> int:
    async with unit_of_work():
        rows = await sql(DUE, now, BATCH)
        live = [row for row in rows if row["appointment_id"] is not None]
        recipients = await recipients_of({row["child_id"] for row in live}) if live else []
        texts = [
            text_to(
                recipient,
                visit_of(row),
                NEWS[row["kind"]],
                not_before=quiet_until(now, hours_of(row), ZoneInfo(row["zone"])),
                useful_until=useful_until(
                    row["kind"],
                    due_at=row["due_at"],
                    starts_at=row["starts_at"],
                    zone=ZoneInfo(row["zone"]),
                ),
            )
            for row in live
            for recipient in recipients
            if recipient.child_id == row["child_id"]
        ]
        await owe(texts, now=now)
        await _settle([row["id"] for row in live], "queued", now)
        await _settle([row["id"] for row in rows if row["appointment_id"] is None], "silenced", now)
    return len(rows)


async def _settle(reminder_ids: list[UUID], status: str, now: datetime) -> None:
    if reminder_ids:
        await sql(
            "UPDATE reminder SET status = $2, settled_at = $3 WHERE id = ANY($1::uuid[])",
            reminder_ids,
            status,
            now,
        )

"""Timers that are due, turned into texts: one for each guardian, however many children the day is about.

What is told together lies at one facility, on one day of visits: such a group is handled in one transaction,
by one worker at a time, so that no family is split between two.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from service.database import sql, unit_of_work
from service.messaging.family import VISIT_COLUMNS, News, Recipient, recipients_of, text_to_all, visit_of
from service.messaging.outbox import OwedText, owe
from service.messaging.quiet_hours import hours_of, quiet_until
from service.messaging.standing import MADE_UP
from service.reminders.cadence import TimerKind, useful_until

Row = Mapping[str, Any]

# The handoff that ends the recalls.
MISSED_VISIT = "missed_visit"
# While every guardian has a handoff open already, staff are looking: the task waits for them.
TASK_WAITS = timedelta(days=1)
# Any number, as long as all workers lock the same one while they queue.
QUEUE_LOCK = 7_236_111

NEWS: dict[TimerKind, News] = {
    "three_days": "reminder_3_days",
    "one_day": "reminder_1_day",
    "recall_1": "missed",
    "recall_2": "missed",
    "recall_3": "missed",
}

# A timer is about one version of a visit: one to come is told of while it is active, one that was missed
# until something has made up for it.
MEANT = f"""a.version = r.appointment_version
    AND CASE WHEN r.kind IN ('three_days', 'one_day') THEN a.status IN ('booked', 'confirmed')
             ELSE a.status = 'missed' AND NOT {MADE_UP} END"""

SILENCE = f"""
UPDATE reminder r SET status = 'silenced', settled_at = $1
FROM appointment a WHERE a.id = r.appointment AND r.status = 'planned' AND r.due_at <= $1 AND NOT ({MEANT})
RETURNING r.id
"""  # noqa: S608 - made of constants

GROUPS = """
SELECT s.facility, a.day, r.kind
FROM reminder r
JOIN appointment a ON a.id = r.appointment
JOIN clinic_session s ON s.id = a.clinic_session
WHERE r.status = 'planned' AND r.due_at <= $1
GROUP BY s.facility, a.day, r.kind ORDER BY min(r.due_at), s.facility
"""

# A visit that somebody is changing is left for the next time: waiting for it here could be a deadlock.
GROUP = f"""
SELECT r.id, r.kind, r.due_at, {VISIT_COLUMNS}
FROM reminder r
JOIN appointment a ON a.id = r.appointment
JOIN child c ON c.id = a.child
JOIN clinic_session s ON s.id = a.clinic_session
JOIN facility f ON f.id = s.facility
WHERE r.status = 'planned' AND r.due_at <= $1 AND s.facility = $2 AND a.day = $3 AND r.kind = $4 AND {MEANT}
ORDER BY s.starts_at, r.id
FOR KEY SHARE OF a SKIP LOCKED FOR UPDATE OF r SKIP LOCKED
"""  # noqa: S608 - made of constants

# One open handoff per phone: a task must not take the place of what staff are already asked to do.
TASK = """
INSERT INTO handoff (id, phone, reason, opened_at)
SELECT gen_random_uuid(), g.phone, $2, $3
FROM guardianship gs JOIN guardian g ON g.id = gs.guardian
WHERE gs.child = $1 AND NOT EXISTS (SELECT 1 FROM handoff h WHERE h.phone = g.phone AND h.closed_at IS NULL)
ORDER BY g.consented_at IS NULL, g.created_at, g.id LIMIT 1
ON CONFLICT (phone) WHERE closed_at IS NULL DO NOTHING
RETURNING id
"""


async def queue_due_reminders(now: datetime) -> int:
    """Turn the timers that are due into texts and tasks.

    Returns:
        How many timers were settled.
    """
    settled = len(await sql(SILENCE, now))
    for group in await sql(GROUPS, now):
        settled += await _queue_group(group, now)
    return settled


async def _queue_group(group: Row, now: datetime) -> int:
    """Settle what is due about one day at one facility; nothing while another worker is at it."""
    async with unit_of_work():
        if not (await sql("SELECT pg_try_advisory_xact_lock($1) AS ours", QUEUE_LOCK))[0]["ours"]:
            return 0
        rows = await sql(GROUP, now, *group.values())
        if group["kind"] == "recall_task":
            settled = [row["id"] for row in rows if await _ask_staff(row, now)]
        else:
            settled = [row["id"] for row in rows]
            await owe(await _texts(rows, now), now=now)
        await sql(
            "UPDATE reminder SET status = 'queued', settled_at = $2 WHERE id = ANY($1::uuid[])", settled, now
        )
    return len(settled)


async def _texts(rows: Sequence[Row], now: datetime) -> list[OwedText]:
    """One text for each guardian, about all of these visits that are their children's."""
    told: dict[UUID, tuple[Recipient, list[Row]]] = {}
    for recipient in await recipients_of({row["child_id"] for row in rows}):
        _, theirs = told.setdefault(recipient.guardian_id, (recipient, []))
        theirs += [row for row in rows if row["child_id"] == recipient.child_id]
    return [_text(guardian, theirs, now) for guardian, theirs in told.values()]


def _text(recipient: Recipient, rows: Sequence[Row], now: datetime) -> OwedText:
    zone = ZoneInfo(rows[0]["zone"])
    return text_to_all(
        recipient,
        [visit_of(row) for row in rows],
        NEWS[rows[0]["kind"]],
        not_before=quiet_until(now, hours_of(rows[0]), zone),
        useful_until=min(
            useful_until(row["kind"], due_at=row["due_at"], starts_at=row["starts_at"], zone=zone)
            for row in rows
        ),
    )


async def _ask_staff(row: Row, now: datetime) -> bool:
    """Texts have not brought the child back: somebody should call. False where that has to wait."""
    if await sql(TASK, row["child_id"], MISSED_VISIT, now):
        return True
    await sql("UPDATE reminder SET due_at = $2 WHERE id = $1", row["id"], now + TASK_WAITS)
    return False

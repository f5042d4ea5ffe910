"""Texts about several visits of which one has changed before they went out, written anew for the others.

Such a text is never claimed (service/messaging/standing.py), and dropping it would leave the other children
without their reminder. It is settled as suppressed, and a text about what still stands takes its place.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from service.database import sql, unit_of_work
from service.messaging.family import VISIT_COLUMNS, News, Recipient, text_to_all, visit_of
from service.messaging.outbox import OwedText, owe
from service.messaging.standing import PARTLY_UNTRUE, STANDS, TOLD

Row = Mapping[str, Any]

BROKEN = f"""
UPDATE outbox_message SET status = 'suppressed', settled_at = $1 WHERE id IN (
    SELECT o.id FROM outbox_message o WHERE o.status = 'pending' AND {PARTLY_UNTRUE}
    FOR UPDATE OF o SKIP LOCKED)
RETURNING id
"""  # noqa: S608 - made of constants

# The visits of these texts that still stand, each with its text and whom that goes to.
STANDING = f"""
SELECT o.id AS text_id, o.kind, o.not_before, o.useful_until, o.guardian AS guardian_id, o.phone, w.language,
       {VISIT_COLUMNS}
FROM outbox_message o
CROSS JOIN LATERAL {TOLD}
JOIN guardian w ON w.id = o.guardian
JOIN appointment a ON a.id = told.appointment
JOIN child c ON c.id = a.child
JOIN clinic_session s ON s.id = a.clinic_session
JOIN facility f ON f.id = s.facility
WHERE o.id = ANY($1::uuid[]) AND {STANDS}
ORDER BY o.id, s.starts_at
"""  # noqa: S608 - made of constants


async def mend_texts(now: datetime) -> int:
    """Write anew what speaks of several visits and is no longer true of all of them.

    Returns:
        How many texts were taken back.
    """
    async with unit_of_work():
        broken = [row["id"] for row in await sql(BROKEN, now)]
        if broken:
            rows = await sql(STANDING, broken)
            texts = [[row for row in rows if row["text_id"] == text_id] for text_id in broken]
            await owe([_anew(visits) for visits in texts if visits], now=now)
    return len(broken)


def _anew(rows: Sequence[Row]) -> OwedText:
    first = rows[0]
    recipient = Recipient(first["child_id"], first["guardian_id"], first["phone"], first["language"])
    return text_to_all(
        recipient,
        [visit_of(row) for row in rows],
        _news(first),
        not_before=first["not_before"],
        useful_until=first["useful_until"],
    )


def _news(row: Row) -> News:
    """What the text was to say. A reminder of the day before is sent on that day and on no other."""
    if row["kind"] == "recall":
        return "missed"
    zone = ZoneInfo(row["zone"])
    days = row["starts_at"].astimezone(zone).date() - row["not_before"].astimezone(zone).date()
    return "reminder_1_day" if days.days <= 1 else "reminder_3_days"

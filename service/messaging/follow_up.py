"""What follows when a text has not arrived: the same again, another guardian, or a person.

A text that has ended stays as it is, so that the carrier takes each of our texts at most once. What
goes out in its place is a text of its own that names the one it follows.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from service.carrier.error_table import Reaction, reaction_to, wait_after
from service.database import sql
from service.messaging.family import KINDS, VISIT_COLUMNS, News, Recipient, recipients_of, text_to, visit_of
from service.messaging.handoffs import ask_a_person
from service.messaging.outbox import owe
from service.messaging.sender import backoff

UNDELIVERED: Final = "undelivered"

# The text that has ended, with the visit that it spoke of as it is now.
ENDED = f"""
SELECT o.phone, o.kind, o.guardian, o.useful_until, o.repeats, o.created_at, {VISIT_COLUMNS}
FROM outbox_message o
LEFT JOIN appointment a ON a.id = o.appointment AND a.version = o.appointment_version
LEFT JOIN child c ON c.id = a.child
LEFT JOIN clinic_session s ON s.id = a.clinic_session
LEFT JOIN facility f ON f.id = s.facility
WHERE o.id = $1
"""  # noqa: S608 - made of constants

REPEAT = """
WITH again AS (
INSERT INTO outbox_message (id, phone, body, segments, kind, priority, guardian,
    appointment, appointment_version, in_answer_to, written_by, not_before, useful_until, status, attempts,
    follows, repeats, created_at)
SELECT gen_random_uuid(), phone, body, segments, kind, priority, guardian,
    appointment, appointment_version, in_answer_to, written_by, $2, useful_until, 'pending', 0,
    id, repeats + 1, $3
FROM outbox_message WHERE id = $1 RETURNING id)
INSERT INTO outbox_visit (id, outbox_message, appointment, appointment_version)
SELECT gen_random_uuid(), again.id, v.appointment, v.appointment_version
FROM again JOIN outbox_visit v ON v.outbox_message = $1
"""

# Who of the family was to be told the same, or was answered in the same transaction that brought it about,
# and whether that came to nothing.
TOLD = """
SELECT t.phone, bool_and(t.status IN ('undelivered', 'failed', 'suppressed', 'expired')) AS in_vain
FROM outbox_message o
JOIN outbox_message t ON t.phone = ANY($2::text[])
     AND ((t.appointment, t.appointment_version, t.kind) = (o.appointment, o.appointment_version, o.kind)
          OR (t.in_answer_to IS NOT NULL AND t.created_at = (
              SELECT min(first.created_at) FROM outbox_message first
              WHERE first.phone = o.phone AND first.kind = o.kind
                AND (first.appointment, first.appointment_version) = (o.appointment, o.appointment_version))))
WHERE o.id = $1 GROUP BY t.phone
"""


async def follow_up(text_id: UUID, code: int | None, *, now: datetime) -> None:
    """See to it that a text which has just ended undelivered is not the end of it. In a unit of work.

    Args:
        code: Why it was not delivered, in the carrier's numbers.
    """
    text = (await sql(ENDED, text_id))[0]
    reaction = reaction_to(code)
    if text["kind"] == "opt_out" or await _repeat(text_id, text, reaction, now):
        return
    if text["guardian"] is None or await _tell_another(text_id, text, now):
        return
    if reaction.action != "opt_out" and await _strikes(text["phone"], code) >= reaction.strikes:
        await ask_a_person(text["phone"], UNDELIVERED, now=now)


async def _repeat(text_id: UUID, text: Mapping[str, Any], reaction: Reaction, now: datetime) -> bool:
    """Send the same once more, if that may help and comes in time."""
    if text["repeats"] >= reaction.repeats:
        return False
    wait = wait_after(reaction, now=now)
    again_at = now + backoff(wait, text["repeats"] + 1, seed=str(text_id))
    if again_at >= text["useful_until"]:
        return False
    await sql(REPEAT, text_id, again_at, now)
    return True


async def _tell_another(text_id: UUID, text: Mapping[str, Any], now: datetime) -> bool:
    """Whether another guardian of the child knows, or is told now."""
    if text["appointment_id"] is None or text["kind"] not in KINDS.values() or now >= text["useful_until"]:
        return False
    visit = visit_of(text)
    others = {r.phone: r for r in await recipients_of([visit.child_id]) if r.phone != text["phone"]}
    told = {row["phone"]: row["in_vain"] for row in await sql(TOLD, text_id, list(others))}
    if not all(told.values()):
        return True
    untold = [recipient for phone, recipient in others.items() if phone not in told]
    if untold:
        await _tell(untold[0], text, now)
    return bool(untold)


async def _tell(recipient: Recipient, text: Mapping[str, Any], now: datetime) -> None:
    visit = visit_of(text)
    news = _news(text["kind"], visit.starts_at, visit.zone, now)
    owed = text_to(recipient, visit, news, not_before=now, useful_until=text["useful_until"])
    await owe([owed], now=now)


def _news(kind: str, starts_at: datetime, zone: ZoneInfo, now: datetime) -> News:
    """What to say of a visit; "tomorrow" only on the day before."""
    if kind in {"booked", "moved", "cancelled"}:
        news: dict[str, News] = {"booked": "booked", "moved": "moved", "cancelled": "cancelled"}
        return news[kind]
    if kind == "recall":
        return "missed"
    days = (starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days
    return "reminder_1_day" if days == 1 else "reminder_3_days"


async def _strikes(phone: str, code: int | None) -> int:
    rows = await sql(
        """SELECT count(*) AS n FROM outbox_message
           WHERE phone = $1 AND error_code = $2 AND status IN ('undelivered', 'failed')""",
        phone,
        code,
    )
    strikes: int = rows[0]["n"]
    return max(strikes, 1)

"""What staff need to take a conversation over: the last texts both ways, how it was read, visits, the state.

Only what is the actor's to see: texts and visits of another facility stay out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from conversations import recorded, saved
from conversations.in_words import in_words
from conversations.intents import Intent
from service.database import sql

MOST_TEXTS = 6


class TextSaid(msgspec.Struct, frozen=True):
    """A text of the conversation."""

    at: datetime
    by_family: bool
    text: Annotated[str, Meta(description="As it was. Show it as plain text, never as markup.")]


class VisitSpokenOf(msgspec.Struct, frozen=True):
    """A visit to come, or one that was missed lately."""

    appointment_id: UUID
    child: str
    starts_at: datetime
    facility: str
    status: str


class HandoffReading(msgspec.Struct, frozen=True):
    """How the text that led to the handoff was read."""

    intent: Intent
    evidence: str
    confidence: float


class Summary(msgspec.Struct, frozen=True):
    """A conversation at a glance. `state`: what it waits for, in words."""

    language: str | None
    state: str
    reading: HandoffReading | None
    visits: list[VisitSpokenOf]
    texts: Annotated[list[TextSaid], Meta(description="The last ones, the oldest first.")]


HEADS = """
SELECT h.id, g.language, c.state, c.state_version, i.reading
FROM handoff h
LEFT JOIN guardian g ON g.phone = h.phone
LEFT JOIN conversation c ON c.phone = h.phone
LEFT JOIN inbound_message i ON i.id = h.inbound
WHERE h.id = ANY($1::uuid[])
"""

TEXTS = f"""
SELECT h.id, t.at, t.by_family, t.text
FROM handoff h CROSS JOIN LATERAL (
    SELECT * FROM (
        SELECT i.received_at AS at, true AS by_family, i.body AS text FROM inbound_message i
        WHERE i.phone = h.phone AND i.received_at <= coalesce(h.closed_at, 'infinity')
        UNION ALL
        SELECT o.created_at, false, o.body FROM outbox_message o
        LEFT JOIN appointment a ON a.id = o.appointment
        LEFT JOIN clinic_session s ON s.id = a.clinic_session
        WHERE o.phone = h.phone AND o.status NOT IN ('suppressed', 'expired')
          AND o.created_at <= coalesce(h.closed_at, 'infinity')
          AND ($2 OR s.facility IS NULL OR s.facility = ANY($3::uuid[]))) AS said
    ORDER BY at DESC, by_family LIMIT {MOST_TEXTS}) AS t
WHERE h.id = ANY($1::uuid[])
ORDER BY t.at, t.by_family DESC
"""  # noqa: S608 - made of constants

VISITS = """
SELECT h.id, a.id AS appointment_id, c.first_name AS child, s.starts_at, f.name AS facility, a.status
FROM handoff h
JOIN guardian g ON g.phone = h.phone
JOIN guardianship gs ON gs.guardian = g.id
JOIN child c ON c.id = gs.child
JOIN appointment a ON a.child = c.id
JOIN clinic_session s ON s.id = a.clinic_session
JOIN facility f ON f.id = s.facility
WHERE h.id = ANY($1::uuid[]) AND ($2 OR s.facility = ANY($3::uuid[]))
  AND ((a.status IN ('booked', 'confirmed') AND s.ends_at > $4)
       OR (a.status = 'missed' AND s.ends_at > $4 - interval '60 days'))
ORDER BY s.starts_at, c.first_name
"""


async def summaries(
    handoff_ids: Sequence[UUID], scope: tuple[bool, Sequence[UUID]], *, now: datetime
) -> dict[UUID, Summary]:
    """A summary for each handoff.

    Args:
        scope: Whether everything is the reader's to see, or else which facilities' texts and visits.
    """
    if not handoff_ids:
        return {}
    heads = await sql(HEADS, list(handoff_ids))
    texts = _grouped(await sql(TEXTS, list(handoff_ids), *scope), TextSaid)
    visits = _grouped(await sql(VISITS, list(handoff_ids), *scope, now), VisitSpokenOf)
    return {
        row["id"]: Summary(
            language=row["language"],
            state=in_words(saved.load(row["state_version"] or 0, row["state"])),
            reading=_reading(row["reading"]),
            visits=visits.get(row["id"], []),
            texts=texts.get(row["id"], []),
        )
        for row in heads
    }


def _grouped(rows: Sequence[Mapping[str, Any]], kind: Any) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row["id"], []).append(kind(**{name: row[name] for name in kind.__struct_fields__}))
    return found


def _reading(data: str | None) -> HandoffReading | None:
    reading = recorded.load_reading(data)
    return HandoffReading(reading.intent, reading.evidence, reading.confidence) if reading else None

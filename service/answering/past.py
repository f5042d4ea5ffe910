"""What families wrote, as staff see it: how it was read and why, what followed, and what it really meant.

The text is a stranger's: it goes out as JSON and nothing else, with a warning where it is not what it looks.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from conversations import recorded
from conversations.intents import Intent
from conversations.meaning import When, when_of
from conversations.understanding.reading import Reading
from service.access.actor import Actor
from service.access.scope import REGISTERED_FIRST_AT, require_staff
from service.answering.disguise import Disguise, disguises
from service.database import sql
from service.errors import NotFound
from service.paging import Page, Paged, paged

# What is read with less than this is worth a look.
LOW_CONFIDENCE = 0.6


class MeantView(msgspec.Struct, frozen=True):
    """One thing that a text was taken to say. `when`: days and hours, as far as they were said."""

    intent: Intent
    children: list[str]
    all_children: bool
    choice: Annotated[int | None, Meta(description="A numbered answer, counted from one.")]
    when: When


class ReadingView(msgspec.Struct, frozen=True):
    """How a text was understood, and why. `evidence` are the words that decided, `rule` what used them."""

    intents: Annotated[list[MeantView], Meta(description="The chief one first.")]
    language: str
    evidence: str
    rule: str
    confidence: Annotated[float, Meta(description="From 0 to 1.")]


class CorrectionView(msgspec.Struct, frozen=True):
    """What a text meant, as staff say. Null: nothing was said of children, or of days and hours."""

    inbound_id: UUID
    intent: Intent
    children: list[str] | None
    when: When | None
    note: str | None
    corrected_by: UUID | None
    corrected_at: datetime


class InboundView(msgspec.Struct, frozen=True):
    """A text from a phone. `guardian_id`: whose phone it is now; null when it is nobody's."""

    id: UUID
    guardian_id: UUID | None
    text: Annotated[str, Meta(description="As it came. Show it as plain text, never as markup.")]
    disguises: Annotated[list[Disguise], Meta(description="Why it may not be what it looks like.")]
    media_count: int
    received_at: datetime
    outcome: Annotated[str | None, Meta(description="`handled`, or `failed`: then a person was asked.")]
    reading: ReadingView | None
    correction: CorrectionView | None


class EffectView(msgspec.Struct, frozen=True):
    """A change that the text made, as the audit trail names it."""

    action: str
    subject: str
    subject_id: UUID | None


class Followed(msgspec.Struct, frozen=True):
    """What came of a text: changes, the answer (read it under /notifications/sms/), the person asked."""

    effects: list[EffectView]
    text_id: UUID | None
    handoff_id: UUID | None


class InboundDetail(InboundView, frozen=True):
    """A text from a phone, and what followed."""

    followed: Followed


class InboundFilter(msgspec.Struct, frozen=True):
    """Which texts to list. Days are UTC's, both included.

    Attributes:
        needs_review: Only those read in doubt, not understood or not handled, and not corrected so far; or
            only the others.
        corrected: Only those corrected, or only the others.
    """

    guardian_id: UUID | None = None
    needs_review: bool | None = None
    corrected: bool | None = None
    from_date: date | None = None
    to_date: date | None = None


NEEDS_REVIEW = f"""(c.id IS NULL AND (i.outcome = 'failed' OR (i.reading IS NOT NULL AND (
    coalesce((i.reading->>'confidence')::float, 0) < {LOW_CONFIDENCE}
    OR i.reading->>'intent' IN ('{Intent.UNKNOWN}', '{Intent.UNSURE}')))) IS TRUE)"""

# As for handoffs: admins see every text, schedulers those of guardians whom they registered first.
VISIBLE = f"""
FROM inbound_message i LEFT JOIN guardian g ON g.phone = i.phone
LEFT JOIN reading_correction c ON c.inbound = i.id
WHERE ($1 OR {REGISTERED_FIRST_AT} = ANY($2::uuid[]))
"""
WANTED = f"""
  AND ($3::uuid IS NULL OR g.id = $3)
  AND ($4::boolean IS NULL OR {NEEDS_REVIEW} = $4)
  AND ($5::boolean IS NULL OR (c.id IS NOT NULL) = $5)
  AND ($6::date IS NULL OR i.received_at >= $6::date::timestamp AT TIME ZONE 'UTC')
  AND ($7::date IS NULL OR i.received_at < ($7::date + 1)::timestamp AT TIME ZONE 'UTC')
"""
COLUMNS = """i.id, g.id AS guardian_id, i.body, i.media_count, i.received_at, i.outcome, i.reading,
    c.id AS correction_id, c.intent, c.children, c.wanted, c.note, c.corrected_by, c.corrected_at"""

# Everything that one text does is stored with the one moment at which it came.
EFFECTS = """
SELECT action, subject, subject_id FROM audit_entry
WHERE at = $1 AND actor_kind = 'guardian' AND actor_id = $2 ORDER BY id
"""
ANSWERS = """
SELECT (SELECT id FROM outbox_message WHERE in_answer_to = $1 LIMIT 1) AS text_id,
       (SELECT id FROM handoff WHERE inbound = $1 ORDER BY opened_at DESC LIMIT 1) AS handoff_id
"""


async def list_inbound(criteria: InboundFilter, *, actor: Actor, page: Page) -> Paged[InboundView]:
    """The texts that the actor may see, the newest first."""
    require_staff(actor)
    seen = (*_scope(actor), *msgspec.structs.astuple(criteria))
    total = await sql(f"SELECT count(*) AS n {VISIBLE} {WANTED}", *seen)
    rows = await sql(
        f"""SELECT {COLUMNS} {VISIBLE} {WANTED}
            ORDER BY i.received_at DESC, i.id DESC LIMIT $8 OFFSET $9""",
        *seen,
        page.limit,
        page.offset,
    )
    return paged([InboundView(**_told(row)) for row in rows], total[0]["n"], page)


async def get_inbound(inbound_id: UUID, *, actor: Actor) -> InboundDetail:
    """One text, and what followed.

    Raises:
        NotFound: there is no such text, or it is not for the actor to see.
    """
    row = await visible(inbound_id, actor=actor)
    return InboundDetail(**_told(row), followed=await _followed(row))


async def visible(inbound_id: UUID, *, actor: Actor) -> Mapping[str, Any]:
    """The row of a text that the actor may see, with its scene and its correction.

    Raises:
        NotFound: there is no such text, or it is not for the actor to see.
        Forbidden: the actor is no staff.
    """
    require_staff(actor)
    rows = await sql(
        f"SELECT {COLUMNS}, i.scene, i.scene_version {VISIBLE} AND i.id = $3", *_scope(actor), inbound_id
    )
    if not rows:
        raise NotFound("There is no such text.")
    return rows[0]


def correction_of(row: Mapping[str, Any]) -> CorrectionView | None:
    """The correction that a row holds."""
    if row["correction_id"] is None:
        return None
    return CorrectionView(
        inbound_id=row["id"],
        intent=Intent(row["intent"]),
        children=_json(row["children"], list[str] | None),
        when=_json(row["wanted"], When | None),
        note=row["note"],
        corrected_by=row["corrected_by"],
        corrected_at=row["corrected_at"],
    )


def _scope(actor: Actor) -> tuple[bool, Sequence[UUID]]:
    return actor.role == "admin", list(actor.facility_ids)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    reading = recorded.load_reading(row["reading"])
    return {
        "id": row["id"],
        "guardian_id": row["guardian_id"],
        "text": row["body"],
        "disguises": disguises(row["body"]),
        "media_count": row["media_count"],
        "received_at": row["received_at"],
        "outcome": row["outcome"],
        "reading": reading and _explained(reading),
        "correction": correction_of(row),
    }


def _explained(reading: Reading) -> ReadingView:
    meant = MeantView(
        reading.intent, list(reading.children), reading.all_children, reading.choice, when_of(reading.wish)
    )
    return ReadingView([meant], reading.language, reading.evidence, reading.rule, reading.confidence)


async def _followed(row: Mapping[str, Any]) -> Followed:
    effects = await sql(EFFECTS, row["received_at"], row["guardian_id"])
    (answers,) = await sql(ANSWERS, row["id"])
    return Followed([EffectView(**effect) for effect in effects], **answers)


def _json(data: str | None, kind: Any) -> Any:
    return None if data is None else msgspec.json.decode(data, type=kind)

"""Texts that staff write themselves, and what became of any text."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns.combination import Where, WhereRaw

from conversations.replies.segments import count
from service.access.actor import Actor
from service.access.audit import entry, record
from service.access.scope import guardians_in_scope, require_staff
from service.database import sql, unit_of_work
from service.errors import Invalid, NotFound
from service.messaging.outbox import Kind, OwedText, owe
from service.messaging.statuses import OutboxStatus, Reason
from service.paging import Page, Paged, paged
from tables.messages import OutboxMessage
from tables.people import Guardian

# Four segments: more is a letter, not a text, and costs the programme accordingly.
LONGEST_SEGMENTS = 4
USEFUL_FOR = timedelta(hours=12)


class NewText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What staff write to a guardian."""

    guardian_id: UUID
    body: str


class TextView(msgspec.Struct, frozen=True):
    """A text and what became of it.

    Attributes:
        not_before: Later than `created_at` during quiet hours, or while the carrier is tried again.
        reason: Why it was suppressed.
        follows: The text in whose place it goes out, because that one did not arrive.
    """

    id: UUID
    guardian_id: UUID | None
    kind: Kind
    body: str
    segments: int
    status: OutboxStatus
    created_at: datetime
    not_before: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    error_code: int | None
    reason: Reason | None
    follows: UUID | None


class TextFilter(msgspec.Struct, frozen=True):
    """Which texts to list."""

    guardian_id: UUID | None = None
    kind: Kind | None = None
    status: OutboxStatus | None = None


async def send(new: NewText, *, actor: Actor, now: datetime) -> TextView:
    """Owe a guardian a text, at once: staff decide when they write.

    To a guardian who has opted out it is kept but never sent: its status is suppressed from the start.

    Raises:
        NotFound: no such guardian, or not one of the actor's.
        Invalid: the body is empty or too long.
    """
    require_staff(actor)
    body = new.body.strip()
    _check(body)
    async with unit_of_work():
        phone = await _phone_of(new.guardian_id, actor)
        text = OwedText(
            phone=phone,
            body=body,
            kind="by_hand",
            not_before=now,
            useful_until=now + USEFUL_FOR,
            guardian_id=new.guardian_id,
            written_by=actor.id,
        )
        (text_id,) = await owe([text], now=now)
        await sql(
            """UPDATE outbox_message o SET status = 'suppressed', reason = 'opt_out', settled_at = $2
               WHERE id = $1
               AND EXISTS (SELECT 1 FROM opt_out p WHERE p.phone = o.phone AND p.ended_at IS NULL)""",
            text_id,
            now,
        )
        await record(entry(actor, "text", "outbox_message", text_id, now=now, after={"kind": "by_hand"}))
    return await get_text(text_id, actor=actor)


async def get_text(text_id: UUID, *, actor: Actor) -> TextView:
    """One text.

    Raises:
        NotFound: no such text, or not one of the actor's guardians'.
    """
    require_staff(actor)
    rows = await _select(_visible(actor) & (OutboxMessage.id == text_id), Page(limit=1))
    if not rows:
        raise NotFound("There is no such text.")
    return rows[0]


async def list_texts(criteria: TextFilter, *, actor: Actor, page: Page) -> Paged[TextView]:
    """The texts that the actor may see, the newest first."""
    require_staff(actor)
    where = _visible(actor)
    if criteria.guardian_id is not None:
        where &= OutboxMessage.guardian == criteria.guardian_id
    if criteria.kind is not None:
        where &= OutboxMessage.kind == criteria.kind
    if criteria.status is not None:
        where &= OutboxMessage.status == criteria.status
    return paged(await _select(where, page), await OutboxMessage.count().where(where), page)


def _check(body: str) -> None:
    if not body:
        raise Invalid("body", "must not be empty")
    if "\x00" in body:
        raise Invalid("body", "must not hold a NUL character")
    if count(body).segments > LONGEST_SEGMENTS:
        raise Invalid("body", f"must not be longer than {LONGEST_SEGMENTS} segments")


async def _phone_of(guardian_id: UUID, actor: Actor) -> str:
    where: Any = Guardian.id == guardian_id
    if (scope := guardians_in_scope(actor)) is not None:
        where &= scope
    rows = await Guardian.select(Guardian.phone).where(where)
    if not rows:
        raise NotFound("There is no such guardian.")
    return str(rows[0]["phone"])


def _visible(actor: Actor) -> Any:
    """Texts about a visit belong to its facility, others to the one that registered the guardian first.

    A clinic that merely knows a family's number must not read what others write to it.
    """
    if actor.role == "admin":
        return OutboxMessage.created_at.is_not_null()
    facilities = list(actor.facility_ids)
    return WhereRaw(
        """(outbox_message.written_by = {} OR {} @> ARRAY[coalesce(
               (SELECT s.facility FROM appointment a JOIN clinic_session s ON s.id = a.clinic_session
                WHERE a.id = outbox_message.appointment),
               (SELECT c.facility FROM guardianship gs JOIN child c ON c.id = gs.child
                WHERE gs.guardian = outbox_message.guardian ORDER BY c.created_at, c.id LIMIT 1))])""",
        actor.id,
        facilities,
    )


async def _select(where: Where, page: Page) -> list[TextView]:
    rows = (
        await OutboxMessage.select(
            OutboxMessage.id,
            OutboxMessage.guardian.as_alias("guardian_id"),
            OutboxMessage.kind,
            OutboxMessage.body,
            OutboxMessage.segments,
            OutboxMessage.status,
            OutboxMessage.created_at,
            OutboxMessage.not_before,
            OutboxMessage.sent_at,
            OutboxMessage.settled_at,
            OutboxMessage.error_code,
            OutboxMessage.reason,
            OutboxMessage.follows,
        )
        .where(where)
        .order_by(OutboxMessage.created_at, OutboxMessage.id, ascending=False)
        .limit(page.limit)
        .offset(page.offset)
    )
    return [msgspec.convert(row, TextView) for row in rows]

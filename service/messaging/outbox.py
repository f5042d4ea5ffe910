"""Texts that we owe. A text is a row, written in the transaction of the change that it tells of."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from conversations.replies.segments import count
from tables.messages import OutboxKind, OutboxMessage, OutboxVisit

Kind = OutboxKind

# What a parent waits for goes before what is news, and news before what can wait.
PRIORITIES: dict[Kind, int] = {
    "opt_out": 0,
    "reply": 0,
    "cancelled": 1,
    "moved": 1,
    "by_hand": 1,
    "booked": 2,
    "registered": 2,
    "reminder": 3,
    "recall": 3,
    "asked_again": 3,
}

# Without it a family would go to the clinic for nothing: too late is worse than at night.
URGENT: frozenset[Kind] = frozenset({"moved", "cancelled"})

# Sent without anybody waiting for it: a family hears only so much about one visit.
CAPPED: frozenset[Kind] = frozenset({"booked", "reminder", "recall", "asked_again"})

# A reply that comes later than this confuses more than it helps.
REPLY_USEFUL_FOR = timedelta(hours=4)

# PostgreSQL takes 32,767 values in one statement, and a text has about twenty.
ROWS_AT_ONCE = 1_000


class OwedText(msgspec.Struct, frozen=True, kw_only=True):
    """One text to write into the outbox.

    Attributes:
        phone: E.164.
        appointment_id, appointment_version: The visit it speaks of; if that is no longer its version when
            the text is due, the text is dropped.
        further_visits: The others of that day, each with its version, where it speaks of several; if one has
            changed, the text is written anew.
        not_before, useful_until: The span in which sending it makes sense.
        maybe_sent_since: From this moment on it may have gone out without our knowing (before a restore, for
            example); the carrier's own list is asked first.
    """

    phone: str
    body: str
    kind: Kind
    not_before: datetime
    useful_until: datetime
    guardian_id: UUID | None = None
    appointment_id: UUID | None = None
    appointment_version: int | None = None
    further_visits: tuple[tuple[UUID, int], ...] = ()
    in_answer_to: UUID | None = None
    written_by: UUID | None = None
    maybe_sent_since: datetime | None = None


async def owe(texts: Sequence[OwedText], *, now: datetime) -> list[UUID]:
    """Write texts into the outbox. Call it inside the unit of work that makes them due.

    Returns:
        The ids of the texts, in order.
    """
    rows = [
        OutboxMessage(
            phone=text.phone,
            body=text.body,
            segments=count(text.body).segments,
            kind=text.kind,
            priority=PRIORITIES[text.kind],
            guardian=text.guardian_id,
            appointment=text.appointment_id,
            appointment_version=text.appointment_version,
            in_answer_to=text.in_answer_to,
            written_by=text.written_by,
            not_before=text.not_before,
            useful_until=text.useful_until,
            status="pending" if text.maybe_sent_since is None else "unknown",
            sent_at=text.maybe_sent_since,
            leased_until=None if text.maybe_sent_since is None else now,
            created_at=now,
        )
        for text in texts
    ]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        await OutboxMessage.insert(*rows[start : start + ROWS_AT_ONCE])
    further = [
        OutboxVisit(outbox_message=row.id, appointment=appointment_id, appointment_version=version)
        for row, text in zip(rows, texts, strict=True)
        for appointment_id, version in text.further_visits
    ]
    for start in range(0, len(further), ROWS_AT_ONCE):
        await OutboxVisit.insert(*further[start : start + ROWS_AT_ONCE])
    return [row.id for row in rows]

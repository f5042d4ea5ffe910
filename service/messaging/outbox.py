"""Texts that we owe. A text is a row, written in the transaction of the change that it tells of."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from conversations.replies.segments import count
from tables.messages import OutboxMessage

Kind = Literal["reply", "opt_out", "booked", "moved", "cancelled", "reminder", "by_hand", "registered"]

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
}

# Without it a family would go to the clinic for nothing: too late is worse than at night.
URGENT: frozenset[Kind] = frozenset({"moved", "cancelled"})

# A reply that comes later than this confuses more than it helps.
REPLY_USEFUL_FOR = timedelta(hours=4)


class OwedText(msgspec.Struct, frozen=True, kw_only=True):
    """One text to write into the outbox.

    Attributes:
        phone: E.164.
        appointment_id, appointment_version: The visit it speaks of; if that is no longer its version when
            the text is due, the text is dropped.
        not_before, useful_until: The span in which sending it makes sense.
    """

    phone: str
    body: str
    kind: Kind
    not_before: datetime
    useful_until: datetime
    guardian_id: UUID | None = None
    appointment_id: UUID | None = None
    appointment_version: int | None = None
    in_answer_to: UUID | None = None
    written_by: UUID | None = None


async def owe(texts: Sequence[OwedText], *, now: datetime) -> list[UUID]:
    """Write texts into the outbox. Call it inside the unit of work that makes them due.

    Returns:
        The ids of the texts, in order.
    """
    if not texts:
        return []
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
            status="pending",
            created_at=now,
        )
        for text in texts
    ]
    await OutboxMessage.insert(*rows)
    return [row.id for row in rows]

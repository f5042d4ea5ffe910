"""A family's texts, handed over as the webhook does."""

from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from service.answering.inbound import InboundText, Outcome, take_in
from service.database import sql
from tests.factories import NOW

_numbers = count(1)


async def writes(phone: str, body: str, *, now: datetime | None = None) -> UUID:
    """A phone writes, each time a second later unless a moment is given; the id of its text."""
    number = next(_numbers)
    sid = f"SM{number:032}"
    at = now or NOW + timedelta(seconds=number)
    assert await take_in(InboundText(sid=sid, phone=phone, to="+254711082100", body=body), now=at) in {
        Outcome.HANDLED,
        Outcome.FAILED,
    }
    rows = await sql("SELECT id FROM inbound_message WHERE provider_sid = $1", sid)
    found: UUID = rows[0]["id"]
    return found

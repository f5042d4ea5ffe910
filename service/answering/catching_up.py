"""Texts of parents that no webhook brought to us, found in the carrier's own list.

A carrier does not keep trying to deliver a text to a service that is down. So at the start and every few
minutes its list is compared with ours, and what is missing is handled as if it had just come, marked as
late. The carrier's id makes sure that a text is handled once, whichever way it comes first.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from conversations.understanding.reader import load
from service.answering.inbound import InboundText, Outcome, take_in
from service.carrier.port import Carrier, CarrierError, ReceivedText
from service.clock import Clock
from service.database import sql

COMPARE_EVERY = timedelta(minutes=3)
# Its webhook may still be under way: the carrier waits 15 seconds, and then tries the fallback.
ON_ITS_WAY = timedelta(minutes=1)
# What the carrier lists late is found by the next comparison.
OVERLAP = timedelta(minutes=15)

log = structlog.get_logger(__name__)


async def catch_up(carrier: Carrier, sender: str, clock: Clock) -> int:
    """Handle what the carrier has and we have not, oldest first.

    Returns:
        How many texts were handled late.
    """
    now = clock()
    rows = await sql("SELECT inbound_compared_until FROM sender WHERE name = $1", sender)
    # What came before we were installed is nothing to answer.
    # Nor did anything come in the future: a clock that was ahead has been put right since.
    compared_until = min(rows[0]["inbound_compared_until"], now) if rows else now
    try:
        listed = await carrier.received_since(compared_until - OVERLAP)
    except CarrierError as error:
        log.warning("carrier's list of texts cannot be read", code=error.code)
        return 0
    missing = await _missing(listed, before=now - ON_ITS_WAY)
    if missing:
        await asyncio.to_thread(load)  # which takes seconds, and must not take them while a phone is locked
    outcomes = [await take_in(_late(text), now=clock()) for text in missing]
    await sql("UPDATE sender SET inbound_compared_until = $2 WHERE name = $1", sender, now)
    found = len(outcomes) - outcomes.count(Outcome.DUPLICATE)
    if found:
        log.warning("texts taken in late", texts=found)
    return found


async def _missing(listed: list[ReceivedText], *, before: datetime) -> list[ReceivedText]:
    settled = [text for text in listed if text.created_at <= before]
    rows = await sql(
        "SELECT provider_sid FROM inbound_message WHERE provider_sid = ANY($1::text[])",
        [text.sid for text in settled],
    )
    known = {row["provider_sid"] for row in rows}
    return [text for text in settled if text.sid not in known]


def _late(text: ReceivedText) -> InboundText:
    return InboundText(
        sid=text.sid,
        phone=text.phone,
        to=text.to,
        body=text.body,
        media_count=text.media_count,
        written_at=text.created_at,
    )

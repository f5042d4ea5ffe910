"""Texts whose fate is not known: the carrier is asked before anything else happens to them.

A worker died between the call and its record, the carrier timed out, or it failed after reading the
request. Sending again could text a parent twice; not sending could lose the text. So the carrier's own
list is read: what is there counts as sent, what is not there was never taken and goes back to the queue.
While the carrier cannot be asked the text stays unknown, and once it is of no more use it is parked for a
person, because nobody can tell then.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from service.carrier.port import Carrier, CarrierError, CarrierText
from service.clock import Clock
from service.database import sql, unit_of_work
from service.messaging.claiming import LEASE
from service.messaging.delivery import settle
from service.messaging.handoffs import ask_a_person

BATCH = 100
ASK_AGAIN_AFTER = timedelta(seconds=20)
# The carrier's clock is not ours, and its dates have whole seconds.
CLOCK_TOLERANCE = timedelta(seconds=60)
# A clock may be off by a day, and a text that is looked for too late would be sent again: the same words to
# the same phone, which are nobody else's, are this text all the same.
SAME_WORDS_WITHIN = timedelta(hours=25)

log = structlog.get_logger(__name__)

LAPSED = """UPDATE outbox_message SET status = 'unknown' WHERE status = 'sending' AND leased_until < $1"""

TAKE_UNKNOWN = """
UPDATE outbox_message o SET leased_until = $2
FROM (SELECT id FROM outbox_message WHERE status = 'unknown' AND leased_until <= $1
      ORDER BY leased_until LIMIT $3 FOR UPDATE SKIP LOCKED) due
WHERE o.id = due.id RETURNING o.id, o.phone, o.body, o.sent_at, o.useful_until
"""


class UnknownText(msgspec.Struct, frozen=True):
    """A text that the carrier may have."""

    id: UUID
    phone: str
    body: str
    sent_at: datetime
    useful_until: datetime


async def reconcile(carrier: Carrier, clock: Clock) -> int:
    """Settle what dead workers and silent carriers have left behind.

    Returns:
        How many texts were found to be waiting for an answer.
    """
    now = clock()
    await sql(LAPSED, now)
    rows = await sql(TAKE_UNKNOWN, now, now + max(LEASE, ASK_AGAIN_AFTER), BATCH)
    by_phone: dict[str, list[UnknownText]] = defaultdict(list)
    for row in rows:
        by_phone[row["phone"]].append(UnknownText(**row))
    # At once, so that a slow carrier costs one answer and not one for each phone.
    await asyncio.gather(*(_look_up(phone, texts, carrier, clock) for phone, texts in by_phone.items()))
    return len(rows)


async def _look_up(phone: str, texts: list[UnknownText], carrier: Carrier, clock: Clock) -> None:
    since = min(text.sent_at for text in texts) - SAME_WORDS_WITHIN
    try:
        listed = await carrier.sent_to(phone, since=since)
    except CarrierError as error:
        log.warning("carrier cannot be asked", texts=len(texts), code=error.code)
        await _park_useless(texts, now=clock())
        return
    now = clock()
    async with unit_of_work():
        known = await _known_sids([text.sid for text in listed])
        free = [text for text in listed if text.sid not in known]
        for text, found in match(texts, free):
            if found is None and _may_be_another_wording(text, free, texts):
                await _park(text, now=now)
            elif found is None:
                await _send_again(text, now=now)
            else:
                await settle(text.id, found, now=now)
            log.info("unknown settled", text=str(text.id), found=found is not None)


def match(
    unknown: Iterable[UnknownText], listed: Iterable[CarrierText]
) -> list[tuple[UnknownText, CarrierText | None]]:
    """Pair texts of one phone with the carrier's record of them, oldest with oldest, by their words.

    Texts with the same words to the same phone are interchangeable: it does not matter which is which.
    """
    free = sorted(listed, key=lambda text: text.created_at)
    pairs: list[tuple[UnknownText, CarrierText | None]] = []
    for text in sorted(unknown, key=lambda text: text.sent_at):
        found = next((candidate for candidate in free if candidate.body == text.body), None)
        if found is not None:
            free.remove(found)
        pairs.append((text, found))
    return pairs


def _may_be_another_wording(
    text: UnknownText, free: Iterable[CarrierText], unknown: Iterable[UnknownText]
) -> bool:
    """Whether the carrier has a text from about then that is none of ours by its words.

    Carriers change some characters on the way (smart encoding): it may be this one, and nobody can tell.
    """
    bodies = {other.body for other in unknown}
    return any(
        listed.body not in bodies and listed.created_at >= text.sent_at - CLOCK_TOLERANCE for listed in free
    )


async def _known_sids(sids: list[str]) -> set[str]:
    rows = await sql("SELECT provider_sid FROM outbox_message WHERE provider_sid = ANY($1::text[])", sids)
    return {row["provider_sid"] for row in rows}


async def _send_again(text: UnknownText, *, now: datetime) -> None:
    """The carrier never took it: back into the queue, where it may turn out to be too late."""
    await sql(
        """UPDATE outbox_message
           SET status = 'pending', leased_until = NULL, not_before = greatest(not_before, $2)
           WHERE id = $1 AND status = 'unknown'""",
        text.id,
        now,
    )


async def _park_useless(texts: Iterable[UnknownText], *, now: datetime) -> None:
    """Stop asking about texts that are of no more use; a person is told that nobody knows."""
    async with unit_of_work():
        for text in texts:
            if text.useful_until <= now:
                await _park(text, now=now)


async def _park(text: UnknownText, *, now: datetime) -> None:
    await sql(
        """UPDATE outbox_message SET status = 'parked', leased_until = NULL
           WHERE id = $1 AND status = 'unknown'""",
        text.id,
    )
    await ask_a_person(text.phone, "outcome_unknown", now=now)

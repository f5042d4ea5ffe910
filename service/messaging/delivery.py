"""From the outbox to the carrier.

A worker claims texts, commits, calls the carrier with no database connection held, and records what
came of it in a second transaction. A claim lapses by itself; whatever a dead worker leaves behind is
found by `reconciliation`. Claiming also decides what must not go out any more: the phone has opted out,
the visit has changed, or the text comes too late. Some wait: a parent is in the middle of a dialogue, or
one of several visits has changed (service/reminders/mending.py).
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import structlog

from service.carrier.port import (
    Carrier,
    CarrierError,
    CarrierText,
    NotProcessed,
    OperatorNeeded,
    OptedOut,
    OutcomeUnknown,
    OutgoingText,
)
from service.clock import Clock
from service.database import sql, unit_of_work
from service.messaging import consent
from service.messaging.outbox import URGENT, Kind
from service.messaging.quiet_hours import TextHours, hours_of, quiet_until
from service.messaging.standing import INTO_A_DIALOGUE, PARTLY_UNTRUE, STANDS, TOLD
from service.messaging.statuses import OutboxStatus, is_final, lower_than

# All texts of a claim are offered to the carrier at once, so a claim lasts one call.
BATCH = 20
# Longer than the gateway waits for an answer; the rest is the time in which a call may begin.
LEASE = timedelta(seconds=15)
CALL_MUST_BEGIN_WITHIN = timedelta(seconds=4)
# An outcome that is not known is looked up only after this long: a status callback may settle it, and the
# carrier's list must have had time to show a text that it took.
CALLBACK_GRACE = timedelta(seconds=15)

log = structlog.get_logger(__name__)

# One statement, so one round trip and one transaction. A phone's texts of one priority go out in the
# order in which they were written; a text that may not go out is settled instead of claimed.
CLAIM = f"""
WITH due AS (
    SELECT o.id,
           CASE WHEN o.useful_until <= $1 THEN 'expired'
                WHEN o.kind <> 'opt_out' AND EXISTS (
                    SELECT 1 FROM opt_out p WHERE p.phone = o.phone AND p.ended_at IS NULL) THEN 'suppressed'
                WHEN EXISTS (SELECT 1 FROM {TOLD} WHERE NOT {STANDS}) THEN 'suppressed'
                ELSE 'sending' END AS status
    FROM outbox_message o
    WHERE o.status = 'pending' AND o.not_before <= $1 AND NOT EXISTS (
        SELECT 1 FROM outbox_message earlier
        WHERE earlier.phone = o.phone AND earlier.priority = o.priority
          AND earlier.status IN ('pending', 'sending') AND earlier.not_before <= $1
          AND (earlier.created_at, earlier.id) < (o.created_at, o.id))
      AND NOT {INTO_A_DIALOGUE}
      AND (o.useful_until <= $1 OR NOT {PARTLY_UNTRUE})
    ORDER BY o.priority, o.not_before
    LIMIT $2
    FOR UPDATE OF o SKIP LOCKED
), claimed AS (
    UPDATE outbox_message o
    SET status = due.status,
        attempts = o.attempts + (due.status = 'sending')::int,
        leased_until = CASE WHEN due.status = 'sending' THEN $3::timestamptz END,
        sent_at = CASE WHEN due.status = 'sending' THEN $1 ELSE o.sent_at END,
        settled_at = CASE WHEN due.status = 'sending' THEN NULL ELSE $1::timestamptz END
    FROM due WHERE o.id = due.id
    RETURNING o.id, o.phone, o.body, o.kind, o.status, o.attempts, o.useful_until, o.priority, o.not_before,
              o.appointment
), tried AS (
    INSERT INTO attempt (id, outbox_message, number, started_at)
    SELECT gen_random_uuid(), id, attempts, $1 FROM claimed WHERE status = 'sending'
)
SELECT c.id, c.phone, c.body, c.kind, c.status, c.attempts, c.useful_until,
       f.zone, f.texts_from, f.sunday_texts_from, f.texts_until
FROM claimed c
LEFT JOIN appointment a ON a.id = c.appointment
LEFT JOIN clinic_session s ON s.id = a.clinic_session
LEFT JOIN facility f ON f.id = s.facility
ORDER BY c.priority, c.not_before
"""  # noqa: S608 - made of constants

# A status callback may have come before the carrier's answer: then only what it did not know is added.
RECORD = """
WITH result AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::timestamptz[], $6::smallint[])
        AS r(id, status, sid, error_code, retry_at, number)
), tried AS (
    UPDATE attempt a SET finished_at = $7, outcome = r.status, error_code = r.error_code
    FROM result r WHERE a.outbox_message = r.id AND a.number = r.number
)
UPDATE outbox_message o
SET status = CASE WHEN o.status = 'sending' OR (o.status = 'unknown' AND r.status <> 'pending')
                  THEN r.status ELSE o.status END,
    provider_sid = coalesce(o.provider_sid, r.sid),
    error_code = CASE WHEN o.status IN ('sending', 'unknown') THEN r.error_code ELSE o.error_code END,
    not_before = CASE WHEN r.status = 'pending' THEN r.retry_at ELSE o.not_before END,
    leased_until = CASE WHEN r.status = 'unknown' THEN r.retry_at END,
    settled_at = CASE WHEN r.status = 'failed' THEN $7 ELSE o.settled_at END
FROM result r
WHERE o.id = r.id AND o.attempts = r.number
"""

SETTLE = """
UPDATE outbox_message
SET status = $2,
    provider_sid = coalesce(provider_sid, $3),
    error_code = coalesce($4, error_code),
    leased_until = NULL,
    settled_at = CASE WHEN $7 THEN $5::timestamptz END
WHERE id = $1 AND status = ANY($6::text[])
RETURNING id
"""


class ClaimedText(msgspec.Struct, frozen=True):
    """A text that this worker, and no other, may offer to the carrier until its lease ends.

    `zone` and `hours` are those of the facility of the visit that it speaks of; None for answers and for
    what staff write, which go out at any hour.
    """

    id: UUID
    phone: str
    body: str
    kind: Kind
    attempts: int
    useful_until: datetime
    zone: ZoneInfo | None = None
    hours: TextHours | None = None

    def quiet_until(self, now: datetime) -> datetime | None:
        """When it may go out, if not now. What the family would otherwise learn too late is not held back."""
        if self.zone is None or self.hours is None:
            return None
        opens = quiet_until(now, self.hours, self.zone)
        now_or_never = self.kind in URGENT and opens >= self.useful_until
        return None if opens <= now or now_or_never else opens


class Result(msgspec.Struct, frozen=True):
    """What came of offering one text."""

    text: ClaimedText
    status: OutboxStatus
    sid: str | None = None
    error_code: int | None = None
    retry_at: datetime | None = None
    opted_out: bool = False


async def deliver_batch(carrier: Carrier, clock: Clock) -> int:
    """Send what is due, one batch of it.

    Returns:
        How many texts were settled or offered to the carrier; 0 when nothing was due.
    """
    claimed_at = clock()
    settled, claimed = await _claim(claimed_at)
    results = await asyncio.gather(*(_offer(text, carrier, clock, claimed_at) for text in claimed))
    await _record(results, now=clock())
    return settled + len(claimed)


async def _claim(now: datetime) -> tuple[int, list[ClaimedText]]:
    """Claim a batch: how many texts were settled without a call, and the texts to offer."""
    rows = await sql(CLAIM, now, BATCH, now + LEASE)
    claimed = [_claimed(row) for row in rows if row["status"] == "sending"]
    return len(rows) - len(claimed), claimed


def _claimed(row: Mapping[str, Any]) -> ClaimedText:
    return ClaimedText(
        id=row["id"],
        phone=row["phone"],
        body=row["body"],
        kind=row["kind"],
        attempts=row["attempts"],
        useful_until=row["useful_until"],
        zone=ZoneInfo(row["zone"]) if row["zone"] else None,
        hours=hours_of(row) if row["zone"] else None,
    )


async def _offer(text: ClaimedText, carrier: Carrier, clock: Clock, claimed_at: datetime) -> Result:
    """Offer one text to the carrier, and say what that means for its row."""
    now = clock()
    if now - claimed_at > CALL_MUST_BEGIN_WITHIN:
        # This process has slept. Another worker may hold the text by the time a call would end.
        return Result(text, "pending", retry_at=now)
    if (opens := text.quiet_until(now)) is not None:
        # It was due by day, and something kept it: the carrier, or no worker.
        return Result(text, "pending", retry_at=opens)
    try:
        sent = await carrier.send(OutgoingText(text.id, text.phone, text.body, text.useful_until - now))
    except CarrierError as error:
        log.info("text not accepted", text=str(text.id), outcome=type(error).__name__, code=error.code)
        return after_error(text, error, now=clock())
    except Exception as error:  # noqa: BLE001 - one odd answer must not take the rest of the batch with it
        log.error("carrier not understood", text=str(text.id), error=type(error).__name__)  # noqa: TRY400
        return after_error(text, OutcomeUnknown(None), now=clock())
    return Result(text, sent.status, sid=sent.sid, error_code=sent.error_code)


def after_error(text: ClaimedText, error: CarrierError, *, now: datetime) -> Result:
    """What a carrier's error means for the row of a text."""
    match error:
        case NotProcessed() | OperatorNeeded():
            return Result(text, "pending", error_code=error.code, retry_at=now + error.wait)
        case OutcomeUnknown():
            return Result(text, "unknown", error_code=error.code, retry_at=now + CALLBACK_GRACE)
        case _:
            return Result(text, "failed", error_code=error.code, opted_out=isinstance(error, OptedOut))


async def _record(results: Sequence[Result], *, now: datetime) -> None:
    if not results:
        return
    async with unit_of_work():
        await sql(
            RECORD,
            [r.text.id for r in results],
            [r.status for r in results],
            [r.sid for r in results],
            [r.error_code for r in results],
            [r.retry_at for r in results],
            [r.text.attempts for r in results],
            now,
        )
        for result in results:
            if result.opted_out:
                await consent.opt_out(result.text.phone, "carrier", now=now)


async def settle(text_id: UUID, carrier_text: CarrierText, *, now: datetime) -> bool:
    """Move a text forward to what the carrier says of it. Call it inside a unit of work.

    Returns:
        Whether that was news.
    """
    rows = await sql(
        SETTLE,
        text_id,
        carrier_text.status,
        carrier_text.sid,
        carrier_text.error_code,
        now,
        lower_than(carrier_text.status),
        is_final(carrier_text.status),
    )
    return bool(rows)

"""From the outbox to the carrier.

A worker claims texts, commits, calls the carrier with no database connection held, and records what
came of it in a second transaction. When nothing of a batch gets through, the carrier is at fault and not
a text: then the breaker opens for all workers, and the texts keep their place.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from service.carrier.error_table import SOON, concerns_all, reaction_to, wait_after
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
from service.messaging.claiming import Claim, ClaimedText, claim, may_go_to
from service.messaging.follow_up import follow_up
from service.messaging.sender import LONGEST_PAUSE, Limits, backoff, close_breaker, open_breaker
from service.messaging.statuses import OutboxStatus, Reason, is_final, lower_than

CALL_MUST_BEGIN_WITHIN = timedelta(seconds=4)
# An outcome that is not known is looked up only after this long: a status callback may settle it, and the
# carrier's list must have had time to show a text that it took.
CALLBACK_GRACE = timedelta(seconds=15)

log = structlog.get_logger(__name__)

# A status callback may have come before the carrier's answer: then only what it did not know is added.
RECORD = """
WITH result AS (
    SELECT * FROM unnest(
            $1::uuid[], $2::text[], $3::text[], $4::int[], $5::timestamptz[], $6::smallint[], $8::text[])
        AS r(id, status, sid, error_code, retry_at, number, reason)
), tried AS (
    UPDATE attempt a SET finished_at = $7, outcome = r.status, error_code = r.error_code
    FROM result r WHERE a.outbox_message = r.id AND a.number = r.number
)
UPDATE outbox_message o
SET status = CASE WHEN o.status = 'sending' OR (o.status = 'unknown' AND r.status <> 'pending')
                  THEN r.status ELSE o.status END,
    provider_sid = coalesce(o.provider_sid, r.sid),
    error_code = CASE WHEN o.status IN ('sending', 'unknown') THEN r.error_code ELSE o.error_code END,
    reason = r.reason,
    not_before = CASE WHEN r.status = 'pending' THEN r.retry_at ELSE o.not_before END,
    leased_until = CASE WHEN r.status = 'unknown' THEN r.retry_at END,
    settled_at = CASE WHEN r.status IN ('failed', 'expired', 'suppressed') THEN $7 ELSE o.settled_at END
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


class Result(msgspec.Struct, frozen=True):
    """What came of offering one text: how it stands, and the error that the carrier answered, if any."""

    text: ClaimedText
    status: OutboxStatus
    sid: str | None = None
    error: CarrierError | None = None
    error_code: int | None = None
    retry_at: datetime | None = None
    reason: Reason | None = None

    @property
    def got_through(self) -> bool:
        """Whether the carrier is there and works: an answer about this one text shows it too."""
        return self.sid is not None or (self.error is not None and not concerns_all(self.error))


async def deliver_batch(carrier: Carrier, clock: Clock, limits: Limits | None = None) -> int:
    """Send what is due, one batch of it.

    Returns:
        How many texts were settled or offered to the carrier; 0 when nothing was due, or may be sent now.
    """
    limits = limits or Limits()
    claimed_at = clock()
    claimed = await claim(limits, now=claimed_at)
    results = await asyncio.gather(
        *(_offer(text, carrier, clock, claimed_at, limits) for text in claimed.texts)
    )
    if results:
        await _record(results, claimed, limits, now=clock())
    return claimed.settled + len(results)


async def _offer(
    text: ClaimedText, carrier: Carrier, clock: Clock, claimed_at: datetime, limits: Limits
) -> Result:
    """Offer one text to the carrier, and say what that means for its row."""
    now = clock()
    if now - claimed_at > CALL_MUST_BEGIN_WITHIN:
        # This process has slept. Another worker may hold the text by the time a call would end.
        return Result(text, "pending", retry_at=now)
    if (opens := text.quiet_until(now)) is not None:
        # It was due by day, and something kept it: the carrier, or no worker.
        return Result(text, "pending", retry_at=opens)
    if not may_go_to(text.phone, limits.countries):
        return Result(text, "suppressed", reason="country")
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
            retry_at = now + backoff(wait_of(error, now=now), text.attempts, seed=str(text.id))
            in_time = retry_at < text.useful_until
            return Result(
                text,
                "pending" if in_time else "expired",
                None,
                error,
                error.code,
                retry_at if in_time else None,
            )
        case OutcomeUnknown():
            return Result(text, "unknown", None, error, error.code, now + CALLBACK_GRACE)
        case _:
            return Result(text, "failed", None, error, error.code)


def wait_of(error: CarrierError, *, now: datetime) -> timedelta:
    """The shortest time before another try; never none, so that nobody runs in circles."""
    return max(wait_after(reaction_to(error.code), now=now), SOON)


async def _record(results: Sequence[Result], claimed: Claim, limits: Limits, *, now: datetime) -> None:
    """Keep what came of a batch."""
    offered = [result for result in results if result.sid is not None or result.error is not None]
    carrier_fails = bool(offered) and not any(result.got_through for result in offered)
    if carrier_fails:
        results = [_in_its_place(result, now) for result in results]
    async with unit_of_work():
        await _record_rows(results, now)
        # In one order, so that two workers cannot wait for each other.
        for result in sorted(results, key=lambda result: result.text.phone):
            if isinstance(result.error, OptedOut):
                await consent.opt_out(result.text.phone, "carrier", now=now)
            if result.status == "failed":
                await follow_up(result.text.id, result.error_code, now=now)
        if carrier_fails:
            await _stop_all(offered, claimed, limits, now)
        elif offered and claimed.sender.closed_until is not None:
            await close_breaker(limits.sender, seen=claimed.sender.closed_until)
    for code in sorted({result.error_code for result in results if result.error_code}):
        if reaction_to(code).alert:
            log.error("carrier needs attention", code=code, meaning=reaction_to(code).meaning)


async def _record_rows(results: Sequence[Result], now: datetime) -> None:
    await sql(
        RECORD,
        [r.text.id for r in results],
        [r.status for r in results],
        [r.sid for r in results],
        [r.error_code for r in results],
        [r.retry_at for r in results],
        [r.text.attempts for r in results],
        now,
        [r.reason for r in results],
    )


def _in_its_place(result: Result, now: datetime) -> Result:
    """The breaker decides when to try again; the text need not wait beyond it, and so keeps its turn.

    Not when the account is at fault: it might be this text alone that shows it, and others should try.
    """
    if not isinstance(result.error, NotProcessed) or result.text.useful_until <= now:
        return result
    return msgspec.structs.replace(result, status="pending", retry_at=now)


async def _stop_all(offered: Sequence[Result], claimed: Claim, limits: Limits, now: datetime) -> None:
    """Nothing got through: no more calls for a while, longer each time."""
    failures = claimed.sender.failures + 1
    errors = [result.error for result in offered if result.error is not None]
    wait = max(wait_of(error, now=now) for error in errors)
    until = now + backoff(wait, failures, seed=limits.sender, longest=LONGEST_PAUSE)
    await open_breaker(limits.sender, failures=failures, until=until, code=errors[-1].code)
    log.warning("sending paused", failures=failures, until=until.isoformat(), code=errors[-1].code)


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

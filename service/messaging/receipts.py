"""What the carrier reports of a text after it took it. Reports move a text forward, never back."""

from datetime import datetime
from uuid import UUID

import structlog

from service.carrier.error_table import LATER, reaction_to
from service.carrier.port import CarrierText
from service.database import sql, unit_of_work
from service.messaging import consent
from service.messaging.follow_up import follow_up
from service.messaging.sender import open_breaker
from service.messaging.statuses import is_final, lower_than

# A text has three reports or more, so one of them is one statement: the receipt is kept, once per status,
# and the text moves forward with it.
TAKE = """
WITH known AS (
    SELECT id FROM outbox_message WHERE id = $1
), receipt AS (
    INSERT INTO delivery_receipt (id, outbox_message, provider_sid, status, error_code, received_at)
    SELECT gen_random_uuid(), id, $3, $2, $4, $5 FROM known
    ON CONFLICT (outbox_message, status) DO NOTHING RETURNING outbox_message
), settled AS (
    UPDATE outbox_message o
    SET status = $2,
        provider_sid = coalesce(o.provider_sid, $3),
        error_code = coalesce($4, o.error_code),
        leased_until = NULL,
        settled_at = CASE WHEN $7 THEN $5::timestamptz END
    FROM receipt WHERE o.id = receipt.outbox_message AND o.status = ANY($6::text[]) RETURNING o.id
)
SELECT EXISTS (SELECT 1 FROM settled) AS settled FROM known
"""

ENDED_IN_VAIN = ("undelivered", "failed")

log = structlog.get_logger(__name__)


async def take_receipt(text_id: UUID, report: CarrierText, *, now: datetime, sender: str) -> bool:
    """Record one report, once, however often it comes, and see to what follows from it.

    Returns:
        Whether it moved a text of ours forward. An unknown text is no error: the carrier must not be asked
        to repeat what nobody can use.
    """
    if report.status not in ENDED_IN_VAIN:
        return await _take(text_id, report, now)
    reaction = reaction_to(report.error_code)
    async with unit_of_work():
        settled = await _take(text_id, report, now)
        if reaction.action == "opt_out":
            # Also when the text was settled before: that the number has opted out stays true.
            for row in await sql("SELECT phone FROM outbox_message WHERE id = $1", text_id):
                await consent.opt_out(row["phone"], "carrier", now=now)
        if settled:
            await follow_up(text_id, report.error_code, now=now)
        if settled and reaction.action == "stop":
            await open_breaker(sender, failures=1, until=now + LATER, code=report.error_code)
    if settled and reaction.alert:
        log.error("carrier needs attention", code=report.error_code, meaning=reaction.meaning)
    return settled


async def _take(text_id: UUID, report: CarrierText, now: datetime) -> bool:
    """Whether a text moved forward."""
    rows = await sql(
        TAKE,
        text_id,
        report.status,
        report.sid,
        report.error_code,
        now,
        lower_than(report.status),
        is_final(report.status),
    )
    if not rows:
        log.warning("receipt for an unknown text", text=str(text_id))
        return False
    settled: bool = rows[0]["settled"]
    return settled

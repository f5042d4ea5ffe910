"""What the carrier reports of a text after it took it. Reports move a text forward, never back."""

from datetime import datetime
from uuid import UUID

import structlog

from service.carrier.error_table import REACTIONS
from service.carrier.port import CarrierText, OptedOut
from service.database import sql, unit_of_work
from service.messaging import consent
from service.messaging.delivery import settle

log = structlog.get_logger(__name__)


async def take_receipt(text_id: UUID, report: CarrierText, *, now: datetime) -> bool:
    """Record one report, once, however often it comes.

    Returns:
        Whether it was about a text of ours and told something new. An unknown text is no error: the
        carrier must not be asked to repeat what nobody can use.
    """
    async with unit_of_work():
        rows = await sql("SELECT phone FROM outbox_message WHERE id = $1", text_id)
        if not rows:
            log.warning("receipt for an unknown text", text=str(text_id))
            return False
        inserted = await sql(
            """INSERT INTO delivery_receipt
                   (id, outbox_message, provider_sid, status, error_code, received_at)
               VALUES (gen_random_uuid(), $1, $2, $3, $4, $5)
               ON CONFLICT (outbox_message, status) DO NOTHING RETURNING id""",
            text_id,
            report.sid,
            report.status,
            report.error_code,
            now,
        )
        if not inserted:
            return False
        if REACTIONS.get(report.error_code or 0, (None,))[0] is OptedOut:
            await consent.opt_out(rows[0]["phone"], "carrier", now=now)
        return await settle(text_id, report, now=now)

"""Who must not be texted. Our own record, whatever the carrier keeps; nobody but the phone ends it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from service.access.actor import SYSTEM, Actor
from service.access.audit import entry, record
from service.database import sql

Source = Literal["text", "carrier", "staff"]


async def opt_out(
    phone: str, source: Source, *, now: datetime, inbound_id: UUID | None = None, actor: Actor = SYSTEM
) -> bool:
    """Stop all texts to a phone. Call it inside a unit of work.

    Returns:
        Whether this is news: False when the phone had opted out before.
    """
    rows = await sql(
        """INSERT INTO opt_out (id, phone, source, since, inbound) VALUES (gen_random_uuid(), $1, $2, $3, $4)
           ON CONFLICT (phone) WHERE ended_at IS NULL DO NOTHING RETURNING id""",
        phone,
        source,
        now,
        inbound_id,
    )
    if rows:
        await record(entry(actor, "opt_out", "opt_out", rows[0]["id"], now=now, after={"source": source}))
    return bool(rows)


async def opt_in(phone: str, *, now: datetime, actor: Actor = SYSTEM) -> bool:
    """Let texts to a phone go out again, because it asked for that. Call it inside a unit of work.

    Returns:
        Whether this is news: False when the phone had not opted out.
    """
    rows = await sql(
        "UPDATE opt_out SET ended_at = $2 WHERE phone = $1 AND ended_at IS NULL RETURNING id", phone, now
    )
    if rows:
        await record(entry(actor, "opt_in", "opt_out", rows[0]["id"], now=now, after={"ended_at": now}))
    return bool(rows)

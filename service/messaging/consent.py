"""Who must not be texted. Our own record, whatever the carrier keeps; nobody but the phone ends it.

What a phone has agreed to or forbidden stands in an append-only ledger, consent_entry, which triggers keep
in step with opt-outs and guardians' consent, whoever changes them.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from service.access.actor import SYSTEM, Actor
from service.access.audit import entry, record
from service.database import sql

Source = Literal["text", "carrier", "staff"]

# Whether the phone of a guardian g is said to be somebody else's. Only a consent that staff record later
# ends that: nobody is named to such a phone, and its START does not count for the family.
QUARANTINED = """coalesce((
    SELECT e.change = 'wrong_number' FROM consent_entry e
    WHERE e.phone = g.phone AND e.change IN ('wrong_number', 'agreed') ORDER BY e.id DESC LIMIT 1), false)"""


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

    Who asks for our texts agrees to get them; but not while staff have yet to find out whose phone it is.

    Returns:
        Whether this is news: False when the phone had not opted out.
    """
    agreed = await sql(
        f"""UPDATE guardian g SET consented_at = $2
            WHERE g.phone = $1 AND g.consented_at IS NULL AND NOT {QUARANTINED} RETURNING g.id""",  # noqa: S608 - a constant
        phone,
        now,
    )
    for row in agreed:
        await record(entry(actor, "consent", "guardian", row["id"], now=now, after={"consented_at": now}))
    rows = await sql(
        "UPDATE opt_out SET ended_at = $2 WHERE phone = $1 AND ended_at IS NULL RETURNING id", phone, now
    )
    if rows:
        await record(entry(actor, "opt_in", "opt_out", rows[0]["id"], now=now, after={"ended_at": now}))
    return bool(rows)


async def withdraw(phone: str, *, now: datetime, actor: Actor = SYSTEM) -> bool:
    """Send a phone nothing automatic any more, because somebody else has it. Call it in a unit of work.

    No name of a child goes to a wrong number: what waits is dropped, and nothing new is planned until staff
    have asked and record consent again.

    Returns:
        Whether this is news.
    """
    await sql("INSERT INTO consent_entry (at, phone, change) VALUES ($2, $1, 'wrong_number')", phone, now)
    await sql(
        """UPDATE outbox_message SET status = 'suppressed', reason = 'wrong_number', settled_at = $2
           WHERE phone = $1 AND status = 'pending' AND kind NOT IN ('reply', 'opt_out')""",
        phone,
        now,
    )
    rows = await sql(
        "UPDATE guardian SET consented_at = NULL WHERE phone = $1 AND consented_at IS NOT NULL RETURNING id",
        phone,
    )
    if rows:
        await record(
            entry(actor, "wrong_number", "guardian", rows[0]["id"], now=now, after={"consented_at": None})
        )
    return bool(rows)

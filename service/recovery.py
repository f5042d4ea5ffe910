"""What a restore from a backup leaves behind: texts that look as if they were to be sent, and may have been.

Between the backup and its restore texts went out that the restored rows know nothing of. So every text that
was due counts as one whose outcome is unknown, and the carrier's own list is asked before anything is sent
again. Reminders that were due meanwhile become texts first, for the same reason.
"""

from datetime import datetime

import structlog

from service.database import sql, unit_of_work
from service.messaging.sender import IDENTITY
from service.reminders.queueing import queue_due_reminders

COPIED = f"""
SELECT name, inbound_compared_until FROM sender
WHERE database_id <> {IDENTITY} ORDER BY name FOR UPDATE
"""  # noqa: S608 - made of constants

DOUBT = """
UPDATE outbox_message SET status = 'unknown', sent_at = coalesce(sent_at, $2), leased_until = $1
WHERE status IN ('pending', 'sending') AND not_before <= $1 RETURNING id
"""

log = structlog.get_logger(__name__)


async def after_restore(*, now: datetime) -> int:
    """Doubt all that was due, if this database is a copy that nobody has seen to yet.

    Returns:
        How many texts the carrier is to be asked about.
    """
    async with unit_of_work():
        copied = await sql(COPIED)
        if not copied:
            return 0
        # A sender's row is touched every few minutes while a worker runs: the backup is hardly older.
        alive_until = min(row["inbound_compared_until"] for row in copied)
        await queue_due_reminders(now)
        doubted = len(await sql(DOUBT, now, alive_until))
        await sql(f"UPDATE sender SET database_id = {IDENTITY}")  # noqa: S608 - a constant
    log.warning("database restored: the carrier is asked before anything is sent", texts=doubted)
    return doubted

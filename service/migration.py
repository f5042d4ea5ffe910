"""The schema, brought up to date: ours by its migrations, the queue's by the queue itself.

Apart from `database`, because Piccolo's migration commands take long to import and only one program needs
them.
"""

import contextlib
import io

import asyncpg
import structlog
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager

from service.nudge import queue

# Any number, as long as all processes of Doseline lock the same one while they migrate.
MIGRATION_LOCK = 7_236_110

log = structlog.get_logger(__name__)


async def migrate(database_url: str) -> None:
    """Bring the schema up to date. Safe to run from several processes at once: one does it, the others wait.

    Piccolo records a migration after that migration's own commit and locks nothing, hence the advisory
    lock on a connection of its own.
    """
    guard = await asyncpg.connect(database_url)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        # Piccolo reports its progress on standard output, which belongs to our commands.
        report = io.StringIO()
        with contextlib.redirect_stdout(report):
            result = await ForwardsMigrationManager(app_name="tables").run()
        assert result.success, result.message
        log.info("migrated")
    finally:
        await guard.close()


async def prepare_queue(queue_url: str) -> None:
    """Make the queue's own tables, which must exist before web and worker start side by side."""
    jobs = queue(queue_url)
    await jobs.connect()
    await jobs.disconnect()

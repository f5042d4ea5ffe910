"""The schema, brought up to date: ours by its migrations, the queue's by the queue itself.

Apart from `database`, because Piccolo's migration commands take long to import and only one program needs
them.
"""

import contextlib
import importlib
import io
from collections.abc import Iterator
from pkgutil import iter_modules

import asyncpg
import structlog
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager

from service.database import engine
from service.errors import Conflict
from service.nudge import queue
from tables import migrations

# Any number, as long as all processes of Doseline lock the same one while they migrate.
MIGRATION_LOCK = 7_236_110
LOCK_WAIT = "5s"

log = structlog.get_logger(__name__)


async def migrate(database_url: str, *, lock_wait: str = LOCK_WAIT) -> None:
    """Bring the schema up to date. Safe to run from several processes at once: one does it, the others wait.

    Piccolo records a migration after that migration's own commit and locks nothing, hence the advisory
    lock on a connection of its own. What a migration may do during traffic: tables/migration_rules.py.

    Raises:
        Conflict: a table was in use for longer than `lock_wait`.
    """
    guard = await asyncpg.connect(database_url)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        # Piccolo reports its progress on standard output, which belongs to our commands.
        report = io.StringIO()
        with contextlib.redirect_stdout(report), _waiting_at_most(lock_wait):
            result = await ForwardsMigrationManager(app_name="tables").run()
        assert result.success, result.message
        log.info("migrated")
    except asyncpg.LockNotAvailableError:
        raise Conflict(
            "A table was in use for too long, so the database was left as it is: try again."
        ) from None
    finally:
        await guard.close()


@contextlib.contextmanager
def _waiting_at_most(lock_wait: str) -> Iterator[None]:
    """Bound how long a statement waits for a lock: whoever comes after it waits for it too."""
    configured = engine().config
    before = configured["server_settings"]
    configured["server_settings"] = {**before, "lock_timeout": lock_wait}
    try:
        yield
    finally:
        configured["server_settings"] = before


async def missing_migrations(connection: asyncpg.Connection) -> list[str]:
    """The migrations of this version that a database has not seen, oldest first."""
    modules = (
        importlib.import_module(f"{migrations.__name__}.{m.name}") for m in iter_modules(migrations.__path__)
    )
    ours = {module.ID for module in modules}
    if await connection.fetchval("SELECT to_regclass('migration')") is None:
        return sorted(ours)
    rows = await connection.fetch("SELECT name FROM migration WHERE app_name = 'tables'")
    return sorted(ours - {row["name"] for row in rows})


async def prepare_queue(queue_url: str) -> None:
    """Make the queue's own tables, which must exist before web and worker start side by side."""
    jobs = queue(queue_url)
    await jobs.connect()
    await jobs.disconnect()

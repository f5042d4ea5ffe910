"""Figures of the last day are read every few seconds by whoever watches; without an index each is a whole scan."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-25T17:58:20:118204"
VERSION = "1.38.0"
DESCRIPTION = "texts by the time at which they were owed"

# An attempt that was broken off leaves an index that nobody uses.
STATEMENTS = (
    "DROP INDEX CONCURRENTLY IF EXISTS outbox_message_created",
    "CREATE INDEX CONCURRENTLY outbox_message_created ON outbox_message (created_at)",
)
UNDO = STATEMENTS[:1]


async def run_all(statements: tuple[str, ...]) -> None:
    engine = engine_finder()
    assert engine is not None
    for statement in statements:
        await engine.run_ddl(statement)


async def forwards() -> MigrationManager:
    # Outside a transaction, as CONCURRENTLY asks for: texts go on being written meanwhile.
    manager = MigrationManager(
        migration_id=ID, app_name="tables", description=DESCRIPTION, wrap_in_transaction=False
    )

    async def run() -> None:
        await run_all(STATEMENTS)

    async def run_backwards() -> None:
        await run_all(UNDO)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager

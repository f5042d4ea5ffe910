"""Recalls among the timers and the texts, and the index by which open questions are found."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-25T18:10:48:902117"
VERSION = "1.38.0"
DESCRIPTION = "recalls are timers and texts; open questions are found by an index"

TIMERS = "'three_days', 'one_day', 'recall_1', 'recall_2', 'recall_3', 'recall_task'"
TEXTS = "'reply', 'opt_out', 'booked', 'moved', 'cancelled', 'reminder', 'recall', 'asked_again', 'by_hand'"

# Each may be run again: outside of a transaction, a migration that was broken off begins anew.
STATEMENTS = (
    "ALTER TABLE reminder DROP CONSTRAINT IF EXISTS reminder_kind_known",  # allowed during traffic: a wider one follows
    f"ALTER TABLE reminder ADD CONSTRAINT reminder_kind_known CHECK (kind IN ({TIMERS})) NOT VALID",
    "ALTER TABLE reminder VALIDATE CONSTRAINT reminder_kind_known",
    "ALTER TABLE outbox_message DROP CONSTRAINT IF EXISTS outbox_message_kind_known",  # allowed during traffic: as above
    f"ALTER TABLE outbox_message ADD CONSTRAINT outbox_message_kind_known CHECK (kind IN ({TEXTS})) NOT VALID",
    "ALTER TABLE outbox_message VALIDATE CONSTRAINT outbox_message_kind_known",
    "DROP INDEX CONCURRENTLY IF EXISTS conversation_open",
    "CREATE INDEX CONCURRENTLY conversation_open ON conversation (question) WHERE question IS NOT NULL",
)

# The narrower checks do not come back: rows of the new kinds may stand by then.
UNDO = ("DROP INDEX conversation_open",)


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

"""How many claims a phone has open, and a kind of text for what becomes of them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-25T18:13:10:204817"
VERSION = "1.38.0"
DESCRIPTION = "what registration by text looks up; its texts"

BEFORE = "'reply', 'opt_out', 'booked', 'moved', 'cancelled', 'reminder', 'recall', 'asked_again', 'by_hand'"

STATEMENTS = (
    "CREATE INDEX registration_claim_phone ON registration_claim (phone, created_at)",  # allowed during traffic: nobody uses the table yet
    "CREATE INDEX registration_claim_recent ON registration_claim (created_at)",  # allowed during traffic: as above
    "ALTER TABLE outbox_message DROP CONSTRAINT outbox_message_kind_known",  # allowed during traffic: a wider one follows
    f"ALTER TABLE outbox_message ADD CONSTRAINT outbox_message_kind_known CHECK (kind IN ({BEFORE}, 'registered')) NOT VALID",
    "ALTER TABLE outbox_message VALIDATE CONSTRAINT outbox_message_kind_known",
)

UNDO = (
    "DROP INDEX registration_claim_phone, registration_claim_recent",
    "ALTER TABLE outbox_message DROP CONSTRAINT outbox_message_kind_known",
    f"ALTER TABLE outbox_message ADD CONSTRAINT outbox_message_kind_known CHECK (kind IN ({BEFORE}))",
)


async def run_all(statements: tuple[str, ...]) -> None:
    engine = engine_finder()
    assert engine is not None
    for statement in statements:
        await engine.run_ddl(statement)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="tables", description=DESCRIPTION)

    async def run() -> None:
        await run_all(STATEMENTS)

    async def run_backwards() -> None:
        await run_all(UNDO)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager

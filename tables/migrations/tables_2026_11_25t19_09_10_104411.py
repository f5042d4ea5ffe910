"""One open claim per visit, however often a parent says it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-25T19:09:10:104411"
VERSION = "1.38.0"
DESCRIPTION = "one open claim per visit"

STATEMENTS = (
    "CREATE UNIQUE INDEX vaccination_claim_open ON vaccination_claim (appointment) WHERE status = 'open'",  # allowed during traffic: nobody uses the table yet
)

UNDO = ("DROP INDEX vaccination_claim_open",)


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

"""Children that were registered before there were forecasts get theirs worked out; those go first that ask."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-25T17:39:10:120345"
VERSION = "1.38.0"
DESCRIPTION = "a forecast for every child, stale ones first"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="tables", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        assert engine is not None
        await engine.run_ddl("CREATE INDEX forecast_stale ON forecast (assessed_on NULLS FIRST)")  # allowed during traffic: nobody uses the table yet
        await engine.run_ddl(
            "INSERT INTO forecast (id, child, groups) SELECT gen_random_uuid(), id, '[]' FROM child"
        )

    async def run_backwards() -> None:
        """The table goes with the migration before, and its index with it."""

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager

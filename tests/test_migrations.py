"""A migration runs during traffic: what it may do, and how it waits for its turn."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

import tables.migrations
from service.errors import Conflict
from service.migration import migrate, missing_migrations
from tables.migration_rules import ALLOWED, faults

FOLDER = Path(tables.migrations.__path__[0])
# The two that make the first schema: nothing runs before them.
FIRST = 2
LATER = sorted(FOLDER.glob("tables_*.py"))[FIRST:]

MIGRATION = """
UNDO = "DROP TABLE old"

async def forwards():
    {line}
"""
COLUMN = 'manager.add_column(tablename="child", column_name="n", params={"null": False, "default": %s})'


@pytest.mark.parametrize("migration", LATER, ids=lambda path: path.stem)
def test_a_migration_may_run_while_old_processes_work(migration: Path) -> None:
    assert faults(migration) == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('manager.drop_column(tablename="child", column_name="sex")', "drop_column"),
        ('manager.rename_column(tablename="child")', "rename_column"),
        ('manager.alter_column(tablename="child", params={"null": False})', "alter_column"),
        (COLUMN % "None", "without a default"),
        ('manager.add_constraint(tablename="child")', "reads the whole table"),
        ('run("ALTER TABLE child DROP COLUMN sex")', "old code may still use it"),
        ('run("ALTER TABLE child RENAME sex TO gender")', "old name"),
        ('run("ALTER TABLE child ALTER COLUMN sex SET NOT NULL")', "under a lock"),
        ('run("ALTER TABLE child ADD CONSTRAINT c CHECK (true)")', "all rows under a lock"),
        ('run("CREATE INDEX i ON child (sex)")', "nobody can write"),
    ],
)
def test_what_old_code_does_not_survive_is_found(tmp_path: Path, line: str, why: str) -> None:
    written = tmp_path / "migration.py"
    written.write_text(MIGRATION.format(line=line))
    assert [fault for fault in faults(written) if why in fault]
    written.write_text(MIGRATION.format(line=f"{line}  {ALLOWED} nobody has used it for a release"))
    assert faults(written) == []


@pytest.mark.parametrize(
    "line",
    [
        COLUMN % "0",
        'manager.add_column(tablename="child", column_name="n", params={"null": True, "default": None})',
        'run("CREATE INDEX CONCURRENTLY i ON child (sex)")',
        'run("ALTER TABLE child ADD CONSTRAINT c CHECK (true) NOT VALID")',
        'manager.add_table("new", tablename="new"); manager.add_constraint(tablename="new")',
    ],
)
def test_what_only_adds_is_fine(tmp_path: Path, line: str) -> None:
    written = tmp_path / "migration.py"
    written.write_text(MIGRATION.format(line=line))
    assert faults(written) == []


async def test_old_code_that_knows_no_new_column_still_writes_rows(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            """INSERT INTO outbox_message (phone, body, segments, kind, priority, not_before, useful_until,
                                           status, created_at)
               VALUES ('+254700000001', 'Hello', 1, 'reply', 0, now(), now(), 'pending', now())"""
        )
        await connection.execute(
            """INSERT INTO inbound_message (provider_sid, phone, to_number, body, other_fields, received_at)
               VALUES ('SM1', '+254700000001', '', '', '{}', now())"""
        )
    finally:
        await connection.close()


async def test_two_migrations_at_once_are_one(database_url: str) -> None:
    await asyncio.gather(migrate(database_url), migrate(database_url))
    connection = await asyncpg.connect(database_url)
    try:
        assert await missing_migrations(connection) == []
    finally:
        await connection.close()


async def test_a_migration_that_would_make_others_wait_gives_up_and_can_be_run_again(
    database_url: str,
) -> None:
    connection, busy = await asyncpg.connect(database_url), await asyncpg.connect(database_url)
    try:
        last = await connection.fetchval("SELECT max(name) FROM migration WHERE app_name = 'tables'")
        assert "CONCURRENTLY" in LATER[-1].read_text(), "this test runs the last migration twice"
        await connection.execute("DELETE FROM migration WHERE name = $1", last)
        async with busy.transaction():
            await busy.execute("LOCK TABLE outbox_message")
            with pytest.raises(Conflict):
                await migrate(database_url, lock_wait="50ms")
        await migrate(database_url)
        assert await missing_migrations(connection) == []
    finally:
        await connection.close()
        await busy.close()

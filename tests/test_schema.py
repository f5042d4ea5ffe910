"""The migrations make exactly the tables that the code speaks of."""

from collections.abc import Mapping
from typing import Any

import pytest
from piccolo.table import Table

from service.database import sql
from tables.piccolo_app import APP_CONFIG


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("table", APP_CONFIG.table_classes, ids=lambda table: table.__name__)
async def test_a_table_is_in_the_database_as_it_is_in_the_code(table: type[Table]) -> None:
    assert await columns_in_database(table) == columns_in_code(table)


@pytest.mark.usefixtures("database")
async def test_no_foreign_key_cascades() -> None:
    rows = await sql(
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND (confdeltype <> 'r' OR confupdtype <> 'r')"
    )
    assert rows == []


@pytest.mark.usefixtures("database")
async def test_the_schema_needs_no_extension() -> None:
    rows = await sql("SELECT extname FROM pg_extension")
    assert [row["extname"] for row in rows] == ["plpgsql"]


def columns_in_code(table: type[Table]) -> dict[str, bool]:
    """Each column's name and whether it may be null."""
    return {column._meta.db_column_name: column._meta.null for column in table._meta.columns}


async def columns_in_database(table: type[Table]) -> Mapping[str, Any]:
    rows = await sql(
        """SELECT column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns
           WHERE table_schema = 'public' AND table_name = $1""",
        table._meta.tablename,
    )
    return {row["column_name"]: row["nullable"] for row in rows}

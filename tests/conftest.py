"""Fixtures of the whole suite: one PostgreSQL, migrated once, emptied before each test that uses it."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from service.database import connection_pool, sql
from service.local.postgres import EmbeddedPostgres
from service.migration import migrate
from tests.running import Hands, Running, running

# The append-only audit trail and the foreign keys are for the service, not for who clears a test's table.
EMPTY = """
DO $$ DECLARE t record; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration'
                 AND tablename NOT LIKE 'saq%' LOOP
        EXECUTE format('DELETE FROM %I', t.tablename);
    END LOOP;
END $$
"""


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Everything here runs on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server on which tests may create databases: TEST_DATABASE_URL, or one of our own."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        if "PYTEST_XDIST_WORKER" in os.environ:
            pytest.exit("TEST_DATABASE_URL is one database: run pytest itself, in one process", returncode=4)
        yield given
        return
    with (
        tempfile.TemporaryDirectory(prefix="doseline-") as directory,
        EmbeddedPostgres(Path(directory), durable=False) as server,
    ):
        yield server.url


@pytest.fixture(scope="session")
def database_url(postgres_url: str) -> str:
    """A database with the schema that the migrations make, which Piccolo's engine is bound to."""
    os.environ["DATABASE_URL"] = postgres_url
    asyncio.run(migrate(postgres_url))
    return postgres_url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """The empty database, with an open pool in the test's own loop."""
    async with connection_pool(largest=16):
        await sql(EMPTY)
        yield database_url


@pytest.fixture
async def doseline(database: str) -> AsyncIterator[Running]:
    """Doseline and the carrier emulator, running on the empty database."""
    async with running(database, Hands()) as everything:
        yield everything


def pytest_addoption(parser: pytest.Parser) -> None:
    """Golden transcripts are rewritten on request; the difference is then reviewed."""
    parser.addoption("--rewrite-transcripts", action="store_true", help="write what the dialogues are now")

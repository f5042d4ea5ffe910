"""Fixtures of the whole suite: one PostgreSQL for all tests that need one."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.local.postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server on which tests may create databases: TEST_DATABASE_URL, or one of our own."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with (
        tempfile.TemporaryDirectory(prefix="doseline-") as directory,
        EmbeddedPostgres(Path(directory), durable=False) as server,
    ):
        yield server.url

"""The database of a run ends, and ends again while it is started."""

from pathlib import Path

import pytest

from service.local.postgres import EmbeddedPostgres, PostgresError
from service.local.run import start_again


class Failing(EmbeddedPostgres):
    """A server that is killed so often before it is ready."""

    def __init__(self, directory: Path, times: int) -> None:
        super().__init__(directory)
        self.times = times
        self.started = 0

    def start(self) -> None:
        """Fail, or be there."""
        self.started += 1
        if self.started <= self.times:
            raise PostgresError("PostgreSQL does not start")


async def test_a_database_that_is_killed_while_it_starts_is_started_once_more(tmp_path: Path) -> None:
    server = Failing(tmp_path, times=2)
    await start_again(server)
    assert server.started == 3


async def test_one_that_never_starts_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(PostgresError):
        await start_again(Failing(tmp_path, times=100))

"""The database: its pool, and the one way to open a transaction.

Piccolo finds its engine through piccolo_conf, which connects when it is imported; so nothing here
touches it before a function is called.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from piccolo.engine.finder import engine_finder
from piccolo.engine.postgres import PostgresEngine

# What a database that is down, or restarts, looks like from here. The last is what asyncpg says of a
# connection that was cut between its opening and its first statement.
AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.InternalClientError,
)

# And one that restarts, to who begins meanwhile: nothing listens yet, or it says that it is starting.
STARTING = (ConnectionError, FileNotFoundError, asyncpg.CannotConnectNowError)
BACK_WITHIN = 30.0  # seconds


def engine() -> PostgresEngine:
    """The one engine of this process."""
    found = engine_finder()
    assert isinstance(found, PostgresEngine)
    return found


@asynccontextmanager
async def connection_pool(*, largest: int) -> AsyncIterator[None]:
    """Keep connections open while a process serves.

    A database that is just restarting is waited for: a process that ended for it would be started again at
    once, and whoever starts it gives up on one that keeps ending.

    Args:
        largest: The most connections that this process may hold.
    """
    await _open_pool(largest)
    try:
        yield
    finally:
        await engine().close_connection_pool()


async def _open_pool(largest: int) -> None:
    deadline = asyncio.get_running_loop().time() + BACK_WITHIN
    while True:
        try:
            await engine().start_connection_pool(min_size=2, max_size=largest, reset=_reset)
        except STARTING:
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.1)
        else:
            return


async def _reset(connection: asyncpg.Connection) -> None:
    """Clean a connection that comes back, if it needs it: nothing here leaves more than a transaction behind.

    The driver's own reset costs a round trip each time.
    """
    if connection.is_in_transaction():
        await connection.reset()


@asynccontextmanager
async def unit_of_work() -> AsyncIterator[None]:
    """One transaction: all of it is committed, or none.

    Inside another unit of work it is a savepoint: what it did is undone alone when it fails, and
    committed with the outer one. Piccolo's own nested transaction would join silently and undo nothing.

    Piccolo keeps the connection and its context variable when COMMIT fails, so that all later
    transactions of the task are no-ops; here both are given back whatever happens.
    """
    db = engine()
    outer = db.current_transaction.get()
    if outer is not None:
        async with outer.connection.transaction():
            yield
        return
    assert db.pool is not None, "open a connection_pool first"
    async with db.pool.acquire() as connection, connection.transaction():
        transaction = db.transaction()
        transaction.connection = connection
        token = db.current_transaction.set(transaction)
        try:
            yield
        finally:
            db.current_transaction.reset(token)


async def sql(query: str, *args: object) -> Sequence[Mapping[str, Any]]:
    """Run a statement that Piccolo's query builder cannot express, in the open transaction if any.

    Args:
        query: SQL with $1, $2, ... for the arguments; never assembled from values.
        args: The values.
    """
    db = engine()
    transaction = db.current_transaction.get()
    if transaction is not None:
        rows: Sequence[Mapping[str, Any]] = await transaction.connection.fetch(query, *args)
        return rows
    assert db.pool is not None, "open a connection_pool first"
    rows = await db.pool.fetch(query, *args)
    return rows


async def wait_until_it_answers(database_url: str, *, seconds: float) -> None:
    """Wait for a database that is still starting.

    Raises:
        OSError, asyncpg.PostgresError: it did not answer in time.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            connection = await asyncpg.connect(database_url)
        except (OSError, asyncpg.PostgresError):
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.1)
        else:
            await connection.close()
            return

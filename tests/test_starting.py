"""A process that starts while its database is still starting: it waits, since ending would not help."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from service.database import connection_pool, engine, sql
from service.local.postgres import EmbeddedPostgres


async def test_who_starts_while_the_database_starts_waits_for_it(database_url: str, tmp_path: Path) -> None:
    assert database_url
    server, config = EmbeddedPostgres(tmp_path, durable=False), engine().config
    before = config["dsn"]
    config["dsn"] = server.url
    try:
        async with AsyncExitStack() as stack:
            opening = asyncio.create_task(stack.enter_async_context(connection_pool(largest=2)))
            await asyncio.wait([opening], timeout=0.3)
            assert not opening.done()
            stack.enter_context(server)
            await opening
            assert (await sql("SELECT 1 AS n"))[0]["n"] == 1
    finally:
        config["dsn"] = before

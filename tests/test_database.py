"""The one way to open a transaction: what it commits, undoes and gives back."""

import asyncio

import asyncpg
import pytest

from service.database import engine, sql, unit_of_work
from service.migration import migrate

pytestmark = pytest.mark.usefixtures("database")

A_PHONE = "INSERT INTO opt_out (phone, source, since) VALUES ($1, 'text', now())"


async def phones() -> set[str]:
    return {row["phone"] for row in await sql("SELECT phone FROM opt_out")}


async def test_what_fails_leaves_nothing_behind() -> None:
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work():
            await sql(A_PHONE, "+254700000001")
            raise ZeroDivisionError
    assert await phones() == set()


async def test_an_inner_unit_is_undone_alone() -> None:
    async with unit_of_work():
        await sql(A_PHONE, "+254700000001")
        with pytest.raises(ZeroDivisionError):
            async with unit_of_work():
                await sql(A_PHONE, "+254700000002")
                raise ZeroDivisionError
        async with unit_of_work():
            await sql(A_PHONE, "+254700000003")
    assert await phones() == {"+254700000001", "+254700000003"}


async def test_an_inner_unit_falls_with_the_outer_one() -> None:
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work():
            async with unit_of_work():
                await sql(A_PHONE, "+254700000001")
            raise ZeroDivisionError
    assert await phones() == set()


async def test_a_commit_that_fails_a_hundred_times_leaves_the_pool_whole() -> None:
    await sql(
        "CREATE TABLE deferred_to_commit (id int PRIMARY KEY, other int"
        " REFERENCES deferred_to_commit DEFERRABLE INITIALLY DEFERRED)"
    )
    try:
        for _ in range(100):
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                async with unit_of_work():
                    await sql("INSERT INTO deferred_to_commit VALUES (1, 2)")
        pool = engine().pool
        assert pool is not None
        assert pool.get_size() == pool.get_idle_size()
        # Piccolo's context variable is clean too: this is a transaction of its own, and it counts.
        async with unit_of_work():
            await sql("INSERT INTO deferred_to_commit VALUES (1, 1)")
        assert len(await sql("SELECT * FROM deferred_to_commit")) == 1
    finally:
        await sql("DROP TABLE deferred_to_commit")


async def test_a_cancelled_unit_gives_its_connection_back() -> None:
    inside = asyncio.Event()

    async def hang() -> None:
        async with unit_of_work():
            await sql(A_PHONE, "+254700000001")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await phones() == set()


async def test_migrating_at_once_from_several_processes_does_it_once(database: str) -> None:
    await asyncio.gather(*(migrate(database) for _ in range(3)))
    rows = await sql("SELECT name FROM migration")
    assert len(rows) == len({row["name"] for row in rows})


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
async def test_the_audit_trail_cannot_be_altered(statement: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await sql(statement)

"""Faults of our own machine: programs and the database end, COMMIT fails, the disk is full."""

import asyncio
import contextlib
import signal
import time
from random import Random

from service.database import AWAY
from tests.faults.invariants import Violation
from tests.faults.load import staff_book
from tests.faults.town import Town

IN_FLIGHT = 500
# From the start of the new worker.
SETTLED_WITHIN = 60.0
GUARDIANS = 5

OPEN = "SELECT count(*) AS n FROM outbox_message WHERE status = 'sending'"

COMMIT_FAILS = (
    "CREATE SEQUENCE fault_commits",
    """CREATE FUNCTION fault_commit() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
           -- A sequence is not rolled back, so this counts what failed.
           IF nextval('fault_commits') <= 50 THEN RAISE 'COMMIT fails'; END IF;
           RETURN NULL;
       END $$""",
    """CREATE CONSTRAINT TRIGGER fault_commit AFTER INSERT OR UPDATE ON appointment
       DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fault_commit()""",
    """CREATE CONSTRAINT TRIGGER fault_commit AFTER INSERT ON attempt
       DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fault_commit()""",
)
COMMIT_WORKS = (
    "DROP TRIGGER IF EXISTS fault_commit ON appointment",
    "DROP TRIGGER IF EXISTS fault_commit ON attempt",
    "DROP FUNCTION IF EXISTS fault_commit",
    "DROP SEQUENCE IF EXISTS fault_commits",
)

DISK_FULL = (
    """CREATE FUNCTION fault_disk() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE 'no space left on device' USING ERRCODE = '53100'; END $$""",
    """CREATE TRIGGER fault_disk BEFORE INSERT ON outbox_message
       FOR EACH ROW EXECUTE FUNCTION fault_disk()""",
    "CREATE TRIGGER fault_disk BEFORE INSERT ON attempt FOR EACH ROW EXECUTE FUNCTION fault_disk()",
)
DISK_FREE = (
    "DROP TRIGGER IF EXISTS fault_disk ON outbox_message",
    "DROP TRIGGER IF EXISTS fault_disk ON attempt",
    "DROP FUNCTION IF EXISTS fault_disk",
)


async def worker_before_the_call(town: Town, dice: Random) -> None:
    """1: kill -9 the worker at the sight of claimed texts, when their calls have hardly begun."""
    for _ in range(2):
        await asyncio.gather(*(town.comes_due(family) for family in dice.sample(town.families, 10)))
        await _claimed(town)
        await town.kills("worker")
        (row,) = await town.sql(OPEN)
        town.counted["claims cut short"] += row["n"]


async def worker_after_acceptance(town: Town, dice: Random) -> None:
    """2: kill -9 the worker while it waits for answers to texts that the carrier has taken.

    No report comes, so that the carrier's list has to tell.
    """
    await town.faults(
        {"kind": "timeout_after_accepting", "delay_ms": 9_000, "rate": 0.5},
        {"kind": "drop"},
        seed=dice.randrange(1000),
    )
    await _claimed(town)
    await asyncio.sleep(0.5)
    await town.kills("worker")
    (row,) = await town.sql(OPEN)
    town.counted["claims cut short"] += row["n"]


async def _claimed(town: Town) -> None:
    """Wait until a worker has texts in its hands; not for ever, since there may be none."""
    deadline = time.monotonic() + 5
    # Asked anew each time: the database may be killed while we wait.
    while not (await town.sql(OPEN))[0]["n"] and time.monotonic() < deadline:
        await asyncio.sleep(0.005)


async def worker_with_texts_in_flight(town: Town, dice: Random) -> None:
    """3: kill -9 the worker with 500 texts in flight; all are settled 60 s after the next one's start."""
    session = await town.world.admin.opens_a_session(
        town.facility, in_days=dice.randrange(30, 300), starts="08:00:00", capacity=IN_FLIGHT
    )
    with town.world.installation.frozen("worker"):

        async def book() -> None:
            family = await town.registers(town.facility, [session["id"]], GUARDIANS)
            await town.asks("POST", "/appointments/", child_id=family.child, session_id=session["id"])

        for _ in range(IN_FLIGHT // GUARDIANS // 10):
            await asyncio.gather(*(book() for _ in range(10)))
    await _claimed(town)
    await asyncio.sleep(dice.random() / 2)
    await town.kills("worker")
    began = time.monotonic()
    query = """SELECT count(*) AS n FROM outbox_message o JOIN appointment a ON a.id = o.appointment
               WHERE a.clinic_session = $1 AND o.status IN ('pending', 'sending', 'unknown')"""
    while (left := (await town.sql(query, session["id"]))[0]["n"]) and time.monotonic() < began + 90:
        await asyncio.sleep(0.2)
    took = time.monotonic() - began
    if left or took > SETTLED_WITHIN:
        town.found.append(Violation(2, f"{left} of {IN_FLIGHT} texts open {took:.0f} s after the new start"))


async def web_in_mid_booking(town: Town, dice: Random) -> None:
    """4: kill -9 the web process while bookings and texts are under way, twice."""
    for _ in range(2):
        await asyncio.sleep(0.3 + dice.random())
        await town.kills("web")


async def database_restarts_at_once(town: Town, dice: Random) -> None:
    """5: PostgreSQL is restarted at once (SIGQUIT), twice."""
    for _ in range(2):
        await asyncio.sleep(0.3 + dice.random())
        await town.ends_the_database(signal.SIGQUIT)


async def database_is_killed(town: Town, dice: Random) -> None:
    """6: kill -9 PostgreSQL, whose children outlive it for a moment; again before all have come back."""
    await asyncio.sleep(0.3 + dice.random())
    for _ in range(2):
        await town.ends_the_database(signal.SIGKILL)
        await asyncio.sleep(dice.random())


async def commit_fails(town: Town, dice: Random) -> None:
    """7: COMMIT fails 50 times, of bookings and of a worker's claims; the pools stay whole."""
    await asyncio.sleep(dice.random() / 2)
    await _in_one(town, COMMIT_FAILS)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        await asyncio.gather(*(staff_book(town, family, dice) for family in dice.sample(town.families, 4)))
        (row,) = await town.sql("SELECT last_value AS n FROM fault_commits")
        if row["n"] > 50:
            break
    town.counted["failed commits"] += min(row["n"], 50)
    await _in_one(town, COMMIT_WORKS)


async def disk_full_and_pool_exhausted(town: Town, dice: Random) -> None:
    """20: for seconds no row of a text can be written; then every connection of the web waits for a lock."""
    await asyncio.sleep(dice.random() / 2)
    await _in_one(town, DISK_FULL)
    await asyncio.sleep(2)
    await _in_one(town, DISK_FREE)
    # Where the database is killed meanwhile, nobody holds the lock any longer.
    with contextlib.suppress(*AWAY):
        async with town.database() as database, database.transaction():
            await database.execute("SELECT 1 FROM clinic_session FOR UPDATE")
            await asyncio.sleep(3)


async def _in_one(town: Town, statements: tuple[str, ...]) -> None:
    async with town.calm, town.database() as database, database.transaction():
        for statement in statements:
            await database.execute(statement)

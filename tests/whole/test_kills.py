"""Programs are killed and the queue is wiped while texts wait: each text still goes out, and once."""

import asyncio
import time
from typing import Any

import asyncpg
import pytest

from tests.whole.installation import Installation, installed
from tests.whole.people import Phone, World, around, comes_true

CHILDREN = 100
GUARDIANS = 5
TEXTS = CHILDREN * GUARDIANS
OPEN = ("pending", "sending", "unknown")
# From the start of the new worker.
SETTLED_WITHIN = 60


async def owed_texts(world: World) -> list[Phone]:
    """500 texts, each to a phone of its own: 100 appointments of children with five guardians."""
    facility = await world.admin.opens_a_facility()
    session = await world.admin.opens_a_session(facility, in_days=12, capacity=CHILDREN)

    async def book() -> list[Phone]:
        phones = [world.phone() for _ in range(GUARDIANS)]
        child = await world.admin.registers_a_child(facility, [phone.number for phone in phones])
        await world.admin.books(child, session)
        return phones

    families = await asyncio.gather(*(book() for _ in range(CHILDREN)))
    return [phone for family in families for phone in family]


async def received_once(world: World, phones: list[Phone], *, within: float) -> None:
    """Every phone gets its text within the time, and none of them twice."""
    wanted = {phone.number for phone in phones}

    async def received() -> list[str]:
        texts: list[Any] = (await world.emulator.get("/emulator/messages")).json()
        return [text["to"] for text in texts if text["to"] in wanted]

    async def all_have_it() -> bool:
        return len(await received()) >= len(phones)

    async def none_is_open() -> bool:
        figures = (await world.web.get("/metrics")).text
        return all(f'doseline_outbox_texts{{status="{status}"}} 0.0' in figures for status in OPEN)

    await comes_true(f"a text on each of {len(phones)} phones", all_have_it, within=within)
    # What is still open could go out a second time later.
    await comes_true("an outbox in which every text's fate is known", none_is_open, within=within)
    assert sorted(await received()) == sorted(wanted)
    assert set((await world.accepted()).values()) == {1}


async def wipe_the_queue(installation: Installation) -> int:
    """Delete every job; how many there were. A frozen worker may hold one for ever: that one stays."""
    connection = await asyncpg.connect(installation.database_url)
    try:
        jobs = await connection.fetch(
            "DELETE FROM saq_jobs WHERE key IN (SELECT key FROM saq_jobs FOR UPDATE SKIP LOCKED) RETURNING 1"
        )
    finally:
        await connection.close()
    return len(jobs)


async def test_texts_that_wait_when_the_worker_is_killed_go_out_by_the_next(world: World) -> None:
    with world.installation.frozen("worker"):
        phones = await owed_texts(world)
        assert not any([await phone.texts() for phone in phones])
        world.installation.kill_program("worker")
    await received_once(world, phones, within=SETTLED_WITHIN)


async def test_a_worker_killed_in_the_middle_of_sending_leaves_none_out_and_sends_none_twice(
    world: World,
) -> None:
    with world.installation.frozen("worker"):
        phones = await owed_texts(world)
        before = len(await world.accepted())

    deadline = time.monotonic() + 10
    while (sent := len(await world.accepted()) - before) == 0:
        assert time.monotonic() < deadline, "the worker sends nothing"
    world.installation.kill_program("worker")
    assert sent < TEXTS
    await received_once(world, phones, within=SETTLED_WITHIN)


async def test_texts_whose_jobs_are_wiped_still_go_out(world: World) -> None:
    with world.installation.frozen("worker"):
        phones = await owed_texts(world)
        assert await wipe_the_queue(world.installation) > 0
    await received_once(world, phones, within=SETTLED_WITHIN)


async def test_after_the_whole_run_is_killed_conversations_and_texts_go_on(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    directory = tmp_path_factory.mktemp("killed")
    directory.chmod(0o700)
    with installed(directory) as installation:
        async with around(installation) as world:
            phone = world.phone()
            facility = await world.admin.opens_a_facility()
            sessions = [await world.admin.opens_a_session(facility, in_days=days) for days in (12, 13, 14)]
            child = await world.admin.registers_a_child(facility, [phone.number])
            booked = await world.admin.books(child, sessions[0])
            await phone.hears()
            assert "These are free" in await phone.asks("can we move it")
            # The carrier is too busy for one more text, so that it waits while everything is killed.
            await world.emulator.post("/emulator/faults", json={"faults": [{"kind": "status_429"}]})
            waiting = world.phone()
            sibling = await world.admin.registers_a_child(facility, [waiting.number], name="Juma")
            await world.admin.books(sibling, sessions[0])
        installation.kill()
        installation.start()
        async with around(installation) as world:
            phone, waiting = world.phone(phone.number), world.phone(waiting.number)
            phone.read = 2
            assert "Done. Zuri" in await phone.asks("2")
            assert (await world.admin.appointment(booked))["session_id"] == sessions[2]["id"]
            # Killed in the middle of a call it is looked up first, once the dead worker's claim has lapsed.
            assert "A visit is booked for Juma" in await waiting.hears(within=30)
            assert set((await world.accepted()).values()) == {1}

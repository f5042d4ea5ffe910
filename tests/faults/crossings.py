"""Two who want something at the same moment: a place, a visit, a reminder, a plan."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import Any, TypeAlias

from tests.faults.invariants import Violation
from tests.faults.load import note, staff_book, staff_cancel
from tests.faults.town import Family, Town

Act: TypeAlias = Callable[[], Coroutine[Any, Any, None]]

PARENTS = 200
# By so many hands, as many phones are in use at once.
AT_ONCE = 20


async def the_last_place(town: Town, dice: Random) -> None:
    """15: 200 parents want the last place, by text and through the API at once."""
    await _many_want_one(town, dice, PARENTS)


async def the_last_place_of_few(town: Town, dice: Random) -> None:
    """15 with 24 parents, for the short form."""
    await _many_want_one(town, dice, 24)


async def _many_want_one(town: Town, dice: Random, parents: int) -> None:
    facility = await town.world.admin.opens_a_facility()
    open_session = town.world.admin.opens_a_session
    old = await open_session(facility, in_days=12, capacity=parents)
    last = await open_session(facility, in_days=13, starts="13:37:00", capacity=1)
    spare = await open_session(facility, in_days=14, capacity=parents)
    families: list[Family] = []

    async def moves_in() -> None:
        family = await town.registers(facility, [old["id"], last["id"], spare["id"]])
        booked = await town.asks("POST", "/appointments/", child_id=family.child, session_id=old["id"])
        if booked is not None:
            note(town, family, family.heard(booked), "booked")
            families.append(family)

    await _by_hands([moves_in for _ in range(parents)])
    await _by_hands([_says(town, family, "can we move it") for family in families])

    async def by_api(family: Family) -> None:
        (visit,) = family.visits.values()
        session = last["id"]
        await town.asks("PUT", f"/appointments/{visit.id}", version=visit.version, session_id=session)

    dice.shuffle(families)
    half = len(families) // 2
    texting = [_says(town, family, "1")() for family in families[:half]]
    await asyncio.gather(*texting, *(by_api(family) for family in families[half:]))
    (row,) = await town.sql("SELECT booked FROM clinic_session WHERE id = $1", last["id"])
    if row["booked"] > 1:
        town.found.append(Violation(1, f"the last place was given {row['booked']} times", (last["id"],)))


def _says(town: Town, family: Family, body: str) -> Act:
    async def say() -> None:
        await town.says(family.phones[0], body)

    return say


async def _by_hands(acts: Sequence[Act]) -> None:
    waiting = iter(acts)

    async def hand() -> None:
        for act in waiting:
            await act()

    await asyncio.gather(*(hand() for _ in range(AT_ONCE)))


async def crossing_moves(town: Town, dice: Random) -> None:
    """16: visits are moved to and fro between two sessions at once, by staff and by text: no deadlock."""
    facility = await town.world.admin.opens_a_facility()
    sessions = [
        (await town.world.admin.opens_a_session(facility, in_days=days, capacity=8))["id"]
        for days in (12, 13)
    ]
    families = [await town.registers(facility, sessions) for _ in range(10)]
    for number, family in enumerate(families):
        booked = await town.asks(
            "POST", "/appointments/", child_id=family.child, session_id=sessions[number % 2]
        )
        if booked is not None:
            note(town, family, family.heard(booked), "booked")
    before = town.counted["api 5xx"]

    async def to_and_fro(family: Family, order: Sequence[str]) -> None:
        for session in order:
            for visit in family.active:
                moved = await town.asks("PUT", f"/appointments/{visit.id}", session_id=session)
                if moved is not None:
                    family.heard(moved)

    orders = [[dice.choice(sessions) for _ in range(4)] for _ in families]
    texts = [_says(town, family, dice.choice(("can we move it", "1", "yes")))() for family in families * 2]
    await asyncio.gather(*map(to_and_fro, families, orders), *texts)
    if (failed := town.counted["api 5xx"] - before) > 0:
        town.found.append(Violation(1, f"{failed} crossing moves failed"))


async def stop_races_a_reminder(town: Town, dice: Random) -> None:
    """17: a reminder falls due in the moment in which a parent says STOP, or staff cancel the visit."""
    for family in dice.sample(town.families, 8):
        await staff_book(town, family, dice)
        against = (
            town.says(family.phones[0], dice.choice(("STOP", "please stop texting me")))
            if dice.random() < 0.5
            else staff_cancel(town, family, dice)
        )
        await asyncio.gather(town.comes_due(family), against)
        for phone in family.phones:
            await town.says(phone, "START")


async def two_planners(town: Town, dice: Random) -> None:
    """19: a second worker plans, claims and reconciles beside the first, while many reminders fall due."""
    process = await town.command("worker")
    try:
        for _ in range(3):
            due = dice.sample(town.families, len(town.families) // 2)
            await asyncio.gather(*(town.comes_due(family) for family in due))
            await asyncio.sleep(1)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
            town.counted["kills"] += 1
        await process.wait()

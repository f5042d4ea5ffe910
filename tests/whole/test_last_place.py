"""Many parents want the place that only one can have."""

import asyncio
from typing import Any

from tests.whole.people import Phone, World

# A start that no other session has: how the place is found among the offers.
LAST = "13:37"


async def families(world: World, facility: Any, how_many: int) -> tuple[Any, list[Phone]]:
    """Families that all have an appointment in one session, and have read so."""
    session = await world.admin.opens_a_session(facility, in_days=12, capacity=how_many)
    phones = [world.phone() for _ in range(how_many)]

    async def book(phone: Phone) -> None:
        child = await world.admin.registers_a_child(facility, [phone.number])
        await world.admin.books(child, session)
        await phone.hears()

    await asyncio.gather(*map(book, phones))
    return session, phones


async def booked(world: World, session: Any) -> list[str]:
    """The appointments in a session, after a look that its counter agrees."""
    found = await world.admin.get("/appointments/", session_id=session["id"], limit=100)
    now = await world.admin.get(f"/sessions/{session['id']}")
    assert now["booked"] == found["total"]
    return [appointment["id"] for appointment in found["items"]]


async def test_of_forty_parents_one_gets_the_last_place_and_the_others_other_offers(world: World) -> None:
    facility = await world.admin.opens_a_facility()
    session, phones = await families(world, facility, 40)
    last = await world.admin.opens_a_session(facility, in_days=13, starts=f"{LAST}:00", capacity=1)
    for days in (14, 15, 16):
        await world.admin.opens_a_session(facility, in_days=days)

    offers = await asyncio.gather(*(phone.asks("can we move it") for phone in phones))
    choices = {line[0] for text in offers for line in text.splitlines() if line.endswith(LAST)}
    assert all(LAST in text for text in offers)
    (choice,) = choices
    answers = await asyncio.gather(*(phone.asks(choice) for phone in phones))

    assert sum("Done. Zuri" in answer for answer in answers) == 1
    others = [answer for answer in answers if "that place has just been taken. These are free" in answer]
    assert len(others) == 39
    assert not any(LAST in answer for answer in others)
    assert len(await booked(world, last)) == 1
    assert len(await booked(world, session)) == 39


async def test_where_no_other_place_is_left_the_visit_stays_and_a_person_is_asked(world: World) -> None:
    facility = await world.admin.opens_a_facility()
    session, phones = await families(world, facility, 6)
    last = await world.admin.opens_a_session(facility, in_days=13, capacity=1)

    offers = await asyncio.gather(*(phone.asks("can we move it") for phone in phones))
    assert all("is free at" in offer for offer in offers)
    answers = await asyncio.gather(*(phone.asks("YES") for phone in phones))

    assert sum("Done. Zuri" in answer for answer in answers) == 1
    assert sum("No other place is free now" in answer for answer in answers) == 5
    assert len(await booked(world, last)) == 1
    assert len(await booked(world, session)) == 5
    handoffs = await world.admin.get("/handoffs/", limit=100)
    # Every installation is new, and nobody else in this module is left without a place.
    assert [handoff["reason"] for handoff in handoffs["items"]] == ["no_places"] * 5

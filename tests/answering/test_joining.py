"""Registering a child by text, from the first JOIN to the visit line's first due date."""

from datetime import timedelta

from service.access.actor import SYSTEM
from service.database import sql
from service.paging import Page
from service.registration.claims import list_claims
from service.registration.facilities import FacilityChange, change_facility
from service.registration.settling import Settlement, settle_claim
from tests.factories import NOW, a_child, a_facility, a_schedule_in_force
from tests.running import Running

AMINA, STRANGER = "+254700000001", "+254700000077"


async def test_a_stranger_registers_a_child_and_hears_when_its_vaccines_are_due(doseline: Running) -> None:
    await a_schedule_in_force("ke")
    facility = await a_facility("Kilimani Clinic")
    await change_facility(facility.id, FacilityChange(join_code=42), actor=SYSTEM, now=doseline.clock())
    assert "JOIN" in await doseline.asks(STRANGER, "hello")
    assert "first name" in await doseline.asks(STRANGER, "JOIN")
    assert "When was Zuri born" in await doseline.asks(STRANGER, "zuri")
    doseline.clock.pass_(timedelta(days=3))
    assert "Which clinic" in await doseline.asks(STRANGER, "born yesterday")
    question = await doseline.asks(STRANGER, "42")
    assert "Zuri, born Fri 6 Mar 2026, Kilimani Clinic" in question
    assert "Kilimani Clinic will check" in await doseline.asks(STRANGER, "yes")
    [claim] = (await list_claims(None, actor=SYSTEM, page=Page())).items
    assert (claim.phone, claim.consent_words) == (STRANGER, question)
    assert await sql("SELECT 1 FROM child") == []
    # What is asked before staff have looked is answered as to any stranger.
    assert "Zuri" not in await doseline.asks(STRANGER, "when is Zuri due?")
    await settle_claim(claim.id, Settlement(status="verified"), actor=SYSTEM, now=doseline.clock())
    await doseline.work()
    assert "Zuri is registered at Kilimani Clinic" in (await doseline.received(STRANGER))[-1]
    assert "Zuri" in await doseline.asks(STRANGER, "which vaccine?")


async def test_a_guardian_registers_another_child_in_their_own_language(doseline: Running) -> None:
    facility = await a_facility("Centro Roma")
    await a_child("Mateo", facility=facility, guardian=AMINA)
    await sql("UPDATE guardian SET language = 'es'")
    for text in ("join", "Lucía", "2 de marzo de 2026", "roma", "sí"):
        answer = await doseline.asks(AMINA, text)
    assert "Lucía" in answer
    [claim] = (await list_claims(None, actor=SYSTEM, page=Page())).items
    assert (claim.first_name, claim.language) == ("Lucía", "es")


async def test_whether_a_child_is_known_cannot_be_found_out_by_registering_it(doseline: Running) -> None:
    facility = await a_facility("Kilimani Clinic")
    zuri = await a_child("Zuri", facility=facility)
    known = [
        await doseline.asks(STRANGER, text) for text in _dialogue("Zuri", zuri.date_of_birth.isoformat())
    ]
    other = [await doseline.asks("+254700000078", text) for text in _dialogue("Juma", "2025-12-01")]
    assert [said.replace("Zuri", "Juma") for said in known] == other
    listed = await list_claims("open", actor=SYSTEM, page=Page())
    assert [len(claim.possible_duplicates) for claim in listed.items] == [1, 0]


async def test_stop_in_the_middle_ends_it_and_keeps_nothing(doseline: Running) -> None:
    await a_facility("Kilimani Clinic")
    for text in ("join", "Zuri", "please stop texting me"):
        await doseline.asks(STRANGER, text)
    assert await doseline.asks(STRANGER, "3 march 2026") == ""
    assert await sql("SELECT 1 FROM registration_claim") == []
    assert (await sql("SELECT state->>'type' AS type FROM conversation"))[0]["type"] == "Idle"


async def test_a_parent_who_is_not_understood_twice_is_left_to_a_person(doseline: Running) -> None:
    for text in ("join", "Zuri", "when the rains came", "in the rains"):
        await doseline.asks(STRANGER, text)
    rows = await sql("SELECT phone, reason FROM handoff WHERE closed_at IS NULL")
    assert [tuple(row.values()) for row in rows] == [(STRANGER, "not_understood")]


async def test_today_is_the_day_it_is_in_the_country_of_a_phone_that_nobody_knows(doseline: Running) -> None:
    await a_facility("Kilimani Clinic")
    # One o'clock at night in Nairobi, still the day before in UTC.
    doseline.clock.at = NOW.replace(hour=22)
    for text in ("join", "Zuri", "born today"):
        await doseline.asks(STRANGER, text)
    assert "born Thu 5 Mar 2026" in await doseline.asks(STRANGER, "kilimani clinic")


async def test_a_fourth_child_has_to_wait(doseline: Running) -> None:
    await a_facility("Kilimani Clinic")
    for name in ("Zuri", "Juma", "Neema"):
        for text in _dialogue(name, "2025-12-01"):
            await doseline.asks(STRANGER, text)
        # Nobody registers three children within half a minute: that would be taken for a machine.
        doseline.clock.pass_(timedelta(minutes=1))
    assert "cannot take another child" in await doseline.asks(STRANGER, "join")
    assert (await list_claims(None, actor=SYSTEM, page=Page())).total == 3


def _dialogue(name: str, born: str) -> tuple[str, ...]:
    return ("join", name, born, "kilimani clinic", "yes")

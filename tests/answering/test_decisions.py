"""What a text leaves behind beside a visit that changes: a language, a claim, a person asked at once."""

from datetime import timedelta

import pytest

from service.access.actor import SYSTEM
from service.database import sql
from service.errors import Conflict, Invalid
from service.messaging.handoffs import HandoffFilter, ask_a_person, list_handoffs
from service.paging import Page
from service.registration.facilities import FacilityChange, change_facility
from service.registration.families import NewGuardian
from service.scheduling.appointments import AppointmentView, get_appointment
from service.scheduling.claims import ClaimSettlement, list_claims, settle_claim
from service.vaccination.immunizations import NewImmunization
from tests.factories import NOW, a_child, a_facility, a_session, an_appointment
from tests.running import Running

AMINA = "+254700000001"
BABA = "+254700000002"
BOTH = (
    NewGuardian(phone=AMINA, name="Amina", consent=True),
    NewGuardian(phone=BABA, name="Baba", consent=True),
)


async def a_visit(doseline: Running, *, medical_sentence: str | None = None) -> AppointmentView:
    """A visit of a child with two guardians, who have both been told of it."""
    facility = await a_facility()
    if medical_sentence:
        change = FacilityChange(medical_sentence=medical_sentence)
        await change_facility(facility.id, change, actor=SYSTEM, now=NOW)
    appointment = await an_appointment(
        await a_child(facility=facility, guardians=BOTH), await a_session(facility)
    )
    await a_session(facility, day=NOW.date() + timedelta(days=15))
    await doseline.work()
    doseline.clock.pass_(timedelta(minutes=1))
    return appointment


async def status(visit: AppointmentView) -> str:
    return (await get_appointment(visit.id, actor=SYSTEM)).status


async def test_a_guardian_who_asks_for_spanish_is_answered_in_it_and_reminded_in_it(
    doseline: Running,
) -> None:
    await a_visit(doseline)
    assert "La cita de Zuri" in await doseline.asks(AMINA, "in spanish please")
    rows = await sql("SELECT phone, language FROM guardian ORDER BY phone")
    assert [tuple(row.values()) for row in rows] == [(AMINA, "es"), (BABA, "en")]
    trail = await sql("SELECT actor_kind FROM audit_entry WHERE subject = 'guardian' AND action = 'update'")
    assert [row["actor_kind"] for row in trail] == ["guardian"]
    assert "Les esperamos" in await doseline.asks(AMINA, "sí")


async def test_places_are_offered_in_the_language_just_asked_for(doseline: Running) -> None:
    await a_visit(doseline)
    await doseline.asks(AMINA, "español")
    assert "Hay lugar" in await doseline.asks(AMINA, "podemos cambiarla?")


async def test_another_language_is_offered_to_a_phone_once(doseline: Running) -> None:
    await a_visit(doseline)
    assert "ESPANOL" in await doseline.asks(AMINA, "¿a qué hora es la cita?")
    assert "ESPANOL" not in await doseline.asks(AMINA, "¿a qué hora es la cita?")


async def test_the_later_guardian_is_told_what_the_other_has_promised(doseline: Running) -> None:
    visit = await a_visit(doseline)
    await doseline.asks(AMINA, "yes")
    told = await doseline.asks(BABA, "no we can't make it")
    assert await status(visit) == "confirmed"
    assert "The other parent or carer" in told
    assert "Amina" not in told
    await doseline.asks(BABA, "1")
    assert await status(visit) == "cancelled"


async def test_who_changes_their_own_mind_is_not_asked(doseline: Running) -> None:
    visit = await a_visit(doseline)
    await doseline.asks(AMINA, "yes")
    await doseline.asks(AMINA, "no we can't make it")
    await doseline.asks(AMINA, "3")
    assert await status(visit) == "cancelled"


async def test_the_later_guardian_is_told_what_the_other_has_cancelled(doseline: Running) -> None:
    await a_visit(doseline)
    await doseline.emulator.post("/emulator/inbound", json={"from": AMINA, "body": "no"})
    assert "The other parent or carer has cancelled" in await doseline.asks(BABA, "yes we will come")
    assert "free" in await doseline.asks(BABA, "move")
    await doseline.asks(BABA, "1")
    rows = await sql("SELECT status FROM appointment ORDER BY created_at")
    assert [row["status"] for row in rows] == ["cancelled", "booked"]


async def test_an_emergency_is_urgent_until_somebody_has_looked_and_stands_first(doseline: Running) -> None:
    await a_visit(doseline, medical_sentence="Go to the county hospital now.")
    await ask_a_person("+254700000003", "not_understood", now=NOW)
    assert await doseline.asks(AMINA, "she is having a seizure") == "Go to the county hospital now."
    await doseline.asks(AMINA, "can somebody call me")
    found = await list_handoffs(HandoffFilter(open=True), actor=SYSTEM, page=Page(), now=NOW)
    assert [one.reason for one in found.items] == ["urgent", "not_understood"]
    summary = found.items[0].summary
    assert [one.by_family for one in summary.texts] == [False, True, False, True, False]
    assert summary.reading is not None
    assert summary.reading.evidence == "seizure"
    assert [visit.child for visit in summary.visits] == ["Zuri"]
    assert summary.state == "Waits for a person, as asked."


async def test_vaccinated_elsewhere_is_a_claim_and_the_visit_stays(doseline: Running) -> None:
    visit = await a_visit(doseline)
    await doseline.asks(AMINA, "she already got it at the hospital")
    await doseline.asks(BABA, "already vaccinated")
    (claim,) = (await list_claims("open", actor=SYSTEM, page=Page())).items
    assert (claim.appointment_id, claim.child) == (visit.id, "Zuri")
    assert await status(visit) == "booked"
    dose = NewImmunization(cvx="198", given_on=NOW.date() - timedelta(days=3), source="health_card")
    settled = ClaimSettlement(status="verified", doses=[dose], cancel_visit=True)
    assert (await settle_claim(claim.id, settled, actor=SYSTEM, now=NOW)).status == "verified"
    assert await status(visit) == "cancelled"
    assert [row["source"] for row in await sql("SELECT source FROM immunization")] == ["health_card"]
    with pytest.raises(Conflict):
        await settle_claim(claim.id, settled, actor=SYSTEM, now=NOW)


async def test_a_rejected_claim_records_nothing(doseline: Running) -> None:
    visit = await a_visit(doseline)
    await doseline.asks(AMINA, "already vaccinated")
    (claim,) = (await list_claims(None, actor=SYSTEM, page=Page())).items
    with pytest.raises(Invalid):
        await settle_claim(
            claim.id, ClaimSettlement(status="rejected", cancel_visit=True), actor=SYSTEM, now=NOW
        )
    assert (
        await settle_claim(claim.id, ClaimSettlement(status="rejected"), actor=SYSTEM, now=NOW)
    ).settled_at
    assert await status(visit) == "booked"


async def test_a_sick_child_is_offered_later_places_and_keeps_its_own_until_one_is_picked(
    doseline: Running,
) -> None:
    visit = await a_visit(doseline)
    assert "Thu 19 Mar" in await doseline.asks(AMINA, "Zuri has a fever")
    assert await status(visit) == "booked"
    await doseline.asks(AMINA, "yes")
    assert (await get_appointment(visit.id, actor=SYSTEM)).version == 2

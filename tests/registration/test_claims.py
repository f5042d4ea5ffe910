"""Children whom parents ask to register by text: filed by the conversation, settled by staff."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from conversations.states import Idle
from service.access.actor import NOBODY, SYSTEM
from service.answering import facts
from service.database import sql, unit_of_work
from service.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound
from service.messaging.consent import opt_out
from service.messaging.handoffs import ask_a_person
from service.paging import Page
from service.registration.children import get_child, remove_child
from service.registration.claims import get_claim, list_claims
from service.registration.families import NewGuardian
from service.registration.settling import Settlement, settle_claim
from tests.factories import (
    NOW,
    a_child,
    a_claim,
    a_facility,
    a_phone,
    a_schedule_in_force,
    a_session,
    an_appointment,
    scheduling_for,
)

pytestmark = pytest.mark.usefixtures("database")

AMINA = "+254700000001"
LATER = NOW + timedelta(hours=2)
VERIFIED = Settlement(status="verified")


async def texts() -> list[tuple[str, str]]:
    rows = await sql("SELECT phone, body FROM outbox_message WHERE kind = 'registered' ORDER BY created_at")
    return [(row["phone"], row["body"]) for row in rows]


async def may_join(phone: str = AMINA) -> bool:
    return (await facts.load(phone, Idle(), turned_at=None, now=NOW)).facts.may_join


async def test_a_verified_claim_becomes_a_child_and_the_parent_is_told_the_first_due_date() -> None:
    await a_schedule_in_force("ke")
    facility = await a_facility("Kilimani Clinic")
    claim = await a_claim(facility.id)
    settled = await settle_claim(claim, VERIFIED, actor=scheduling_for(facility.id), now=LATER)
    assert settled.status == "verified"
    assert settled.child_id
    child = await get_child(settled.child_id, actor=SYSTEM)
    assert (child.first_name, child.date_of_birth, child.facility_id) == (
        "Zuri",
        date(2026, 2, 20),
        facility.id,
    )
    assert [(one.phone, one.consented) for one in child.guardians] == [(AMINA, True)]
    [(phone, body)] = await texts()
    assert phone == AMINA
    assert body.startswith("Zuri is registered at Kilimani Clinic.")
    due = await sql("SELECT due_on FROM forecast WHERE child = $1", settled.child_id)
    assert due[0]["due_on"] is not None
    # The parent agreed by text, and not when staff had time for it.
    consented = await sql("SELECT consented_at FROM guardian")
    assert consented[0]["consented_at"] == NOW
    trail = await sql("SELECT action, subject FROM audit_entry WHERE subject <> 'facility' ORDER BY id")
    done = [(row["action"], row["subject"]) for row in trail]
    assert ("create", "registration_claim") in done
    assert ("create", "child") in done
    assert ("settle", "registration_claim") in done


async def test_the_first_due_date_is_told_as_a_day_when_it_lies_ahead() -> None:
    await a_schedule_in_force("ke")
    facility = await a_facility()
    claim = await a_claim(facility.id, language="es")
    child = await settle_claim(claim, VERIFIED, actor=SYSTEM, now=LATER)
    await sql("UPDATE forecast SET due_on = '2026-04-15'")
    again = await a_claim(facility.id, language="es")
    await settle_claim(
        again, Settlement(status="duplicate", child_id=child.child_id), actor=SYSTEM, now=LATER
    )
    assert "desde el mie 15 abr" in (await texts())[-1][1].replace("é", "e")


async def test_a_child_with_a_visit_is_not_said_to_be_due() -> None:
    await a_schedule_in_force("ke")
    facility = await a_facility()
    child = await a_child(facility=facility, born=date(2026, 2, 20))
    await an_appointment(child, await a_session(facility))
    claim = await a_claim(facility.id)
    await settle_claim(claim, Settlement(status="duplicate", child_id=child.id), actor=SYSTEM, now=LATER)
    assert "before each vaccine visit" in (await texts())[0][1]


async def test_what_resembles_a_claim_is_shown_to_staff_of_its_facility() -> None:
    facility, elsewhere = await a_facility(), await a_facility()
    born = date(2026, 2, 20)
    same = await a_child("Zurie", facility=facility, born=born)
    sibling = await a_child("Juma", facility=facility, guardian=AMINA, born=date(2020, 1, 1))
    await a_child("Neema", facility=facility, born=born)
    await a_child("Zuri", facility=facility, born=date(2026, 2, 19))
    await a_child("Zuri", facility=elsewhere, born=born, guardian=AMINA)
    claim = await a_claim(facility.id)
    other = await a_claim(facility.id, a_phone(), first_name="zuri")
    await a_claim(facility.id, a_phone(), first_name="Neema")
    view = await get_claim(claim, actor=scheduling_for(facility.id))
    assert {one.child_id: one.alike for one in view.possible_duplicates} == {
        same.id: ["birth"],
        sibling.id: ["phone"],
    }
    assert view.claimed_again == [other]


async def test_a_duplicate_makes_the_phone_one_of_the_childs_guardians() -> None:
    facility = await a_facility()
    father = NewGuardian(phone="+254700000009", name="Baba", relationship="father")
    child = await a_child(facility=facility, guardians=[father], born=date(2026, 2, 20))
    claim = await a_claim(facility.id)
    settlement = Settlement(status="duplicate", child_id=child.id, guardian_name="Amina")
    settled = await settle_claim(claim, settlement, actor=scheduling_for(facility.id), now=LATER)
    assert settled.child_id == child.id
    guardians = (await get_child(child.id, actor=SYSTEM)).guardians
    assert {(one.phone, one.name, one.relationship) for one in guardians} == {
        ("+254700000009", "Baba", "father"),
        (AMINA, "Amina", "carer"),
    }
    assert [phone for phone, _ in await texts()] == [AMINA]
    assert len(await sql("SELECT 1 FROM child")) == 1


async def test_a_duplicate_of_no_named_child_says_nothing_to_anybody() -> None:
    facility = await a_facility()
    claim = await a_claim(facility.id)
    await settle_claim(claim, Settlement(status="duplicate"), actor=SYSTEM, now=LATER)
    assert await texts() == []
    assert await sql("SELECT 1 FROM guardian") == []


async def test_a_child_of_another_facility_is_no_duplicate_for_a_scheduler() -> None:
    facility = await a_facility()
    child = await a_child()
    claim = await a_claim(facility.id)
    settlement = Settlement(status="duplicate", child_id=child.id)
    with pytest.raises(NotFound):
        await settle_claim(claim, settlement, actor=scheduling_for(facility.id), now=LATER)
    assert (await get_claim(claim, actor=SYSTEM)).status == "open"


async def test_a_rejected_claim_leaves_no_child_and_one_plain_text() -> None:
    facility = await a_facility("Kilimani Clinic")
    claim = await a_claim(facility.id)
    await settle_claim(claim, Settlement(status="rejected"), actor=SYSTEM, now=LATER)
    [(phone, body)] = await texts()
    assert phone == AMINA
    assert "Zuri" not in body
    assert "Kilimani Clinic" in body
    assert await sql("SELECT 1 FROM child") == []


@pytest.mark.parametrize("status", ["verified", "rejected"])
async def test_a_phone_that_said_stop_meanwhile_is_told_nothing(status: Any) -> None:
    facility = await a_facility()
    claim = await a_claim(facility.id)
    async with unit_of_work():
        await opt_out(AMINA, "text", now=NOW)
    await settle_claim(claim, Settlement(status=status), actor=SYSTEM, now=LATER)
    assert await texts() == []


async def test_a_phone_that_turned_out_to_be_somebody_elses_is_told_nothing() -> None:
    facility = await a_facility()
    await a_child("Juma", facility=facility, guardian=AMINA, consent=False)
    claim = await a_claim(facility.id)
    async with unit_of_work():
        await ask_a_person(AMINA, "wrong_number", now=LATER)
    await settle_claim(claim, VERIFIED, actor=SYSTEM, now=LATER)
    assert await texts() == []
    assert (await sql("SELECT consented_at FROM guardian"))[0]["consented_at"] is None


async def test_news_of_a_registration_waits_for_the_facilitys_hours() -> None:
    facility = await a_facility()
    claim = await a_claim(facility.id)
    night = NOW.replace(hour=20)
    await settle_claim(claim, VERIFIED, actor=SYSTEM, now=night)
    rows = await sql("SELECT not_before FROM outbox_message")
    assert rows[0]["not_before"] == NOW.replace(hour=6) + timedelta(days=1)


async def test_a_claim_is_settled_once_also_by_two_at_once() -> None:
    facility = await a_facility()
    claim = await a_claim(facility.id)
    tries = (settle_claim(claim, VERIFIED, actor=SYSTEM, now=LATER) for _ in range(2))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ClaimView", "Conflict"]
    assert len(await sql("SELECT 1 FROM child")) == 1
    with pytest.raises(Conflict):
        await settle_claim(claim, Settlement(status="rejected"), actor=SYSTEM, now=LATER)


async def test_a_second_child_of_the_same_name_birth_and_phone_is_refused() -> None:
    facility = await a_facility()
    await a_child(facility=facility, guardian=AMINA, born=date(2026, 2, 20))
    claim = await a_claim(facility.id)
    with pytest.raises(Duplicate):
        await settle_claim(claim, VERIFIED, actor=SYSTEM, now=LATER)
    assert (await get_claim(claim, actor=SYSTEM)).status == "open"


async def test_a_child_that_was_verified_by_mistake_can_be_removed() -> None:
    facility = await a_facility()
    claim = await a_claim(facility.id)
    settled = await settle_claim(claim, VERIFIED, actor=SYSTEM, now=LATER)
    assert settled.child_id
    await remove_child(settled.child_id, actor=SYSTEM, now=LATER)
    after = await get_claim(claim, actor=SYSTEM)
    assert (after.status, after.child_id) == ("verified", None)


async def test_an_age_is_no_day_of_birth_until_staff_give_one() -> None:
    facility = await a_facility()
    claim = await a_claim(facility.id, birth_is_estimate=True)
    with pytest.raises(Invalid):
        await settle_claim(claim, VERIFIED, actor=SYSTEM, now=LATER)
    day = Settlement(status="verified", date_of_birth=date(2026, 2, 17), first_name="Zuri Amani")
    settled = await settle_claim(claim, day, actor=SYSTEM, now=LATER)
    assert settled.child_id
    child = await get_child(settled.child_id, actor=SYSTEM)
    assert (child.first_name, child.date_of_birth) == ("Zuri Amani", date(2026, 2, 17))


async def test_a_scheduler_sees_the_claims_of_their_facilities_and_a_parent_none() -> None:
    mine, theirs = await a_facility(), await a_facility()
    settled = await a_claim(mine.id)
    await settle_claim(settled, Settlement(status="rejected"), actor=SYSTEM, now=LATER)
    still_open, other = await a_claim(mine.id), await a_claim(theirs.id)
    scheduler = scheduling_for(mine.id)
    listed = await list_claims(None, actor=scheduler, page=Page())
    assert [claim.id for claim in listed.items] == [still_open, settled]
    assert (await list_claims("open", actor=scheduler, page=Page())).total == 1
    with pytest.raises(NotFound):
        await settle_claim(other, VERIFIED, actor=scheduler, now=LATER)
    with pytest.raises(Forbidden):
        await list_claims(None, actor=NOBODY, page=Page())


async def test_a_phone_has_three_claims_waiting_and_six_in_a_month() -> None:
    facility = await a_facility()
    for _ in range(3):
        assert await may_join()
        last = await a_claim(facility.id)
    assert not await may_join()
    assert await may_join(a_phone())
    await settle_claim(last, Settlement(status="rejected"), actor=SYSTEM, now=LATER)
    assert await may_join()
    await sql("UPDATE registration_claim SET status = 'rejected', settled_at = $1", NOW)
    for _ in range(3):
        await a_claim(facility.id)
    await sql("UPDATE registration_claim SET status = 'rejected', settled_at = $1", NOW)
    assert not await may_join()
    await sql("UPDATE registration_claim SET created_at = created_at - interval '31 days'")
    assert await may_join()


async def test_all_phones_together_cannot_fill_the_table() -> None:
    facility = await a_facility()
    await a_claim(facility.id)
    await sql(
        """INSERT INTO registration_claim (id, phone, first_name, date_of_birth, facility, language,
                                           consent_words, inbound, status, created_at)
           SELECT gen_random_uuid(), '+2547' || (10000000 + n), first_name, date_of_birth, facility, language,
                  consent_words, inbound, status, created_at
           FROM registration_claim, generate_series(1, 299) n"""
    )
    assert not await may_join(a_phone())
    await sql("UPDATE registration_claim SET created_at = created_at - interval '61 minutes'")
    assert await may_join(a_phone())

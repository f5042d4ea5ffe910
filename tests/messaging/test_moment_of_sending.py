"""What was right when a text was written may be wrong when it is sent: it is asked again."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.access.actor import SYSTEM
from service.carrier.port import CarrierText, OutgoingText
from service.database import sql, unit_of_work
from service.errors import Invalid
from service.messaging import by_hand
from service.messaging.by_hand import TextFilter
from service.messaging.delivery import deliver_batch
from service.messaging.handoffs import HandoffFilter, ask_a_person, close_handoff, list_handoffs
from service.messaging.outbox import OwedText, owe
from service.messaging.reconciliation import reconcile
from service.paging import Page
from service.registration.children import ChildChange, change_child
from service.registration.families import NewGuardian
from service.registration.guardians import GuardianChange, change_guardian
from service.scheduling import booking
from tests.carriers import DeadLine
from tests.factories import NOW, a_child, a_facility, a_session, an_appointment, scheduling_for
from tests.running import Running

AMINA = "+254700000001"
BABA = "+254700000002"
NAIROBI = ZoneInfo("Africa/Nairobi")


def at(hour: int, minute: int = 0, *, day: int = 4) -> datetime:
    """A moment of March 2026 in Nairobi; the fourth is a Wednesday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=NAIROBI)


async def test_what_the_carrier_refused_in_the_evening_goes_out_in_the_morning(doseline: Running) -> None:
    doseline.clock.at = at(19, 50)
    await doseline.faults({"kind": "status_429"})
    facility = await a_facility()
    child = await a_child(facility=facility, guardian=AMINA)
    await an_appointment(child, await a_session(facility), now=at(19, 50))
    await doseline.work()
    await doseline.faults()
    doseline.clock.at = at(3, 3, day=5)
    await doseline.work()
    assert await doseline.received(AMINA) == []
    doseline.clock.at = at(9, 1, day=5)
    await doseline.work()
    assert len(await doseline.received(AMINA)) == 1


async def test_a_worker_that_comes_back_at_night_waits_for_the_morning(doseline: Running) -> None:
    child = await a_child(guardian=AMINA)
    await an_appointment(child)
    doseline.clock.at = at(23, 30)
    await doseline.work()
    assert await doseline.received(AMINA) == []


async def test_a_family_that_would_come_in_vain_is_told_in_the_evening(doseline: Running) -> None:
    facility = await a_facility()
    tomorrow = await a_session(facility, day=NOW.date() + timedelta(days=1), starts="08:30")
    visit = await an_appointment(await a_child(facility=facility, guardian=AMINA), tomorrow)
    await doseline.work()
    doseline.clock.at = at(20, 30)
    await booking.cancel(visit.id, actor=SYSTEM, now=doseline.clock())
    await doseline.work()
    assert len(await doseline.received(AMINA)) == 2


async def test_a_cancellation_that_can_wait_for_the_morning_does(doseline: Running) -> None:
    child = await a_child(guardian=AMINA)
    visit = await an_appointment(child)
    await doseline.work()
    doseline.clock.at = at(20, 30)
    await booking.cancel(visit.id, actor=SYSTEM, now=doseline.clock())
    await doseline.work()
    assert len(await doseline.received(AMINA)) == 1


async def test_a_reminder_does_not_say_tomorrow_on_the_day(doseline: Running) -> None:
    child = await a_child(guardian=AMINA)
    visit = await an_appointment(child)
    await doseline.work()
    doseline.clock.at = visit.starts_at - timedelta(hours=12)
    await doseline.work()
    doseline.clock.at = visit.starts_at + timedelta(minutes=1)
    await doseline.work()
    assert len(await doseline.received(AMINA)) == 1


async def test_a_phone_that_was_corrected_overnight_is_not_told(doseline: Running) -> None:
    child = await a_child(guardian=AMINA)
    await an_appointment(child, now=at(21))
    change = ChildChange(guardians=[NewGuardian(phone=BABA)])
    await change_child(child.id, change, actor=SYSTEM, now=at(21, 1))
    doseline.clock.at = at(9, 1, day=5)
    await doseline.work()
    assert await doseline.received(AMINA) == []


async def test_consent_that_was_withdrawn_overnight_counts(doseline: Running) -> None:
    child = await a_child(guardian=AMINA)
    await an_appointment(child, now=at(21))
    guardian_id = child.guardians[0].id
    await change_guardian(guardian_id, GuardianChange(consent=False), actor=SYSTEM, now=at(21, 1))
    doseline.clock.at = at(9, 1, day=5)
    await doseline.work()
    assert await doseline.received(AMINA) == []


class RewordingCarrier(DeadLine):
    """A carrier that took a text, changed a character of it and failed to say so."""

    async def send(self, text: OutgoingText) -> CarrierText:
        """Answer with something that nobody expects."""
        raise TypeError(text.id)

    async def sent_to(self, phone: str, *, since: datetime) -> list[CarrierText]:
        """One text, in other words, taken a second after it was sent."""
        assert phone == AMINA
        assert since <= NOW
        return [CarrierText("SM1", "it's on", "delivered", NOW + timedelta(seconds=1))]


async def test_a_text_that_the_carrier_may_have_reworded_is_parked_not_repeated(doseline: Running) -> None:
    carrier = RewordingCarrier()
    text = OwedText(
        phone=AMINA,
        body="it\u2019s on",
        kind="by_hand",
        not_before=NOW,
        useful_until=NOW + timedelta(hours=1),
    )
    await owe([text], now=NOW)
    await deliver_batch(carrier, doseline.clock)
    doseline.clock.pass_(timedelta(minutes=1))
    await reconcile(carrier, doseline.clock)
    rows = await sql("SELECT status FROM outbox_message")
    assert [row["status"] for row in rows] == ["parked"]
    assert await doseline.work() == 0


async def test_a_cancellation_during_a_move_is_answered_by_what_is_true(database: str) -> None:
    assert database
    facility = await a_facility()
    visit = await an_appointment(await a_child(facility=facility), await a_session(facility))
    other = await a_session(facility, day=NOW.date() + timedelta(days=9))
    moved = asyncio.Event()
    waiting = asyncio.Event()

    async def move() -> None:
        async with unit_of_work():
            await booking.move(visit.id, other.id, actor=SYSTEM, now=NOW)
            moved.set()
            await waiting.wait()

    async def cancel() -> str:
        await moved.wait()
        asyncio.get_running_loop().call_later(0.2, waiting.set)
        return (await booking.cancel(visit.id, actor=SYSTEM, now=NOW)).status

    _, status = await asyncio.gather(move(), cancel())
    assert status == "cancelled"
    rows = await sql("SELECT sum(booked) AS taken FROM clinic_session")
    assert rows[0]["taken"] == 0


async def test_staff_see_the_latest_reason_for_which_a_person_is_needed(database: str) -> None:
    assert database
    for reason in ("asked", "asked", "wrong_number"):
        await ask_a_person(AMINA, reason, now=NOW)
    found = await list_handoffs(HandoffFilter(), actor=SYSTEM, page=Page(), now=NOW)
    assert [handoff.reason for handoff in found.items] == ["wrong_number"]


async def test_closing_a_handoff_leaves_a_dialogue_that_has_gone_on_alone(doseline: Running) -> None:
    facility = await a_facility()
    visit = await an_appointment(await a_child(facility=facility, guardian=AMINA), await a_session(facility))
    await a_session(facility, day=NOW.date() + timedelta(days=9))
    await doseline.work()
    doseline.clock.pass_(timedelta(minutes=1))
    for text in ("I want to talk to a person", "can we move it"):
        await doseline.asks(AMINA, text)
    rows = await sql("SELECT id FROM handoff")
    await close_handoff(rows[0]["id"], actor=SYSTEM, now=doseline.clock())
    await doseline.asks(AMINA, "1")
    rows = await sql("SELECT version FROM appointment WHERE id = $1", visit.id)
    assert rows[0]["version"] == 2


async def test_a_clinic_that_knows_a_familys_number_does_not_read_its_texts(doseline: Running) -> None:
    child = await a_child("Zuri", guardian=AMINA)
    await an_appointment(child)
    await doseline.work()
    doseline.clock.pass_(timedelta(minutes=1))
    for text in ("where is it?", "I want to talk to a person"):
        await doseline.asks(AMINA, text)
    elsewhere = await a_facility()
    late = await a_child("Juma", facility=elsewhere, guardian=AMINA)
    await sql("UPDATE child SET created_at = created_at + interval '1 day' WHERE id = $1", late.id)
    theirs, ours = scheduling_for(elsewhere.id), scheduling_for(child.facility_id)
    assert (await by_hand.list_texts(TextFilter(), actor=theirs, page=Page())).items == []
    assert (await list_handoffs(HandoffFilter(), actor=theirs, page=Page(), now=NOW)).items == []
    assert len((await by_hand.list_texts(TextFilter(), actor=ours, page=Page())).items) == 3
    assert len((await list_handoffs(HandoffFilter(), actor=ours, page=Page(), now=NOW)).items) == 1


async def test_a_child_that_is_changing_clinics_is_not_booked_at_the_old_one(database: str) -> None:
    assert database
    facility = await a_facility()
    session = await a_session(facility)
    child = await a_child(facility=facility)
    elsewhere = await a_facility()
    moved, waiting = asyncio.Event(), asyncio.Event()

    async def change() -> None:
        async with unit_of_work():
            await change_child(child.id, ChildChange(facility_id=elsewhere.id), actor=SYSTEM, now=NOW)
            moved.set()
            await waiting.wait()

    async def book() -> object:
        await moved.wait()
        asyncio.get_running_loop().call_later(0.2, waiting.set)
        return await an_appointment(child, session)

    _, refused = await asyncio.gather(change(), book(), return_exceptions=True)
    assert isinstance(refused, Invalid)

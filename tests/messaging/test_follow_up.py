"""A text that did not arrive is not the end of it: the same again, another guardian, or a person."""

from datetime import timedelta
from uuid import UUID

from service.access.actor import SYSTEM
from service.carrier.port import CarrierText
from service.database import sql
from service.messaging import by_hand, consent
from service.messaging.by_hand import TextFilter
from service.messaging.receipts import take_receipt
from service.paging import Page
from service.registration.families import NewGuardian
from service.registration.guardians import GuardianChange, change_guardian
from service.scheduling.appointments import AppointmentView
from tests.factories import NOW, a_child, a_facility, a_session, an_appointment
from tests.running import Running

AMINA = "+254700000001"
BABA = "+254700000002"


async def a_visit_told_to(doseline: Running, *phones: str, silent: str | None = None) -> AppointmentView:
    """A visit that these phones were told of, and one that agrees to texts only afterwards.

    The carrier's own reports are lost, so that a test says how the texts end.
    """
    await doseline.faults({"kind": "drop"})
    facility = await a_facility()
    guardians = [NewGuardian(phone=phone) for phone in phones]
    if silent:
        guardians.append(NewGuardian(phone=silent, consent=False))
    child = await a_child(facility=facility, guardians=guardians)
    visit = await an_appointment(child, await a_session(facility), now=doseline.clock())
    await doseline.work()
    if silent:
        late = next(guardian.id for guardian in child.guardians if guardian.phone == silent)
        await change_guardian(late, GuardianChange(consent=True), actor=SYSTEM, now=NOW)
    return visit


async def the_text(phone: str) -> UUID:
    rows = await sql(
        "SELECT id FROM outbox_message WHERE phone = $1 ORDER BY created_at DESC, repeats DESC", phone
    )
    text_id: UUID = rows[0]["id"]
    return text_id


async def is_reported(doseline: Running, text_id: UUID, code: int) -> None:
    report = CarrierText(f"SM{text_id.hex}", "", "undelivered", doseline.clock(), code)
    await take_receipt(text_id, report, now=doseline.clock(), sender=doseline.limits.sender)


async def tasks() -> list[tuple[str, str]]:
    rows = await sql("SELECT phone, reason FROM handoff ORDER BY opened_at")
    return [(row["phone"], row["reason"]) for row in rows]


async def test_a_phone_that_is_off_gets_the_text_later_as_a_text_of_its_own(doseline: Running) -> None:
    await a_visit_told_to(doseline, AMINA)
    first = await the_text(AMINA)
    await is_reported(doseline, first, 30003)
    assert await doseline.work() == 0
    doseline.clock.pass_(timedelta(minutes=46))
    assert await doseline.work() == 1
    second = await the_text(AMINA)
    rows = await sql("SELECT follows, repeats FROM outbox_message WHERE id = $1", second)
    assert tuple(rows[0].values()) == (first, 1)
    accepted = await doseline.accepted()
    assert (accepted[str(first)], accepted[str(second)]) == (1, 1)
    assert await tasks() == []


async def test_a_phone_that_stays_off_is_a_task_for_staff_in_the_end(doseline: Running) -> None:
    await a_visit_told_to(doseline, AMINA)
    for _ in range(3):
        await is_reported(doseline, await the_text(AMINA), 30003)
        doseline.clock.pass_(timedelta(hours=2))
        await doseline.work()
    assert await tasks() == [(AMINA, "undelivered")]
    assert len(await doseline.received(AMINA)) == 3


async def test_a_report_that_comes_twice_is_followed_up_once(doseline: Running) -> None:
    await a_visit_told_to(doseline, AMINA)
    text_id = await the_text(AMINA)
    await is_reported(doseline, text_id, 30003)
    report = CarrierText(f"SM{text_id.hex}", "", "undelivered", NOW, 30003)
    assert not await take_receipt(text_id, report, now=NOW, sender=doseline.limits.sender)
    rows = await sql("SELECT count(*) AS n FROM outbox_message WHERE follows IS NOT NULL")
    assert rows[0]["n"] == 1


async def test_a_number_that_nobody_has_leads_to_another_guardian_who_agrees(doseline: Running) -> None:
    await a_visit_told_to(doseline, AMINA, silent=BABA)
    await is_reported(doseline, await the_text(AMINA), 30005)
    await doseline.work()
    assert len(await doseline.received(BABA)) == 1
    assert await tasks() == []
    await is_reported(doseline, await the_text(BABA), 30005)
    assert await doseline.work() == 0
    assert await tasks() == [(BABA, "undelivered")]


async def test_a_family_that_was_told_on_another_phone_is_not_told_twice(doseline: Running) -> None:
    await a_visit_told_to(doseline, AMINA, BABA)
    await is_reported(doseline, await the_text(AMINA), 30005)
    assert await doseline.work() == 0
    assert await tasks() == []


async def test_who_moved_the_visit_is_not_told_of_it_in_the_others_place(doseline: Running) -> None:
    await a_visit_told_to(doseline, AMINA, BABA)
    await sql(
        """INSERT INTO clinic_session (id, facility, starts_at, ends_at, capacity, booked, created_at)
           SELECT gen_random_uuid(), facility, starts_at + interval '1 day', ends_at + interval '1 day',
                  8, 0, created_at FROM clinic_session"""
    )
    doseline.clock.pass_(timedelta(minutes=1))
    await doseline.asks(AMINA, "can we move it")
    await doseline.asks(AMINA, "1")
    heard = len(await doseline.received(AMINA))
    await is_reported(doseline, await the_text(BABA), 30005)
    await doseline.work()
    assert len(await doseline.received(AMINA)) == heard
    assert await tasks() == []


async def test_a_guardian_who_does_not_agree_is_not_the_next_channel(doseline: Running) -> None:
    facility = await a_facility()
    await doseline.faults({"kind": "drop"})
    guardians = [NewGuardian(phone=AMINA), NewGuardian(phone=BABA, consent=False)]
    child = await a_child(facility=facility, guardians=guardians)
    await an_appointment(child, await a_session(facility))
    await doseline.work()
    await is_reported(doseline, await the_text(AMINA), 30005)
    assert await doseline.work() == 0
    assert await tasks() == [(AMINA, "undelivered")]


async def test_blocked_once_may_be_chance_blocked_twice_is_a_task(doseline: Running) -> None:
    for expected in ([], [(AMINA, "undelivered")]):
        await a_visit_told_to(doseline, AMINA)
        await is_reported(doseline, await the_text(AMINA), 30004)
        assert await tasks() == expected
        doseline.clock.pass_(timedelta(minutes=1))


async def test_nothing_follows_a_text_that_has_lost_its_use(doseline: Running) -> None:
    visit = await a_visit_told_to(doseline, AMINA, silent=BABA)
    doseline.clock.at = visit.starts_at
    await is_reported(doseline, await the_text(AMINA), 30003)
    await doseline.work()
    assert await doseline.received(BABA) == []
    assert await sql("SELECT 1 FROM outbox_message WHERE follows IS NOT NULL") == []


async def test_an_opt_out_at_the_carrier_is_no_task(doseline: Running) -> None:
    await a_visit_told_to(doseline, AMINA)
    await is_reported(doseline, await the_text(AMINA), 21610)
    assert await tasks() == []
    assert await sql("SELECT 1 FROM opt_out WHERE phone = $1", AMINA)


async def test_what_a_family_asked_for_is_not_covered_up_by_a_report(doseline: Running) -> None:
    await a_visit_told_to(doseline, AMINA)
    text_id = await the_text(AMINA)
    await doseline.says(AMINA, "wrong number")
    await is_reported(doseline, text_id, 30005)
    assert await tasks() == [(AMINA, "wrong_number")]


async def test_staff_see_why_a_text_was_not_sent_and_what_goes_out_in_its_place(doseline: Running) -> None:
    await a_visit_told_to(doseline, AMINA)
    await is_reported(doseline, await the_text(AMINA), 30003)
    await consent.opt_out(AMINA, "text", now=NOW)
    doseline.clock.pass_(timedelta(hours=1))
    await doseline.work()
    texts = (await by_hand.list_texts(TextFilter(), actor=SYSTEM, page=Page())).items
    second, first = sorted(texts, key=lambda text: text.follows is None)
    assert (first.status, second.status, second.reason) == ("undelivered", "suppressed", "opt_out")
    assert second.follows == first.id

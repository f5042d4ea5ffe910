"""Visits of one family on one day: told of in one text, answered at once, written anew when one changes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.access.actor import SYSTEM
from service.database import sql, unit_of_work
from service.messaging.delivery import deliver_batch
from service.registration.facilities import FacilityView
from service.registration.families import NewGuardian
from service.reminders.queueing import QUEUE_LOCK, queue_due_reminders
from service.scheduling import booking
from service.scheduling.appointments import AppointmentView, get_appointment
from tests.factories import NOW, a_child, a_facility, a_session, an_appointment
from tests.running import Running

AMINA = "+254700000001"
BABA = "+254700000002"
NAIROBI = ZoneInfo("Africa/Nairobi")
BOTH = (NewGuardian(phone=AMINA, name="Amina"), NewGuardian(phone=BABA, name="Baba", language="es"))
AMINA_ALONE = (NewGuardian(phone=AMINA, name="Amina"),)


def at(day: int, hour: int = 10, minute: int = 1) -> datetime:
    """A moment of March 2026 in Nairobi; the visits are on the eleventh."""
    return datetime(2026, 3, day, hour, minute, tzinfo=NAIROBI)


async def visits_on_one_day(
    facility: FacilityView, guardians: tuple[NewGuardian, ...] = AMINA_ALONE, names: str = "Zuri Juma"
) -> list[AppointmentView]:
    """A visit for each child, half an hour apart."""
    made = []
    for number, name in enumerate(names.split()):
        child = await a_child(name, facility=facility, guardians=guardians)
        session = await a_session(facility, starts=f"{9 + number // 2:02}:{number % 2 * 30:02}")
        made.append(await an_appointment(child, session))
    return made


async def texts_at(doseline: Running, moment: datetime, phone: str = AMINA) -> list[str]:
    """What comes to a phone when the worker works at this moment."""
    before = len(await doseline.received(phone))
    doseline.clock.at = moment
    await doseline.work()
    return (await doseline.received(phone))[before:]


async def statuses(visits: list[AppointmentView]) -> list[str]:
    return [(await get_appointment(visit.id, actor=SYSTEM)).status for visit in visits]


async def test_a_family_gets_one_reminder_for_its_visits_of_one_day(doseline: Running) -> None:
    await visits_on_one_day(await a_facility())
    await doseline.work()
    for day in (8, 10):
        # The eighth is a Sunday: the civil hour waits for noon.
        [text] = await texts_at(doseline, at(day, 12 if day == 8 else 10))
        assert "Zuri 09:00, Juma 09:30" in text


async def test_every_phone_of_the_family_gets_it_in_its_own_language(doseline: Running) -> None:
    await visits_on_one_day(await a_facility(), BOTH)
    await doseline.work()
    before = len(await doseline.received(BABA))
    [amina] = await texts_at(doseline, at(10))
    [baba] = (await doseline.received(BABA))[before:][-1:]
    assert "Zuri 09:00, Juma 09:30" in amina
    assert "Zuri 09:00, Juma 09:30" in baba
    assert "Responda" in baba


async def test_visits_of_another_day_or_another_clinic_are_told_of_apart(doseline: Running) -> None:
    [zuri, *_] = await visits_on_one_day(await a_facility(), names="Zuri")
    await visits_on_one_day(await a_facility(), names="Juma")
    await doseline.work()
    texts = await texts_at(doseline, at(10))
    assert len(texts) == 2
    assert zuri.status == "booked"


async def test_a_yes_confirms_all_the_visits_of_the_text(doseline: Running) -> None:
    visits = await visits_on_one_day(await a_facility())
    await doseline.work()
    await texts_at(doseline, at(10))
    doseline.clock.pass_(timedelta(minutes=1))
    await doseline.asks(AMINA, "yes")
    assert await statuses(visits) == ["confirmed", "confirmed"]


async def test_a_no_to_two_visits_is_asked_about(doseline: Running) -> None:
    visits = await visits_on_one_day(await a_facility())
    await doseline.work()
    await texts_at(doseline, at(10))
    doseline.clock.pass_(timedelta(minutes=1))
    assert "Juma" in await doseline.asks(AMINA, "no")
    assert await statuses(visits) == ["booked", "booked"]
    await doseline.asks(AMINA, "juma")
    assert await statuses(visits) == ["booked", "cancelled"]


async def test_a_text_of_which_one_visit_has_changed_is_written_anew_for_the_other(doseline: Running) -> None:
    facility = await a_facility()
    [_, juma] = await visits_on_one_day(facility)
    elsewhen = await a_session(facility, day=NOW.date() + timedelta(days=9))
    await doseline.work()
    await doseline.faults({"kind": "status_429"})
    assert await texts_at(doseline, at(10)) == []
    await doseline.faults()
    await booking.move(juma.id, elsewhen.id, actor=SYSTEM, now=at(10, 10, 5))
    doseline.clock.at = at(10, 10, 30)
    texts = await texts_at(doseline, at(10, 10, 30))
    about_tomorrow = [text for text in texts if "tomorrow" in text]
    assert len(about_tomorrow) == 1
    assert "Zuri" in about_tomorrow[0]
    assert "Juma" not in about_tomorrow[0]
    rows = await sql("SELECT status, count(*) AS n FROM outbox_message WHERE kind = 'reminder' GROUP BY 1")
    assert {row["status"]: row["n"] for row in rows}["suppressed"] == 1


async def test_a_text_of_which_every_visit_has_changed_is_dropped(doseline: Running) -> None:
    visits = await visits_on_one_day(await a_facility())
    await doseline.work()
    await doseline.faults({"kind": "status_429"})
    assert await texts_at(doseline, at(10)) == []
    await doseline.faults()
    for visit in visits:
        await booking.cancel(visit.id, actor=SYSTEM, now=at(10, 10, 5))
    texts = await texts_at(doseline, at(10, 10, 30))
    assert len(texts) == 2
    assert all("cancelled" in text for text in texts)


async def test_a_text_of_which_one_visit_has_just_changed_is_neither_sent_nor_lost(doseline: Running) -> None:
    facility = await a_facility()
    [_, juma] = await visits_on_one_day(facility)
    await doseline.work()
    await texts_at(doseline, at(8, 12))
    doseline.clock.at = at(10)
    await queue_due_reminders(doseline.clock())
    await booking.cancel(juma.id, actor=SYSTEM, now=doseline.clock())
    before = len(await doseline.received(AMINA))
    # The cancellation goes out; the reminder waits for the sweep that writes it anew.
    assert await deliver_batch(doseline.carrier, doseline.clock) == 1
    assert await deliver_batch(doseline.carrier, doseline.clock) == 0
    await doseline.work()
    _, reminder = (await doseline.received(AMINA))[before:]
    assert "Zuri" in reminder
    assert "Juma" not in reminder


@asynccontextmanager
async def held(statement: str, *args: object) -> AsyncIterator[None]:
    """Somebody else's transaction has run this statement and is not over yet."""
    running, over = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with unit_of_work():
            await sql(statement, *args)
            running.set()
            await over.wait()

    holder = asyncio.create_task(hold())
    await running.wait()
    try:
        yield
    finally:
        over.set()
        await holder


async def test_two_workers_do_not_queue_at_once_so_that_no_family_is_split(doseline: Running) -> None:
    await visits_on_one_day(await a_facility())
    doseline.clock.at = at(8, 12)
    async with held("SELECT pg_advisory_xact_lock($1)", QUEUE_LOCK):
        assert await queue_due_reminders(doseline.clock()) == 0
    assert await queue_due_reminders(doseline.clock()) == 2


async def test_a_visit_that_is_being_changed_is_not_waited_for(doseline: Running) -> None:
    [zuri, _] = await visits_on_one_day(await a_facility())
    doseline.clock.at = at(8, 12)
    async with held("SELECT 1 FROM appointment WHERE id = $1 FOR UPDATE", zuri.id), asyncio.timeout(10):
        assert await queue_due_reminders(doseline.clock()) == 1
    assert await queue_due_reminders(doseline.clock()) == 1


async def test_a_reminder_does_not_fall_into_a_dialogue(doseline: Running) -> None:
    facility = await a_facility()
    await visits_on_one_day(facility, names="Zuri")
    for day in (12, 13):
        await a_session(facility, day=NOW.date().replace(day=day))
    # Told of the booking days before: a family hears of one visit once a day.
    await doseline.work()
    doseline.clock.at = at(10, 9, 55)
    await doseline.asks(AMINA, "can we move it")
    assert await texts_at(doseline, at(10, 10, 1)) == []
    assert len(await texts_at(doseline, at(10, 10, 11))) == 1

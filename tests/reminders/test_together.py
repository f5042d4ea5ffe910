"""Visits of one family on one day: told of in one text, answered at once, written anew when one changes."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.access.actor import SYSTEM
from service.database import sql
from service.registration.facilities import FacilityView
from service.registration.families import NewGuardian
from service.reminders.queueing import queue_due_reminders
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


async def test_a_large_clinic_day_does_not_split_families_between_workers(doseline: Running) -> None:
    facility = await a_facility()
    for number in range(12):
        phone = f"+2547000003{number:02}"
        await visits_on_one_day_of(facility, phone)
    for moment in (NOW, at(8, 12)):
        await texts_at(doseline, moment)
    doseline.clock.at = at(10)
    await asyncio.gather(*(queue_due_reminders(doseline.clock()) for _ in range(4)))
    rows = await sql(
        """SELECT phone, count(*) AS n FROM outbox_message
           WHERE kind = 'reminder' AND created_at > $1 GROUP BY 1""",
        at(9),
    )
    assert [row["n"] for row in rows] == [1] * 12


async def visits_on_one_day_of(facility: FacilityView, phone: str) -> None:
    """Two children of one phone in the same session."""
    rows = await sql("SELECT id FROM clinic_session WHERE facility = $1", facility.id)
    session_id = rows[0]["id"] if rows else (await a_session(facility, capacity=50)).id
    for name in ("Zuri", "Juma"):
        child = await a_child(name, facility=facility, guardian=phone)
        new = booking.NewAppointment(child.id, session_id)
        await booking.book(new, actor=SYSTEM, now=NOW)


async def test_a_reminder_does_not_fall_into_a_dialogue(doseline: Running) -> None:
    facility = await a_facility()
    await visits_on_one_day(facility, names="Zuri")
    for day in (12, 13):
        await a_session(facility, day=NOW.date().replace(day=day))
    doseline.clock.at = at(10, 9, 55)
    await doseline.work()
    await doseline.asks(AMINA, "can we move it")
    assert await texts_at(doseline, at(10, 10, 1)) == []
    assert len(await texts_at(doseline, at(10, 10, 11))) == 1

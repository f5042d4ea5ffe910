"""After a missed visit: who is recalled when, and what ends it. On PostgreSQL, with the real carrier code."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from service.access.actor import SYSTEM
from service.database import sql
from service.messaging.consent import withdraw
from service.messaging.handoffs import ask_a_person
from service.registration.children import ChildView
from service.scheduling import booking
from service.scheduling.appointments import AppointmentView
from service.scheduling.outcomes import record_outcome
from tests.factories import a_child, a_dose, a_facility, a_session, an_appointment
from tests.running import Running

AMINA = "+254700000001"
BABA = "+254700000002"
NAIROBI = ZoneInfo("Africa/Nairobi")
# The visit is on Wednesday, 11 March, at 9.
FIRST, SECOND, THIRD, TASK = 12, 19, 26, 33


def at(day: int, hour: int = 10, minute: int = 1) -> datetime:
    """A moment in Nairobi, counted in days of March 2026."""
    return datetime(2026, 3, 1, hour, minute, tzinfo=NAIROBI) + timedelta(days=day - 1)


async def a_miss(
    doseline: Running, *names: str, phone: str = AMINA
) -> tuple[list[ChildView], list[AppointmentView]]:
    """Visits of one family on one day that staff have marked as missed; and places in the week after."""
    facility = await a_facility()
    session = await a_session(facility)
    children = [await a_child(name, facility=facility, guardian=phone) for name in names or ("Zuri",)]
    visits = [await an_appointment(child, session) for child in children]
    for day in (16, 17, 20):
        await a_session(facility, day=date(2026, 3, day))
    await doseline.work()
    doseline.clock.at = at(11, 16)
    for visit in visits:
        await record_outcome(visit.id, "missed", actor=SYSTEM, now=doseline.clock())
    return children, visits


async def recalls_on(doseline: Running, *days: int, phone: str = AMINA) -> list[str]:
    """The texts that come on these days, at the civil hour."""
    before = len(await doseline.received(phone))
    for day in days:
        doseline.clock.at = at(day)
        await doseline.work()
    return (await doseline.received(phone))[before:]


async def handoffs() -> list[tuple[str, str]]:
    rows = await sql("SELECT phone, reason FROM handoff WHERE closed_at IS NULL ORDER BY opened_at, phone")
    return [(row["phone"], row["reason"]) for row in rows]


async def test_a_family_is_recalled_three_times_and_then_staff_are_asked(doseline: Running) -> None:
    await a_miss(doseline)
    assert await recalls_on(doseline, 11) == []
    for day in (FIRST, SECOND, THIRD):
        [text] = await recalls_on(doseline, day)
        assert "Zuri" in text
        assert await recalls_on(doseline, day + 1) == []
    assert await handoffs() == []
    assert await recalls_on(doseline, TASK, TASK + 7) == []
    assert await handoffs() == [(AMINA, "missed_visit")]


async def test_a_recall_waits_for_the_civil_hour(doseline: Running) -> None:
    await a_miss(doseline)
    doseline.clock.at = at(FIRST, 9, 30)
    heard = len(await doseline.received(AMINA))
    await doseline.work()
    assert len(await doseline.received(AMINA)) == heard


async def test_a_new_visit_ends_the_recalls_even_if_it_is_cancelled(doseline: Running) -> None:
    [child], [visit] = await a_miss(doseline)
    await recalls_on(doseline, FIRST)
    session = await a_session_of(visit, 20)
    new = await booking.book(booking.NewAppointment(child.id, session), actor=SYSTEM, now=at(13))
    await booking.cancel(new.id, actor=SYSTEM, now=at(13))
    await recalls_on(doseline, 13)
    assert await recalls_on(doseline, SECOND, THIRD, TASK) == []
    assert await handoffs() == []


async def test_a_dose_ends_the_recalls(doseline: Running) -> None:
    [child], _ = await a_miss(doseline)
    await a_dose(child, "110", date(2026, 3, 11), now=at(13))
    assert await recalls_on(doseline, 13, SECOND) == []


async def test_a_visit_that_is_booked_while_a_recall_waits_drops_it(doseline: Running) -> None:
    [child], [visit] = await a_miss(doseline)
    await doseline.faults({"kind": "status_429"})
    assert await recalls_on(doseline, FIRST) == []
    await doseline.faults()
    session = await a_session_of(visit, 20)
    await booking.book(booking.NewAppointment(child.id, session), actor=SYSTEM, now=at(FIRST, 11))
    doseline.clock.at = at(FIRST, 12)
    await doseline.work()
    rows = await sql("SELECT status FROM outbox_message WHERE kind = 'recall'")
    assert [row["status"] for row in rows] == ["suppressed"]


async def test_monday_is_found_and_booked(doseline: Running) -> None:
    [child], _ = await a_miss(doseline)
    await recalls_on(doseline, FIRST)
    doseline.clock.pass_(timedelta(minutes=5))
    assert "16 Mar" in await doseline.asks(AMINA, "sorry! monday?")
    assert "Zuri" in await doseline.asks(AMINA, "yes")
    rows = await sql("SELECT day, status FROM appointment WHERE child = $1 ORDER BY day", child.id)
    assert [(row["day"].day, row["status"]) for row in rows] == [(11, "missed"), (16, "booked")]
    # The next texts are the reminders of the new visit.
    assert await recalls_on(doseline, SECOND, THIRD, TASK) == []


@pytest.mark.parametrize("said", ["no", "STOP", "please stop texting me", "already vaccinated"])
async def test_an_answer_that_settles_it_ends_the_recalls(doseline: Running, said: str) -> None:
    await a_miss(doseline)
    await recalls_on(doseline, FIRST)
    doseline.clock.pass_(timedelta(minutes=5))
    await doseline.says(AMINA, said)
    assert await recalls_on(doseline, SECOND, THIRD) == []


async def test_two_missed_children_are_recalled_in_one_text_and_booked_one_after_the_other(
    doseline: Running,
) -> None:
    await a_miss(doseline, "Zuri", "Juma")
    [text] = await recalls_on(doseline, FIRST)
    assert "Zuri" in text
    assert "Juma" in text
    doseline.clock.pass_(timedelta(minutes=5))
    for said in ("monday", "yes", "friday 20 march", "yes"):
        await doseline.asks(AMINA, said)
    rows = await sql(
        """SELECT c.first_name, a.day FROM appointment a JOIN child c ON c.id = a.child
           WHERE a.status = 'booked' ORDER BY a.day"""
    )
    assert {row["day"].day for row in rows} == {16, 20}
    assert {row["first_name"] for row in rows} == {"Zuri", "Juma"}
    assert await recalls_on(doseline, TASK) == []
    assert await handoffs() == []


async def test_when_one_of_two_has_a_new_visit_only_the_other_is_recalled(doseline: Running) -> None:
    [zuri, _], [visit, _] = await a_miss(doseline, "Zuri", "Juma")
    session = await a_session_of(visit, 20)
    await booking.book(booking.NewAppointment(zuri.id, session), actor=SYSTEM, now=doseline.clock())
    await doseline.work()
    [text] = await recalls_on(doseline, FIRST)
    assert "Juma" in text
    assert "Zuri" not in text


async def test_the_task_does_not_take_the_place_of_a_wrong_number(doseline: Running) -> None:
    await a_miss(doseline)
    await withdraw(AMINA, now=at(12, 8))
    await ask_a_person(AMINA, "wrong_number", now=at(12, 8))
    assert await recalls_on(doseline, FIRST, SECOND, THIRD, TASK) == []
    assert await handoffs() == [(AMINA, "wrong_number")]
    await sql("UPDATE handoff SET closed_at = $1", at(TASK, 15))
    await recalls_on(doseline, TASK + 2)
    assert await handoffs() == [(AMINA, "missed_visit")]


async def test_who_writes_before_the_recall_is_understood_all_the_same(doseline: Running) -> None:
    await a_miss(doseline)
    assert "20 Mar" in await doseline.asks(AMINA, "sorry we could not come, can we come friday 20 march")


async def a_session_of(visit: AppointmentView, day: int) -> UUID:
    """The open session of that day, at the facility of the visit."""
    rows = await sql(
        "SELECT id FROM clinic_session WHERE facility = $1 AND (starts_at AT TIME ZONE 'UTC')::date = $2",
        visit.facility_id,
        date(2026, 3, day),
    )
    session_id: UUID = rows[0]["id"]
    return session_id

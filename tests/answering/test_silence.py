"""Questions of ours that nobody answers, on PostgreSQL: asked once more by day, and then dropped."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.access.actor import SYSTEM
from service.answering.silence import PATIENCE, end_silences
from service.database import sql
from service.scheduling import booking
from service.scheduling.appointments import AppointmentView, get_appointment
from tests.factories import a_child, a_facility, a_session, an_appointment
from tests.running import Running

AMINA = "+254700000001"
NAIROBI = ZoneInfo("Africa/Nairobi")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026 in Nairobi; the visit is on Monday, the thirtieth."""
    return datetime(2026, 3, day, hour, minute, tzinfo=NAIROBI)


async def a_question(doseline: Running, asked_at: datetime, said: str = "can we move it") -> AppointmentView:
    """A parent has been asked which place."""
    facility = await a_facility()
    child = await a_child(facility=facility, guardian=AMINA)
    visit = await an_appointment(child, await a_session(facility, day=date(2026, 3, 30)))
    for day in (24, 25, 31):
        await a_session(facility, day=date(2026, 3, day))
    await doseline.work()
    doseline.clock.at = asked_at
    assert await doseline.asks(AMINA, said)
    return visit


async def texts_at(doseline: Running, moment: datetime) -> list[str]:
    before = len(await doseline.received(AMINA))
    doseline.clock.at = moment
    await doseline.work()
    return (await doseline.received(AMINA))[before:]


async def the_state() -> tuple[str, bool]:
    """What is waited for, and whether a question is open."""
    rows = await sql("SELECT state->>'type' AS state, question FROM conversation")
    return rows[0]["state"], rows[0]["question"] is not None


async def test_a_question_is_asked_once_more_and_then_dropped(doseline: Running) -> None:
    await a_question(doseline, at(5, 14))
    assert await texts_at(doseline, at(6, 9)) == []
    [again] = await texts_at(doseline, at(6, 10, 1))
    assert "24 Mar" in again
    assert await texts_at(doseline, at(6, 10, 2)) == []
    assert await the_state() == ("ChoosingPlace", True)
    assert await texts_at(doseline, at(7, 7)) == []
    assert await the_state() == ("Idle", False)
    assert await texts_at(doseline, at(12, 12)) == []


async def test_what_was_asked_again_can_be_answered(doseline: Running) -> None:
    visit = await a_question(doseline, at(5, 14))
    await texts_at(doseline, at(6, 10, 1))
    doseline.clock.pass_(timedelta(hours=2))
    assert "Zuri" in await doseline.asks(AMINA, "2")
    assert (await get_appointment(visit.id, actor=SYSTEM)).version == 2


@pytest.mark.parametrize("said", ["2", "yes"])
async def test_a_late_bare_answer_is_not_taken_for_one_to_the_old_question(
    doseline: Running, said: str
) -> None:
    visit = await a_question(doseline, at(5, 14))
    await texts_at(doseline, at(6, 10, 1))
    await texts_at(doseline, at(7, 7))
    await doseline.asks(AMINA, said)
    now = await get_appointment(visit.id, actor=SYSTEM)
    assert (now.status, now.version) == ("booked", 1)


async def test_the_time_runs_from_when_the_question_went_out(doseline: Running) -> None:
    facility = await a_facility()
    child = await a_child(facility=facility, guardian=AMINA)
    await an_appointment(child, await a_session(facility, day=date(2026, 3, 30)))
    for day in (24, 25):
        await a_session(facility, day=date(2026, 3, day))
    await doseline.work()
    await doseline.faults({"kind": "status_429"})
    doseline.clock.at = at(5, 11)
    await doseline.says(AMINA, "can we move it")
    await doseline.faults()
    assert len(await texts_at(doseline, at(5, 14))) == 1
    assert await texts_at(doseline, at(6, 9)) == []
    assert len(await texts_at(doseline, at(6, 10, 1))) == 1


async def test_a_question_is_not_asked_again_at_night(doseline: Running) -> None:
    await a_question(doseline, at(5, 1))
    assert await texts_at(doseline, at(5, 1) + PATIENCE + timedelta(minutes=1)) == []
    assert await texts_at(doseline, at(6, 8, 59)) == []
    assert len(await texts_at(doseline, at(6, 9, 1))) == 1


async def test_a_question_about_a_visit_that_has_changed_is_dropped(doseline: Running) -> None:
    visit = await a_question(doseline, at(5, 14))
    await booking.cancel(visit.id, actor=SYSTEM, now=at(5, 15))
    await texts_at(doseline, at(5, 15, 1))
    assert await texts_at(doseline, at(6, 10, 1)) == []
    assert await the_state() == ("Idle", False)


async def test_who_writes_something_else_meanwhile_starts_the_time_anew(doseline: Running) -> None:
    await a_question(doseline, at(5, 14))
    doseline.clock.at = at(5, 18)
    await doseline.asks(AMINA, "where is it?")
    assert await texts_at(doseline, at(6, 10, 1)) == []
    assert len(await texts_at(doseline, at(6, 14, 1))) == 1


async def test_after_stop_no_question_is_asked_again(doseline: Running) -> None:
    await a_question(doseline, at(5, 14))
    doseline.clock.at = at(5, 15)
    await doseline.says(AMINA, "please stop texting me")
    assert await the_state() == ("Idle", False)
    assert await texts_at(doseline, at(6, 12)) == []


async def test_a_question_that_we_stumble_over_is_dropped_and_holds_nothing_up(doseline: Running) -> None:
    await a_question(doseline, at(5, 14))
    # A zone that the machine's own data does not know any more.
    await sql("UPDATE facility SET zone = 'Atlantis/Capital'")
    assert await end_silences(at(6, 10, 1)) == 1
    assert await the_state() == ("ChoosingPlace", False)
    assert await end_silences(at(6, 10, 2)) == 0

"""Places are given, moved and taken back, and never more than there are."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from service.access.actor import SYSTEM
from service.database import sql
from service.errors import (
    AlreadyBooked,
    Conflict,
    DoselineError,
    Invalid,
    NotFound,
    SessionFull,
    StaleVersion,
)
from service.messaging.consent import opt_out
from service.scheduling import booking
from service.scheduling.booking import NewAppointment
from service.scheduling.outcomes import record_outcome
from tests.factories import (
    NOW,
    a_child,
    a_facility,
    a_session,
    an_appointment,
    scheduling_for,
)

pytestmark = pytest.mark.usefixtures("database")

LATER = NOW + timedelta(minutes=5)


async def booked(session_id: UUID) -> int:
    rows = await sql("SELECT booked FROM clinic_session WHERE id = $1", session_id)
    return int(rows[0]["booked"])


async def owed() -> list[str]:
    return [row["kind"] for row in await sql("SELECT kind FROM outbox_message ORDER BY created_at, kind")]


async def reminders() -> list[tuple[str, int, str]]:
    rows = await sql(
        "SELECT kind, appointment_version, status FROM reminder ORDER BY due_at, appointment_version"
    )
    return [(row["kind"], row["appointment_version"], row["status"]) for row in rows]


async def test_a_booking_takes_a_place_plans_reminders_and_tells_the_family() -> None:
    appointment = await an_appointment()
    assert appointment.status == "booked"
    assert await booked(appointment.session_id) == 1
    assert await owed() == ["booked"]
    assert await reminders() == [("three_days", 1, "planned"), ("one_day", 1, "planned")]
    trail = await sql(
        "SELECT action, subject_id, after->>'status' AS status FROM audit_entry WHERE action = 'book'"
    )
    assert [tuple(row.values()) for row in trail] == [("book", appointment.id, "booked")]


async def test_a_move_takes_the_new_place_frees_the_old_and_silences_the_old_reminders() -> None:
    facility = await a_facility()
    old, new = await a_session(facility), await a_session(facility, day=NOW.date() + timedelta(days=9))
    appointment = await an_appointment(await a_child(facility=facility), old)
    moved = await booking.move(appointment.id, new.id, version=1, actor=SYSTEM, now=LATER)
    assert (moved.session_id, moved.version, moved.status) == (new.id, 2, "booked")
    assert (await booked(old.id), await booked(new.id)) == (0, 1)
    assert await owed() == ["booked", "moved"]
    assert await reminders() == [
        ("three_days", 1, "silenced"),
        ("one_day", 1, "silenced"),
        ("three_days", 2, "planned"),
        ("one_day", 2, "planned"),
    ]


async def test_a_cancelled_appointment_is_kept_gives_its_place_back_and_tells_the_family() -> None:
    appointment = await an_appointment()
    cancelled = await booking.cancel(appointment.id, actor=SYSTEM, now=LATER)
    assert (cancelled.status, cancelled.version) == ("cancelled", 2)
    assert await booked(appointment.session_id) == 0
    assert await owed() == ["booked", "cancelled"]
    assert {status for _, _, status in await reminders()} == {"silenced"}
    with pytest.raises(Conflict, match="cancelled"):
        await booking.cancel(appointment.id, actor=SYSTEM, now=LATER)


async def test_a_confirmation_changes_nothing_the_family_was_told() -> None:
    appointment = await an_appointment()
    confirmed = await booking.confirm(appointment.id, version=1, actor=SYSTEM, now=LATER)
    again = await booking.confirm(appointment.id, version=1, actor=SYSTEM, now=LATER)
    assert confirmed == again
    assert (confirmed.status, confirmed.version) == ("confirmed", 1)
    assert {status for _, _, status in await reminders()} == {"planned"}


async def test_an_answer_to_an_older_version_is_refused() -> None:
    appointment = await an_appointment()
    await booking.cancel(appointment.id, actor=SYSTEM, now=LATER)
    with pytest.raises(StaleVersion):
        await booking.confirm(appointment.id, version=1, actor=SYSTEM, now=LATER)


async def test_a_child_comes_once_a_day() -> None:
    facility = await a_facility()
    child = await a_child(facility=facility)
    morning, other_day = (
        await a_session(facility),
        await a_session(facility, day=NOW.date() + timedelta(days=9)),
    )
    afternoon = await a_session(facility, starts="14:00", ends="16:00")
    await an_appointment(child, morning)
    with pytest.raises(AlreadyBooked):
        await an_appointment(child, afternoon)
    second = await an_appointment(child, other_day)
    with pytest.raises(AlreadyBooked):
        await booking.move(second.id, afternoon.id, actor=SYSTEM, now=LATER)
    assert (await booked(morning.id), await booked(afternoon.id), await booked(other_day.id)) == (1, 0, 1)


async def test_places_are_only_given_where_they_make_sense() -> None:
    facility, elsewhere = await a_facility(), await a_facility()
    child = await a_child(facility=facility)
    session, far = await a_session(facility), await a_session(elsewhere)
    with pytest.raises(Invalid, match="another facility"):
        await booking.book(NewAppointment(child.id, far.id), actor=SYSTEM, now=NOW)
    with pytest.raises(Invalid, match="is over"):
        await booking.book(NewAppointment(child.id, session.id), actor=SYSTEM, now=NOW + timedelta(days=8))
    with pytest.raises(NotFound):
        await booking.book(NewAppointment(child.id, child.id), actor=SYSTEM, now=NOW)
    with pytest.raises(NotFound):
        await booking.book(NewAppointment(session.id, session.id), actor=SYSTEM, now=NOW)
    with pytest.raises(NotFound):
        await booking.book(NewAppointment(child.id, session.id), actor=scheduling_for(elsewhere.id), now=NOW)
    assert await booked(session.id) == 0


async def test_a_visit_can_be_missed_only_once_it_has_begun() -> None:
    appointment = await an_appointment()
    with pytest.raises(Conflict, match="not begun"):
        await record_outcome(appointment.id, "missed", actor=SYSTEM, now=LATER)
    over = await record_outcome(appointment.id, "missed", actor=SYSTEM, now=NOW + timedelta(days=8))
    assert over.status == "missed"
    assert await booked(appointment.session_id) == 1


@pytest.mark.parametrize("capacity", [1, 7])
async def test_forty_at_once_never_get_more_places_than_there_are(capacity: int) -> None:
    facility = await a_facility()
    session = await a_session(facility, capacity=capacity)
    children = [await a_child(facility=facility) for _ in range(40)]
    results = await asyncio.gather(
        *(booking.book(NewAppointment(child.id, session.id), actor=SYSTEM, now=NOW) for child in children),
        return_exceptions=True,
    )
    assert sum(isinstance(result, SessionFull) for result in results) == 40 - capacity
    assert await booked(session.id) == capacity
    assert len(await sql("SELECT 1 FROM appointment")) == capacity


async def test_families_who_swap_places_do_not_wait_for_each_other_for_ever() -> None:
    facility = await a_facility()
    one = await a_session(facility, capacity=12)
    other = await a_session(facility, day=NOW.date() + timedelta(days=9), capacity=12)
    there = [await an_appointment(await a_child(facility=facility), one) for _ in range(6)]
    back = [await an_appointment(await a_child(facility=facility), other) for _ in range(6)]
    async with asyncio.timeout(20):
        await asyncio.gather(
            *(booking.move(a.id, other.id, actor=SYSTEM, now=LATER) for a in there),
            *(booking.move(a.id, one.id, actor=SYSTEM, now=LATER) for a in back),
        )
    assert (await booked(one.id), await booked(other.id)) == (6, 6)


async def test_changes_of_one_appointment_at_once_leave_one_truth() -> None:
    facility = await a_facility()
    session = await a_session(facility)
    appointment = await an_appointment(await a_child(facility=facility), session)
    others = [await a_session(facility, day=NOW.date() + timedelta(days=10 + n)) for n in range(4)]

    async def try_to(change: object) -> object:
        try:
            return await change  # type: ignore[misc]  # any coroutine of the operations
        except DoselineError as refused:
            return refused

    await asyncio.gather(
        *(try_to(booking.move(appointment.id, s.id, version=1, actor=SYSTEM, now=LATER)) for s in others),
        *(try_to(booking.cancel(appointment.id, version=1, actor=SYSTEM, now=LATER)) for _ in range(2)),
    )
    rows = await sql("SELECT sum(booked) AS taken FROM clinic_session")
    active = await sql("SELECT 1 FROM appointment WHERE status IN ('booked', 'confirmed')")
    assert rows[0]["taken"] == len(active)
    assert (await sql("SELECT version FROM appointment"))[0]["version"] == 2


async def test_the_database_itself_refuses_to_overbook() -> None:
    session = await a_session(await a_facility(), capacity=1)
    with pytest.raises(asyncpg.CheckViolationError):
        await sql("UPDATE clinic_session SET booked = 2 WHERE id = $1", session.id)


async def test_who_opted_out_or_never_agreed_is_told_nothing() -> None:
    facility = await a_facility()
    session = await a_session(facility)
    await an_appointment(await a_child(facility=facility, consent=False), session)
    stopped = await a_child(facility=facility, guardian="+254700000001")
    await opt_out("+254700000001", "text", now=NOW)
    await an_appointment(stopped, session)
    assert await owed() == []

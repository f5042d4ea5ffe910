"""A family hears only so much about one visit, whatever goes wrong with what plans its texts."""

from datetime import timedelta

from service.access.actor import SYSTEM
from service.database import sql
from service.messaging.outbox import Kind, OwedText, owe
from service.scheduling import booking
from service.scheduling.appointments import AppointmentView
from tests.factories import NOW, a_child, a_facility, a_session, an_appointment
from tests.running import Running

AMINA = "+254700000001"


async def a_told_visit(doseline: Running, days: int = 20) -> AppointmentView:
    facility = await a_facility()
    session = await a_session(facility, day=NOW.date() + timedelta(days=days))
    await a_session(facility, day=NOW.date() + timedelta(days=days + 1))
    visit = await an_appointment(await a_child(facility=facility, guardian=AMINA), session)
    await doseline.work()
    return visit


async def about(doseline: Running, visit: AppointmentView, kind: Kind) -> None:
    """One more text about a visit, as a planner that has lost its mind would owe it."""
    guardians = await sql("SELECT id FROM guardian WHERE phone = $1", AMINA)
    text = OwedText(
        phone=AMINA,
        body=f"{kind} {doseline.clock()}",
        kind=kind,
        not_before=doseline.clock(),
        useful_until=visit.starts_at,
        guardian_id=guardians[0]["id"],
        appointment_id=visit.id,
        appointment_version=visit.version,
    )
    await owe([text], now=doseline.clock())
    await doseline.work()


async def test_a_second_automatic_text_about_a_visit_on_one_day_is_not_sent(doseline: Running) -> None:
    visit = await a_told_visit(doseline)
    await about(doseline, visit, "reminder")
    assert len(await doseline.received(AMINA)) == 1
    rows = await sql("SELECT status FROM outbox_message WHERE reason = 'cap'")
    assert [row["status"] for row in rows] == ["suppressed"]


async def test_a_reminder_every_hour_is_three_texts_a_week(doseline: Running) -> None:
    visit = await a_told_visit(doseline)
    for _ in range(6 * 12):
        doseline.clock.pass_(timedelta(hours=2))
        await about(doseline, visit, "reminder")
    assert len(await doseline.received(AMINA)) == 3


async def test_a_move_and_a_cancellation_are_told_however_much_was_said_before(doseline: Running) -> None:
    visit = await a_told_visit(doseline)
    sessions = await sql("SELECT id FROM clinic_session ORDER BY starts_at DESC LIMIT 1")
    await booking.move(visit.id, sessions[0]["id"], actor=SYSTEM, now=doseline.clock())
    await doseline.work()
    await booking.cancel(visit.id, actor=SYSTEM, now=doseline.clock())
    await doseline.work()
    assert len(await doseline.received(AMINA)) == 3


async def test_two_children_are_two_visits(doseline: Running) -> None:
    facility = await a_facility()
    session = await a_session(facility)
    for name in ("Zuri", "Juma"):
        await an_appointment(await a_child(name, facility=facility, guardian=AMINA), session)
    await doseline.work()
    assert len(await doseline.received(AMINA)) == 2


async def test_two_texts_of_one_moment_are_one(doseline: Running) -> None:
    visit = await a_told_visit(doseline)
    doseline.clock.pass_(timedelta(days=8))
    for body in ("one", "two"):
        guardians = await sql("SELECT id FROM guardian")
        text = OwedText(
            phone=AMINA,
            body=body,
            kind="reminder",
            not_before=doseline.clock(),
            useful_until=visit.starts_at,
            guardian_id=guardians[0]["id"],
            appointment_id=visit.id,
            appointment_version=visit.version,
        )
        await owe([text], now=doseline.clock())
    await doseline.work()
    assert len(await doseline.received(AMINA)) == 2

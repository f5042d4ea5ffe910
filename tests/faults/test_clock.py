"""A clock that is off, against a carrier whose clock is right; and the nights on which clocks change.

Real processes cannot show this in minutes, so it runs in one process with both clocks in hand.
"""

from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec
import pytest

from service.access.actor import SYSTEM
from service.database import sql
from service.scheduling.booking import NewAppointment, book
from tests.factories import NOW, a_child, a_facility, a_session
from tests.faults.invariants import Ledger, Told, check_all
from tests.running import Running

PHONES = ("+254700000001", "+254700000002", "+254700000003")
BERLIN = "+4915110000001"


async def pass_(doseline: Running, time: timedelta) -> None:
    """Let time pass on both clocks."""
    doseline.clock.pass_(time)
    answer = await doseline.emulator.post("/emulator/clock", json={"advance_seconds": time.total_seconds()})
    answer.raise_for_status()


async def the_invariants_hold(doseline: Running) -> None:
    """No check finds anything, on the service's own clock."""
    content = (await doseline.emulator.get("/emulator/ledger")).content
    database = await asyncpg.connect(doseline.settings.database_url)
    try:
        ledger = msgspec.json.decode(content, type=Ledger)
        assert await check_all(database, ledger, Told(), doseline.clock()) == []
    finally:
        await database.close()


@pytest.mark.parametrize("off", [timedelta(hours=hours) for hours in (-24, -1, 1, 24)], ids=str)
async def test_a_clock_that_is_off_breaks_no_invariant(doseline: Running, off: timedelta) -> None:
    (await doseline.emulator.post("/emulator/clock", json={"now": NOW.isoformat()})).raise_for_status()
    facility = await a_facility()
    session = await a_session(facility)
    children = [await a_child(facility=facility, guardian=phone) for phone in PHONES]
    doseline.clock.at = NOW + off
    # Of three calls one is answered with 500 after the text was taken, and its reports are lost.
    await doseline.faults(
        {"kind": "status_500_after_accepting", "to": PHONES[1]}, {"kind": "drop", "to": PHONES[1]}
    )
    for child in children:
        await book(NewAppointment(child.id, session.id), actor=SYSTEM, now=doseline.clock())
    await doseline.work()
    await doseline.says(PHONES[2], "STOP")
    await doseline.faults()
    for _ in range(8):
        await pass_(doseline, timedelta(seconds=20))
        await doseline.work()
        await doseline.look_up()
    assert set((await doseline.accepted()).values()) == {1}
    assert [len(await doseline.received(phone)) for phone in PHONES[:2]] == [1, 1]
    await the_invariants_hold(doseline)


@pytest.mark.parametrize(
    "night", [datetime(2026, 3, 28, 19, tzinfo=UTC), datetime(2026, 10, 24, 18, tzinfo=UTC)], ids=str
)
async def test_in_the_nights_on_which_clocks_change_no_text_goes_out(
    doseline: Running, night: datetime
) -> None:
    # Until 20:00 in Berlin, and from 12:00 on the Sunday on which the clocks have changed.
    facility = await a_facility(zone="Europe/Berlin", country="DE")
    doseline.clock.at = night
    session = await a_session(facility, day=night.date() + timedelta(days=9))
    child = await a_child(facility=facility, guardian=BERLIN, now=night)
    await book(NewAppointment(child.id, session.id), actor=SYSTEM, now=night)
    opens = None
    for _ in range(18 * 4):
        await doseline.work()
        if opens is None and await doseline.received(BERLIN):
            opens = doseline.clock()
        doseline.clock.pass_(timedelta(minutes=15))
    (row,) = await sql("SELECT sent_at AT TIME ZONE 'Europe/Berlin' AS at FROM outbox_message")
    assert opens is not None
    assert (row["at"].isoweekday(), row["at"].hour, row["at"].minute) == (7, 12, 0)
    await the_invariants_hold(doseline)

"""Forecasts as they are stored: renewed with what they rest on, and every night by each facility's clock."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from service.access.actor import SYSTEM
from service.database import sql, unit_of_work
from service.errors import Duplicate
from service.forecasting import assess
from service.forecasting.visits import doses_for_visit
from service.registration.children import ChildView
from service.registration.facilities import FacilityChange, change_facility
from service.scheduling import booking
from service.scheduling.appointments import AppointmentView
from service.vaccination.forecasts import forget_forecasts, renew_stale, stored
from service.vaccination.immunizations import (
    ImmunizationChange,
    NewImmunization,
    change_dose,
    history,
    record_dose,
    remove_dose,
)
from service.vaccination.in_force import packed, schedules_for
from service.vaccination.observations import NewObservation, observe, take_back
from service.vaccination.records import lock_child, records_of
from service.vaccination.schedules import NewSchedule
from tests.factories import (
    NOW,
    a_child,
    a_dose,
    a_facility,
    a_schedule_in_force,
    a_session,
    an_appointment,
    put_in_force,
)
from tests.running import until
from tests.vaccination.stored import kenya_but, planned_for, stored_forecast

pytestmark = pytest.mark.usefixtures("database")

BORN = date(2025, 12, 1)
TODAY = NOW.date()
ONE_DAY = timedelta(days=1)


async def assessed_on(child: ChildView) -> date | None:
    rows = await sql("SELECT assessed_on FROM forecast WHERE child = $1", child.id)
    day: date | None = rows[0]["assessed_on"]
    return day


async def a_visit_in_a_week() -> tuple[ChildView, AppointmentView]:
    facility = await a_facility()
    child = await a_child(facility=facility, born=BORN)
    return child, await an_appointment(child, await a_session(facility))


async def is_fresh(child: ChildView, visit: AppointmentView) -> bool:
    """Whether what is stored is what the engine says now of what is recorded now."""
    (record,) = await records_of([child.id], now=NOW)
    (in_force,) = await schedules_for([record])
    assert in_force is not None
    version, schedule = in_force
    fresh = stored(assess(record.child, record.doses, record.today, schedule), schedule)
    on_the_day = assess(record.child, record.doses, visit.starts_at.date(), schedule)
    to_give = {dose.cvx: dose.label for dose in doses_for_visit(on_the_day, schedule)}
    rows = await sql("SELECT schedule_version, due_on FROM forecast WHERE child = $1", child.id)
    first = min(one.recommended for one in fresh if one.recommended)
    return (
        tuple((await stored_forecast(child.id)).values()) == fresh
        and await planned_for(visit.id) == to_give
        and (rows[0]["schedule_version"], rows[0]["due_on"]) == (version, first)
    )


# --- every night ------------------------------------------------------------------------------------------


async def test_a_forecast_is_renewed_once_the_day_is_over_where_the_child_is() -> None:
    """At 9:00 UTC it is 4 March in all three places; it ends at 10:00, at 21:00 and at 8:00 the day after."""
    await a_schedule_in_force("who")
    zones = {"kiritimati": "Pacific/Kiritimati", "nairobi": "Africa/Nairobi", "home": "America/Los_Angeles"}
    children = {name: await a_child(facility=await a_facility(zone=zone)) for name, zone in zones.items()}
    first, second = TODAY, TODAY + ONE_DAY
    for at, renewed, days in (
        (datetime(2026, 3, 4, 9, 59, tzinfo=UTC), 0, (first, first, first)),
        (datetime(2026, 3, 4, 10, 0, tzinfo=UTC), 1, (second, first, first)),
        (datetime(2026, 3, 4, 20, 59, tzinfo=UTC), 0, (second, first, first)),
        (datetime(2026, 3, 4, 21, 0, tzinfo=UTC), 1, (second, second, first)),
        (datetime(2026, 3, 5, 7, 59, tzinfo=UTC), 0, (second, second, first)),
        (datetime(2026, 3, 5, 8, 0, tzinfo=UTC), 1, (second, second, second)),
    ):
        assert await renew_stale(now=at) == renewed, at
        assert tuple([await assessed_on(child) for child in children.values()]) == days, at


async def test_what_passes_by_itself_is_found_by_the_nightly_work() -> None:
    """The last day on which Kenya's rotavirus vaccine may be begun is that before the second birthday."""
    await a_schedule_in_force()
    child = await a_child(born=date(2024, 3, 5))
    assert (await stored_forecast(child.id))["Rotavirus"].series_status == "Not Complete"
    await renew_stale(now=NOW + ONE_DAY)
    assert (await stored_forecast(child.id))["Rotavirus"].series_status == "Aged Out"


async def test_a_batch_takes_no_more_than_it_is_allowed_and_the_next_one_goes_on() -> None:
    facility = await a_facility()
    for name in "ABC":
        await a_child(name, facility=facility)
    tomorrow = NOW + ONE_DAY
    assert [await renew_stale(now=tomorrow, at_most=2) for _ in range(3)] == [2, 1, 0]


async def test_two_workers_at_once_share_the_work() -> None:
    facility = await a_facility()
    children = [await a_child(name, facility=facility) for name in "ABCD"]
    tomorrow = NOW + ONE_DAY
    await asyncio.gather(*(renew_stale(now=tomorrow, at_most=2) for _ in range(4)))
    while await renew_stale(now=tomorrow, at_most=2):
        pass
    assert {await assessed_on(child) for child in children} == {TODAY + ONE_DAY}


async def test_a_facility_in_another_country_or_zone_has_its_forecasts_worked_out_anew() -> None:
    await a_schedule_in_force("ke")
    await a_schedule_in_force("in")
    facility = await a_facility()
    child, elsewhere = await a_child(facility=facility), await a_child()
    await change_facility(facility.id, FacilityChange(country="IN"), actor=SYSTEM, now=NOW)
    assert (await assessed_on(child), await assessed_on(elsewhere)) == (None, TODAY)
    assert await renew_stale(now=NOW) == 1
    assert "fIPV" in await stored_forecast(child.id)


async def test_without_a_schedule_there_is_nothing_to_say_and_nothing_is_planned() -> None:
    child, visit = await a_visit_in_a_week()
    rows = await sql("SELECT schedule_version, assessed_on, due_on FROM forecast WHERE child = $1", child.id)
    assert tuple(rows[0].values()) == (None, TODAY, None)
    assert await stored_forecast(child.id) == {}
    assert await planned_for(visit.id) == {}


# --- with each change --------------------------------------------------------------------------------------


async def test_what_is_observed_changes_the_forecast_and_back() -> None:
    await a_schedule_in_force()
    child = await a_child(born=BORN)
    before = await stored_forecast(child.id)
    seen = await observe(child.id, NewObservation("region:malaria"), actor=SYSTEM, now=NOW)
    added = (await stored_forecast(child.id)).keys() - before.keys()
    assert added == {"Malaria"}
    assert (await stored_forecast(child.id))["Malaria"].recommended == date(2026, 6, 1)
    with pytest.raises(Duplicate):
        await observe(child.id, NewObservation("region:malaria"), actor=SYSTEM, now=NOW)
    await take_back(child.id, seen.id, actor=SYSTEM, now=NOW)
    assert await stored_forecast(child.id) == before


async def test_a_visit_to_come_is_for_what_is_still_missing_then() -> None:
    await a_schedule_in_force()
    child, visit = await a_visit_in_a_week()
    before = await planned_for(visit.id)
    assert before == {
        "19": "BCG",
        "178": "OPV 1",
        "198": "Pentavalent 1",
        "177": "PCV10 1",
        "122": "Rotavirus 1",
        "10": "IPV 1",
    }
    given = await a_dose(child, "198", TODAY)
    after = await planned_for(visit.id)
    assert before.keys() - after.keys() == {"198"}, "the second one is due in four weeks"
    await remove_dose(child.id, given.id, actor=SYSTEM, now=NOW)
    assert await planned_for(visit.id) == before


async def test_a_visit_that_moves_is_for_what_can_be_given_on_its_new_day() -> None:
    await a_schedule_in_force()
    child, visit = await a_visit_in_a_week()
    await a_dose(child, "198", TODAY)
    facility_id = child.facility_id
    later = await a_session(
        await change_facility(facility_id, FacilityChange(), actor=SYSTEM, now=NOW),
        day=TODAY + timedelta(weeks=4),
    )
    await booking.move(visit.id, later.id, actor=SYSTEM, now=NOW)
    assert (await planned_for(visit.id))["198"] == "Pentavalent 2"


async def test_doses_recorded_by_two_clerks_at_once_both_count() -> None:
    await a_schedule_in_force()
    child, visit = await a_visit_in_a_week()
    await asyncio.gather(*(a_dose(child, cvx, TODAY) for cvx in ("198", "177", "178", "122")))
    assert await is_fresh(child, visit)
    assert (await planned_for(visit.id)).keys() == {"19", "10"}


@pytest.mark.parametrize("seed", range(3))
async def test_after_any_sequence_of_changes_what_is_stored_is_what_is_true(seed: int) -> None:
    await a_schedule_in_force()
    child, visit = await a_visit_in_a_week()
    chance = random.Random(seed)  # noqa: S311 - a walk that can be repeated
    for _ in range(15):
        await _something_happens(child, chance)
        assert await is_fresh(child, visit)


async def _something_happens(child: ChildView, chance: random.Random) -> None:
    given = [dose.id for dose in await history(child.id, actor=SYSTEM, now=NOW)]
    day = BORN + timedelta(days=chance.randrange(0, (TODAY - BORN).days + 1))
    cvx = chance.choice(("19", "178", "198", "177", "122", "10", "04", "999"))
    lot = str(chance.random())
    if not given or chance.random() < 0.5:
        new = NewImmunization(cvx=cvx, given_on=day, lot=lot)
        await record_dose(child.id, new, actor=SYSTEM, now=NOW)
    elif chance.random() < 0.5:
        change = ImmunizationChange(cvx=cvx, given_on=day, lot=lot, spoilt=chance.random() < 0.3)
        await change_dose(child.id, chance.choice(given), change, actor=SYSTEM, now=NOW)
    else:
        await remove_dose(child.id, chance.choice(given), actor=SYSTEM, now=NOW)


# --- beside each other -----------------------------------------------------------------------------------


def somebody_waits(task: asyncio.Task[object]) -> Callable[[], Awaitable[bool]]:
    """Whether a task waits for a lock of the database, or is over."""

    async def waits() -> bool:
        return task.done() or bool(await sql("SELECT 1 FROM pg_locks WHERE NOT granted"))

    return waits


async def test_a_visit_is_moved_while_a_dose_is_taken_back_and_neither_waits_for_ever() -> None:
    """The move holds the appointment and waits for the child; who holds the child plans doses for it."""
    await a_schedule_in_force()
    child, visit = await a_visit_in_a_week()
    given = await a_dose(child, "198", TODAY)
    later = await a_session(
        await change_facility(child.facility_id, FacilityChange(), actor=SYSTEM, now=NOW),
        day=TODAY + timedelta(days=9),
    )
    locked, moving = asyncio.Event(), asyncio.Event()

    async def take_the_dose_back() -> None:
        async with unit_of_work():
            await lock_child(child.id, actor=SYSTEM)
            locked.set()
            await moving.wait()
            await remove_dose(child.id, given.id, actor=SYSTEM, now=NOW)

    async def move_it() -> object:
        await locked.wait()
        return await booking.move(visit.id, later.id, actor=SYSTEM, now=NOW)

    taking_back, move = asyncio.create_task(take_the_dose_back()), asyncio.create_task(move_it())
    await until(somebody_waits(move))
    moving.set()
    await asyncio.gather(taking_back, move)
    assert "198" in await planned_for(visit.id)


async def test_a_child_registered_while_a_schedule_is_activated_follows_the_new_one() -> None:
    await a_schedule_in_force()
    facility = await a_facility()
    registered, goes_on = asyncio.Event(), asyncio.Event()
    later = NewSchedule(toml=kenya_but(('"MR 1", due = "9 months"', '"MR 1", due = "10 months"')))

    async def register() -> UUID:
        async with unit_of_work():
            child = await a_child(facility=facility, born=BORN)
            registered.set()
            await goes_on.wait()
        return child.id

    async def put_the_new_one_in_force() -> object:
        await registered.wait()
        return await put_in_force(later, now=NOW + timedelta(minutes=1))

    registering = asyncio.create_task(register())
    activating = asyncio.create_task(put_the_new_one_in_force())
    await until(somebody_waits(activating))
    goes_on.set()
    child_id, _ = await asyncio.gather(registering, activating)
    assert await renew_stale(now=NOW) == 1
    assert (await stored_forecast(child_id))["MR"].recommended == date(2026, 10, 1)


async def test_a_child_that_cannot_be_worked_out_costs_no_other_its_night() -> None:
    await a_schedule_in_force()
    sound, broken = await a_child(born=BORN), await a_child("Juma", born=BORN)
    # No schedule reaches beyond the year 9999, which is as far as a calendar goes here.
    await sql("UPDATE child SET date_of_birth = '9990-01-01' WHERE id = $1", broken.id)
    await forget_forecasts()
    assert await renew_stale(now=NOW) == 2
    assert (await stored_forecast(sound.id))["Pentavalent"].recommended == BORN + timedelta(weeks=6)
    assert await renew_stale(now=NOW) == 0


async def test_a_schedule_that_this_release_cannot_read_leaves_the_one_before_it_in_force() -> None:
    await a_schedule_in_force()
    await sql(
        """INSERT INTO schedule_version (id, version, schedule, name, content, added_at, activated_at)
           VALUES (gen_random_uuid(), 'later', 'later', 'Later', $1, $2, $2)""",
        packed({"later.toml": b"this is no schedule"}),
        NOW + timedelta(days=1),
    )
    child = await a_child(born=BORN)
    assert (await stored_forecast(child.id))["Pentavalent"].dose_label == "Pentavalent 1"

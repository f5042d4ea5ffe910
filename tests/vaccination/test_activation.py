"""Putting a schedule in force: first whose dates change and by how much, then so."""

from datetime import date, timedelta

import pytest

from service.access.actor import SYSTEM
from service.database import sql
from service.errors import Forbidden, NotFound
from service.paging import Page
from service.registration.children import ChildView
from service.vaccination.activation import Activation, DueDateShift, activate
from service.vaccination.forecasts import renew_stale
from service.vaccination.schedules import NewSchedule, ScheduleView, add_schedule
from tests.factories import (
    NOW,
    a_child,
    a_dose,
    a_facility,
    a_schedule_in_force,
    put_in_force,
    scheduling_for,
)
from tests.vaccination.stored import kenya_but, stored_forecast

pytestmark = pytest.mark.usefixtures("database")

BORN = date(2025, 12, 1)
LATER = NOW + timedelta(minutes=1)
LATER_MR = kenya_but(('"MR 1", due = "9 months"', '"MR 1", due = "10 months"'))


async def a_later_mr(**particulars: date) -> ScheduleView:
    """Kenya's schedule, with the first measles dose a month later."""
    return await add_schedule(NewSchedule(toml=LATER_MR, **particulars), actor=SYSTEM, now=NOW)  # type: ignore[arg-type]  # days


async def shown_for(schedule: ScheduleView, *, confirm: bool = False, page: Page | None = None) -> Activation:
    return await activate(schedule.id, confirm=confirm, actor=SYSTEM, page=page or Page(), now=LATER)


async def a_child_who_has_had_mr() -> ChildView:
    child = await a_child("Juma", born=date(2025, 3, 1))
    await a_dose(child, "04", date(2026, 1, 10))
    return child


async def test_it_is_shown_whose_dates_would_change_and_by_how_much_and_nothing_does() -> None:
    await a_schedule_in_force()
    child, unchanged = await a_child(born=BORN), await a_child_who_has_had_mr()
    before = await stored_forecast(child.id)
    would = await shown_for(await a_later_mr())
    assert (would.concerned, would.changed, would.schedule.activated_at) == (2, 1, None)
    (of_child,) = would.children
    assert (of_child.child_id, of_child.facility_id) == (child.id, child.facility_id)
    assert of_child.due_before == of_child.due_after == BORN
    assert of_child.changes == [DueDateShift("MR", date(2026, 9, 1), date(2026, 10, 1), 30)]
    (group,) = would.shifts
    assert (group.what, group.later, group.sooner, group.median_days) == ("MR", 1, 0, 30)
    assert await renew_stale(now=NOW) == 0
    assert await stored_forecast(child.id) == before
    assert unchanged.id not in {each.child_id for each in would.children}


async def test_once_confirmed_the_workers_work_the_dates_out() -> None:
    await a_schedule_in_force()
    child = await a_child(born=BORN)
    schedule = await a_later_mr()
    done = await shown_for(schedule, confirm=True)
    assert (done.changed, done.schedule.activated_at) == (1, LATER)
    assert await renew_stale(now=NOW) == 1
    assert (await stored_forecast(child.id))["MR"].recommended == date(2026, 10, 1)
    rows = await sql("SELECT schedule_version FROM forecast WHERE child = $1", child.id)
    assert rows[0]["schedule_version"] == schedule.id
    assert (await shown_for(schedule)).changed == 0


async def test_an_older_version_is_put_back_in_force() -> None:
    old = await a_schedule_in_force()
    child = await a_child(born=BORN)
    await put_in_force(NewSchedule(toml=LATER_MR))
    await shown_for(old, confirm=True)
    await renew_stale(now=LATER)
    assert (await stored_forecast(child.id))["MR"].recommended == date(2026, 9, 1)


async def test_it_concerns_its_own_country_and_cohort_only() -> None:
    await a_schedule_in_force()
    inside = await a_child(born=BORN)
    await a_child("Juma", born=BORN - timedelta(days=1))
    await a_child("Asha", born=BORN, facility=await a_facility(country="UG"))
    would = await shown_for(await a_later_mr(born_from=BORN))
    assert would.concerned == 1
    assert [each.child_id for each in would.children] == [inside.id]


async def test_one_for_everywhere_leaves_countries_alone_that_have_their_own() -> None:
    await a_schedule_in_force("ke")
    await a_child(born=BORN)
    uganda = await a_child("Asha", born=BORN, facility=await a_facility(country="UG"))
    who = await add_schedule(NewSchedule(shipped="who"), actor=SYSTEM, now=NOW)
    would = await shown_for(who)
    assert (would.concerned, [each.child_id for each in would.children]) == (1, [uganda.id])
    (group, *_) = would.shifts
    assert (group.added, group.dropped, group.median_days) == (1, 0, None)


async def test_one_that_counts_from_next_month_is_shown_as_it_will_count_and_then_counts() -> None:
    await a_schedule_in_force()
    child = await a_child(born=BORN)
    schedule = await a_later_mr(valid_from=date(2026, 4, 1))
    assert (await shown_for(schedule, confirm=True)).changed == 1
    await renew_stale(now=NOW)
    assert (await stored_forecast(child.id))["MR"].recommended == date(2026, 9, 1)
    await renew_stale(now=NOW + timedelta(days=28))
    assert (await stored_forecast(child.id))["MR"].recommended == date(2026, 10, 1)


async def test_the_children_come_in_pages() -> None:
    await a_schedule_in_force()
    facility = await a_facility()
    ids = {(await a_child(name, facility=facility, born=BORN)).id for name in "ABC"}
    schedule = await a_later_mr()
    pages = [await shown_for(schedule, page=Page(2, offset)) for offset in (0, 2)]
    assert [len(page.children) for page in pages] == [2, 1]
    assert {each.child_id for page in pages for each in page.children} == ids
    assert {page.changed for page in pages} == {3}


async def test_only_admins_activate_and_only_what_there_is() -> None:
    schedule = await a_schedule_in_force()
    child = await a_child()
    with pytest.raises(Forbidden):
        await activate(schedule.id, confirm=True, actor=scheduling_for(), page=Page(), now=NOW)
    with pytest.raises(NotFound):
        await activate(child.id, confirm=True, actor=SYSTEM, page=Page(), now=NOW)

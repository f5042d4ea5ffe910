"""The next visit: planned by the schedule, booked, and followed by the next one once it has taken place."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from service.access.actor import SYSTEM
from service.database import sql
from service.errors import AlreadyBooked, Conflict, Duplicate, Forbidden, NotFound
from service.registration.children import ChildView
from service.registration.facilities import FacilityView, get_facility
from service.scheduling.appointments import AppointmentView, get_appointment
from service.scheduling.outcomes import NewDoseAtVisit, record_outcome
from service.scheduling.planning import VisitPlan, plan_visit
from service.vaccination.immunizations import ImmunizationView, NewImmunization, history, record_dose
from service.vaccination.observations import NewObservation, observe
from service.vaccination.schedules import NewSchedule
from tests.factories import (
    NOW,
    a_child,
    a_dose,
    a_facility,
    a_parent,
    a_schedule_in_force,
    a_session,
    acting,
    an_appointment,
    put_in_force,
    scheduling_for,
)
from tests.vaccination.stored import kenya_but

pytestmark = pytest.mark.usefixtures("database")

TODAY = NOW.date()
# Five weeks old: all that is due is due in a week, on 11 March, but for BCG.
YOUNG = TODAY - timedelta(weeks=5)
AT_SIX_WEEKS = TODAY + timedelta(weeks=1)
DAY = timedelta(days=1)


async def a_clinic(
    *, born: date = YOUNG, given: dict[str, date] | None = None
) -> tuple[FacilityView, ChildView]:
    """Kenya's schedule in force, and a child that has had BCG and what else is given."""
    await a_schedule_in_force()
    facility = await a_facility()
    child = await a_child(facility=facility, born=born)
    for cvx, on in ({"19": born} | (given or {})).items():
        await a_dose(child, cvx, on)
    return facility, child


async def proposed(child: ChildView, *, now: datetime = NOW) -> VisitPlan:
    return await plan_visit(child.id, book=False, actor=SYSTEM, now=now)


async def booked_next(child: ChildView, *, now: datetime = NOW) -> AppointmentView:
    planned = await plan_visit(child.id, book=True, actor=SYSTEM, now=now)
    assert planned.appointment is not None
    return planned.appointment


async def doses(child: ChildView, *, now: datetime = NOW) -> list[ImmunizationView]:
    """But for BCG."""
    return [one for one in await history(child.id, actor=SYSTEM, now=now) if one.cvx != "19"]


def on_the_day(visit: AppointmentView) -> datetime:
    return visit.starts_at + timedelta(hours=1)


# --- which session ------------------------------------------------------------------------------------------


async def test_it_is_the_first_session_on_or_after_the_recommended_day_and_never_one_before() -> None:
    facility, child = await a_clinic()
    await a_session(facility, day=AT_SIX_WEEKS - DAY)
    await a_session(facility, day=AT_SIX_WEEKS + DAY)
    on_it = await a_session(facility, day=AT_SIX_WEEKS)
    plan = await proposed(child)
    assert (plan.finding, plan.wanted_from, plan.session_id) == ("visit", AT_SIX_WEEKS, on_it.id)
    assert (plan.starts_at, plan.zone, plan.appointment) == (on_it.starts_at, "Africa/Nairobi", None)
    assert {dose.cvx: dose.label for dose in plan.doses} == {
        "178": "OPV 1",
        "198": "Pentavalent 1",
        "177": "PCV10 1",
        "122": "Rotavirus 1",
    }
    assert await sql("SELECT 1 FROM appointment") == []


async def test_a_dose_that_may_be_given_earlier_than_recommended_makes_no_visit_earlier() -> None:
    words = kenya_but(('"PCV10 1", due = "6 weeks"', '"PCV10 1", min_age = "5 weeks", due = "6 weeks"'))
    await put_in_force(NewSchedule(toml=words))
    facility = await a_facility()
    child = await a_child(facility=facility, born=YOUNG)
    await a_dose(child, "19", YOUNG)
    await a_session(facility, day=AT_SIX_WEEKS - DAY)
    on_it = await a_session(facility, day=AT_SIX_WEEKS)
    assert (await proposed(child)).session_id == on_it.id


async def test_a_session_just_after_midnight_belongs_to_the_facilitys_own_day() -> None:
    """It is 21:30 on 10 March by UTC."""
    facility, child = await a_clinic()
    early = await a_session(facility, day=AT_SIX_WEEKS, starts="00:30", ends="02:00")
    assert early.starts_at.astimezone(UTC).date() == AT_SIX_WEEKS - DAY
    assert (await proposed(child)).session_id == early.id


async def test_a_full_session_is_passed_over() -> None:
    facility, child = await a_clinic()
    await an_appointment(
        await a_child("Juma", facility=facility), await a_session(facility, day=AT_SIX_WEEKS, capacity=1)
    )
    next_one = await a_session(facility, day=AT_SIX_WEEKS + DAY)
    assert (await proposed(child)).session_id == next_one.id


async def test_for_who_is_overdue_it_is_the_first_session_from_now_on() -> None:
    facility, child = await a_clinic(born=TODAY - timedelta(weeks=10))
    await a_session(facility, day=TODAY, starts="13:00", ends="16:00")
    after_that = await a_session(facility, day=TODAY + DAY)
    assert (await proposed(child)).wanted_from == TODAY
    assert (await proposed(child, now=NOW + timedelta(hours=2))).session_id == after_that.id


async def test_live_vaccines_are_kept_four_weeks_apart() -> None:
    """Measles two weeks ago keeps yellow fever away from the session in a week, not from that in two."""
    born, measles = TODAY - timedelta(days=300), TODAY - timedelta(weeks=2)
    facility, child = await a_clinic(born=born, given=the_others() | {"04": measles, "190": measles})
    await observe(child.id, NewObservation("region:yellow-fever"), actor=SYSTEM, now=NOW)
    await a_session(facility, day=measles + timedelta(weeks=3))
    await a_session(facility, day=measles + timedelta(weeks=4) - DAY)
    in_time = await a_session(facility, day=measles + timedelta(weeks=4))
    plan = await proposed(child)
    assert (plan.session_id, plan.wanted_from) == (in_time.id, measles + timedelta(weeks=4))
    assert [dose.cvx for dose in plan.doses] == ["37"]


def the_others() -> dict[str, date]:
    """A dose of every other series, so recent that the next one is more than two weeks away."""
    return dict.fromkeys(("178", "198", "177", "122", "10"), TODAY - timedelta(weeks=1))


async def test_live_vaccines_are_given_together_on_one_day() -> None:
    born = TODAY - timedelta(days=300)
    facility, child = await a_clinic(born=born, given=the_others())
    await observe(child.id, NewObservation("region:yellow-fever"), actor=SYSTEM, now=NOW)
    await a_session(facility, day=TODAY + DAY)
    assert {"04", "37"} <= {dose.cvx for dose in (await proposed(child)).doses}


# --- where there is none ------------------------------------------------------------------------------------


async def test_where_no_visit_can_be_planned_the_reason_is_told_and_booking_is_refused() -> None:
    facility = await a_facility()
    child = await a_child(facility=facility, born=YOUNG)

    async def refused(reason: str, kind: type[Conflict] = Conflict) -> None:
        assert (await proposed(child)).finding == reason
        with pytest.raises(kind):
            await plan_visit(child.id, book=True, actor=SYSTEM, now=NOW)

    await refused("no_schedule")
    await a_schedule_in_force()
    await refused("no_place")
    await an_appointment(child, await a_session(facility))
    await refused("has_visit", AlreadyBooked)


async def test_nothing_is_planned_for_who_needs_nothing() -> None:
    """A boy of sixteen has had all that has no age limit, and has outgrown the rest."""
    born = TODAY.replace(year=2010)
    facility, child = await a_clinic(born=born)
    for weeks in (0, 6, 12, 60):
        day = TODAY - timedelta(weeks=70 - weeks)
        for cvx in ("178", "198", "177", "10", "04", "190"):
            await a_dose(child, cvx, day)
    await a_session(facility)
    assert (await proposed(child)).finding == "nothing_due"


async def test_it_is_planned_by_the_staff_of_the_childs_facility() -> None:
    facility, child = await a_clinic()
    await a_session(facility)
    with pytest.raises(NotFound):
        await plan_visit(child.id, book=True, actor=scheduling_for((await a_facility()).id), now=NOW)
    parent = acting(await a_parent(child.guardians[0].phone))
    with pytest.raises(Forbidden):
        await plan_visit(child.id, book=False, actor=parent, now=NOW)
    assert (await plan_visit(child.id, book=True, actor=scheduling_for(facility.id), now=NOW)).appointment


# --- booked -------------------------------------------------------------------------------------------------


async def test_it_is_booked_as_any_other_visit_and_knows_its_doses() -> None:
    facility, child = await a_clinic()
    await a_session(facility, day=AT_SIX_WEEKS)
    visit = await booked_next(child)
    assert visit.status == "booked"
    assert [(dose.cvx, dose.label) for dose in visit.planned_doses] == [
        ("178", "OPV 1"),
        ("177", "PCV10 1"),
        ("198", "Pentavalent 1"),
        ("122", "Rotavirus 1"),
    ]
    assert [row["kind"] for row in await sql("SELECT kind FROM outbox_message")] == ["booked"]


async def test_of_many_who_want_the_last_place_the_others_get_the_next_session() -> None:
    facility, child = await a_clinic()
    children = [child, *[await a_child(f"Child {n}", facility=facility, born=YOUNG) for n in range(5)]]
    first = await a_session(facility, day=AT_SIX_WEEKS, capacity=1)
    second = await a_session(facility, day=AT_SIX_WEEKS + DAY, capacity=3)
    results = await asyncio.gather(
        *(plan_visit(one.id, book=True, actor=SYSTEM, now=NOW) for one in children), return_exceptions=True
    )
    got = [result.session_id for result in results if isinstance(result, VisitPlan)]
    assert (got.count(first.id), got.count(second.id)) == (1, 3)
    assert sum(isinstance(result, Conflict) for result in results) == 2


async def test_one_child_planned_twice_at_once_gets_one_visit() -> None:
    facility, child = await a_clinic()
    for days in range(4):
        await a_session(facility, day=AT_SIX_WEEKS + timedelta(days=days))
    results = await asyncio.gather(
        *(plan_visit(child.id, book=True, actor=SYSTEM, now=NOW) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(result, AlreadyBooked) for result in results) == 3
    assert len(await sql("SELECT 1 FROM appointment")) == 1


# --- taken place --------------------------------------------------------------------------------------------


async def a_visit_and_the_sessions_after_it() -> tuple[ChildView, AppointmentView, UUID]:
    """A visit at six weeks, and a session four weeks later."""
    facility, child = await a_clinic()
    for days in (0, 1, 20):
        await a_session(facility, day=AT_SIX_WEEKS + timedelta(days=days))
    in_four_weeks = await a_session(facility, day=AT_SIX_WEEKS + timedelta(weeks=4))
    return child, await booked_next(child), in_four_weeks.id


async def test_a_visit_that_took_place_leaves_its_planned_doses_and_the_next_visit() -> None:
    child, visit, in_four_weeks = await a_visit_and_the_sessions_after_it()
    later = on_the_day(visit)
    over = await record_outcome(visit.id, "attended", actor=SYSTEM, now=later)
    given = await doses(child, now=later)
    assert {dose.cvx for dose in given} == {dose.cvx for dose in visit.planned_doses}
    assert {(dose.given_on, dose.appointment_id, dose.facility_id) for dose in given} == {
        (AT_SIX_WEEKS, visit.id, child.facility_id)
    }
    assert {dose.evaluation.status for dose in given if dose.evaluation} == {"Valid"}
    assert over.status == "attended"
    assert over.next_appointment_id is not None
    following = await get_appointment(over.next_appointment_id, actor=SYSTEM)
    assert following.session_id == in_four_weeks
    assert "Pentavalent 2" in {dose.label for dose in following.planned_doses}
    assert [dose.label for dose in over.planned_doses] == [dose.label for dose in visit.planned_doses]


async def test_what_was_given_instead_is_recorded_with_its_lot() -> None:
    child, visit, _ = await a_visit_and_the_sessions_after_it()
    instead = [
        NewDoseAtVisit("102", mvx="skb", lot="A1", lot_expires=date(2027, 1, 1), site="left thigh"),
        NewDoseAtVisit("177", lot="B2"),
    ]
    later = on_the_day(visit)
    await record_outcome(visit.id, "attended", doses_given=instead, actor=SYSTEM, now=later)
    penta, pcv = sorted(await doses(child, now=later), key=lambda dose: dose.cvx)
    assert (penta.cvx, penta.mvx, penta.lot, penta.site) == ("102", "SKB", "A1", "left thigh")
    assert penta.lot_expires == date(2027, 1, 1)
    assert (pcv.cvx, pcv.lot) == ("177", "B2")


async def test_who_came_and_got_nothing_comes_again_on_another_day() -> None:
    child, visit, _ = await a_visit_and_the_sessions_after_it()
    afternoon = await a_session_like(visit, starts="14:00", ends="16:00")
    over = await record_outcome(visit.id, "attended", doses_given=[], actor=SYSTEM, now=on_the_day(visit))
    assert await doses(child) == []
    assert over.next_appointment_id is not None
    following = await get_appointment(over.next_appointment_id, actor=SYSTEM)
    assert following.session_id != afternoon
    assert following.starts_at == visit.starts_at + DAY


async def a_session_like(visit: AppointmentView, *, starts: str, ends: str) -> UUID:
    facility = await get_facility(visit.facility_id, actor=SYSTEM)
    return (await a_session(facility, day=visit.starts_at.date(), starts=starts, ends=ends)).id


async def test_a_dose_that_a_clerk_recorded_before_is_not_recorded_again() -> None:
    child, visit, _ = await a_visit_and_the_sessions_after_it()
    the_day_after = visit.starts_at + DAY
    penta = NewImmunization(cvx="198", given_on=AT_SIX_WEEKS, lot="A1")
    await record_dose(child.id, penta, actor=SYSTEM, now=the_day_after)
    await record_outcome(visit.id, "attended", actor=SYSTEM, now=the_day_after)
    given = await doses(child, now=the_day_after)
    assert sorted(dose.cvx for dose in given) == ["122", "177", "178", "198"]
    assert {dose.given_on for dose in given} == {AT_SIX_WEEKS}


async def test_a_visit_is_recorded_as_a_whole_or_not_at_all() -> None:
    child, visit, _ = await a_visit_and_the_sessions_after_it()
    twice = [NewDoseAtVisit("198"), NewDoseAtVisit("177"), NewDoseAtVisit("198")]
    later = on_the_day(visit)
    with pytest.raises(Duplicate):
        await record_outcome(visit.id, "attended", doses_given=twice, actor=SYSTEM, now=later)
    assert await doses(child, now=later) == []
    assert (await get_appointment(visit.id, actor=SYSTEM)).status == "booked"


async def test_a_family_that_came_early_was_vaccinated_when_it_came() -> None:
    child, visit, _ = await a_visit_and_the_sessions_after_it()
    early = visit.starts_at - 2 * DAY
    await record_outcome(visit.id, "attended", actor=SYSTEM, now=early)
    assert {dose.given_on for dose in await doses(child, now=early)} == {AT_SIX_WEEKS - 2 * DAY}


async def test_a_missed_visit_records_nothing_and_plans_nothing() -> None:
    child, visit, _ = await a_visit_and_the_sessions_after_it()
    later = visit.starts_at + DAY
    over = await record_outcome(visit.id, "missed", actor=SYSTEM, now=later)
    assert (over.status, over.next_appointment_id) == ("missed", None)
    assert await doses(child, now=later) == []
    assert len(await sql("SELECT 1 FROM appointment")) == 1


async def test_where_no_session_follows_the_visit_is_recorded_all_the_same() -> None:
    facility, child = await a_clinic()
    await a_session(facility, day=AT_SIX_WEEKS)
    visit = await booked_next(child)
    over = await record_outcome(visit.id, "attended", actor=SYSTEM, now=on_the_day(visit))
    assert over.next_appointment_id is None
    assert len(await doses(child, now=on_the_day(visit))) == 4

"""The due and overdue list of a facility."""

from datetime import date, timedelta

import pytest

from service.access.actor import SYSTEM
from service.errors import Forbidden, NotFound
from service.paging import Page
from service.registration.children import ChildView
from service.registration.facilities import FacilityView
from service.scheduling.booking import cancel
from service.vaccination.due import DueChild, DueFilter, due_list
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

pytestmark = pytest.mark.usefixtures("database")

TODAY = NOW.date()
# A schedule of two doses, so that what is due is plain: at six weeks, overdue at ten, and at nine months.
TWO_DOSES = """
id = "two"
name = "Two doses"
country = "KE"
valid_from = 2020-01-01
certainty = "made up"
advice = "For tests."
sources = ["this test"]

[[vaccine]]
name = "Pentavalent"
cvx = ["198"]
antigens = ["Diphtheria"]
dose = [{ label = "Pentavalent", due = "6 weeks", overdue = "10 weeks" }]

[[vaccine]]
name = "MR"
cvx = ["04"]
antigens = ["Measles"]
dose = [{ label = "MR", due = "9 months" }]
"""


async def listed(facility: FacilityView, **criteria: object) -> list[DueChild]:
    wanted = DueFilter(**criteria)  # type: ignore[arg-type]  # as the test says
    found = await due_list(facility.id, wanted, actor=SYSTEM, page=Page(), now=NOW)
    return found.items


async def names(facility: FacilityView, **criteria: object) -> list[str]:
    return [child.first_name for child in await listed(facility, **criteria)]


async def four_children() -> tuple[FacilityView, dict[str, ChildView]]:
    """One long overdue, one overdue, one due, one due in a week; and one who is a newborn."""
    await put_in_force(NewSchedule(toml=TWO_DOSES))
    facility = await a_facility()
    ages = {"Due": 8, "Soon": 5, "Late": 12, "Latest": 20, "Newborn": 0}
    return facility, {
        name: await a_child(name, facility=facility, born=TODAY - timedelta(weeks=weeks))
        for name, weeks in ages.items()
    }


async def test_the_longest_overdue_come_first_and_who_is_not_due_is_not_listed() -> None:
    facility, _ = await four_children()
    assert await names(facility) == ["Latest", "Late", "Due"]
    late, due = (await listed(facility))[1:]
    assert (late.overdue, due.overdue) == (True, False)
    (dose,) = late.doses
    assert (dose.vaccine_group, dose.dose, dose.overdue) == ("Pentavalent", "Pentavalent", True)
    assert (dose.recommended, dose.past_due) == (
        late.date_of_birth + timedelta(weeks=6),
        late.date_of_birth + timedelta(weeks=10, days=-1),
    )
    assert late.due_on == dose.recommended
    assert late.assessed_on == TODAY


async def test_a_dose_is_overdue_from_the_day_after_its_last_day() -> None:
    await put_in_force(NewSchedule(toml=TWO_DOSES))
    facility = await a_facility()
    await a_child("Still due", facility=facility, born=TODAY - timedelta(weeks=10, days=-1))
    await a_child("Overdue", facility=facility, born=TODAY - timedelta(weeks=10))
    assert await names(facility, overdue=True) == ["Overdue"]
    assert await names(facility, overdue=False) == ["Still due"]


async def test_the_list_is_made_for_a_day_to_come() -> None:
    facility, _ = await four_children()
    assert await names(facility, by=TODAY + timedelta(days=6)) == ["Latest", "Late", "Due"]
    assert await names(facility, by=TODAY + timedelta(days=7)) == ["Latest", "Late", "Due", "Soon"]


async def test_only_the_overdue_or_only_the_others() -> None:
    facility, _ = await four_children()
    assert await names(facility, overdue=True) == ["Latest", "Late"]
    assert await names(facility, overdue=False) == ["Due"]


async def test_only_who_has_a_visit_to_come_or_only_who_has_none() -> None:
    facility, children = await four_children()
    visit = await an_appointment(children["Late"], await a_session(facility))
    (booked,) = await listed(facility, booked=True)
    assert (booked.first_name, booked.appointment_id, booked.starts_at) == ("Late", visit.id, visit.starts_at)
    assert await names(facility, booked=False) == ["Latest", "Due"]
    await cancel(visit.id, actor=SYSTEM, now=NOW)
    assert await names(facility, booked=True) == []


async def test_a_dose_that_was_given_takes_the_child_off_the_list() -> None:
    facility, children = await four_children()
    await a_dose(children["Latest"], "198", TODAY)
    assert await names(facility) == ["Late", "Due"]


async def test_it_comes_in_pages_and_tells_how_many_there_are() -> None:
    facility, _ = await four_children()
    pages = [
        await due_list(facility.id, DueFilter(), actor=SYSTEM, page=Page(2, offset), now=NOW)
        for offset in (0, 2)
    ]
    assert [[child.first_name for child in page.items] for page in pages] == [["Latest", "Late"], ["Due"]]
    assert {page.total for page in pages} == {3}


async def test_it_is_for_the_staff_of_the_facility() -> None:
    facility, children = await four_children()
    elsewhere = await a_facility()
    assert await names(elsewhere) == []
    with pytest.raises(NotFound):
        await due_list(facility.id, DueFilter(), actor=scheduling_for(elsewhere.id), page=Page(), now=NOW)
    with pytest.raises(NotFound):
        await due_list(children["Due"].id, DueFilter(), actor=SYSTEM, page=Page(), now=NOW)
    parent = acting(await a_parent(children["Due"].guardians[0].phone))
    with pytest.raises(Forbidden):
        await due_list(facility.id, DueFilter(), actor=parent, page=Page(), now=NOW)


async def test_the_day_is_the_facilitys_own() -> None:
    """In Los Angeles it is still 3 March when it is 4 March in Nairobi."""
    await a_schedule_in_force("who")
    facility = await a_facility(zone="America/Los_Angeles", country="US")
    early = NOW - timedelta(hours=3)
    born = date(2026, 1, 21)
    child = await a_child(facility=facility, born=born, now=early)
    assert child.date_of_birth + timedelta(weeks=6) == TODAY
    found = await due_list(facility.id, DueFilter(), actor=SYSTEM, page=Page(), now=early)
    assert "DTP" not in {dose.vaccine_group for one in found.items for dose in one.doses}

"""Schedules handed in: one that comes along, a native one, CDC's; checked as a whole before they are kept."""

import io
import zipfile
from datetime import date

import pytest

from service.access.actor import SYSTEM
from service.database import sql
from service.errors import Duplicate, Faulty, Forbidden, Invalid
from service.paging import Page
from service.vaccination.in_force import schedule_of
from service.vaccination.schedules import (
    NewSchedule,
    ScheduleView,
    add_schedule,
    list_schedules,
    list_vaccines,
)
from tests.factories import NOW, scheduling_for
from tests.forecasting.conftest import SUPPORTING_DATA
from tests.vaccination.stored import kenya_but

pytestmark = pytest.mark.usefixtures("database")


async def added(new: NewSchedule) -> ScheduleView:
    return await add_schedule(new, actor=SYSTEM, now=NOW)


async def test_one_that_comes_along_is_kept_with_what_it_says_of_itself_and_counts_for_nobody_yet() -> None:
    kenya = await added(NewSchedule(shipped="ke"))
    assert (kenya.schedule, kenya.country, kenya.valid_from) == ("ke-kepi-2025-11", "KE", date(2025, 11, 3))
    assert kenya.activated_at is None
    names = {vaccine.cvx: vaccine.name for vaccine in await list_vaccines(actor=SYSTEM)}
    assert names["X-MALARIA"] == "Malaria, R21"


async def test_a_vaccine_that_was_given_before_any_schedule_named_it_gets_its_name() -> None:
    await sql("INSERT INTO vaccine (cvx, name) VALUES ('X-MALARIA', ''), ('198', 'Five in one')")
    await added(NewSchedule(shipped="ke"))
    names = {vaccine.cvx: vaccine.name for vaccine in await list_vaccines(actor=SYSTEM)}
    assert (names["X-MALARIA"], names["198"]) == ("Malaria, R21", "Five in one")


async def test_a_native_one_is_kept_as_it_was_handed_in_and_read_again() -> None:
    words = kenya_but(("Kenya KEPI/NVIP", "Our county"))
    county = await added(NewSchedule(toml=words, born_from=date(2025, 1, 1), valid_from=date(2026, 4, 1)))
    assert (county.born_from, county.valid_from) == (date(2025, 1, 1), date(2026, 4, 1))
    again = await schedule_of(county.id)
    assert (again.name, again.version) == (county.name, county.version)


async def test_all_faults_are_told_at_once_each_with_its_place() -> None:
    words = kenya_but(
        ('label = "BCG", due = "0 days"', 'label = "BCG", due = "nought days"'),
        ('cvx = ["198", "102", "146", "132"]', 'cvx = ["198", "102", "146", "9876"]'),
    )
    with pytest.raises(Faulty) as refused:
        await added(NewSchedule(toml=words))
    told = "\n".join(f"{place} {why}" for place, why in refused.value.problems)
    assert "BCG" in told
    assert "nought days" in told
    assert "9876" in told
    assert await sql("SELECT 1 FROM schedule_version") == []


@pytest.mark.parametrize("words", ["", "not = toml = at all", 'id = "a"'])
async def test_what_is_no_schedule_is_refused(words: str) -> None:
    with pytest.raises(Faulty):
        await added(NewSchedule(toml=words))


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewSchedule(), "shipped"),
        (NewSchedule(shipped="ke", toml="x"), "shipped"),
        (NewSchedule(shipped="ke", country="Kenya"), "country"),
        (NewSchedule(shipped="ke", country=""), "country"),
        (NewSchedule(toml=kenya_but(('country = "KE"', 'country = "XX"'))), "country"),
        (NewSchedule(shipped="ke", born_from=date(2026, 1, 1), born_before=date(2026, 1, 1)), "born_before"),
        (NewSchedule(toml=kenya_but(("X-MALARIA", "R21"))), "toml"),
    ],
)
async def test_what_makes_no_sense_is_told_by_field(new: NewSchedule, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await added(new)
    assert refused.value.field == field


async def test_the_country_is_the_schedules_own_unless_another_is_named_or_none() -> None:
    assert (await added(NewSchedule(shipped="who"))).country is None
    assert (await added(NewSchedule(shipped="ke", country="everywhere"))).country is None
    assert (await added(NewSchedule(shipped="ng", country="gh"))).country == "GH"


async def test_the_very_same_schedule_is_taken_in_once() -> None:
    await added(NewSchedule(shipped="ke"))
    with pytest.raises(Duplicate):
        await added(NewSchedule(shipped="ke"))
    assert (await list_schedules(actor=SYSTEM, page=Page())).total == 1


async def test_only_admins_hand_schedules_in() -> None:
    with pytest.raises(Forbidden):
        await add_schedule(NewSchedule(shipped="ke"), actor=scheduling_for(), now=NOW)


async def test_what_is_no_zip_is_refused() -> None:
    with pytest.raises(Faulty):
        await added(NewSchedule(zip=b"PK but no more"))


@pytest.mark.skipif(not SUPPORTING_DATA.exists(), reason="CDC's supporting data are not beside the project")
async def test_cdcs_own_files_are_taken_in_as_a_zip() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in SUPPORTING_DATA.rglob("*.xml"):
            archive.write(file, file.name)
    cdc = await added(NewSchedule(zip=packed.getvalue(), country="us"))
    assert cdc.country == "US"
    assert "HPV" in (await schedule_of(cdc.id)).groups

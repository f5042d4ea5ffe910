"""Doses that were given: always recorded, told what they count for, and followed by a new forecast."""

from datetime import date, timedelta

import pytest
from msgspec import json

from service.access.actor import SYSTEM
from service.database import sql
from service.errors import Duplicate, Invalid, NotFound
from service.registration.children import ChildChange, change_child
from service.vaccination.forecasts import StoredForecast
from service.vaccination.immunizations import (
    ImmunizationChange,
    NewImmunization,
    change_dose,
    history,
    record_dose,
    remove_dose,
)
from service.vaccination.needs import forecast_of
from tests.factories import NOW, a_child, a_dose, a_facility, a_schedule_in_force, scheduling_for

pytestmark = pytest.mark.usefixtures("database")

BORN = date(2025, 12, 1)
TODAY = NOW.date()


async def stored_forecast(child_id: object) -> dict[str, StoredForecast]:
    rows = await sql("SELECT groups FROM forecast WHERE child = $1", child_id)
    return {one.vaccine_group: one for one in json.decode(rows[0]["groups"], type=list[StoredForecast])}


async def test_a_dose_that_counts_moves_the_next_one_on() -> None:
    await a_schedule_in_force()
    child = await a_child(born=BORN)
    before = (await stored_forecast(child.id))["Pentavalent"]
    assert (before.dose_label, before.recommended) == ("Pentavalent 1", BORN + timedelta(weeks=6))
    given = await a_dose(child, "198", BORN + timedelta(weeks=6))
    assert given.evaluation is not None
    assert (given.evaluation.status, given.evaluation.groups[0].dose) == ("Valid", "Pentavalent 1")
    after = (await stored_forecast(child.id))["Pentavalent"]
    assert (after.dose_label, after.recommended) == ("Pentavalent 2", BORN + timedelta(weeks=10))


async def test_a_dose_too_early_is_recorded_and_explained() -> None:
    await a_schedule_in_force()
    child = await a_child(born=BORN)
    given = await a_dose(child, "198", BORN + timedelta(days=10))
    assert given.evaluation is not None
    assert (given.evaluation.status, given.evaluation.reason) == ("Not Valid", "Age: Too Young")
    assert (await stored_forecast(child.id))["Pentavalent"].dose_label == "Pentavalent 1"


async def test_a_code_that_no_schedule_knows_is_recorded_and_counts_for_nothing() -> None:
    await a_schedule_in_force()
    child = await a_child(born=BORN)
    given = await a_dose(child, "999", BORN + timedelta(days=10))
    assert (given.cvx, given.vaccine) == ("999", "")
    assert given.evaluation is not None
    assert given.evaluation.status == "Extraneous"


async def test_without_a_schedule_a_dose_is_recorded_all_the_same() -> None:
    child = await a_child(born=BORN)
    assert (await a_dose(child, "198", TODAY)).evaluation is None


async def test_a_code_is_read_as_people_write_it() -> None:
    child = await a_child(born=BORN)
    assert (await a_dose(child, " 3 ", TODAY)).cvx == "03"
    assert (await a_dose(child, "x-malaria", TODAY)).cvx == "X-MALARIA"


@pytest.mark.parametrize(
    ("dose", "field"),
    [
        (NewImmunization(cvx="198", given_on=TODAY + timedelta(days=1)), "given_on"),
        (NewImmunization(cvx="198", given_on=BORN - timedelta(days=1)), "given_on"),
        (NewImmunization(cvx="pentavalent", given_on=TODAY), "cvx"),
        (NewImmunization(cvx="198", given_on=TODAY, lot="x" * 41), "lot"),
    ],
)
async def test_what_cannot_be_true_is_told_by_field(dose: NewImmunization, field: str) -> None:
    child = await a_child(born=BORN)
    with pytest.raises(Invalid) as refused:
        await record_dose(child.id, dose, actor=SYSTEM, now=NOW)
    assert refused.value.field == field


async def test_a_form_sent_twice_is_one_dose_and_another_lot_a_second_one() -> None:
    child = await a_child(born=BORN)
    await a_dose(child, "198", TODAY)
    with pytest.raises(Duplicate):
        await a_dose(child, "198", TODAY)
    other_lot = NewImmunization(cvx="198", given_on=TODAY, lot="B7")
    await record_dose(child.id, other_lot, actor=SYSTEM, now=NOW)
    assert len(await history(child.id, actor=SYSTEM, now=NOW)) == 2


async def test_correcting_and_taking_back_work_the_forecast_out_anew() -> None:
    await a_schedule_in_force()
    child = await a_child(born=BORN)
    given = await a_dose(child, "198", BORN + timedelta(days=10))
    change = ImmunizationChange(given_on=BORN + timedelta(weeks=6))
    changed = await change_dose(child.id, given.id, change, actor=SYSTEM, now=NOW)
    assert changed.evaluation is not None
    assert changed.evaluation.status == "Valid"
    assert (await stored_forecast(child.id))["Pentavalent"].dose_label == "Pentavalent 2"
    await remove_dose(child.id, given.id, actor=SYSTEM, now=NOW)
    assert (await stored_forecast(child.id))["Pentavalent"].dose_label == "Pentavalent 1"
    kinds = await sql("SELECT action FROM audit_entry WHERE subject = 'immunization' ORDER BY id")
    assert [row["action"] for row in kinds] == ["create", "update", "delete"]


async def test_a_corrected_birth_date_works_the_forecast_out_anew() -> None:
    await a_schedule_in_force()
    child = await a_child(born=BORN)
    later = ChildChange(date_of_birth=BORN + timedelta(days=30))
    await change_child(child.id, later, actor=SYSTEM, now=NOW)
    expected = BORN + timedelta(days=30) + timedelta(weeks=6)
    assert (await stored_forecast(child.id))["Pentavalent"].recommended == expected


async def test_what_is_stored_is_what_is_told() -> None:
    await a_schedule_in_force()
    child = await a_child(born=BORN)
    for cvx, weeks in (("178", 6), ("198", 6), ("177", 6), ("119", 6)):
        await a_dose(child, cvx, BORN + timedelta(weeks=weeks))
    told = await forecast_of(child.id, actor=SYSTEM, now=NOW)
    kept = await stored_forecast(child.id)
    assert {one.vaccine_group: one.recommended for one in told.groups} == {
        group: one.recommended for group, one in kept.items()
    }
    assert told.schedule is not None
    assert all(one.why for one in told.groups)


async def test_another_facilitys_child_is_not_found() -> None:
    child, mine = await a_child(born=BORN), await a_facility()
    actor = scheduling_for(mine.id)
    given = await a_dose(child, "198", TODAY)
    with pytest.raises(NotFound):
        await history(child.id, actor=actor, now=NOW)
    new = NewImmunization(cvx="198", given_on=TODAY)
    with pytest.raises(NotFound):
        await record_dose(child.id, new, actor=actor, now=NOW)
    with pytest.raises(NotFound):
        await remove_dose(child.id, given.id, actor=actor, now=NOW)

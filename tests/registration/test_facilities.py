"""Facilities: kept by admins, with values that make sense together."""

from datetime import time

import pytest

from service.access.actor import SYSTEM
from service.errors import Duplicate, Forbidden, InUse, Invalid, NotFound
from service.paging import Page
from service.registration.facilities import (
    FacilityChange,
    NewFacility,
    change_facility,
    get_facility,
    list_facilities,
    register_facility,
    remove_facility,
)
from tests.factories import NOW, a_child, a_facility, a_scheduler, scheduling_for

pytestmark = pytest.mark.usefixtures("database")


def kilimani(**values: object) -> NewFacility:
    usual = {"name": "Kilimani Clinic", "zone": "Africa/Nairobi", "country": "KE"}
    return NewFacility(**{**usual, **values})  # type: ignore[arg-type]  # each test gives what it is about


async def test_a_facility_texts_by_day_unless_it_says_otherwise() -> None:
    facility = await register_facility(kilimani(phone="0711 082 100"), actor=SYSTEM, now=NOW)
    assert facility.phone == "+254711082100"
    assert (facility.texts_from, facility.texts_until) == (time(9), time(20))
    assert (facility.sunday_texts_from, facility.remind_at) == (time(12), time(10))
    assert facility == await get_facility(facility.id, actor=SYSTEM)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Kili\nmani"}, "name"),
        ({"address": "x" * 161}, "address"),
        ({"zone": "Africa/Nowhere"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"zone": ""}, "zone"),
        ({"country": "XX"}, "country"),
        ({"country": "Kenya"}, "country"),
        ({"language": "tlh"}, "language"),
        ({"phone": "none"}, "phone"),
        ({"texts_from": "20:00"}, "texts_until"),
        ({"sunday_texts_from": "21:00"}, "texts_until"),
        ({"remind_at": "08:59"}, "remind_at"),
        ({"remind_at": "20:00"}, "remind_at"),
        ({"remind_at": "10:00+03:00"}, "remind_at"),
        ({"remind_at": "ten"}, "remind_at"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_field(values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await register_facility(kilimani(**values), actor=SYSTEM, now=NOW)
    assert refusal.value.field == field


async def test_a_change_is_checked_together_with_what_stays() -> None:
    facility = await a_facility()
    with pytest.raises(Invalid) as refusal:
        await change_facility(facility.id, FacilityChange(texts_from="11:00"), actor=SYSTEM, now=NOW)
    assert refusal.value.field == "remind_at"
    changed = await change_facility(
        facility.id, FacilityChange(texts_from="11:00", remind_at="12:00"), actor=SYSTEM, now=NOW
    )
    assert (changed.texts_from, changed.name) == (time(11), facility.name)


async def test_a_name_is_given_once() -> None:
    await a_facility("Kilimani Clinic")
    other = await a_facility("Kibera Clinic")
    with pytest.raises(Duplicate):
        await register_facility(kilimani(), actor=SYSTEM, now=NOW)
    with pytest.raises(Duplicate):
        await change_facility(other.id, FacilityChange(name="Kilimani Clinic"), actor=SYSTEM, now=NOW)


async def test_a_scheduler_reads_their_own_and_changes_none() -> None:
    mine, other = await a_facility("A"), await a_facility("B")
    scheduler = scheduling_for(mine.id)
    assert (await list_facilities(actor=scheduler, page=Page())).items == [mine]
    with pytest.raises(NotFound):
        await get_facility(other.id, actor=scheduler)
    with pytest.raises(NotFound):
        await remove_facility(other.id, actor=scheduler, now=NOW)
    with pytest.raises(Forbidden):
        await change_facility(mine.id, FacilityChange(name="C"), actor=scheduler, now=NOW)
    with pytest.raises(Forbidden):
        await register_facility(kilimani(), actor=scheduler, now=NOW)


async def test_a_scheduler_of_no_facility_sees_none() -> None:
    await a_facility()
    assert (await list_facilities(actor=scheduling_for(), page=Page())).total == 0


async def test_what_children_or_schedulers_belong_to_stays() -> None:
    with_child, with_scheduler, empty = await a_facility(), await a_facility(), await a_facility()
    await a_child(facility=with_child)
    await a_scheduler(with_scheduler)
    for facility in (with_child, with_scheduler):
        with pytest.raises(InUse):
            await remove_facility(facility.id, actor=SYSTEM, now=NOW)
        assert await get_facility(facility.id, actor=SYSTEM) == facility
    await remove_facility(empty.id, actor=SYSTEM, now=NOW)
    with pytest.raises(NotFound):
        await get_facility(empty.id, actor=SYSTEM)

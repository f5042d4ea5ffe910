"""Children: registered with their guardians, kept by their facility, read by their parents."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from service.access.actor import SYSTEM, texting
from service.errors import Duplicate, Forbidden, InUse, Invalid, NotFound
from service.paging import Page
from service.registration.children import (
    ChildChange,
    ChildFilter,
    NewChild,
    change_child,
    get_child,
    list_children,
    register_child,
    remove_child,
)
from service.registration.families import NewGuardian
from service.scheduling.booking import cancel
from tables.audit import AuditEntry
from tables.people import Child, Guardian
from tests.factories import (
    NOW,
    a_child,
    a_facility,
    an_appointment,
    scheduling_for,
)

pytestmark = pytest.mark.usefixtures("database")

MOTHER, FATHER = "+254700000001", "+254700000002"


async def a_new_child(**values: object) -> NewChild:
    usual = {
        "facility_id": (await a_facility()).id,
        "first_name": "Zuri",
        "date_of_birth": date(2025, 12, 1),
        "guardians": [NewGuardian(phone=MOTHER)],
    }
    return NewChild(**{**usual, **values})  # type: ignore[arg-type]  # each test gives what it is about


async def test_registering_a_child_makes_its_guardians() -> None:
    facility = await a_facility(language="es")
    new = await a_new_child(
        facility_id=facility.id,
        guardians=[
            NewGuardian(phone="0700 000 001", name="Amina", relationship="mother"),
            NewGuardian(phone=FATHER, language="en", consent=False),
        ],
    )
    child = await register_child(new, actor=SYSTEM, now=NOW)
    mother, father = sorted(child.guardians, key=lambda guardian: guardian.phone)
    assert (mother.phone, mother.name, mother.language) == (MOTHER, "Amina", "es")
    assert (mother.relationship, mother.consented) == ("mother", True)
    assert (father.language, father.relationship, father.consented) == ("en", "carer", False)
    assert (child.sex, child.last_name, child.facility_name) == ("unknown", "", facility.name)


async def test_a_known_phone_is_linked_and_left_as_it_is() -> None:
    first = await a_child(guardian=MOTHER, consent=False)
    again = NewGuardian(phone=MOTHER, name="Somebody Else", language="es", consent=True)
    second = await a_child("Juma", guardians=[again])
    guardian = second.guardians[0]
    assert guardian.id == first.guardians[0].id
    assert (guardian.name, guardian.language, guardian.consented) == ("Amina", "en", False)


async def test_registering_by_phone_tells_nothing_about_whose_it_is() -> None:
    await a_child(guardian=MOTHER, now=NOW - timedelta(days=1))
    other = await a_facility()
    scheduler = scheduling_for(other.id)
    new = await a_new_child(facility_id=other.id, guardians=[NewGuardian(phone=MOTHER)])
    answer = await register_child(new, actor=scheduler, now=NOW)
    for child in (answer, await get_child(answer.id, actor=scheduler)):
        assert (child.guardians[0].name, child.guardians[0].language) == (None, None)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"first_name": ""}, "first_name"),
        ({"first_name": "Zu\x00ri"}, "first_name"),
        ({"last_name": "x" * 61}, "last_name"),
        ({"date_of_birth": date(2026, 3, 5)}, "date_of_birth"),
        ({"date_of_birth": date(2007, 3, 3)}, "date_of_birth"),
        ({"date_of_birth": date(1, 1, 1)}, "date_of_birth"),
        ({"guardians": [NewGuardian(phone="12")]}, "guardians[0].phone"),
        ({"guardians": [NewGuardian(phone=MOTHER), NewGuardian(phone="0700000001")]}, "guardians[1].phone"),
        ({"guardians": [NewGuardian(phone=MOTHER, name="a\nb")]}, "guardians[0].name"),
        ({"guardians": [NewGuardian(phone=MOTHER, language="xx")]}, "guardians[0].language"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_field(values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await register_child(await a_new_child(**values), actor=SYSTEM, now=NOW)
    assert refusal.value.field == field
    assert await Guardian.count() == 0
    assert await Child.count() == 0


async def test_a_birthday_is_a_day_where_the_clinic_is() -> None:
    """At 21:30 in London it is already tomorrow in Nairobi."""
    late = datetime(2026, 3, 4, 21, 30, tzinfo=UTC)
    new = await a_new_child(date_of_birth=date(2026, 3, 5))
    assert (await register_child(new, actor=SYSTEM, now=late)).date_of_birth == date(2026, 3, 5)


async def test_nineteen_years_to_the_day_is_young_enough() -> None:
    new = await a_new_child(date_of_birth=date(2007, 3, 4))
    assert (await register_child(new, actor=SYSTEM, now=NOW)).date_of_birth == date(2007, 3, 4)


async def test_a_form_sent_twice_is_one_child() -> None:
    new = await a_new_child()
    tries = [asyncio.create_task(register_child(new, actor=SYSTEM, now=NOW)) for _ in range(4)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, Duplicate) for result in results) == 3
    assert await Child.count() == 1
    assert await Guardian.count() == 1


async def test_families_who_share_adults_register_at_once_without_a_deadlock() -> None:
    facility = await a_facility()
    pairs = [[MOTHER, FATHER], [FATHER, MOTHER]] * 4
    tries = [
        asyncio.create_task(
            a_child(
                f"Child {number}", facility=facility, guardians=[NewGuardian(phone=phone) for phone in pair]
            )
        )
        for number, pair in enumerate(pairs)
    ]
    await asyncio.gather(*tries)
    assert (await Child.count(), await Guardian.count()) == (8, 2)


async def test_a_child_is_seen_by_its_facility_and_its_guardians_only() -> None:
    child, stranger = await a_child(guardian=MOTHER), await a_child(guardian=FATHER)
    own, other = scheduling_for(child.facility_id), scheduling_for(stranger.facility_id)
    parent = texting(child.guardians[0].id)
    for actor in (SYSTEM, own, parent):
        assert (await get_child(child.id, actor=actor)).id == child.id
    for actor in (other, scheduling_for(), texting(stranger.guardians[0].id)):
        with pytest.raises(NotFound):
            await get_child(child.id, actor=actor)
    listed = await list_children(ChildFilter(), actor=parent, page=Page())
    assert [seen.id for seen in listed.items] == [child.id]


async def test_a_parent_sees_no_other_adult_and_changes_nothing() -> None:
    child = await a_child(guardians=[NewGuardian(phone=MOTHER), NewGuardian(phone=FATHER)])
    mother = next(guardian for guardian in child.guardians if guardian.phone == MOTHER)
    parent = texting(mother.id)
    assert (await get_child(child.id, actor=parent)).guardians == [mother]
    with pytest.raises(Forbidden):
        await change_child(child.id, ChildChange(first_name="Z"), actor=parent, now=NOW)
    with pytest.raises(Forbidden):
        await remove_child(child.id, actor=parent, now=NOW)
    with pytest.raises(Forbidden):
        await register_child(await a_new_child(), actor=parent, now=NOW)


async def test_a_scheduler_registers_at_their_own_facilities_only() -> None:
    new = await a_new_child()
    for facility_id in (uuid4(), new.facility_id):
        with pytest.raises(NotFound):
            await register_child(
                await a_new_child(facility_id=facility_id), actor=scheduling_for(uuid4()), now=NOW
            )
    with pytest.raises(NotFound):
        await register_child(await a_new_child(facility_id=uuid4()), actor=SYSTEM, now=NOW)


async def test_what_is_left_out_of_a_change_stays() -> None:
    child = await a_child(guardian=MOTHER)
    changed = await change_child(child.id, ChildChange(last_name="Otieno"), actor=SYSTEM, now=NOW)
    assert changed.last_name == "Otieno"
    assert (changed.first_name, changed.guardians) == (child.first_name, child.guardians)


async def test_guardians_are_replaced_as_a_whole() -> None:
    child = await a_child(guardian=MOTHER)
    change = ChildChange(guardians=[NewGuardian(phone=FATHER, relationship="father")])
    changed = await change_child(child.id, change, actor=SYSTEM, now=NOW)
    assert [(one.phone, one.relationship) for one in changed.guardians] == [(FATHER, "father")]
    with pytest.raises(NotFound):
        await get_child(child.id, actor=texting(child.guardians[0].id))


async def test_a_child_with_appointments_to_come_stays_at_its_facility() -> None:
    child = await a_child()
    appointment = await an_appointment(child)
    move = ChildChange(facility_id=(await a_facility()).id)
    with pytest.raises(InUse):
        await change_child(child.id, move, actor=SYSTEM, now=NOW)
    await cancel(appointment.id, version=None, actor=SYSTEM, now=NOW)
    assert (await change_child(child.id, move, actor=SYSTEM, now=NOW)).facility_id == move.facility_id


async def test_a_child_with_a_history_is_not_removed() -> None:
    child = await a_child()
    appointment = await an_appointment(child)
    await cancel(appointment.id, version=None, actor=SYSTEM, now=NOW)
    with pytest.raises(InUse):
        await remove_child(child.id, actor=SYSTEM, now=NOW)
    assert await get_child(child.id, actor=SYSTEM) == child


async def test_a_child_registered_by_mistake_is_removed_with_its_links() -> None:
    child = await a_child()
    await remove_child(child.id, actor=scheduling_for(child.facility_id), now=NOW)
    with pytest.raises(NotFound):
        await get_child(child.id, actor=SYSTEM)


async def test_lists_filter_by_facility_guardian_and_birth() -> None:
    facility = await a_facility()
    young = await a_child("Abe", facility=facility, guardian=MOTHER, born=date(2026, 1, 1))
    old = await a_child("Bea", facility=facility, guardian=FATHER, born=date(2024, 1, 1))
    other = await a_child("Cyd", guardian=MOTHER, born=date(2025, 1, 1))

    async def found(**values: object) -> list[str]:
        filter_ = ChildFilter(**values)  # type: ignore[arg-type]  # each line gives what it is about
        return [child.first_name for child in (await list_children(filter_, actor=SYSTEM, page=Page())).items]

    assert await found() == ["Abe", "Bea", "Cyd"]
    assert await found(facility_id=facility.id) == [young.first_name, old.first_name]
    assert await found(guardian_id=young.guardians[0].id) == [young.first_name, other.first_name]
    assert await found(born_from=date(2025, 1, 1)) == [young.first_name, other.first_name]
    assert await found(born_until=date(2025, 1, 1)) == [old.first_name, other.first_name]


async def test_every_change_leaves_its_mark_without_copying_phones() -> None:
    child = await a_child(guardian=MOTHER)
    await change_child(child.id, ChildChange(first_name="Zawadi"), actor=SYSTEM, now=NOW)
    await remove_child(child.id, actor=SYSTEM, now=NOW)
    entries = await AuditEntry.select().where(AuditEntry.subject_id == child.id).order_by(AuditEntry.id)
    assert [entry["action"] for entry in entries] == ["create", "update", "delete"]
    assert '"Zuri"' in entries[1]["before"]
    assert '"Zawadi"' in entries[1]["after"]
    assert MOTHER not in str(entries)

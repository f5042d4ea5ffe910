"""Guardians: seen and corrected by the facility that registered them first."""

from datetime import timedelta

import pytest

from service.access.actor import SYSTEM, texting
from service.errors import Forbidden, Invalid, NotFound
from service.paging import Page
from service.registration.guardians import (
    GuardianChange,
    GuardianFilter,
    change_guardian,
    get_guardian,
    list_guardians,
)
from tables.messages import OptOut
from tests.factories import NOW, a_child, a_facility, scheduling_for

pytestmark = pytest.mark.usefixtures("database")

MOTHER = "+254700000001"


async def opt_out(phone: str) -> None:
    await OptOut.insert(OptOut(phone=phone, source="text", since=NOW, ended_at=None))


async def test_name_language_and_consent_are_corrected() -> None:
    guardian = (await a_child(consent=False)).guardians[0]
    change = GuardianChange(name="Amina W.", language="es", consent=True)
    changed = await change_guardian(guardian.id, change, actor=SYSTEM, now=NOW)
    assert (changed.name, changed.language, changed.consented) == ("Amina W.", "es", True)
    withdrawn = await change_guardian(guardian.id, GuardianChange(consent=False), actor=SYSTEM, now=NOW)
    assert (withdrawn.name, withdrawn.consented) == ("Amina W.", False)


async def test_a_wrong_language_is_refused() -> None:
    guardian = (await a_child()).guardians[0]
    with pytest.raises(Invalid):
        await change_guardian(guardian.id, GuardianChange(language="xx"), actor=SYSTEM, now=NOW)


async def test_staff_see_an_opt_out_and_consent_does_not_end_it() -> None:
    guardian = (await a_child(guardian=MOTHER)).guardians[0]
    await opt_out(MOTHER)
    assert (await get_guardian(guardian.id, actor=SYSTEM)).opted_out
    changed = await change_guardian(guardian.id, GuardianChange(consent=True), actor=SYSTEM, now=NOW)
    assert changed.opted_out


async def test_another_facility_sees_the_number_but_not_whose_it_is() -> None:
    child = await a_child(guardian=MOTHER)
    shared = await a_child("Juma", guardian=MOTHER, now=NOW + timedelta(days=1))
    guardian_id = child.guardians[0].id
    first, second = scheduling_for(child.facility_id), scheduling_for(shared.facility_id)
    assert (await get_guardian(guardian_id, actor=first)).name == "Amina"
    seen = await get_guardian(guardian_id, actor=second)
    assert (seen.phone, seen.name, seen.language, seen.consented) == (MOTHER, None, None, True)
    with pytest.raises(Forbidden):
        await change_guardian(guardian_id, GuardianChange(name="X"), actor=second, now=NOW)
    await change_guardian(guardian_id, GuardianChange(name="Amina W."), actor=first, now=NOW)


async def test_a_guardian_of_no_child_here_is_not_found() -> None:
    guardian = (await a_child()).guardians[0]
    elsewhere = scheduling_for((await a_facility()).id)
    with pytest.raises(NotFound):
        await get_guardian(guardian.id, actor=elsewhere)
    with pytest.raises(NotFound):
        await change_guardian(guardian.id, GuardianChange(name="X"), actor=elsewhere, now=NOW)
    assert (await list_guardians(GuardianFilter(), actor=elsewhere, page=Page())).total == 0


async def test_a_parent_changes_no_guardian() -> None:
    guardian = (await a_child()).guardians[0]
    with pytest.raises(Forbidden):
        await change_guardian(guardian.id, GuardianChange(consent=True), actor=texting(guardian.id), now=NOW)


async def test_lists_filter_by_the_end_of_the_number_and_by_opt_out() -> None:
    await a_child(guardian=MOTHER)
    await a_child("Juma", guardian="+254700000002")
    await opt_out(MOTHER)

    async def found(**values: object) -> list[str]:
        filter_ = GuardianFilter(**values)  # type: ignore[arg-type]  # each line gives what it is about
        listed = await list_guardians(filter_, actor=SYSTEM, page=Page())
        assert listed.total == len(listed.items)
        return sorted(guardian.phone for guardian in listed.items)

    assert await found() == [MOTHER, "+254700000002"]
    assert await found(phone_ends="0001") == [MOTHER]
    assert await found(opted_out=True) == [MOTHER]
    assert await found(opted_out=False) == ["+254700000002"]

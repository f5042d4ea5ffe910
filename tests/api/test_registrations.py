"""Registrations by text over REST, as staff have them."""

import httpx
import pytest

from service.access.actor import SYSTEM
from service.paging import Page
from service.registration.children import ChildFilter, list_children
from tests.api.conftest import Api
from tests.factories import a_claim, a_facility, a_scheduler, an_admin

AMINA = "+254700000001"


@pytest.fixture
async def admin(api: Api) -> httpx.AsyncClient:
    """An admin who has signed in."""
    return await api.as_(await an_admin())


async def test_a_scheduler_verifies_what_a_parent_texted(api: Api) -> None:
    facility = await a_facility()
    claim = await a_claim(facility.id, AMINA)
    scheduler = await api.as_(await a_scheduler(facility))
    [listed] = (await scheduler.get("/api/registrations/", params={"status": "open"})).json()["items"]
    assert (listed["id"], listed["phone"], listed["possible_duplicates"]) == (str(claim), AMINA, [])
    path = f"/api/registrations/{claim}/"
    settled = (await scheduler.put(path, json={"status": "verified"})).json()
    assert settled["status"] == "verified"
    children = await list_children(ChildFilter(), actor=SYSTEM, page=Page())
    assert [str(child.id) for child in children.items] == [settled["child_id"]]
    again = await scheduler.put(path, json={"status": "rejected"})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert (await scheduler.get(path)).json()["status"] == "verified"


async def test_a_scheduler_of_another_facility_finds_nothing(api: Api) -> None:
    claim = await a_claim((await a_facility()).id)
    scheduler = await api.as_(await a_scheduler(await a_facility()))
    assert (await scheduler.get("/api/registrations/")).json()["total"] == 0
    assert (await scheduler.get(f"/api/registrations/{claim}/")).status_code == 404
    answer = await scheduler.put(f"/api/registrations/{claim}/", json={"status": "verified"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"status": "open"}, {}, {"status": "verified", "phone": "+254700000002"}, {"status": "later"}],
)
async def test_what_cannot_be_read_is_refused(admin: httpx.AsyncClient, change: dict[str, str]) -> None:
    claim = await a_claim((await a_facility()).id)
    answer = await admin.put(f"/api/registrations/{claim}/", json=change)
    assert answer.status_code == 400, answer.text
    verified = {"status": "verified", "child_id": str(claim)}
    answer = await admin.put(f"/api/registrations/{claim}/", json=verified)
    assert answer.json()["errors"][0]["field"] == "child_id"


async def test_a_facility_has_a_number_of_its_own(admin: httpx.AsyncClient) -> None:
    first, second = await a_facility(), await a_facility()
    path = "/api/facilities/{}/"
    assert (await admin.put(path.format(first.id), json={"join_code": 42})).json()["join_code"] == 42
    taken = await admin.put(path.format(second.id), json={"join_code": 42})
    assert (taken.status_code, taken.json()["code"]) == (409, "duplicate")
    assert (await admin.put(path.format(second.id), json={"join_code": 3})).status_code in {400, 422}
    assert (await admin.put(path.format(first.id), json={"join_code": None})).json()["join_code"] is None

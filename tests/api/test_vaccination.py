"""Schedules, doses, observations, forecasts and planned visits as their users have them, over HTTP."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.conftest import Api
from tests.factories import (
    NOW,
    a_child,
    a_dose,
    a_facility,
    a_parent,
    a_schedule_in_force,
    a_scheduler,
    a_session,
    an_admin,
    an_appointment,
)

BORN = date(2025, 12, 1)
TODAY = NOW.date()


@pytest.fixture
async def admin(api: Api) -> httpx.AsyncClient:
    """An admin who has signed in."""
    return await api.as_(await an_admin())


async def got(client: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def fault(answer: httpx.Response) -> tuple[int, list[str]]:
    return answer.status_code, [error["field"] for error in answer.json().get("errors", [])]


async def test_a_schedule_is_handed_in_previewed_and_activated(admin: httpx.AsyncClient) -> None:
    child = await a_child(born=BORN)
    answer = await admin.post("/api/schedules/", json={"shipped": "ke"})
    assert answer.status_code == 201, answer.text
    kenya = answer.json()
    path = f"/api/schedules/{kenya['id']}/activate/"
    preview = (await admin.post(path, json={})).json()
    assert (preview["concerned"], preview["changed"], preview["schedule"]["activated_at"]) == (1, 1, None)
    assert preview["children"][0]["child_id"] == str(child.id)
    assert (await got(admin, f"/api/children/{child.id}/forecast/"))["schedule"] is None
    done = (await admin.post(path, json={"confirm": True})).json()
    assert done["schedule"]["activated_at"] is not None
    assert (await got(admin, f"/api/children/{child.id}/forecast/"))["schedule"]["name"] == kenya["name"]
    assert [one["id"] for one in (await got(admin, "/api/schedules/"))["items"]] == [kenya["id"]]
    assert {"cvx": "X-MALARIA", "name": "Malaria, R21"} in await got(admin, "/api/vaccines/")


async def test_the_faults_of_a_schedule_are_told_by_place(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/api/schedules/", json={"toml": 'id = "a"'})
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert await fault(await admin.post("/api/schedules/", json={})) == (422, ["shipped"])
    assert await fault(await admin.post("/api/schedules/", json={"zip": "no base64!"})) == (400, ["zip"])
    for values in ({"shipped": "xx"}, {"shipped": "ke", "country": "Kenya"}):
        assert (await admin.post("/api/schedules/", json=values)).status_code in {400, 422}


async def test_a_dose_is_recorded_read_corrected_and_taken_back(admin: httpx.AsyncClient) -> None:
    await a_schedule_in_force()
    child = await a_child(born=BORN)
    path = f"/api/children/{child.id}/immunizations/"
    new = {
        "cvx": "198",
        "given_on": "2025-12-20",
        "lot": "A1",
        "lot_expires": "2027-01-01",
        "site": "left thigh",
    }
    answer = await admin.post(path, json=new)
    assert answer.status_code == 201, answer.text
    dose = answer.json()
    assert dose.items() >= new.items()
    assert (dose["evaluation"]["status"], dose["evaluation"]["reason"]) == ("Not Valid", "Age: Too Young")
    assert (dose["facility_id"], dose["source"]) == (str(child.facility_id), "given_here")
    one = f"{path}{dose['id']}/"
    assert await got(admin, one) == dose
    changed = await admin.put(one, json={"given_on": "2026-01-12", "source": "health_card"})
    assert changed.json()["evaluation"]["status"] == "Valid"
    assert changed.json()["lot"] == "A1"
    assert (await got(admin, path))["total"] == 1
    assert (await admin.delete(one)).status_code == 204
    assert (await admin.get(one)).status_code == 404
    assert (await got(admin, path))["items"] == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"given_on": "2026-03-05"}, (422, ["given_on"])),
        ({"given_on": "2025-11-30"}, (422, ["given_on"])),
        ({"given_on": "2026-02-30"}, (400, ["given_on"])),
        ({"cvx": "penta"}, (422, ["cvx"])),
        ({"cvx": "1\u0000"}, (422, ["cvx"])),
        ({"lot": "x" * 41}, (422, ["lot"])),
        ({"site": "left\u0000"}, (422, ["site"])),
        ({"source": "hearsay"}, (400, ["source"])),
        ({"facility_id": str(uuid4())}, (404, [])),
        ({"colour": "red"}, (400, ["body"])),
    ],
)
async def test_a_dose_that_cannot_be_true_is_told_by_field(
    admin: httpx.AsyncClient, values: dict[str, Any], expected: tuple[int, list[str]]
) -> None:
    path = f"/api/children/{(await a_child(born=BORN)).id}/immunizations/"
    usual = {"cvx": "198", "given_on": "2026-01-12"}
    assert await fault(await admin.post(path, json=usual | values)) == expected


async def test_a_form_sent_twice_is_told_of_as_a_duplicate(admin: httpx.AsyncClient) -> None:
    path = f"/api/children/{(await a_child(born=BORN)).id}/immunizations/"
    new = {"cvx": "198", "given_on": "2026-01-12"}
    assert (await admin.post(path, json=new)).status_code == 201
    assert (await admin.post(path, json=new)).json()["code"] == "duplicate"


async def test_an_observation_is_recorded_listed_and_taken_back(admin: httpx.AsyncClient) -> None:
    await a_schedule_in_force()
    child = await a_child(born=BORN)
    path = f"/api/children/{child.id}/observations/"
    seen = (await admin.post(path, json={"code": "region:malaria"})).json()
    assert await got(admin, path) == [seen]
    groups = (await got(admin, f"/api/children/{child.id}/forecast/"))["groups"]
    assert "Malaria" in {group["vaccine_group"] for group in groups}
    assert (await admin.delete(f"{path}{seen['id']}/")).status_code == 204
    assert (await admin.delete(f"{path}{seen['id']}/")).status_code == 404
    assert await fault(await admin.post(path, json={"code": ""})) == (422, ["code"])
    future = {"code": "007", "observed_on": "2026-03-05"}
    assert await fault(await admin.post(path, json=future)) == (422, ["observed_on"])


async def test_a_forecast_says_what_when_and_why(admin: httpx.AsyncClient) -> None:
    await a_schedule_in_force()
    child = await a_child(born=BORN)
    await a_dose(child, "198", TODAY)
    forecast = await got(admin, f"/api/children/{child.id}/forecast/")
    groups = {group["vaccine_group"]: group for group in forecast["groups"]}
    penta, opv, measles = groups["Pentavalent"], groups["bOPV"], groups["MR"]
    assert (penta["standing"], penta["dose"], penta["recommended"]) == (
        "not_yet",
        "Pentavalent 2",
        "2026-04-01",
    )
    assert (opv["standing"], measles["standing"]) == ("overdue", "not_yet")
    assert penta["vaccines"][0]["cvx"] == "198"
    assert penta["why"]
    assert all(step["rule"] and step["what"] for step in penta["steps"])
    assert [one["recommended"] for one in penta["antigens"]] == ["2026-04-01"]


async def test_a_card_shows_what_was_given_and_what_is_to_come(admin: httpx.AsyncClient) -> None:
    await a_schedule_in_force()
    child = await a_child(born=BORN)
    await a_dose(child, "198", BORN + timedelta(days=20))
    await a_dose(child, "177", TODAY)
    card = await got(admin, f"/api/children/{child.id}/card/")
    assert [(line["dose"], line["state"], line["note"]) for line in card["given"]] == [
        ("Pentavalent 1", "does_not_count", "Age: Too Young"),
        ("PCV10 1", "given", ""),
    ]
    days = [line["on"] for line in card["to_come"]]
    assert days == sorted(days)
    assert {line["dose"]: line["state"] for line in card["to_come"]}["PCV10 2"] == "to_come"


async def test_the_due_list_is_asked_for_by_day_and_state(admin: httpx.AsyncClient) -> None:
    await a_schedule_in_force()
    facility = await a_facility()
    child = await a_child(facility=facility, born=BORN)
    path = f"/api/facilities/{facility.id}/due/"
    (listed,) = (await got(admin, path))["items"]
    assert (listed["child_id"], listed["appointment_id"]) == (str(child.id), None)
    assert (await got(admin, path, overdue=True, booked=False, by="2026-03-04", limit=1))["total"] == 1
    assert (await got(admin, path, booked=True))["total"] == 0
    assert (await admin.get(path, params={"by": "soon"})).status_code == 400
    assert (await admin.get(f"/api/facilities/{uuid4()}/due/")).status_code == 404


async def test_a_visit_is_planned_booked_attended_and_followed_by_the_next(
    api: Api, admin: httpx.AsyncClient
) -> None:
    await a_schedule_in_force()
    facility = await a_facility()
    child = await a_child(facility=facility, born=BORN)
    session = await a_session(facility)
    await a_session(facility, day=session.starts_at.date() + timedelta(weeks=4))
    path = f"/api/children/{child.id}/appointments/plan/"
    proposed = (await admin.post(path, json={})).json()
    assert (proposed["finding"], proposed["session_id"], proposed["appointment"]) == (
        "visit",
        str(session.id),
        None,
    )
    answer = await admin.post(path, json={"book": True})
    visit = answer.json()["appointment"]
    assert (answer.status_code, visit["status"]) == (200, "booked")
    assert [dose["label"] for dose in visit["planned_doses"]][:2] == ["BCG", "IPV 1"]
    refused = await admin.post(path, json={"book": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "already_booked")
    api.clock.pass_(session.starts_at - NOW + timedelta(hours=1))
    client = await api.as_(await a_scheduler(facility))
    visit_path = f"/api/appointments/{visit['id']}/"
    confused = {"status": "missed", "doses_given": []}
    assert await fault(await client.put(visit_path, json=confused)) == (422, ["doses_given"])
    unreadable = {"status": "attended", "doses_given": [{"cvx": "penta"}]}
    assert await fault(await client.put(visit_path, json=unreadable)) == (422, ["cvx"])
    given = {"status": "attended", "doses_given": [{"cvx": "198", "lot": "A1"}], "version": 1}
    attended = (await client.put(visit_path, json=given)).json()
    assert attended["status"] == "attended"
    following = await got(client, f"/api/appointments/{attended['next_appointment_id']}/")
    assert "Pentavalent 2" in {dose["label"] for dose in following["planned_doses"]}
    (dose,) = (await got(client, f"/api/children/{child.id}/immunizations/"))["items"]
    assert (dose["lot"], dose["appointment_id"]) == ("A1", visit["id"])


async def test_a_parent_reads_their_own_childs_card_and_changes_nothing(api: Api) -> None:
    await a_schedule_in_force()
    facility = await a_facility()
    own, other = await a_child(facility=facility, born=BORN), await a_child("Juma", facility=facility)
    dose = await a_dose(own, "198", TODAY)
    parent = await api.as_(await a_parent(own.guardians[0].phone))
    for what in ("card", "forecast", "immunizations", f"immunizations/{dose.id}"):
        assert (await parent.get(f"/api/children/{own.id}/{what}/")).status_code == 200, what
        assert (await parent.get(f"/api/children/{other.id}/{what}/")).status_code == 404, what
    new = {"cvx": "177", "given_on": "2026-03-04"}
    for method, path, body in (
        ("POST", f"/api/children/{own.id}/immunizations/", new),
        ("PUT", f"/api/children/{own.id}/immunizations/{dose.id}/", {"lot": "B"}),
        ("DELETE", f"/api/children/{own.id}/immunizations/{dose.id}/", None),
        ("POST", f"/api/children/{own.id}/observations/", {"code": "007"}),
        ("GET", f"/api/children/{own.id}/observations/", None),
        ("POST", f"/api/children/{own.id}/appointments/plan/", {}),
        ("GET", f"/api/facilities/{facility.id}/due/", None),
        ("GET", "/api/schedules/", None),
    ):
        assert (await parent.request(method, path, json=body)).status_code == 403, path


async def test_a_scheduler_finds_nothing_of_another_facilitys_children(api: Api) -> None:
    schedule = await a_schedule_in_force()
    theirs, mine = await a_facility(), await a_facility()
    child = await a_child(facility=theirs, born=BORN)
    dose = await a_dose(child, "198", TODAY)
    visit = await an_appointment(child, await a_session(theirs))
    scheduler = await api.as_(await a_scheduler(mine))
    of_child = f"/api/children/{child.id}"
    new = {"cvx": "177", "given_on": "2026-03-04"}
    for method, path, body in (
        ("GET", f"{of_child}/card/", None),
        ("GET", f"{of_child}/forecast/", None),
        ("GET", f"{of_child}/immunizations/", None),
        ("POST", f"{of_child}/immunizations/", new),
        ("PUT", f"{of_child}/immunizations/{dose.id}/", {"lot": "B"}),
        ("DELETE", f"{of_child}/immunizations/{dose.id}/", None),
        ("GET", f"{of_child}/observations/", None),
        ("POST", f"{of_child}/observations/", {"code": "007"}),
        ("DELETE", f"{of_child}/observations/{dose.id}/", None),
        ("POST", f"{of_child}/appointments/plan/", {}),
        ("POST", f"{of_child}/appointments/plan/", {"book": True}),
        ("PUT", f"/api/appointments/{visit.id}/", {"status": "attended"}),
        ("GET", f"/api/facilities/{theirs.id}/due/", None),
    ):
        assert (await scheduler.request(method, path, json=body)).status_code == 404, (method, path)
    own = await a_child("Juma", facility=mine, born=BORN)
    elsewhere = new | {"facility_id": str(theirs.id)}
    assert (await scheduler.post(f"/api/children/{own.id}/immunizations/", json=elsewhere)).status_code == 404
    assert (await scheduler.get(f"/api/children/{own.id}/immunizations/{dose.id}/")).status_code == 404
    activation = f"/api/schedules/{schedule.id}/activate/"
    assert (await scheduler.post(activation, json={"confirm": True})).status_code == 403

"""Each resource as its users have it: made, listed, read, changed, removed; bad input told of by field."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from service.messaging.handoffs import ask_a_person
from tables.messages import OptOut
from tests.answering.writing import writes
from tests.api.conftest import Api
from tests.factories import (
    NOW,
    PASSWORD,
    a_child,
    a_facility,
    a_scheduler,
    a_session,
    an_admin,
    an_appointment,
)

NEXT = NOW.date() + timedelta(days=8)


@pytest.fixture
async def admin(api: Api) -> httpx.AsyncClient:
    """An admin who has signed in."""
    return await api.as_(await an_admin())


async def made(client: httpx.AsyncClient, path: str, **values: Any) -> dict[str, Any]:
    answer = await client.post(path, json=values)
    assert answer.status_code == 201, answer.text
    thing: dict[str, Any] = answer.json()
    return thing


async def test_the_five_minute_tour(admin: httpx.AsyncClient) -> None:
    """A clinic, a family, a clinic session and an appointment, with no more than what is asked for."""
    clinic = await made(admin, "/api/facilities/", name="Kilimani", zone="Africa/Nairobi", country="KE")
    child = await made(
        admin,
        "/api/children/",
        facility_id=clinic["id"],
        first_name="Zuri",
        date_of_birth="2025-12-01",
        guardians=[{"phone": "0700 000 001"}],
    )
    assert child["guardians"][0]["phone"] == "+254700000001"
    session = await made(
        admin,
        "/api/sessions/",
        facility_id=clinic["id"],
        date=str(NEXT),
        starts="09:00:00",
        ends="12:00:00",
        capacity=2,
    )
    appointment = await made(admin, "/api/appointments/", child_id=child["id"], session_id=session["id"])
    assert (appointment["status"], appointment["version"]) == ("booked", 1)
    texts = (await admin.get("/api/notifications/sms/")).json()["items"]
    assert [text["kind"] for text in texts] == ["booked"]
    assert (await admin.get(f"/api/sessions/{session['id']}/")).json()["booked"] == 1


async def test_accounts_are_made_changed_and_deleted(admin: httpx.AsyncClient) -> None:
    facility = await a_facility()
    new = {"email": "otieno@example.org", "password": PASSWORD, "name": "Otieno", "role": "scheduler"}
    user = await made(admin, "/api/users/", **new, facility_ids=[str(facility.id)])
    assert "password" not in str(user)
    path = f"/api/users/{user['id']}/"
    assert (await admin.get(path)).json() == user
    assert (await admin.put(path, json={"disabled": True})).json()["disabled"] is True
    again = await admin.post("/api/users/", json=new)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.get(path)).status_code == 404


async def test_facilities_are_changed_and_removed(admin: httpx.AsyncClient) -> None:
    facility = await a_facility()
    path = f"/api/facilities/{facility.id}/"
    changed = (await admin.put(path, json={"remind_at": "11:30:00", "phone": None})).json()
    assert (changed["remind_at"], changed["name"]) == ("11:30:00", facility.name)
    assert (await admin.get("/api/facilities/")).json()["total"] == 1
    child = await a_child(facility=facility)
    assert (await admin.delete(path)).json()["code"] == "in_use"
    await admin.delete(f"/api/children/{child.id}/")
    assert (await admin.delete(path)).status_code == 204


async def test_children_are_changed_and_removed(admin: httpx.AsyncClient) -> None:
    child = await a_child()
    path = f"/api/children/{child.id}/"
    changed = (await admin.put(path, json={"last_name": "Otieno", "sex": "female"})).json()
    assert (changed["last_name"], changed["sex"], changed["first_name"]) == ("Otieno", "female", "Zuri")
    await an_appointment(child)
    assert (await admin.delete(path)).json()["code"] == "in_use"


async def test_guardians_are_found_by_the_end_of_their_number_and_corrected(admin: httpx.AsyncClient) -> None:
    guardian = (await a_child(guardian="+254700000001")).guardians[0]
    await OptOut.insert(OptOut(phone=guardian.phone, source="text", since=NOW, ended_at=None))
    found = (await admin.get("/api/guardians/", params={"phone_ends": "0001"})).json()["items"]
    assert [(item["id"], item["opted_out"]) for item in found] == [(str(guardian.id), True)]
    changed = await admin.put(f"/api/guardians/{guardian.id}/", json={"language": "es"})
    assert changed.json()["language"] == "es"
    assert (await admin.put(f"/api/guardians/{guardian.id}/", json={"opted_out": False})).status_code == 400


async def test_an_appointment_is_confirmed_moved_cancelled_and_stays_readable(
    admin: httpx.AsyncClient,
) -> None:
    facility = await a_facility()
    appointment = await an_appointment(await a_child(facility=facility), await a_session(facility))
    later = await a_session(facility, day=NEXT)
    path = f"/api/appointments/{appointment.id}/"
    assert (await admin.put(path, json={"status": "confirmed", "version": 1})).json()["status"] == "confirmed"
    moved = (await admin.put(path, json={"session_id": str(later.id), "version": 1})).json()
    assert (moved["version"], moved["status"]) == (2, "booked")
    for change in (
        {"status": "confirmed"},
        {"status": "cancelled"},
        {"status": "attended"},
        {"session_id": str(appointment.session_id)},
    ):
        stale = await admin.put(path, json=change | {"version": 1})
        assert (stale.status_code, stale.json()["code"]) == (409, "stale_version"), change
    cancelled = await admin.delete(path)
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert (await admin.delete(path)).status_code == 409
    assert (await admin.get(path)).json() == cancelled.json()
    listed = await admin.get("/api/appointments/", params={"status": "cancelled", "from_date": str(NEXT)})
    assert listed.json()["total"] == 1


@pytest.mark.parametrize("change", [{}, {"version": 1}, {"status": "cancelled", "session_id": str(uuid4())}])
async def test_a_change_says_one_thing(admin: httpx.AsyncClient, change: dict[str, Any]) -> None:
    appointment = await an_appointment()
    answer = await admin.put(f"/api/appointments/{appointment.id}/", json=change)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "status")


async def test_the_last_place_is_given_once_and_a_child_comes_once_a_day(admin: httpx.AsyncClient) -> None:
    facility = await a_facility()
    first, second = await a_child(facility=facility), await a_child("Juma", facility=facility)
    small, roomy = await a_session(facility, capacity=1), await a_session(facility, starts="08:00")
    await made(admin, "/api/appointments/", child_id=str(first.id), session_id=str(small.id))

    async def refusal(child_id: object, session_id: object) -> tuple[int, str]:
        booking = {"child_id": str(child_id), "session_id": str(session_id)}
        answer = await admin.post("/api/appointments/", json=booking)
        return answer.status_code, answer.json()["code"]

    assert await refusal(second.id, small.id) == (409, "session_full")
    assert await refusal(first.id, roomy.id) == (409, "already_booked")
    elsewhere = await a_session(await a_facility())
    assert await refusal(second.id, elsewhere.id) == (422, "invalid")
    assert await refusal(uuid4(), roomy.id) == (404, "not_found")


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"starts": "12:00:00"}, 422),
        ({"date": "2026-03-01"}, 422),
        ({"date": "0001-01-01"}, 422),
        ({"date": "9999-12-31"}, 422),
        ({"date": "2026-02-30"}, 400),
        ({"starts": "9 o'clock"}, 400),
        ({"capacity": -1}, 422),
        ({"capacity": 10**12}, 422),
        ({"capacity": "many"}, 400),
        ({"starts": "09:00:00+03:00"}, 400),
        ({"colour": "red"}, 400),
    ],
)
async def test_a_clinic_session_that_makes_no_sense_is_refused(
    admin: httpx.AsyncClient, values: dict[str, Any], status: int
) -> None:
    usual = {
        "facility_id": str((await a_facility()).id),
        "date": str(NEXT),
        "starts": "09:00:00",
        "ends": "12:00:00",
        "capacity": 2,
    }
    answer = await admin.post("/api/sessions/", json=usual | values)
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"]


async def test_clinic_sessions_are_listed_changed_and_closed(admin: httpx.AsyncClient) -> None:
    facility = await a_facility()
    full = await a_session(facility, capacity=1)
    await an_appointment(await a_child(facility=facility), full)
    free = await a_session(facility, day=NEXT)
    with_places = await admin.get("/api/sessions/", params={"with_places": "true"})
    assert [item["id"] for item in with_places.json()["items"]] == [str(free.id)]
    assert (await admin.put(f"/api/sessions/{free.id}/", json={"capacity": 3})).json()["capacity"] == 3
    assert (await admin.put(f"/api/sessions/{full.id}/", json={"capacity": 0})).status_code == 409
    assert (await admin.delete(f"/api/sessions/{full.id}/")).json()["code"] == "in_use"
    assert (await admin.delete(f"/api/sessions/{free.id}/")).status_code == 204


async def test_a_text_by_hand_waits_to_be_sent_and_is_not_sent_after_stop(admin: httpx.AsyncClient) -> None:
    guardian = (await a_child()).guardians[0]
    new = {"guardian_id": str(guardian.id), "body": "We open at nine."}
    text = await made(admin, "/api/notifications/sms/", **new)
    assert (text["kind"], text["status"]) == ("by_hand", "pending")
    assert (await admin.get(f"/api/notifications/sms/{text['id']}/")).json() == text
    await OptOut.insert(OptOut(phone=guardian.phone, source="text", since=NOW, ended_at=None))
    assert (await made(admin, "/api/notifications/sms/", **new))["status"] == "suppressed"
    for body in ("", "   ", "\x00", "x" * 2000):
        refused = await admin.post("/api/notifications/sms/", json=new | {"body": body})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "body")


async def test_a_handoff_is_seen_and_closed(admin: httpx.AsyncClient) -> None:
    guardian = (await a_child()).guardians[0]
    await ask_a_person(guardian.phone, "not_understood", now=NOW)
    (handoff,) = (await admin.get("/api/handoffs/", params={"closed": "false"})).json()["items"]
    assert handoff["guardian_id"] == str(guardian.id)
    path = f"/api/handoffs/{handoff['id']}/"
    assert (await admin.put(path, json={"closed": False})).status_code == 400
    assert (await admin.put(path, json={"closed": True})).status_code == 204
    assert (await admin.put(path, json={"closed": True})).status_code == 404
    assert (await admin.get("/api/handoffs/", params={"closed": "true"})).json()["total"] == 1


async def test_a_claim_is_settled_by_staff_of_its_facility_only(api: Api, admin: httpx.AsyncClient) -> None:
    facility = await a_facility()
    child = await a_child(facility=facility)
    appointment = await an_appointment(child, await a_session(facility))
    await writes(child.guardians[0].phone, "already vaccinated")
    (claim,) = (await admin.get("/api/claims/", params={"status": "open"})).json()["items"]
    assert (claim["appointment_id"], claim["text"]) == (str(appointment.id), "already vaccinated")
    path = f"/api/claims/{claim['id']}/"
    stranger = await api.as_(await a_scheduler(await a_facility()))
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.put(path, json={"status": "rejected"})).status_code == 404
    own = await api.as_(await a_scheduler(facility))
    dose = {"cvx": "198", "given_on": str(NOW.date()), "source": "given_here"}
    assert (await own.put(path, json={"status": "verified", "doses": [dose]})).status_code == 422
    told = {**dose, "source": "told"}
    settled = await own.put(path, json={"status": "verified", "doses": [told], "cancel_visit": True})
    assert (settled.json()["status"], settled.json()["appointment_status"]) == ("verified", "cancelled")
    assert (await own.put(path, json={"status": "verified"})).status_code == 409


async def test_a_facility_says_what_is_texted_to_medical_questions(admin: httpx.AsyncClient) -> None:
    path = f"/api/facilities/{(await a_facility()).id}/"
    sentence = "Go to the county hospital."
    changed = await admin.put(path, json={"medical_sentence": sentence})
    assert changed.json()["medical_sentence"] == sentence
    assert (await admin.put(path, json={"medical_sentence": "x" * 301})).status_code == 422
    assert (await admin.put(path, json={"medical_sentence": None})).json()["medical_sentence"] is None


async def test_the_audit_trail_is_read_by_subject(admin: httpx.AsyncClient) -> None:
    child = await a_child()
    await admin.put(f"/api/children/{child.id}/", json={"first_name": "Zawadi"})
    trail = await admin.get("/api/audit/", params={"subject": "child", "subject_id": str(child.id)})
    newest, oldest = trail.json()["items"]
    assert (newest["action"], newest["before"], newest["after"]) == (
        "update",
        {"first_name": "Zuri"},
        {"first_name": "Zawadi"},
    )
    assert (oldest["action"], oldest["actor_kind"], oldest["before"]) == ("create", "system", None)


async def test_lists_come_in_pages(admin: httpx.AsyncClient) -> None:
    facility = await a_facility()
    for name in "ABCDE":
        await a_child(name, facility=facility, born=date(2025, 1, 1))
    pages = [
        (await admin.get("/api/children/", params={"limit": 2, "offset": offset})).json()
        for offset in (0, 2, 4)
    ]
    assert [[child["first_name"] for child in page["items"]] for page in pages] == [
        ["A", "B"],
        ["C", "D"],
        ["E"],
    ]
    assert {page["total"] for page in pages} == {5}
    beyond = (await admin.get("/api/children/", params={"offset": 99})).json()
    assert (beyond["items"], beyond["total"]) == ([], 5)

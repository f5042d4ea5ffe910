"""Texts from families as staff see them, and what staff say of them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from service.database import sql
from tests.answering.writing import writes
from tests.api.conftest import Api
from tests.factories import NOW, a_child, a_facility, a_scheduler, a_session, an_admin, an_appointment

AMINA = "+254700000001"


@pytest.fixture
async def admin(api: Api) -> httpx.AsyncClient:
    """An admin who has signed in."""
    return await api.as_(await an_admin())


async def a_visit_told_of(phone: str = AMINA) -> str:
    """A visit about which a text has gone out; the appointment's id."""
    facility = await a_facility()
    appointment = await an_appointment(
        await a_child("Zuri", guardian=phone, facility=facility), await a_session(facility)
    )
    await sql("UPDATE outbox_message SET status = 'sent', sent_at = $1", NOW)
    return str(appointment.id)


async def listed(client: httpx.AsyncClient, **filters: Any) -> list[str]:
    answer = await client.get("/api/inbound/", params=filters)
    assert answer.status_code == 200, answer.text
    return [item["text"] for item in answer.json()["items"]]


async def test_a_text_tells_how_it_was_read_and_what_followed(admin: httpx.AsyncClient) -> None:
    appointment_id = await a_visit_told_of()
    inbound_id = await writes(AMINA, "no problem we will be there")
    text = (await admin.get(f"/api/inbound/{inbound_id}/")).json()
    reading = text["reading"]
    assert [meant["intent"] for meant in reading["intents"]] == ["confirm"]
    assert reading["rule"]
    assert reading["evidence"] in "no problem we will be there"
    assert 0 < reading["confidence"] <= 1
    assert (text["text"], text["outcome"], text["disguises"]) == (
        "no problem we will be there",
        "handled",
        [],
    )
    assert text["followed"]["effects"] == [
        {"action": "confirm", "subject": "appointment", "subject_id": appointment_id}
    ]
    answer = (await admin.get(f"/api/notifications/sms/{text['followed']['text_id']}/")).json()
    assert (answer["kind"], answer["guardian_id"]) == ("reply", text["guardian_id"])
    assert (text["followed"]["handoff_id"], text["correction"]) == (None, None)


async def test_a_text_that_needs_a_person_names_the_handoff(admin: httpx.AsyncClient) -> None:
    await a_visit_told_of()
    inbound_id = await writes(AMINA, "I want to talk to a person")
    text = (await admin.get(f"/api/inbound/{inbound_id}/")).json()
    (handoff,) = (await admin.get("/api/handoffs/")).json()["items"]
    assert text["followed"]["handoff_id"] == handoff["id"]


async def test_texts_are_listed_newest_first_and_found_by_guardian_and_day(admin: httpx.AsyncClient) -> None:
    guardian = (await a_child(guardian=AMINA)).guardians[0]
    await writes(AMINA, "one", now=NOW)
    await writes(AMINA, "two", now=NOW + timedelta(days=1))
    await writes("+254799999999", "three", now=NOW + timedelta(days=2))
    assert await listed(admin) == ["three", "two", "one"]
    assert await listed(admin, guardian_id=str(guardian.id)) == ["two", "one"]
    assert await listed(admin, from_date="2026-03-05", to_date="2026-03-05") == ["two"]
    assert await listed(admin, limit=1, offset=1) == ["two"]
    assert await listed(admin, to_date="9999-12-31") == ["three", "two", "one"]


async def test_what_was_read_in_doubt_needs_review_until_it_is_corrected(admin: httpx.AsyncClient) -> None:
    await a_visit_told_of()
    await writes(AMINA, "yes")
    lost = await writes(AMINA, "qwerty zxcv")
    assert await listed(admin, needs_review=True) == ["qwerty zxcv"]
    assert await listed(admin, needs_review=False) == ["yes"]
    corrected = await admin.post(f"/api/inbound/{lost}/correction", json={"intent": "help"})
    assert corrected.status_code == 201, corrected.text
    assert await listed(admin, needs_review=True) == []
    assert await listed(admin, corrected=True) == ["qwerty zxcv"]
    assert await listed(admin, corrected=False) == ["yes"]


async def test_a_correction_is_kept_replaced_and_changes_nothing_for_the_family(
    admin: httpx.AsyncClient,
) -> None:
    appointment_id = await a_visit_told_of()
    inbound_id = await writes(AMINA, "yes")
    owed = await sql("SELECT count(*) AS n FROM outbox_message")
    path = f"/api/inbound/{inbound_id}/correction"
    first = (await admin.post(path, json={"intent": "decline", "note": "Asked her by phone"})).json()
    again = {
        "intent": "reschedule",
        "children": ["Zuri"],
        "when": {"dates": ["2026-03-09"], "from": None, "part": "morning", "time": "09:30"},
    }
    second = (await admin.post(path, json=again)).json()
    assert (first["children"], first["when"], second["note"]) == (None, None, None)
    assert second["when"] == {"dates": ["2026-03-09"], "part": "morning", "time": "09:30"}
    assert (await admin.get(f"/api/inbound/{inbound_id}/")).json()["correction"] == second
    trail = await admin.get("/api/audit/", params={"subject_id": str(inbound_id)})
    newest, oldest = trail.json()["items"]
    assert (newest["action"], newest["before"]["intent"], newest["after"]["intent"]) == (
        "correct",
        "decline",
        "reschedule",
    )
    assert (oldest["before"], oldest["after"]["note"]) == (None, "Asked her by phone")
    assert (await admin.get(f"/api/appointments/{appointment_id}/")).json()["status"] == "confirmed"
    assert await sql("SELECT count(*) AS n FROM outbox_message") == owed


@pytest.mark.parametrize(
    ("correction", "status", "field"),
    [
        ({"intent": "keep"}, 422, "intent"),
        ({"intent": "unsure"}, 422, "intent"),
        ({"intent": "perhaps"}, 400, "intent"),
        ({}, 400, "body"),
        ({"intent": "confirm", "children": ["Otieno"]}, 422, "children"),
        ({"intent": "confirm", "children": ["\x00"]}, 422, "children"),
        ({"intent": "confirm", "note": "x" * 501}, 422, "note"),
        ({"intent": "confirm", "note": "a\nb"}, 422, "note"),
        ({"intent": "reschedule", "when": {"time": "25:00"}}, 400, "when"),
        ({"intent": "reschedule", "when": {"dates": ["2026-02-30"]}}, 400, "when"),
        ({"intent": "reschedule", "when": {"day": "2026-03-09"}}, 400, "when"),
    ],
)
async def test_a_correction_that_makes_no_sense_is_refused(
    admin: httpx.AsyncClient, correction: dict[str, Any], status: int, field: str
) -> None:
    await a_child("Zuri", guardian=AMINA)
    inbound_id = await writes(AMINA, "yes")
    answer = await admin.post(f"/api/inbound/{inbound_id}/correction", json=correction)
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert "Otieno" not in answer.text


async def test_a_text_that_could_not_be_handled_is_shown_and_may_be_corrected(
    admin: httpx.AsyncClient,
) -> None:
    await a_visit_told_of()
    await sql("UPDATE facility SET zone = 'Atlantis/Capital'")
    inbound_id = await writes(AMINA, "yes")
    text = (await admin.get(f"/api/inbound/{inbound_id}/")).json()
    assert (text["outcome"], text["reading"]) == ("failed", None)
    assert await listed(admin, needs_review=True) == ["yes"]
    path = f"/api/inbound/{inbound_id}/correction"
    assert (await admin.post(path, json={"intent": "confirm"})).status_code == 201
    assert (await admin.post(path, json={"intent": "confirm", "children": ["Zuri"]})).status_code == 422


async def test_a_text_goes_out_as_it_came_with_a_warning(admin: httpx.AsyncClient) -> None:
    await a_child(guardian=AMINA)
    body = "<b>ST\u041eP</b> \u202eyes"
    text = (await admin.get(f"/api/inbound/{await writes(AMINA, body)}/")).json()
    assert (text["text"], text["disguises"]) == (body, ["direction_marks", "mixed_scripts"])


async def test_a_scheduler_sees_texts_of_families_that_their_clinic_registered_first(api: Api) -> None:
    first, second = await a_facility(), await a_facility()
    await a_child(guardian=AMINA, facility=first)
    await a_child("Juma", guardian=AMINA, facility=second, now=NOW + timedelta(hours=1))
    own, strangers = await writes(AMINA, "hello"), await writes("+254799999999", "who is this")
    here = await api.as_(await a_scheduler(first))
    there = await api.as_(await a_scheduler(second))
    assert (await listed(here), await listed(there)) == (["hello"], [])
    assert (await here.get(f"/api/inbound/{own}/")).status_code == 200
    assert (await here.post(f"/api/inbound/{own}/correction", json={"intent": "help"})).status_code == 201
    for client, inbound_id in ((there, own), (here, strangers), (here, uuid4())):
        assert (await client.get(f"/api/inbound/{inbound_id}/")).status_code == 404
        correction = await client.post(f"/api/inbound/{inbound_id}/correction", json={"intent": "help"})
        assert correction.status_code == 404

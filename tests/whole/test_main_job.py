"""The main job: a text goes out, a parent answers by text, the appointment changes."""

import asyncio
import secrets
import time
from typing import Any

import pytest

from tests.whole.people import Phone, World, comes_true


async def a_family(world: World, *phones: Phone) -> tuple[Any, Any]:
    """A child at a facility of its own, with an appointment of which its phones were told."""
    facility = await world.admin.opens_a_facility()
    session = await world.admin.opens_a_session(facility, in_days=12)
    child = await world.admin.registers_a_child(facility, [phone.number for phone in phones])
    booked = await world.admin.books(child, session)
    for phone in phones:
        assert "A visit is booked for Zuri" in await phone.hears()
    return facility, booked


async def test_yes_confirms_the_appointment_within_a_second_and_is_answered(world: World) -> None:
    phone = world.phone()
    _, booked = await a_family(world, phone)
    assert booked["status"] == "booked"
    begun = time.monotonic()
    assert await phone.says("YES") == 200
    assert (await world.admin.appointment(booked))["status"] == "confirmed"
    assert time.monotonic() - begun < 1
    assert "Thank you! See you" in await phone.hears()


async def test_a_parent_who_cannot_come_is_offered_other_places_and_takes_one(world: World) -> None:
    phone = world.phone()
    facility, booked = await a_family(world, phone)
    others = [await world.admin.opens_a_session(facility, in_days=days) for days in (13, 14, 15)]
    offers = await phone.asks("can we move it")
    assert [line[:2] for line in offers.splitlines()[1:-1]] == ["1 ", "2 ", "3 "]
    assert (await world.admin.appointment(booked))["session_id"] == booked["session_id"]
    assert "Done. Zuri" in await phone.asks("2")
    moved = await world.admin.appointment(booked)
    assert (moved["session_id"], moved["status"]) == (others[1]["id"], "booked")


async def test_after_stop_a_phone_hears_no_more_and_others_still_do(world: World) -> None:
    stopped, other = world.phone(), world.phone()
    facility, booked = await a_family(world, stopped, other)
    assert "unsubscribed" in await stopped.asks("STOP")
    later = await world.admin.opens_a_session(facility, in_days=20)
    child = await world.admin.get(f"/children/{booked['child_id']}")
    await world.admin.books(child, later)
    assert "A visit is booked for Zuri" in await other.hears()
    (guardian,) = [one["id"] for one in child["guardians"] if one["phone"] == stopped.number]
    texts = await world.admin.get("/notifications/sms/", guardian_id=guardian)
    # One went out before STOP, or was stopped on its way by the carrier; nothing waits, so nothing can come.
    assert {text["status"] for text in texts["items"]} <= {"accepted", "sent", "delivered", "failed"}
    assert len(await stopped.texts()) == stopped.read == 2


async def test_a_text_that_the_carrier_repeats_has_one_effect(world: World) -> None:
    phone = world.phone()
    facility, _ = await a_family(world, phone)
    for days in (13, 14):
        await world.admin.opens_a_session(facility, in_days=days)
    sid = f"SM{secrets.token_hex(16)}"
    posts = [phone.says("can we move it", message_sid=sid) for _ in range(50)]
    assert await asyncio.gather(*posts) == [200] * 50
    assert "These are free" in await phone.hears()
    # Texts to one phone keep their order: the next answer would come after a second set of offers.
    assert "Done. Zuri" in await phone.asks("1")
    assert len(await phone.texts()) == phone.read


@pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": "c2lnbmVkIGJ5IHNvbWVib2R5IGVsc2U="}])
async def test_a_post_that_the_carrier_has_not_signed_is_refused(
    world: World, headers: dict[str, str]
) -> None:
    form = {"MessageSid": f"SM{secrets.token_hex(16)}", "From": "+254711111111", "Body": "YES"}
    for path in ("/twilio/inbound", "/twilio/status"):
        answer = await world.web.post(path, data=form, headers=headers)
        assert answer.status_code == 403


async def test_a_family_is_seen_by_its_own_scheduler_and_by_its_parents_only(world: World) -> None:
    phone, stranger = world.phone(), world.phone()
    facility, booked = await a_family(world, phone)
    elsewhere, other = await a_family(world, stranger)
    child = f"/api/children/{booked['child_id']}"
    roles: dict[str, dict[str, Any]] = {
        "own": {"role": "scheduler", "facility_ids": [facility["id"]]},
        "foreign": {"role": "scheduler", "facility_ids": [elsewhere["id"]]},
        "parent": {"role": "parent", "guardian_phone": phone.number},
    }
    seen = {}
    for name, role in roles.items():
        account = {"email": f"{name}@clinic.example", "password": secrets.token_urlsafe(16)}
        await world.admin.make("/users/", name=name, **account, **role)
        clerk = await world.clerk(**account)
        answer = await clerk.api.get(child)
        listed = await clerk.get("/children/")
        seen[name] = (answer.status_code, [one["id"] for one in listed["items"]])
    mine, theirs = booked["child_id"], other["child_id"]
    assert seen == {"own": (200, [mine]), "foreign": (404, [theirs]), "parent": (200, [mine])}


async def test_what_became_of_a_text_is_seen_in_the_api(world: World) -> None:
    phone = world.phone()
    _, booked = await a_family(world, phone)
    child = await world.admin.get(f"/children/{booked['child_id']}")
    guardian = child["guardians"][0]["id"]
    written = await world.admin.make("/notifications/sms/", guardian_id=guardian, body="Bring a hat.")

    async def delivered() -> bool:
        text = await world.admin.get(f"/notifications/sms/{written['id']}")
        return bool(text["status"] == "delivered")

    assert await phone.hears() == "Bring a hat."
    await comes_true("the carrier's report that it was delivered", delivered)

"""Signing in, being somebody, signing out."""

from datetime import timedelta

import pytest

from service.access.accounts import UserChange, change_user
from service.access.actor import SYSTEM
from service.access.throttle import PER_ACCOUNT_AND_ADDRESS
from tests.api.conftest import Api
from tests.factories import NOW, PASSWORD, a_facility, a_scheduler, an_admin


async def test_a_password_is_exchanged_for_a_token_that_works_and_ends(api: Api) -> None:
    await an_admin("grace@example.org")
    nobody = api.client()
    credentials = {"email": " Grace@example.org", "password": PASSWORD}
    answer = await nobody.post("/api/auth/token", json=credentials)
    assert answer.status_code == 201
    issued = answer.json()
    assert issued["token_type"] == "bearer"
    assert issued["expires_at"] == "2026-03-04T21:00:00Z"
    grace = api.client(issued["token"])
    assert (await grace.get("/api/auth/me")).json()["email"] == "grace@example.org"
    assert (await grace.delete("/api/auth/token")).status_code == 204
    assert (await grace.get("/api/auth/me")).status_code == 401


@pytest.mark.parametrize("email", ["grace@example.org", "nobody@example.org", "gone@example.org", "\x00", ""])
async def test_wrong_unknown_and_disabled_get_the_same_answer(api: Api, email: str) -> None:
    await an_admin("grace@example.org")
    gone = await an_admin("gone@example.org")
    await change_user(gone.id, UserChange(disabled=True), actor=SYSTEM, now=NOW)
    password = PASSWORD if email == "gone@example.org" else "not the right password"
    answer = await api.client().post("/api/auth/token", json={"email": email, "password": password})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["detail"] == "The e-mail address or the password is wrong."


async def test_guessing_is_slowed_down_and_says_for_how_long(api: Api) -> None:
    await an_admin("grace@example.org")
    nobody = api.client()
    wrong = {"email": "grace@example.org", "password": "not the right password"}
    right = {"email": "grace@example.org", "password": PASSWORD}
    for _ in range(PER_ACCOUNT_AND_ADDRESS.failures):
        assert (await nobody.post("/api/auth/token", json=wrong)).status_code == 401
    refused = await nobody.post("/api/auth/token", json=right)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "900"
    assert refused.json()["code"] == "too_many_attempts"
    api.clock.pass_(timedelta(seconds=900))
    assert (await nobody.post("/api/auth/token", json=right)).status_code == 201


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer made-up", "Basic Z3JhY2U6c2VjcmV0", "Token x", "Bearer " + "x" * 5000],
)
async def test_without_a_valid_token_nothing_is_told(api: Api, header: str) -> None:
    answer = await api.client().get("/api/users/", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_role_that_changes_or_an_account_that_is_disabled_acts_at_once(api: Api) -> None:
    facility = await a_facility()
    user = await a_scheduler()
    scheduler = await api.as_(user)
    assert (await scheduler.get(f"/api/facilities/{facility.id}/")).status_code == 404
    await change_user(user.id, UserChange(facility_ids=[facility.id]), actor=SYSTEM, now=NOW)
    assert (await scheduler.get(f"/api/facilities/{facility.id}/")).status_code == 200
    await change_user(user.id, UserChange(disabled=True), actor=SYSTEM, now=NOW)
    assert (await scheduler.get(f"/api/facilities/{facility.id}/")).status_code == 401

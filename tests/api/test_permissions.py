"""Who may: each route has a guard, the table is what routes do, what is out of scope is not found."""

from collections.abc import Iterator
from datetime import timedelta
from typing import get_args
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from admin_api.permission import May
from service.access.actor import Role
from service.access.permissions import allows
from tests.api.conftest import Api
from tests.factories import (
    NOW,
    a_child,
    a_facility,
    a_parent,
    a_scheduler,
    a_session,
    an_admin,
    an_appointment,
)

NEXT = NOW.date() + timedelta(days=8)

# The routes that anybody may call, and why.
PUBLIC = {
    ("POST", "/api/auth/token"): "one signs in with it",
}


def routes(application: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """What the API offers, without the OPTIONS that Litestar adds to each address."""
    for route in application.routes:
        if isinstance(route, HTTPRoute) and route.path.startswith("/api/"):
            for handler in route.route_handlers:
                for method in handler.http_methods - {"OPTIONS"}:
                    yield method, route.path_format, handler


def guard_of(handler: HTTPRouteHandler) -> May | None:
    return next((guard for guard in handler.guards or () if isinstance(guard, May)), None)


def test_every_route_has_a_guard_or_says_why_not(application: Litestar) -> None:
    unguarded = {(method, path) for method, path, handler in routes(application) if guard_of(handler) is None}
    assert unguarded == PUBLIC.keys()


def test_every_route_is_told_of(application: Litestar) -> None:
    for method, path, handler in routes(application):
        assert handler.summary, (method, path)
        assert handler.fn.__doc__, (method, path)
        assert handler.include_in_schema is not False, (method, path)


@pytest.mark.parametrize("role", get_args(Role))
async def test_a_role_is_refused_exactly_what_the_table_does_not_give_it(
    api: Api, application: Litestar, role: Role
) -> None:
    """Each route is called with ids of nothing and no body: 403 comes before anything else is looked at."""
    caller = await _somebody(api, role)
    for method, path, handler in routes(application):
        guard = guard_of(handler)
        if guard is None or guard.resource == "sign_in":
            continue
        status = (await caller.request(method, _with_ids(path))).status_code
        refused = status == httpx.codes.FORBIDDEN
        assert refused is not allows(role, guard.resource, guard.action), (method, path, status)


async def test_a_scheduler_finds_nothing_of_another_facility(api: Api) -> None:
    theirs, mine = await a_facility(), await a_facility()
    child = await a_child(facility=theirs)
    session = await a_session(theirs)
    appointment = await an_appointment(child, session)
    scheduler = await api.as_(await a_scheduler(mine))
    for path in (
        f"/api/facilities/{theirs.id}/",
        f"/api/children/{child.id}/",
        f"/api/guardians/{child.guardians[0].id}/",
        f"/api/sessions/{session.id}/",
        f"/api/appointments/{appointment.id}/",
    ):
        assert (await scheduler.get(path)).status_code == 404, path
    for path in ("/api/children/", "/api/guardians/", "/api/sessions/", "/api/appointments/"):
        assert (await scheduler.get(path)).json()["total"] == 0, path
        assert (await scheduler.get(path, params={"limit": 1})).json()["items"] == [], path
    text = {"guardian_id": str(child.guardians[0].id), "body": "We open at nine."}
    assert (await scheduler.post("/api/notifications/sms/", json=text)).status_code == 404
    booking = {"child_id": str(child.id), "session_id": str((await a_session(mine)).id)}
    assert (await scheduler.post("/api/appointments/", json=booking)).status_code == 404
    move = {"session_id": str(session.id)}
    assert (await scheduler.put(f"/api/appointments/{appointment.id}/", json=move)).status_code == 404
    assert (await scheduler.delete(f"/api/appointments/{appointment.id}/")).status_code == 404
    assert (await scheduler.delete(f"/api/children/{child.id}/")).status_code == 404
    change = {"first_name": "X"}
    assert (await scheduler.put(f"/api/children/{child.id}/", json=change)).status_code == 404


async def test_a_parent_confirms_moves_and_cancels_their_own_and_sees_no_other(api: Api) -> None:
    facility = await a_facility()
    own, other = await a_child(facility=facility), await a_child("Juma", facility=facility)
    first, second = await a_session(facility), await a_session(facility, day=NEXT)
    mine, theirs = await an_appointment(own, first), await an_appointment(other, first)
    parent = await api.as_(await a_parent(own.guardians[0].phone))
    listed = (await parent.get("/api/appointments/")).json()
    assert [item["id"] for item in listed["items"]] == [str(mine.id)]
    assert (await parent.get(f"/api/appointments/{theirs.id}/")).status_code == 404
    assert (await parent.get(f"/api/children/{other.id}/")).status_code == 404
    assert (await parent.delete(f"/api/appointments/{theirs.id}/")).status_code == 404
    path = f"/api/appointments/{mine.id}/"
    assert (await parent.put(path, json={"status": "confirmed"})).json()["status"] == "confirmed"
    assert (await parent.put(path, json={"status": "attended"})).status_code == 403
    moved = (await parent.put(path, json={"session_id": str(second.id)})).json()
    assert (moved["session_id"], moved["status"]) == (str(second.id), "booked")
    assert (await parent.delete(path)).json()["status"] == "cancelled"
    booking = {"child_id": str(own.id), "session_id": str(first.id)}
    assert (await parent.post("/api/appointments/", json=booking)).status_code == 403


async def _somebody(api: Api, role: Role) -> httpx.AsyncClient:
    if role == "admin":
        return await api.as_(await an_admin())
    if role == "scheduler":
        return await api.as_(await a_scheduler(await a_facility()))
    return await api.as_(await a_parent((await a_child()).guardians[0].phone))


def _with_ids(path: str) -> str:
    return "/".join(str(uuid4()) if part.startswith("{") else part for part in path.split("/"))

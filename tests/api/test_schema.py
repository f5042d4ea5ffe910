"""Requests of every shape that the document allows, and many that it does not: no answer is a 5xx.

Schemathesis makes the requests from /docs/openapi.json. They are sent as an admin, in one loop, to the real
database, and some of the made-up ids are replaced with those of things that exist.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from schemathesis.core.result import Ok
from schemathesis.generation.modes import GenerationMode

from service.database import connection_pool, sql
from service.messaging.handoffs import ask_a_person
from tests.answering.writing import writes
from tests.api.conftest import Api, Wall
from tests.conftest import EMPTY
from tests.factories import NOW, a_child, a_facility, a_session, an_admin, an_appointment

EXAMPLES = 10
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture
def loop(database_url: str) -> Iterator[asyncio.Runner]:
    """A loop with an open pool, which outlives the examples of a test."""
    assert database_url
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        runner.run(stack.enter_async_context(connection_pool(largest=4)))
        runner.run(sql(EMPTY))
        yield runner
        runner.run(stack.aclose())


def test_no_request_is_answered_with_a_5xx(loop: asyncio.Runner, application: Litestar) -> None:
    api = Api(application, Wall())
    document = loop.run(api.client().get("/docs/openapi.json")).json()
    known = loop.run(_things())
    found = list(schemathesis.openapi.from_dict(document).get_all_operations())
    operations = [result.ok() for result in found if isinstance(result, Ok)]
    assert len(operations) == sum(len(item) for item in document["paths"].values())
    seen: set[int] = set()
    # What deletes goes last, so that there is something to read and change until then.
    for operation in sorted(operations, key=lambda operation: operation.method == "delete"):
        admin = loop.run(_admin(api))
        cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in MODES))

        @settings(
            max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
        )
        @given(cases, st.booleans())
        def check(case: schemathesis.Case[Any], real: bool) -> None:  # noqa: FBT001 - drawn, not chosen
            request = _request(admin, case, known if real else {})  # noqa: B023 - called before the loop goes on
            if request is not None:
                answer = loop.run(admin.send(request))  # noqa: B023 - called before the loop goes on
                seen.add(answer.status_code)
                assert answer.status_code < 500, (request.method, request.url, request.content, answer.text)

        check()
    assert {200, 201, 204, 400, 404, 422} <= seen


def _request(
    client: httpx.AsyncClient, case: schemathesis.Case[Any], known: Mapping[str, str]
) -> httpx.Request | None:
    """The request, where HTTP can carry it at all."""
    case.path_parameters = {**(case.path_parameters or {}), **_replaced(case.path_parameters, known)}
    if isinstance(case.body, dict):
        case.body = {**case.body, **_replaced(case.body, known)}
    sent = case.as_transport_kwargs(base_url="http://doseline.example")
    content = {"json": sent["json"]} if "json" in sent else {"content": sent.get("data")}
    try:
        return client.build_request(
            sent["method"],
            sent["url"],
            params=sent["params"],
            headers={"Content-Type": "application/json"},
            **content,
        )
    except (httpx.InvalidURL, TypeError, ValueError):
        return None


def _replaced(values: Any, known: Mapping[str, str]) -> dict[str, str]:
    return {name: known[name] for name in values or () if name in known}


async def _admin(api: Api) -> httpx.AsyncClient:
    return await api.as_(await an_admin())


async def _things() -> dict[str, str]:
    """One of each kind of thing that is spoken of by id."""
    facility = await a_facility()
    child, session = await a_child(facility=facility), await a_session(facility, capacity=500)
    appointment = await an_appointment(child, session)
    guardian = child.guardians[0]
    await ask_a_person(guardian.phone, "not_understood", now=NOW)
    (text,) = await sql("SELECT id FROM outbox_message LIMIT 1")
    (handoff,) = await sql("SELECT id FROM handoff")
    inbound_id = await writes(guardian.phone, "yes")
    ids = {
        "facility_id": facility.id,
        "child_id": child.id,
        "session_id": session.id,
        "appointment_id": appointment.id,
        "guardian_id": guardian.id,
        "text_id": text["id"],
        "handoff_id": handoff["id"],
        "inbound_id": inbound_id,
        "user_id": (await an_admin()).id,
    }
    return {name: str(id_) for name, id_ in ids.items()}

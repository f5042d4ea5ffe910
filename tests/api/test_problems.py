"""Whatever goes wrong is told of in one form, names what to mend, and repeats nothing."""

from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar, get
from structlog.testing import capture_logs

import admin_api
from admin_api.problems import Problem
from tests.api.conftest import Api, served
from tests.factories import a_facility, an_admin

DEEP = b"[" * 60_000
LARGE = b'{"email": "' + b"x" * 70_000 + b'"}'


def problem_of(answer: httpx.Response) -> Problem:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = msgspec.json.decode(answer.content, type=Problem)
    assert problem.status == answer.status_code
    assert problem.type == f"urn:doseline:problem:{problem.code}"
    return problem


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad_request"),
        (b"{", 400, "bad_request"),
        (b"null", 400, "bad_request"),
        (b"[]", 400, "bad_request"),
        (b'"text"', 400, "bad_request"),
        (b"{} {}", 400, "bad_request"),
        (b"\xff\xfe\x00", 400, "bad_request"),
        (b'{"email": "\xc3\x28"}', 400, "bad_request"),
        (b'{"email": "\\ud800"}', 400, "bad_request"),
        (DEEP, 400, "bad_request"),
        (LARGE, 413, "too_large"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(api: Api, body: bytes, status: int, code: str) -> None:
    admin = await api.as_(await an_admin())
    answer = await admin.post("/api/users/", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert problem_of(answer).code == code


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": 5}, "name"),
        ({"guardians": []}, "guardians"),
        ({"guardians": [{"phone": None}]}, "guardians[0].phone"),
        ({"guardians": [{"phone": "+254700000001", "relationship": "aunt"}]}, "guardians[0].relationship"),
        ({"facility_id": "here"}, "facility_id"),
        ({"date_of_birth": "yesterday"}, "date_of_birth"),
        ({"sex": "f"}, "sex"),
        ({"is_admin": True}, "body"),
    ],
)
async def test_a_wrong_type_is_told_of_by_field_and_not_repeated(
    api: Api, change: dict[str, Any], field: str
) -> None:
    admin = await api.as_(await an_admin())
    child = {
        "facility_id": str((await a_facility()).id),
        "first_name": "Zuri",
        "date_of_birth": "2025-12-01",
        "guardians": [{"phone": "+254700000001"}],
    }
    if "name" in change:
        change = {"first_name": change["name"]}
        field = "first_name"
    answer = await admin.post("/api/children/", json=child | change)
    assert answer.status_code == 400
    problem = problem_of(answer)
    assert [error.field for error in problem.errors] == [field]
    for value in ("aunt", "yesterday", "+254700000001"):
        assert value not in answer.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("offset=-1", "offset"),
        ("offset=99999999999999999999", "offset"),
        ("role=boss", "role"),
        ("facility_id=here", "facility_id"),
        ("disabled=perhaps", "disabled"),
        ("rôle=admin", "rôle"),
        ("limit=1&limit=2&limt=3", "limt"),
    ],
)
async def test_a_wrong_filter_is_told_of_instead_of_ignored(api: Api, query: str, field: str) -> None:
    admin = await api.as_(await an_admin())
    answer = await admin.get(f"/api/users/?{query}")
    assert answer.status_code == 400
    assert field in {error.field for error in problem_of(answer).errors}


@pytest.mark.parametrize(
    "path", ["/nothing", "/api/nothing/", "/api/users/42/", "/api/users/x/y", "/api//%00"]
)
async def test_an_unknown_address_is_not_found(api: Api, path: str) -> None:
    answer = await (await api.as_(await an_admin())).get(path)
    assert answer.status_code == 404
    assert problem_of(answer).code == "not_found"


async def test_a_wrong_method_names_the_right_ones(api: Api) -> None:
    answer = await api.client().patch("/api/users/")
    assert answer.status_code == 405
    assert problem_of(answer).code == "method_not_allowed"
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


async def test_what_nobody_expected_is_recorded_by_kind_and_place_and_tells_nothing() -> None:
    @get("/", sync_to_thread=False)
    def broken() -> None:
        raise ValueError("Key (phone)=(+254700000001) already exists")

    app = Litestar([broken], exception_handlers=admin_api.exception_handlers(), logging_config=None)
    with capture_logs() as logs:
        async with httpx.AsyncClient(transport=served(app), base_url="http://doseline.example") as client:
            answer = await client.get("/")
    assert answer.status_code == 500
    problem = problem_of(answer)
    (entry,) = logs
    assert entry["error_id"] in problem.detail
    assert entry["kind"] == "ValueError"
    assert any("broken" in frame for frame in entry["frames"])
    assert "+254700000001" not in f"{answer.text}{logs}"


async def test_every_answer_carries_the_security_headers(api: Api) -> None:
    nobody = api.client()
    for path in ("/api/users/", "/api/nothing", "/docs", "/docs/assets/swagger-ui.css", "/nothing"):
        headers = (await nobody.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["x-frame-options"] == "DENY", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert (headers.get("cache-control") == "no-store") is path.startswith("/api"), path

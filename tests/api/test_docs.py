"""The documentation: complete, true, and the same with no network."""

import re

import httpx
import msgspec
import pytest

from tests.api.conftest import Api

HOST = re.compile(r"(?:https?:)?//([\w.-]+)")


@pytest.fixture
async def client(api: Api) -> httpx.AsyncClient:
    """Anybody: the documentation is no secret."""
    return api.client()


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
async def test_the_page_and_its_files_come_from_here(client: httpx.AsyncClient, path: str) -> None:
    page = await client.get(path)
    assert page.headers["content-type"].startswith("text/html")
    assert HOST.findall(page.text) == []
    files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(files) == 4
    for file in files:
        answer = await client.get(file)
        assert answer.status_code == 200, file
        assert answer.content, file
    start = (await client.get("/docs/assets/start.js")).text
    (document,) = re.findall(r'url: "([^"]+)"', start)
    assert (await client.get(document)).json()["openapi"] == "3.1.0"


async def test_the_page_may_load_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    policy = (await client.get("/docs")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert HOST.findall(policy) == []


@pytest.mark.parametrize(
    "name", ["../__init__.py", "%2e%2e%2f__init__.py", "index.html", "swagger-ui.js.map"]
)
async def test_no_other_file_is_served(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/docs/assets/{name}")).status_code == 404


async def test_the_document_tells_of_every_route_and_how_to_sign_in(client: httpx.AsyncClient) -> None:
    document = (await client.get("/docs/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    schemes = document["components"]["securitySchemes"]
    assert schemes == {"token": {"type": "http", "scheme": "bearer"}}
    assert document["security"] == [{"token": []}]
    assert document["paths"]["/api/auth/token"]["post"]["security"] == []
    for path, item in document["paths"].items():
        assert path.startswith("/api/"), path
        for method, operation in item.items():
            assert operation["summary"], (method, path)
            assert "\n\nFor: " in operation["description"], (method, path)
            assert "401" in operation["responses"], (method, path)


async def test_what_is_sent_names_all_its_fields(client: httpx.AsyncClient) -> None:
    schemas = (await client.get("/docs/openapi.json")).json()["components"]["schemas"]
    closed = {name for name, schema in schemas.items() if schema.get("additionalProperties") is False}
    assert closed == {
        "AppointmentChange",
        "ChildChange",
        "Credentials",
        "FacilityChange",
        "GuardianChange",
        "HandoffChange",
        "ImmunizationChange",
        "NewActivation",
        "NewAppointment",
        "NewChild",
        "NewCorrection",
        "NewDoseAtVisit",
        "NewFacility",
        "NewGuardian",
        "NewImmunization",
        "NewObservation",
        "NewPlan",
        "NewSchedule",
        "NewSession",
        "NewText",
        "NewUser",
        "SessionChange",
        "UserChange",
    }


async def test_references_lead_somewhere(client: httpx.AsyncClient) -> None:
    document = (await client.get("/docs/openapi.json")).json()
    named = set(re.findall(r'"\$ref":"#/components/schemas/([^"]+)"', msgspec.json.encode(document).decode()))
    assert named
    assert named <= document["components"]["schemas"].keys()


async def test_times_of_day_are_no_durations(client: httpx.AsyncClient) -> None:
    text = (await client.get("/docs/openapi.json")).text
    assert '"format":"time"' in text
    assert "duration" not in text

"""The stream behind the phone page, and the files of the page."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from service.carrier.emulator.app import create_app
from tests.emulator.conftest import NOW, PARENT, Emulated
from tests.serving import address, door, serving

PAGE_FILES = ("page.css", "phone.css", "page.js", "phone.js", "thread.js", "segments.js", "mark.svg")


@asynccontextmanager
async def watching(emulator: Emulated) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
    """Open the stream and give its events as (name, data)."""
    async with asyncio.timeout(10), emulator.http.stream("GET", "/emulator/live") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")

        async def events() -> AsyncIterator[tuple[str, str]]:
            name = ""
            async for line in answer.aiter_lines():
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field in {"data", "data:"}:
                    yield name, value

        async with aclosing(events()) as stream:  # type: ignore[type-var]  # it is a generator
            yield stream


async def test_a_watcher_sees_each_text_come_and_change(emulator: Emulated) -> None:
    async with watching(emulator) as events:
        assert (await anext(events))[0] == "ready"
        await emulator.send("Hello", text="a")
        seen: list[dict[str, Any]] = [json.loads((await anext(events))[1]) for _ in range(4)]
    assert {(text["phone"], text["body"]) for text in seen} == {(PARENT, "Hello")}
    assert [text["status"] for text in seen] == ["accepted", "sending", "sent", "delivered"]


async def test_several_watch_and_one_may_go(emulator: Emulated) -> None:
    async with watching(emulator) as staying:
        await anext(staying)
        async with watching(emulator) as leaving:
            await anext(leaving)
        await emulator.says("YES")
        assert json.loads((await anext(staying))[1])["body"] == "YES"


async def test_an_open_stream_does_not_hold_up_the_end_of_the_server(emulator: Emulated) -> None:
    app = create_app(emulator.config, lambda: NOW)
    with door() as opened:
        async with serving(app, opened) as server, asyncio.timeout(2.5):
            async with emulator.http.stream("GET", f"{address(opened)}/emulator/live") as stream:
                lines = stream.aiter_lines()
                assert await anext(lines) == "event: ready"
                ending = asyncio.create_task(server.shutdown())
                rest = [line async for line in lines]
            assert "event: text" not in rest
            await ending


async def test_the_page_may_load_nothing_but_its_own_files(emulator: Emulated) -> None:
    page = await emulator.http.get("/phone")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "http" not in policy
    for name in PAGE_FILES:
        file = await emulator.http.get(f"/phone/{name}")
        assert (file.status_code, file.headers["x-content-type-options"]) == (200, "nosniff")
        assert "innerHTML" not in file.text
        assert "https://" not in file.text


@pytest.mark.parametrize("name", ["passwords.txt", "..%2Fapp.py", "%2e%2e%2fapp.py"])
async def test_nothing_else_is_served(emulator: Emulated, name: str) -> None:
    assert (await emulator.http.get(f"/phone/{name}")).status_code == 404


async def test_the_account_is_shown_without_its_token(emulator: Emulated) -> None:
    shown = (await emulator.http.get("/emulator/account")).json()
    assert (shown["number"], shown["inbound_url"]) == (emulator.config.number, emulator.config.inbound_url)
    assert emulator.config.auth_token not in str(shown)

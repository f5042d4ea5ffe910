"""The emulator as others meet it: a real server on loopback, the official SDK, and webhooks that record.

Everything runs in the test's own loop. Time stands still unless a test moves it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import aiohttp
import httpx
import msgspec
import pytest
from litestar import Litestar, Request, Response, post
from litestar.datastructures import FormMultiDict
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from uvicorn._types import ASGIApplication

from service.carrier.emulator.app import create_app
from service.carrier.emulator.config import EmulatorConfig
from tests.serving import address, door, serving

NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
CLINIC = "+254711082000"
PARENT = "+254700000001"
MESSAGING_SERVICE = "MG" + "5" * 32
ACCOUNT = "AC" + "1" * 32
TOKEN = "a token that both sides know"


@asynccontextmanager
async def served(app: ASGIApplication | Litestar, port: int = 0) -> AsyncIterator[str]:
    """Serve an application on loopback, in this loop, and give its address."""
    with door(port) as opened:
        async with serving(app, opened):
            yield address(opened)


@dataclass
class Call:
    """One call of a webhook, as it came."""

    url: str
    form: dict[str, str]
    is_signed: bool
    token: str


@dataclass
class Receiver:
    """Doseline's side: it answers as told and remembers who called."""

    answer: Callable[[dict[str, str]], Response[str]] = lambda _: Response(
        "<Response/>", media_type="text/xml", status_code=200
    )
    inbound: list[Call] = field(default_factory=list)
    statuses: list[Call] = field(default_factory=list)
    _heard: asyncio.Condition = field(default_factory=asyncio.Condition)

    def app(self) -> Litestar:
        @post("/twilio/inbound", status_code=200)
        async def inbound(request: Request[Any, Any, Any]) -> Response[str]:
            call = await self._note(request, self.inbound)
            return self.answer(call.form)

        @post("/twilio/status")
        async def status(request: Request[Any, Any, Any]) -> None:
            await self._note(request, self.statuses)

        return Litestar([inbound, status], openapi_config=None)

    async def heard(self, number: int) -> list[Call]:
        """Wait until so many status callbacks have come."""
        async with asyncio.timeout(10), self._heard:
            await self._heard.wait_for(lambda: len(self.statuses) >= number)
        return list(self.statuses)

    async def _note(self, request: Request[Any, Any, Any], calls: list[Call]) -> Call:
        form: FormMultiDict = await request.form()
        # The URL as it was dialled: Litestar's own would be tidied up.
        host, target = request.headers["host"], request.scope["raw_path"].decode()
        query = request.scope["query_string"].decode()
        url = f"http://{host}{target}?{query}" if query else f"http://{host}{target}"
        signature = request.headers.get("X-Twilio-Signature", "")
        is_signed = RequestValidator(TOKEN).validate(url, form, signature)
        call = Call(url, dict(form), is_signed, request.headers.get("I-Twilio-Idempotency-Token", ""))
        async with self._heard:
            calls.append(call)
            self._heard.notify_all()
        return call


@dataclass
class Emulated:
    """A running emulator with everything around it."""

    config: EmulatorConfig
    receiver: Receiver
    url: str
    client: Client
    http: httpx.AsyncClient

    def callback(self, text: str) -> str:
        """The status callback of a text with our own id."""
        return f"{self.config.public_url}/twilio/status?text={text}"

    async def send(self, body: str = "Hello", to: str = PARENT, text: str | None = None) -> Any:
        """Send a text through the SDK, as Doseline does."""
        callback = {} if text is None else {"status_callback": self.callback(text)}
        service = self.config.messaging_service_sid
        return await self.client.messages.create_async(
            to=to, messaging_service_sid=service, body=body, **callback
        )

    async def says(self, body: str, sender: str = PARENT, **more: Any) -> dict[str, Any]:
        """Let a parent send a text."""
        answer = await self.http.post("/emulator/inbound", json={"from": sender, "body": body, **more})
        answer.raise_for_status()
        return cast("dict[str, Any]", answer.json())

    async def phone(self, number: str = PARENT) -> list[dict[str, Any]]:
        """What a phone has received, oldest first."""
        answer = await self.http.get("/emulator/messages", params={"to": number})
        return cast("list[dict[str, Any]]", answer.json())

    async def clock(self, **change: Any) -> dict[str, Any]:
        """Take the carrier's clock in hand, move it, or let it run."""
        shown = {name: v.isoformat() if isinstance(v, datetime) else v for name, v in change.items()}
        answer = await self.http.post("/emulator/clock", json=shown)
        answer.raise_for_status()
        return cast("dict[str, Any]", answer.json())

    async def account(self, **setup: Any) -> None:
        """Set the account up."""
        (await self.http.post("/emulator/account", json=setup)).raise_for_status()

    async def ledger(self) -> dict[str, Any]:
        """What the carrier says that it took."""
        return cast("dict[str, Any]", (await self.http.get("/emulator/ledger")).json())

    async def faults(self, *faults: dict[str, Any], seed: int = 0) -> None:
        """Put faults in force."""
        answer = await self.http.post("/emulator/faults", json={"seed": seed, "faults": faults})
        answer.raise_for_status()


@asynccontextmanager
async def emulated(
    *, journal: Path | None = None, now: Callable[[], datetime] = lambda: NOW, port: int = 0, **changes: Any
) -> AsyncIterator[Emulated]:
    """Run the emulator between the SDK and a recording receiver."""
    receiver = Receiver()
    async with AsyncExitStack() as stack:
        public_url = await stack.enter_async_context(served(receiver.app()))
        config = EmulatorConfig(
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            public_url=public_url,
            number=CLINIC,
            messaging_service_sid=MESSAGING_SERVICE,
            journal=journal,
            pace=0,
        )
        config = msgspec.structs.replace(config, **changes)
        url = await stack.enter_async_context(served(create_app(config, now), port))
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=url))
        client = await sdk(stack, url)
        yield Emulated(config, receiver, url, client, http)


async def sdk(stack: AsyncExitStack, url: str, token: str = TOKEN) -> Client:
    """Give the official client, pointed at the emulator."""
    session = await stack.enter_async_context(aiohttp.ClientSession())
    transport = AsyncTwilioHttpClient(pool_connections=False)
    transport.session = session
    client = Client(ACCOUNT, token, http_client=transport)
    client.api.base_url = url
    return client


@pytest.fixture
async def emulator() -> AsyncIterator[Emulated]:
    async with emulated() as running:
        yield running

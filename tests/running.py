"""Doseline and the carrier emulator, running in the test's own loop, with a clock that the test moves.

The web application and the emulator are served on loopback and speak to each other as they would over the
network: the official SDK, signed webhooks, status callbacks. What a worker does is called by hand, so
that a test decides when.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

import httpx
import msgspec
from twilio.request_validator import RequestValidator

from service.answering.silence import end_silences
from service.app import create_app
from service.carrier.emulator.app import create_app as create_emulator
from service.carrier.emulator.config import EmulatorConfig
from service.carrier.gateway import TwilioGateway, gateway
from service.database import sql
from service.messaging.claiming import expire
from service.messaging.delivery import deliver_batch
from service.messaging.reconciliation import reconcile
from service.messaging.sender import Limits
from service.reminders.mending import mend_texts
from service.reminders.queueing import queue_due_reminders
from service.settings import Settings
from tests.factories import NOW
from tests.serving import address, door, serving

CLINIC = "+254711082100"
ACCOUNT = "AC" + "1" * 32
TOKEN = "a token that both sides know"
SERVICE = "MG" + "5" * 32


@dataclass
class Hands:
    """A clock that stands still until it is moved."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, time: timedelta) -> None:
        """Let time pass."""
        self.at += time


@dataclass
class Running:
    """Everything that runs, and what the people around it do."""

    settings: Settings
    clock: Hands
    api: httpx.AsyncClient
    emulator: httpx.AsyncClient
    carrier: TwilioGateway
    limits: Limits

    async def work(self) -> int:
        """Do what a worker does, until nothing is due; how many texts it handled."""
        await queue_due_reminders(self.clock())
        await mend_texts(self.clock())
        await end_silences(self.clock())
        handled = await expire(now=self.clock())
        while settled := await deliver_batch(self.carrier, self.clock, self.limits):
            handled += settled
        return handled

    async def look_up(self) -> int:
        """Ask the carrier about what is unknown."""
        return await reconcile(self.carrier, self.clock)

    async def settled(self, text_id: UUID) -> None:
        """Wait until the carrier has reported how a text has ended."""

        async def ended() -> bool:
            rows = await sql("SELECT settled_at FROM outbox_message WHERE id = $1", text_id)
            return rows[0]["settled_at"] is not None

        await until(ended)

    async def says(self, phone: str, body: str, **more: Any) -> dict[str, Any]:
        """A parent sends a text; then the worker works."""
        answer = await self.emulator.post("/emulator/inbound", json={"from": phone, "body": body, **more})
        answer.raise_for_status()
        self.clock.pass_(timedelta(seconds=1))
        await self.work()
        return cast("dict[str, Any]", answer.json())

    async def received(self, phone: str) -> list[str]:
        """The texts on a phone, oldest first."""
        answer = await self.emulator.get("/emulator/messages", params={"to": phone})
        return [text["body"] for text in answer.json()]

    async def asks(self, phone: str, body: str) -> str:
        """A parent sends a text; what comes back, or "" when nothing does."""
        before = await self.received(phone)
        await self.says(phone, body)
        return " | ".join((await self.received(phone))[len(before) :])

    async def faults(self, *faults: dict[str, Any]) -> None:
        """Put faults of the carrier in force; none clears them."""
        answer = await self.emulator.post("/emulator/faults", json={"faults": faults})
        answer.raise_for_status()

    async def accepted(self) -> dict[str, int]:
        """The carrier's own count of what it took, per id of ours."""
        answer = await self.emulator.get("/emulator/ledger")
        return cast("dict[str, int]", answer.json()["accepted"])

    async def posts(self, path: str, form: dict[str, str], *, sign: bool = True) -> httpx.Response:
        """Post to a webhook as the carrier would, or without its signature."""
        signature = RequestValidator(TOKEN).compute_signature(f"{self.settings.public_url}{path}", form)
        headers = {"X-Twilio-Signature": signature} if sign else {}
        content = urlencode(form)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return await self.api.post(path, content=content, headers=headers)


@asynccontextmanager
async def running(database_url: str, clock: Hands) -> AsyncIterator[Running]:
    """Run everything on an open pool of connections."""
    async with AsyncExitStack() as stack:
        web_door, emulator_door = stack.enter_context(door()), stack.enter_context(door())
        settings = Settings(
            database_url=database_url,
            queue_url=database_url,
            public_url=address(web_door),
            twilio_account_sid=ACCOUNT,
            twilio_auth_tokens=(TOKEN,),
            twilio_messaging_service_sid=SERVICE,
            twilio_api_base_url=address(emulator_door),
        )
        account = EmulatorConfig(
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            public_url=settings.public_url,
            number=CLINIC,
            messaging_service_sid=SERVICE,
            pace=0,
        )
        # The pool belongs to the test, so the application's own lifespan stays out of it.
        await stack.enter_async_context(serving(create_app(settings, clock), web_door, lifespan=False))
        await stack.enter_async_context(serving(create_emulator(account, clock), emulator_door))
        carrier = await stack.enter_async_context(gateway(settings, at_once=20))
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=30))
            for url in (address(web_door), address(emulator_door))
        ]
        yield Running(settings, clock, clients[0], clients[1], carrier, Limits.of(settings))


async def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    """Wait for what happens in other tasks of this loop: callbacks, mostly."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.01)


def decoded(answer: httpx.Response) -> Any:
    """The JSON of an answer that went well."""
    assert answer.is_success, answer.text
    return msgspec.json.decode(answer.content)

"""The people around an installation: clerks at the API, parents on their phones.

They use its public interfaces only, and wait for what they expect with a bound.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import httpx

from service.clock import now
from tests.running import decoded
from tests.whole.installation import Installation

# Answers take milliseconds; other tests on the same machine may take the processor away for longer.
SOON = 10.0

# Beyond the numbers of the demo clinic and its families.
_numbers = count(10_000_001)


def a_number() -> str:
    """A Kenyan mobile number that nobody has."""
    return f"+2547{next(_numbers):08d}"


def a_day(from_today: int) -> str:
    """A date, told from today."""
    return (now() + timedelta(days=from_today)).date().isoformat()


async def comes_true(what: str, check: Callable[[], Awaitable[bool]], *, within: float = SOON) -> None:
    """Wait for something that happens elsewhere; say what it was when it does not come."""
    deadline = asyncio.get_running_loop().time() + within
    while not await check():
        assert asyncio.get_running_loop().time() < deadline, f"{what}: not within {within} s"
        await asyncio.sleep(0.02)


@dataclass
class Phone:
    """A parent's phone, read from the oldest text to the newest."""

    number: str
    emulator: httpx.AsyncClient
    read: int = 0

    async def texts(self) -> list[str]:
        """Everything that it has received."""
        answer = decoded(await self.emulator.get("/emulator/messages", params={"to": self.number}))
        return [text["body"] for text in answer]

    async def says(self, body: str, **more: Any) -> int:
        """Write to the clinic; the status with which the clinic's webhook answered."""
        answer = await self.emulator.post(
            "/emulator/inbound", json={"from": self.number, "body": body, **more}
        )
        status: int = decoded(answer)["webhook_status"]
        return status

    async def hears(self, *, within: float = SOON) -> str:
        """The next text that was not read yet."""

        async def there_is_one() -> bool:
            return len(await self.texts()) > self.read

        await comes_true(f"text {self.read + 1} on {self.number}", there_is_one, within=within)
        self.read += 1
        return (await self.texts())[self.read - 1]

    async def asks(self, body: str) -> str:
        """Write, and read the answer."""
        assert await self.says(body) == 200
        return await self.hears()


@dataclass
class Clerk:
    """Somebody who is signed in to the API."""

    api: httpx.AsyncClient

    async def get(self, path: str, **query: Any) -> Any:
        """Read something."""
        return decoded(await self.api.get(f"/api{path}", params=query))

    async def make(self, path: str, **fields: Any) -> Any:
        """Make something, and read it as it is now."""
        return decoded(await self.api.post(f"/api{path}", json=fields))

    async def opens_a_facility(self) -> Any:
        """A facility whose families may be texted at any hour, whenever a test takes place."""
        return await self.make(
            "/facilities/",
            name=f"Clinic {next(_numbers)}",
            zone="Africa/Nairobi",
            country="KE",
            texts_from="00:00:00",
            sunday_texts_from="00:00:00",
            texts_until="23:59:59",
        )

    async def opens_a_session(
        self, facility: Any, *, in_days: int, starts: str = "09:00:00", capacity: int = 40
    ) -> Any:
        """A clinic session; ten days ahead and more, no reminder falls due during a test."""
        return await self.make(
            "/sessions/",
            facility_id=facility["id"],
            date=a_day(in_days),
            starts=starts,
            ends="17:00:00",
            capacity=capacity,
        )

    async def registers_a_child(self, facility: Any, phones: Iterable[str], *, name: str = "Zuri") -> Any:
        """A child with a guardian on each of these phones."""
        return await self.make(
            "/children/",
            facility_id=facility["id"],
            first_name=name,
            date_of_birth=a_day(-60),
            guardians=[{"phone": phone, "name": "Amina"} for phone in phones],
        )

    async def books(self, child: Any, session: Any) -> Any:
        """An appointment of a child in a session."""
        return await self.make("/appointments/", child_id=child["id"], session_id=session["id"])

    async def appointment(self, booked: Any) -> Any:
        """An appointment as it is now."""
        return await self.get(f"/appointments/{booked['id']}")


@dataclass
class World:
    """An installation, its administrator, and as many phones as are wanted."""

    installation: Installation
    admin: Clerk
    emulator: httpx.AsyncClient
    web: httpx.AsyncClient
    _stack: AsyncExitStack = field(repr=False)

    def phone(self, number: str | None = None) -> Phone:
        """A phone with a number that nobody has, or this one."""
        return Phone(number or a_number(), self.emulator)

    async def clerk(self, email: str, password: str) -> Clerk:
        """Sign in."""
        api = await self._client(self.installation.web_url)
        signed_in = decoded(await api.post("/api/auth/token", json={"email": email, "password": password}))
        api.headers["Authorization"] = f"Bearer {signed_in['token']}"
        return Clerk(api)

    async def accepted(self) -> dict[str, int]:
        """How often the carrier took each text, by our own id of it."""
        ledger: dict[str, int] = decoded(await self.emulator.get("/emulator/ledger"))["accepted"]
        return ledger

    async def _client(self, url: str) -> httpx.AsyncClient:
        return await self._stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=30))


@asynccontextmanager
async def around(installation: Installation) -> AsyncIterator[World]:
    """The people around a running installation."""
    async with AsyncExitStack() as stack:
        web, emulator, api = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=30))
            for url in (installation.web_url, installation.emulator_url, installation.web_url)
        ]
        world = World(installation, Clerk(api), emulator, web, stack)
        world.admin = await world.clerk(installation.email, installation.password)
        yield world

"""A town around a real installation: families, clinic sessions, and everything that can be done to them.

What the driver was told is kept (`told`), since only that may be held against the service: an answer that
never came says nothing. Every process that is killed is one of the installation's own, found by its pid.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec

from service.clock import now
from service.database import AWAY
from service.local.supervisor import PAUSES, PAUSES_WITHIN
from tests.faults.invariants import Ledger, Told, Violation
from tests.whole.people import World, a_number

FAMILIES = 24
# Days ahead: no reminder falls due by itself.
SESSIONS = range(12, 22)
# So many people act at the same time.
AT_ONCE = 8
# More than that is a crowd: only scenarios send it.
CROWD = 2 * AT_ONCE
SOON = 60.0
# A program that was killed has been started again by then, and PostgreSQL has recovered; in seconds.
OPEN_AGAIN_AFTER = 5.0


@dataclass
class Visit:
    """An appointment as the driver last heard of it."""

    id: str
    version: int
    session: str
    status: str


@dataclass
class Family:
    """A child, the phones of its guardians, and its visits."""

    child: str
    phones: tuple[str, ...]
    sessions: tuple[str, ...]
    visits: dict[str, Visit] = field(default_factory=dict)

    def heard(self, answer: dict[str, Any]) -> Visit:
        """Keep an appointment as the service says it is, unless it was said to be further on."""
        visit = Visit(answer["id"], answer["version"], answer["session_id"], answer["status"])
        if (known := self.visits.get(visit.id)) is None or known.version <= visit.version:
            self.visits[visit.id] = visit
        return visit

    @property
    def active(self) -> list[Visit]:
        """The visits to come."""
        return [visit for visit in self.visits.values() if visit.status in {"booked", "confirmed"}]


class Town:
    """An installation with people who use it, and what is known of what they did."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.told = Told()
        self.families: list[Family] = []
        self.facility: dict[str, Any] = {}
        # Of the scenario at hand: what it found by itself, and what was counted.
        self.found: list[Violation] = []
        self.counted: Counter[str] = Counter()
        # Of the whole run: how long posts to our webhook took, in seconds, as the phones saw it; and those of
        # them that found every door open and no crowd before it.
        self.waited: list[float] = []
        self.waited_on_a_plain_day: list[float] = []
        self.known: set[Violation] = set()
        self.stumbled = 0
        # Held by who must not meet further kills: a scenario that sets up much, or that counts what fails.
        self.calm = asyncio.Lock()
        self._ends: dict[str, list[float]] = defaultdict(list)
        self._doors_shut: list[float] = []
        self._writing = 0

    @property
    def directory(self) -> Path:
        """Where the installation keeps its data."""
        return self.world.installation.directory

    async def settle_in(self, families: int = FAMILIES) -> None:
        """Open the clinics, and register the families: every fourth at one that may not text at this hour."""
        self.facility = await self.world.admin.opens_a_facility()
        quiet = await self._opens_a_quiet_facility()
        sessions = {
            place["id"]: [
                (await self.world.admin.opens_a_session(place, in_days=days, capacity=12))["id"]
                for days in SESSIONS
            ]
            for place in (self.facility, quiet)
        }
        for number in range(families):
            place = self.facility if number % 4 else quiet
            self.families.append(await self.registers(place, sessions[place["id"]], 1 + number % 2))

    async def registers(
        self, facility: dict[str, Any], sessions: Sequence[str], guardians: int = 1
    ) -> Family:
        """A family with phones that nobody else has."""
        phones = tuple(a_number() for _ in range(guardians))
        child = await self.world.admin.registers_a_child(facility, phones)
        return Family(child["id"], phones, tuple(sessions))

    async def _opens_a_quiet_facility(self) -> dict[str, Any]:
        """Its hours are two in the farther half of the day, so that none of them comes during a run."""
        (row,) = await self.sql("SELECT extract(hour FROM now() AT TIME ZONE 'Africa/Nairobi')::int AS hour")
        opens = 20 if row["hour"] < 12 else 1
        made: dict[str, Any] = await self.world.admin.make(
            "/facilities/",
            name=f"Clinic {a_number()}",
            zone="Africa/Nairobi",
            country="KE",
            texts_from=f"{opens:02}:00:00",
            sunday_texts_from=f"{opens:02}:00:00",
            texts_until=f"{opens + 2:02}:00:00",
            remind_at=f"{opens:02}:30:00",
        )
        return made

    # What people do.

    async def asks(self, method: str, path: str, **fields: Any) -> dict[str, Any] | None:
        """Ask the API as staff; None when nothing was done, or nobody can tell."""
        try:
            answer = await self.world.admin.api.request(method, f"/api{path}", json=fields or None)
        except httpx.HTTPError:
            self.counted["unanswered"] += 1
            await self.answers()
            return None
        self.counted[f"api {answer.status_code // 100}xx"] += 1
        if answer.is_server_error:
            await self.answers()
        if not answer.is_success:
            return None
        decoded: dict[str, Any] = msgspec.json.decode(answer.content)
        return decoded

    async def says(self, phone: str, body: str, **more: Any) -> int | None:
        """Write to the clinic; the status with which the webhook answered, if anybody can tell."""
        self._writing += 1
        try:
            return await self._says(phone, body, **more)
        finally:
            self._writing -= 1

    async def _says(self, phone: str, body: str, **more: Any) -> int | None:
        began, crowd = time.monotonic(), self._writing
        try:
            answer = await self.world.emulator.post(
                "/emulator/inbound", json={"from": phone, "body": body, **more}
            )
            answer.raise_for_status()
        except httpx.HTTPError:
            self.counted["unanswered"] += 1
            await self.answers()
            return None
        handed = msgspec.json.decode(answer.content)
        status: int | None = handed["webhook_status"]
        self.counted[f"webhook {status}"] += 1
        if status == httpx.codes.OK:
            self.told.texts.setdefault(handed["message_sid"], now())
            self._note_wait(began, max(crowd, self._writing))
        else:
            await self.answers()
        return status

    def _note_wait(self, began: float, crowd: int) -> None:
        """Note how long a post took, and whether all that it needs had run for a while and ran on."""
        waited = time.monotonic() - began
        self.waited.append(waited)
        doors_were_open = all(at < began - OPEN_AGAIN_AFTER for at in self._doors_shut)
        if doors_were_open and crowd <= CROWD:
            self.waited_on_a_plain_day.append(waited)

    async def answers(self) -> None:
        """Wait, as people do, until everything answers again: closed doors show little."""
        deadline = time.monotonic() + SOON
        doors = ((self.world.web, "/health/live"), (self.world.emulator, "/emulator/account"))
        for client, path in doors:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(path)).is_success:
                        break
                assert time.monotonic() < deadline, f"{path}: {self.world.installation.last_words()}"
                await asyncio.sleep(0.1)
        async with self.database():
            pass

    async def faults(self, *faults: dict[str, Any], seed: int = 0) -> None:
        """Put faults of the carrier in force; none clears them."""
        await self.sets("faults", {"seed": seed, "faults": faults})

    async def sets(self, what: str, value: dict[str, Any]) -> None:
        """Set up the emulator, as soon as it answers."""
        while True:
            with contextlib.suppress(httpx.TransportError):
                (await self.world.emulator.post(f"/emulator/{what}", json=value)).raise_for_status()
                return
            await self.answers()

    async def ledger(self) -> Ledger:
        """What the carrier has to say."""
        answer = await self.world.emulator.get("/emulator/ledger")
        ledger = msgspec.json.decode(answer.content, type=Ledger)
        texts = msgspec.json.decode((await self.world.emulator.get("/emulator/messages")).content)
        written = {
            text["sid"]: msgspec.convert(text["created_at"], type=type(now()))
            for text in texts
            if text["direction"] == "inbound"
        }
        return msgspec.structs.replace(ledger, written=written)

    # What the test arranges and looks at.

    @asynccontextmanager
    async def database(self, *, within: float = SOON) -> AsyncIterator[Any]:
        """A connection of our own, as soon as the database answers."""
        deadline = time.monotonic() + within
        while True:
            try:
                connection = await asyncpg.connect(self.world.installation.database_url, timeout=10)
                break
            except (*AWAY, TimeoutError):
                assert time.monotonic() < deadline, f"no database: {self.world.installation.last_words()}"
                await asyncio.sleep(0.1)
        try:
            yield connection
        finally:
            with contextlib.suppress(*AWAY):
                await connection.close()

    async def sql(self, statement: str, *args: object) -> list[Any]:
        """Run one statement; again when the database goes away under it, so it must bear that."""
        while True:
            with contextlib.suppress(*AWAY):
                async with self.database() as connection:
                    rows: list[Any] = await connection.fetch(statement, *args)
                    return rows

    async def comes_due(self, family: Family, *, in_seconds: int = 0) -> None:
        """Reminders of a family are due now or soon, and it has not heard of its visits for two days."""
        await self.sql(
            """WITH aged AS (
                   UPDATE outbox_message SET sent_at = sent_at - interval '2 days'
                   WHERE phone = ANY($2) AND status IN ('accepted', 'sent', 'delivered'))
               UPDATE reminder SET due_at = now() + make_interval(secs => $3)
               WHERE status = 'planned' AND appointment IN (
                   SELECT id FROM appointment WHERE child = $1)""",
            family.child,
            list(family.phones),
            float(in_seconds),
        )

    # What ends.

    async def kills(self, name: str) -> None:
        """End a program at once, and see that another one takes its place.

        The run gives up on a program that keeps ending, so this waits until it may end once more.
        """
        while not self.may_kill(name):
            await asyncio.sleep(0.5)
        self._ends[name].append(time.monotonic())
        pid = await self.runs(name)
        if name != "worker":
            self._doors_shut.append(time.monotonic())
        os.kill(pid, signal.SIGKILL)
        self.counted["kills"] += 1
        await self.runs(name, but=pid)
        await self.answers()

    def may_kill(self, name: str) -> bool:
        """Whether a program may be killed without waiting."""
        recent = [end for end in self._ends[name] if time.monotonic() - end < PAUSES_WITHIN + 5]
        return len(recent) < len(PAUSES) - 1

    async def runs(self, name: str, *, but: int | None = None) -> int:
        """The process id of a program, once it runs and is not the one that was killed."""
        installation, deadline = self.world.installation, time.monotonic() + SOON
        while True:
            # Without any child of the run, ps fails: then it has given up.
            with contextlib.suppress(subprocess.CalledProcessError):
                pid = installation.program(name)
                if pid is not None and pid != but:
                    return pid
            assert time.monotonic() < deadline, f"no {name}: {installation.last_words()}"
            await asyncio.sleep(0.05)

    async def ends_the_database(self, number: signal.Signals) -> None:
        """SIGQUIT is an immediate restart, SIGKILL leaves its children behind; the run starts it again."""
        pid = await self._postmaster()
        self._doors_shut.append(time.monotonic())
        os.kill(pid, number)
        self.counted["kills"] += 1
        await self._postmaster(but=pid)
        await self.answers()

    async def _postmaster(self, *, but: int | None = None) -> int:
        """The process id of PostgreSQL, once it runs and is not the one that was killed."""
        deadline = time.monotonic() + SOON
        written = self.directory / "postgres" / "postmaster.pid"
        while True:
            # Absent, or half written, while it is started.
            with contextlib.suppress(OSError, ValueError, IndexError):
                pid = int(written.read_text().splitlines()[0])
                if pid > 1 and pid != but:
                    return pid
            assert time.monotonic() < deadline, f"no PostgreSQL: {self.world.installation.last_words()}"
            await asyncio.sleep(0.05)

    async def command(self, *words: str) -> asyncio.subprocess.Process:
        """One more `doseline` with the settings of the worker that runs."""
        pid = await self.runs("worker")
        pairs = (await asyncio.to_thread(Path(f"/proc/{pid}/environ").read_text)).split("\0")
        environ = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        kept = {name: value for name, value in environ.items() if not name.startswith("DOSELINE_")}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-P", "-m", "service.cli", *words),
            env=kept,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

"""A text's way to the phone: one status after the other, each told to the caller.

Apart from the API because it happens after the answer: a bounded number of lanes makes the calls, and a
text waits for its next status on a timer and not in a lane, so that a slow webhook holds up few others.
The next status of a text starts only when the last one was told, which keeps them in order.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

import msgspec

from service.carrier.emulator.config import EmulatorConfig
from service.carrier.emulator.faults import Fault, Faults
from service.carrier.emulator.ledger import Ledger
from service.carrier.emulator.texts import RANK, Status, Text
from service.carrier.emulator.webhooks import Webhooks, status_form


class Leg(msgspec.Struct, frozen=True):
    """One status to come to and to tell of."""

    status: Status
    error_code: int | None = None


class Trip(msgspec.Struct, frozen=True):
    """A text that waits for a lane: its next leg, how often that is told, and the legs after it."""

    sid: str
    leg: Leg
    copies: int
    rest: tuple[Leg, ...]


def journey(text: Text, faults: tuple[Fault, ...]) -> tuple[Leg, ...]:
    """Plan the legs that a text still has before it, as the faults of its journey have it."""
    kinds = {fault.kind: fault for fault in faults}
    failure = kinds.get("undelivered")
    end = Leg("delivered") if failure is None else Leg("undelivered", failure.error_code)
    legs = [leg for leg in (Leg("sending"), Leg("sent"), end) if RANK[leg.status] > RANK[text.status]]
    return tuple(reversed(legs)) if "reorder" in kinds else tuple(legs)


class Delivery:
    """The lanes on which texts travel; open it inside the loop that uses it."""

    def __init__(
        self,
        config: EmulatorConfig,
        clock: Callable[[], datetime],
        *,
        ledger: Ledger,
        faults: Faults,
        webhooks: Webhooks,
    ) -> None:
        self._config = config
        self._clock = clock
        self._ledger = ledger
        self._faults = faults
        self._webhooks = webhooks
        self._waiting: asyncio.Queue[Trip] = asyncio.Queue()
        self._timers: set[asyncio.TimerHandle] = set()

    async def __aenter__(self) -> Self:
        self._lanes = [asyncio.create_task(self._lane()) for _ in range(self._config.lanes)]
        for text in self._ledger.oldest_first():
            if text.direction != "inbound" and not text.is_over:
                self.start(text)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for timer in self._timers:
            timer.cancel()
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)

    def start(self, text: Text) -> None:
        """Send a text on its way."""
        self._set_out(text, self._plan(text))

    async def start_by_telling(self, text: Text) -> None:
        """Send a text on its way and return only when its first status was told."""
        first, *rest = self._plan(text)
        await self._travel(Trip(text.sid, first, 1, tuple(rest)))

    def _plan(self, text: Text) -> tuple[Leg, ...]:
        return journey(text, self._faults.strike("journey", text.phone))

    def _set_out(self, text: Text, legs: tuple[Leg, ...]) -> None:
        """Let the next leg begin when its time has come."""
        struck = {fault.kind: fault for fault in self._faults.strike("callback", text.phone)}
        copies = 0 if "drop" in struck else 2 if "duplicate" in struck else 1
        late = (struck["delay"].delay_ms or 0) / 1000 if "delay" in struck else 0.0
        trip = Trip(text.sid, legs[0], copies, legs[1:])
        wait = self._config.pace + late
        if wait == 0:
            self._waiting.put_nowait(trip)
            return

        def arrive() -> None:
            self._timers.discard(timer)
            self._waiting.put_nowait(trip)

        timer = asyncio.get_running_loop().call_later(wait, arrive)
        self._timers.add(timer)

    async def _lane(self) -> None:
        while True:
            await self._travel(await self._waiting.get())

    async def _travel(self, trip: Trip) -> None:
        """Come to one status, tell of it, and set out for the next."""
        now = self._clock()
        leg, rest = _unless_expired(self._ledger[trip.sid], trip, now)
        text = self._ledger.move(trip.sid, leg.status, error_code=leg.error_code, now=now)
        if text.status_callback is not None:
            form = status_form(text, leg.status, leg.error_code, self._config)
            for _ in range(trip.copies):
                await self._webhooks.call(text.status_callback, form)
        if rest:
            self._set_out(text, rest)


def _unless_expired(text: Text, trip: Trip, now: datetime) -> tuple[Leg, tuple[Leg, ...]]:
    """Give the legs that a trip still has: a text that waited for too long is not sent at all."""
    if RANK[text.status] == 0 and text.expires_at is not None and now > text.expires_at:
        return Leg("undelivered", 30036), ()
    return trip.leg, trip.rest

"""A text's way to the phone: one status after the other, each told to the caller.

Apart from the API because it happens after the answer: a bounded number of lanes makes the calls, and a
text waits for its next status on the clock and not in a lane, so that a slow webhook holds up few others.
The next status of a text starts only when the last one was told, which keeps them in order.
"""

import asyncio
from functools import partial
from types import TracebackType
from typing import Final, Self

import msgspec

from service.carrier.emulator.clock import EmulatorClock
from service.carrier.emulator.config import EmulatorConfig
from service.carrier.emulator.error_codes import ERROR_CODES
from service.carrier.emulator.faults import Fault, Faults
from service.carrier.emulator.ledger import Ledger
from service.carrier.emulator.sender import VALIDITY_EXPIRED, Senders
from service.carrier.emulator.texts import RANK, Status, Text
from service.carrier.emulator.webhooks import Webhooks, status_form

_OPTED_OUT: Final = 21610
_UNREACHABLE_HANDSET: Final = 30003


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


_SENT: Final = (Leg("sending"), Leg("sent"))


def journey(text: Text, faults: tuple[Fault, ...]) -> tuple[Leg, ...]:
    """Plan the legs that a text still has before it, as the faults of its journey have it."""
    failure = next((fault for fault in faults if fault.kind != "reorder"), None)
    legs = [leg for leg in _way(failure) if RANK[leg.status] > RANK[text.status]]
    return tuple(reversed(legs)) if any(fault.kind == "reorder" for fault in faults) else tuple(legs)


def _way(failure: Fault | None) -> tuple[Leg, ...]:
    if failure is None:
        return (*_SENT, Leg("delivered"))
    code = failure.error_code or _UNREACHABLE_HANDSET
    if failure.kind == "error" and ERROR_CODES[code].where == "failed":
        return (Leg("failed", code),)
    return (*_SENT, Leg("undelivered", code))


class Delivery:
    """The lanes on which texts travel; open it inside the loop that uses it."""

    def __init__(
        self,
        config: EmulatorConfig,
        clock: EmulatorClock,
        *,
        ledger: Ledger,
        faults: Faults,
        webhooks: Webhooks,
        senders: Senders,
    ) -> None:
        self._config = config
        self._clock = clock
        self._ledger = ledger
        self._faults = faults
        self._webhooks = webhooks
        self._senders = senders
        self._waiting: asyncio.Queue[Trip] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._lanes = [asyncio.create_task(self._lane()) for _ in range(self._config.lanes)]
        for text in self._ledger.oldest_first():
            if text.direction != "inbound" and not text.is_over:
                self.start(text)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clock.close()
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)

    def start(self, text: Text) -> None:
        """Send a text on its way, through its sender's queue unless it has left that already."""
        legs, wait = self._plan(text)
        self._set_out(text, legs, wait)

    async def start_by_telling(self, text: Text) -> None:
        """Send a text on its way and return only when its first status was told."""
        (first, *rest), _ = self._plan(text)
        await self._travel(Trip(text.sid, first, 1, tuple(rest)))

    async def settled(self) -> None:
        """Wait until no text is on a lane or waits for one."""
        await self._waiting.join()

    def _plan(self, text: Text) -> tuple[tuple[Leg, ...], float]:
        """Give the legs of a text, and the seconds that it first waits for its sender."""
        legs = journey(text, self._faults.strike("journey", text.phone))
        if RANK[text.status] > 0:
            return legs, 0.0
        now = self._clock.now()
        departure = self._senders.depart(text, now)
        if departure.error_code is not None:
            legs = (Leg("failed", departure.error_code),)
        return legs, (departure.at - now).total_seconds()

    def _set_out(self, text: Text, legs: tuple[Leg, ...], wait: float = 0.0) -> None:
        """Let the next leg begin when its time has come."""
        struck = {fault.kind: fault for fault in self._faults.strike("callback", text.phone)}
        copies = 0 if "drop" in struck else 2 if "duplicate" in struck else 1
        late = (struck["delay"].delay_ms or 0) / 1000 if "delay" in struck else 0.0
        trip = Trip(text.sid, legs[0], copies, legs[1:])
        self._clock.after(wait + self._config.pace + late, partial(self._waiting.put_nowait, trip))

    async def _lane(self) -> None:
        while True:
            trip = await self._waiting.get()
            try:
                await self._travel(trip)
            finally:
                self._waiting.task_done()

    async def _travel(self, trip: Trip) -> None:
        """Come to one status, tell of it, and set out for the next."""
        leg, rest = self._as_things_stand(trip)
        text = self._ledger.move(trip.sid, leg.status, error_code=leg.error_code, now=self._clock.now())
        if text.status_callback is not None:
            form = status_form(text, leg.status, leg.error_code, self._config)
            for _ in range(trip.copies):
                await self._webhooks.call(text.status_callback, form)
        if rest:
            self._set_out(text, rest)

    def _as_things_stand(self, trip: Trip) -> tuple[Leg, tuple[Leg, ...]]:
        """Give the legs that a trip still has: what happened while it waited may keep a text back."""
        text = self._ledger[trip.sid]
        if RANK[text.status] > 0:
            return trip.leg, trip.rest
        if text.expires_at is not None and self._clock.now() > text.expires_at:
            return Leg("failed", VALIDITY_EXPIRED), ()
        if self._ledger.is_stopped(text.to) and not text.by_carrier:
            return Leg("failed", _OPTED_OUT), ()
        return trip.leg, trip.rest

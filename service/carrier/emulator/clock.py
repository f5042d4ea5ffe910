"""What time it is at the carrier, and what happens when it is later.

On its own the clock runs: stamps come from the machine and timers take as long as they say. Taken in hand
it stands still until it is moved, and everything that falls due on the way happens at its own moment, in
order: so hours pass at once. What waits for the network (a webhook's answer) takes real time in any case.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import count


class EmulatorClock:
    """The carrier's clock and its timers; use it inside one loop."""

    def __init__(self, machine: Callable[[], datetime]) -> None:
        self._machine = machine
        self._loop = asyncio.get_running_loop()
        self._held: datetime | None = None
        # Timers lie on a line of seconds that goes on where it was when the clock is taken in hand.
        self._since = self._loop.time()
        self._passed = 0.0
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._number = count()
        self._alarm: asyncio.TimerHandle | None = None
        self._moving = asyncio.Lock()

    @property
    def is_manual(self) -> bool:
        """Whether somebody has taken it in hand."""
        return self._held is not None

    def now(self) -> datetime:
        """This moment, aware."""
        return self._held or self._machine()

    def after(self, seconds: float, then: Callable[[], None]) -> None:
        """Call a function when so many seconds have passed; at once when it is none."""
        if seconds <= 0:
            then()
            return
        heapq.heappush(self._timers, (self._elapsed() + seconds, next(self._number), then))
        self._set_alarm()

    async def move(self, by: timedelta, settled: Callable[[], Awaitable[None]]) -> None:
        """Take the clock in hand, or keep it there, and move it; backwards nothing happens again.

        Args:
            by: How far; zero only stops it.
            settled: Waits until what has fallen due is done, before the clock goes on.
        """
        async with self._moving:
            begins = self.now()
            self._stop_at(begins)
            start = self._passed
            end = start + max(by.total_seconds(), 0.0)
            while self._timers and self._timers[0][0] <= end:
                self._passed, _, then = heapq.heappop(self._timers)
                self._held = begins + timedelta(seconds=self._passed - start)
                then()
                await settled()
            self._passed, self._held = end, begins + by

    async def run(self) -> None:
        """Let it run by itself again, with the machine's time."""
        async with self._moving:
            if self.is_manual:
                self._held, self._since = None, self._loop.time()
                self._set_alarm()

    def close(self) -> None:
        """Forget every timer."""
        self._timers.clear()
        self._set_alarm()

    def _stop_at(self, moment: datetime) -> None:
        self._passed, self._held = self._elapsed(), moment
        self._set_alarm()

    def _elapsed(self) -> float:
        running = 0.0 if self.is_manual else self._loop.time() - self._since
        return self._passed + running

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._timers and not self.is_manual:
            wait = self._timers[0][0] - self._elapsed()
            self._alarm = self._loop.call_later(wait, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        while self._timers and self._timers[0][0] <= self._elapsed():
            _, _, then = heapq.heappop(self._timers)
            then()
        self._set_alarm()

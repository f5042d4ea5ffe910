"""A hint to the workers that something is due.

The outbox is the truth and is swept every few seconds; a nudge only makes that sooner. So it may be lost,
doubled or late, it carries no data, and no operation waits for it or fails with it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from saq import Queue

# The name of the one job there is.
WAKE: Final = "wake"
QUEUE_NAME: Final = "doseline"
# Whoever asks whether the queue is there does not want to wait for it.
ANSWER_WITHIN_SECONDS = 2.0

log = structlog.get_logger(__name__)


def queue(url: str) -> Queue:
    """The queue at `url`: PostgreSQL or Redis."""
    few_connections = {"min_size": 1, "max_size": 8} if url.startswith("postgres") else {}
    return Queue.from_url(url, name=QUEUE_NAME, **few_connections)


class Nudge:
    """Wakes a worker. Nudges that come while one is on its way are one nudge more, not many."""

    def __init__(self, jobs: Queue) -> None:
        self._jobs = jobs
        self._wanted = asyncio.Event()

    def __call__(self) -> None:
        """Ask for a delivery soon; returns at once."""
        self._wanted.set()

    async def answers(self) -> bool:
        """Whether the queue can be reached."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
                await self._jobs.count("queued")
        except Exception as error:  # noqa: BLE001 - each kind of queue fails in its own way
            log.warning("queue away", error=type(error).__name__)
            return False
        return True

    async def forward(self) -> None:
        """Pass nudges on until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self._jobs.enqueue(WAKE)
            except Exception as error:  # noqa: BLE001 - any failure of a hint is left to the sweep
                log.warning("nudge lost", error=type(error).__name__)


@asynccontextmanager
async def nudging(queue_url: str) -> AsyncIterator[Nudge]:
    """A nudge that works for as long as the block runs."""
    jobs = queue(queue_url)
    await jobs.connect()
    nudge = Nudge(jobs)
    forwarding = asyncio.create_task(nudge.forward())
    try:
        yield nudge
    finally:
        forwarding.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await forwarding
        await jobs.disconnect()

"""The worker: sends texts, turns due timers into texts, settles what was left open, forecasts by night.

It wakes when a job comes through the queue and, whatever becomes of the queue, every few seconds by
itself: the tables say what is due, a job only says "now". Several workers may run beside each other.
"""

import asyncio
import contextlib
import logging
from datetime import timedelta

import structlog
from saq import Worker
from saq.types import Context

from service.access.throttle import forget_attempts
from service.answering.catching_up import COMPARE_EVERY, catch_up
from service.answering.silence import end_silences
from service.carrier.gateway import gateway
from service.carrier.port import Carrier
from service.clock import Clock, now
from service.database import AWAY, connection_pool
from service.messaging.claiming import BATCH, expire
from service.messaging.delivery import deliver_batch
from service.messaging.reconciliation import reconcile
from service.messaging.sender import Limits
from service.nudge import WAKE, queue
from service.recovery import after_restore
from service.reminders.mending import mend_texts
from service.reminders.queueing import queue_due_reminders
from service.settings import Settings
from service.vaccination.forecasts import BATCH as FORECASTS
from service.vaccination.forecasts import renew_stale

SWEEP_SECONDS = 2.0
# How often what is only kept for a while is dropped: tries at passwords.
TIDY_EVERY = timedelta(hours=1)
# How often forecasts of a day gone by are looked for: each facility's night comes at its own hour.
FORECAST_SECONDS = 60.0
# A batch that is under way when the worker is told to stop has this long to be recorded.
FINISH_SECONDS = 3.0
CONNECTIONS = 6

log = structlog.get_logger(__name__)


class Sender:
    """Works off what is due, until told to stop."""

    def __init__(self, carrier: Carrier, clock: Clock, limits: Limits) -> None:
        self._carrier = carrier
        self._clock = clock
        self._limits = limits
        self._woken = asyncio.Event()
        self._stopping = False
        self._tidy_at = self._compare_at = clock()

    async def wake(self, _: Context) -> None:
        """The queue's job: something is due now."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the batch under way and end."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Deliver when woken; sweep when nobody wakes us."""
        while not self._stopping:
            try:
                await self._sweep()
                await self._deliver_until_quiet()
            except AWAY as error:
                log.warning("database away", error=type(error).__name__)
                await asyncio.sleep(SWEEP_SECONDS)
            except Exception as error:  # noqa: BLE001 - whatever it is, other texts must still go out
                log.error("worker stumbled", error=type(error).__name__)  # noqa: TRY400
                await asyncio.sleep(SWEEP_SECONDS)

    async def _sweep(self) -> None:
        now = self._clock()
        await after_restore(now=now)
        if now >= self._compare_at:
            # A STOP that no webhook brought has to be known before anything is sent.
            await catch_up(self._carrier, self._limits.sender, self._clock)
            self._compare_at = now + COMPARE_EVERY
        await reconcile(self._carrier, self._clock)
        await queue_due_reminders(now)
        await mend_texts(now)
        await end_silences(now)
        await expire(now=now)
        if now >= self._tidy_at:
            await forget_attempts(now=now)
            self._tidy_at = now + TIDY_EVERY

    async def _deliver_until_quiet(self) -> None:
        """Deliver as texts come, for as long as one follows the other within the time of a sweep."""
        due = asyncio.get_running_loop().time() + SWEEP_SECONDS
        while not self._stopping and (left := due - asyncio.get_running_loop().time()) > 0:
            self._woken.clear()
            if await deliver_batch(self._carrier, self._clock, self._limits):
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), left)


async def keep_forecasts(clock: Clock) -> None:
    """Work out forecasts whose day is over, for as long as the worker runs, beside the texts."""
    while True:
        try:
            done = await renew_stale(now=clock())
        except AWAY as error:
            log.warning("database away", error=type(error).__name__)
            done = 0
        except Exception as error:  # noqa: BLE001 - a schedule that cannot be read must not stop the texts
            log.error("forecasting stumbled", error=type(error).__name__)  # noqa: TRY400
            done = 0
        await asyncio.sleep(0 if done == FORECASTS else FORECAST_SECONDS)


async def serve(settings: Settings, clock: Clock = now) -> None:
    """Run a worker until it is told to stop by a signal."""
    async with connection_pool(largest=CONNECTIONS), gateway(settings, at_once=BATCH) as carrier:
        sender = Sender(carrier, clock, Limits.of(settings))
        jobs = queue(settings.queue_url)
        await jobs.connect()
        # At every stop it warns that its idle loops had to be cancelled, which is how they end.
        logging.getLogger("saq").setLevel(logging.ERROR)
        # A job only sets a flag, so nothing of it is lost when the queue's own time limit strikes.
        worker = Worker(jobs, functions=[(WAKE, sender.wake)], concurrency=2)
        sending = asyncio.create_task(sender.run())
        sending.add_done_callback(lambda _: worker.event.set())
        forecasting = asyncio.create_task(keep_forecasts(clock))
        try:
            await worker.start()
        finally:
            sender.stop()
            forecasting.cancel()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(sending, FINISH_SECONDS)
            await jobs.disconnect()


def run(settings: Settings) -> None:
    """The `worker` command."""
    settings.require("DATABASE_URL", "QUEUE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
    asyncio.run(serve(settings))

"""Whether an installation can do its work, part by part, in plain words: `doseline doctor`.

Each check stands alone, so that one fault does not hide another, and says what to do about it. Nothing is
changed and nothing is sent. No secret, no phone number and no address with a password is ever named.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
import asyncpg
import msgspec

from service.carrier.gateway import gateway
from service.carrier.port import CarrierError, OperatorNeeded
from service.clock import Clock
from service.migration import missing_migrations
from service.nudge import Nudge, queue
from service.settings import Settings, SettingsError

OLDEST_POSTGRES = 15
NEEDED = ("DATABASE_URL", "QUEUE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
TWILIO = "https://api.twilio.com"
ANSWER_WITHIN = aiohttp.ClientTimeout(total=10)
# Quiet hours, holds and one-time codes all go by this machine's clock.
MOST_APART = timedelta(seconds=5)


class Finding(msgspec.Struct, frozen=True):
    """What was found out about one part."""

    part: str
    well: bool
    words: str


class Unwell(Exception):
    """Something has to be done; the text says what."""


Check = Callable[[Settings, Clock], Awaitable[str]]


async def examine(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Look at every part, one after the other."""
    for part, check in CHECKS.items():
        try:
            yield Finding(part, True, await check(settings, clock))  # noqa: FBT003 - it is well
        except Unwell as reason:
            yield Finding(part, False, str(reason))  # noqa: FBT003 - it is not


async def check_settings(settings: Settings, _: Clock) -> str:
    """What has to be set is set. Wrong values never get this far: no command starts with them."""
    try:
        settings.require(*NEEDED)
    except SettingsError as error:
        raise Unwell(str(error)) from None
    if not settings.public_url.startswith("https://") and settings.twilio_api_base_url is None:
        raise Unwell("PUBLIC_URL is not https: families' texts would travel in the open")
    return "everything that is needed is set"


async def check_database(settings: Settings, _: Clock) -> str:
    """It answers, and is new enough."""
    connection = await _connected(settings)
    try:
        version = connection.get_server_version().major
    finally:
        await connection.close()
    if version < OLDEST_POSTGRES:
        raise Unwell(f"PostgreSQL {version} is too old: {OLDEST_POSTGRES} or later is needed")
    return f"PostgreSQL {version} answers"


async def check_migrations(settings: Settings, _: Clock) -> str:
    """Its schema is the one of this version."""
    connection = await _connected(settings)
    try:
        missing = await missing_migrations(connection)
    finally:
        await connection.close()
    if missing:
        raise Unwell(f"{len(missing)} migrations have not been run: run `doseline migrate`")
    return "the schema is up to date"


async def check_queue(settings: Settings, _: Clock) -> str:
    """It answers. Without it texts go out all the same, up to two seconds later."""
    if not settings.queue_url:
        raise Unwell("QUEUE_URL is not set")
    try:
        jobs = queue(settings.queue_url)
        await jobs.connect()
        answers = await Nudge(jobs).answers()
        await jobs.disconnect()
    except Exception as error:  # noqa: BLE001 - each kind of queue fails in its own way
        raise Unwell(f"the queue cannot be reached ({type(error).__name__}): check QUEUE_URL") from None
    if not answers:
        raise Unwell("the queue does not answer: run `doseline migrate`, and check QUEUE_URL")
    return "the queue answers"


async def check_carrier(settings: Settings, _: Clock) -> str:
    """The account is ours and may send."""
    if not settings.has_carrier:
        raise Unwell("no carrier is set: set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and a sender")
    try:
        async with gateway(settings, at_once=1) as carrier:
            status = await carrier.account_status()
    except OperatorNeeded:
        raise Unwell("the carrier refuses TWILIO_ACCOUNT_SID with the first TWILIO_AUTH_TOKEN") from None
    except CarrierError as error:
        raise Unwell(f"the carrier does not answer ({error})") from None
    if status != "active":
        raise Unwell(f"the account at the carrier is {status}: nothing will be sent")
    return "the carrier knows the account, and it is active"


async def check_webhooks(settings: Settings, _: Clock) -> str:
    """PUBLIC_URL leads to a Doseline, which refuses what is not signed."""
    async with aiohttp.ClientSession(timeout=ANSWER_WITHIN) as web:
        try:
            async with web.post(f"{settings.public_url}/twilio/inbound") as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unwell(
                f"PUBLIC_URL cannot be reached from here ({type(error).__name__}): "
                "is `doseline web` running, and does the proxy lead to it?"
            ) from None
    if status != 403:  # noqa: PLR2004 - the webhook's answer to whoever does not sign
        raise Unwell(f"PUBLIC_URL leads to something that answers {status} where a webhook would refuse")
    return "PUBLIC_URL leads to the webhooks"


async def check_clock(settings: Settings, clock: Clock) -> str:
    """This machine and the carrier agree on the time."""
    carrier = settings.twilio_api_base_url or TWILIO
    # Refused without credentials, but with the time.
    theirs = await _time_at(f"{carrier}/2010-04-01/Accounts/{settings.twilio_account_sid}.json")
    apart = abs(clock() - theirs)
    if apart > MOST_APART:
        raise Unwell(
            f"this machine's clock is {apart.total_seconds():.0f} s away from the carrier's: "
            "texts would go out at the wrong time; keep it in step with NTP"
        )
    return "the clock agrees with the carrier's"


CHECKS: dict[str, Check] = {
    "settings": check_settings,
    "database": check_database,
    "migrations": check_migrations,
    "queue": check_queue,
    "carrier": check_carrier,
    "webhooks": check_webhooks,
    "clock": check_clock,
}


async def _connected(settings: Settings) -> asyncpg.Connection:
    if not settings.database_url:
        raise Unwell("DATABASE_URL is not set")
    try:
        return await asyncpg.connect(settings.database_url, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise Unwell(f"the database cannot be used ({type(error).__name__}): check DATABASE_URL") from None


async def _time_at(url: str) -> datetime:
    async with aiohttp.ClientSession(timeout=ANSWER_WITHIN) as web:
        try:
            async with web.get(url) as answer:
                return parsedate_to_datetime(answer.headers["Date"])
        except (aiohttp.ClientError, TimeoutError, OSError, KeyError, ValueError):
            raise Unwell("the carrier's clock cannot be read: it does not answer") from None

"""Twilio through its official SDK: the one place that imports it for sending.

The same code serves Twilio and the emulator; only the base URL differs. Nothing is retried here: there
is no idempotency key for a text, so whether a second try is safe is decided where the row is.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from service.carrier.error_table import classify
from service.carrier.port import (
    CarrierError,
    CarrierStatus,
    CarrierText,
    NotProcessed,
    OutcomeUnknown,
    OutgoingText,
    ReceivedText,
)
from service.settings import Settings

# A text takes the carrier well under a second; past this its outcome counts as unknown.
ANSWER_WITHIN_SECONDS = 10
# The carrier accepts 1 to 36000 seconds.
LONGEST_VALIDITY_SECONDS = 36_000
# How many of a phone's latest texts are read when one is looked up.
LOOK_BACK = 50
# The most that the carrier gives at once.
LARGEST_PAGE = 1000

STATUSES: dict[str, CarrierStatus] = {
    "accepted": "accepted",
    "scheduled": "accepted",
    "queued": "accepted",
    "sending": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "partially_delivered": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}


class TwilioGateway:
    """A Carrier over the SDK's asynchronous client."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._messages = client.messages
        self._account = client.api.accounts(settings.twilio_account_sid)
        self._callback = f"{settings.public_url}/twilio/status"
        self._service_sid = settings.twilio_messaging_service_sid
        # Of an account that also serves others, only what is written to us is ours.
        self._to_us = {"to": settings.twilio_from_number} if settings.twilio_from_number else {}
        self._sender: dict[str, Any] = (
            {"messaging_service_sid": settings.twilio_messaging_service_sid}
            if settings.twilio_messaging_service_sid
            else {"from_": settings.twilio_from_number}
        )

    async def send(self, text: OutgoingText) -> CarrierText:
        """See Carrier.send."""
        validity = int(text.useful_for.total_seconds())
        async with _within_time():
            message = await self._messages.create_async(
                to=text.to,
                body=text.body,
                status_callback=f"{self._callback}?text={text.id}",
                validity_period=min(max(validity, 1), LONGEST_VALIDITY_SECONDS),
                **self._sender,
            )
        return _carrier_text(message)

    async def sent_to(self, phone: str, *, since: datetime) -> list[CarrierText]:
        """See Carrier.sent_to."""
        async with _within_time():
            found = await self._messages.list_async(to=phone, limit=LOOK_BACK)
        # Not the carrier's own answers to STOP and HELP.
        texts = [_carrier_text(message) for message in found if message.direction == "outbound-api"]
        return sorted((t for t in texts if t.created_at >= since), key=lambda t: t.created_at)

    async def account_status(self) -> str:
        """What the carrier says of our account: "active" when it may send.

        Raises:
            CarrierError: the credentials are refused, or it cannot be asked now.
        """
        async with _within_time():
            account = await self._account.fetch_async()
        return str(account.status)

    async def received_since(self, since: datetime) -> list[ReceivedText]:
        """See Carrier.received_since."""
        async with _within_time():
            found = await self._messages.list_async(
                date_sent_after=since, page_size=LARGEST_PAGE, **self._to_us
            )
        texts = [
            _received(message)
            for message in found
            if message.direction == "inbound" and message.messaging_service_sid in {None, self._service_sid}
        ]
        return sorted(texts, key=lambda text: text.created_at)


@asynccontextmanager
async def gateway(settings: Settings, *, at_once: int) -> AsyncIterator[TwilioGateway]:
    """The carrier, for as long as the block runs.

    The SDK's own session mixes up answers under concurrency, so it is given one.

    Args:
        at_once: The most connections to the carrier.
    """
    # At INFO the SDK writes query parameters, and so phone numbers, into the log.
    logging.getLogger("twilio").setLevel(logging.WARNING)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
        http = AsyncTwilioHttpClient(pool_connections=False)
        http.session = session
        client = Client(settings.twilio_account_sid, settings.twilio_auth_tokens[0], http_client=http)
        if settings.twilio_api_base_url:
            client.api.base_url = settings.twilio_api_base_url
        yield TwilioGateway(client, settings)


@asynccontextmanager
async def _within_time() -> AsyncIterator[None]:
    """Bound a call, and turn whatever it raises into our own words.

    The bound stands here because the SDK passes `timeout=None` with each request, which switches off
    the limits of the HTTP session.
    """
    try:
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            yield
    except Exception as error:  # noqa: BLE001 - sorted, and raised again where it is none of the carrier's
        raise _as_carrier_error(error) from None


def _as_carrier_error(error: Exception) -> CarrierError:
    """What an exception of the SDK or of its HTTP client says about the outcome."""
    match error:
        case TwilioRestException():
            return classify(error.status, error.code)
        case aiohttp.ClientConnectorError():
            return NotProcessed(None)
        case TwilioException() | aiohttp.ClientError() | TimeoutError() | ValueError():
            # ValueError: an answer that is no JSON.
            return OutcomeUnknown(None)
    raise error


def _carrier_text(message: MessageInstance) -> CarrierText:
    assert message.sid is not None
    created = message.date_created or datetime.now(UTC)
    return CarrierText(
        sid=message.sid,
        body=message.body or "",
        status=STATUSES.get(str(message.status), "accepted"),
        created_at=created,
        error_code=int(message.error_code) if message.error_code else None,
    )


def _received(message: MessageInstance) -> ReceivedText:
    assert message.sid is not None
    return ReceivedText(
        sid=message.sid,
        phone=message.from_ or "",
        to=message.to or "",
        body=message.body or "",
        media_count=int(message.num_media or 0),
        created_at=message.date_created or datetime.now(UTC),
    )

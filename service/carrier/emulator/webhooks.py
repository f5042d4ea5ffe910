"""Calls to the account's webhooks: signed, with the fields that Twilio sends, and repeated as Twilio does.

The URL is signed and called byte for byte as it was given, less its fragment: a client that tidies up its
query would break the signature.
"""

import asyncio
import mimetypes
import secrets
from contextlib import suppress
from functools import lru_cache
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote_plus

import aiohttp
import msgspec
from twilio.request_validator import RequestValidator
from yarl import URL

from service.carrier.emulator.config import EmulatorConfig
from service.carrier.emulator.overrides import Failure, Overrides, read_overrides
from service.carrier.emulator.resources import API_VERSION
from service.carrier.emulator.texts import Status, Text

UNREACHABLE: Final = 0
_FIRST_CLIENT_ERROR: Final = 400
_FIRST_SERVER_ERROR: Final = 500
_LONGEST_ANSWER: Final = 64 * 1024

# What Twilio's debugger would show of each failure.
_CODES: Final[dict[Failure, int]] = {"ct": 11205, "rt": 11200, "4xx": 11217, "5xx": 11217}


class Answer(msgspec.Struct, frozen=True):
    """What a webhook answered; status 0 when there was no answer."""

    status: int
    content_type: str = ""
    body: str = ""
    failure: Failure | None = None

    @property
    def error_code(self) -> int | None:
        """Twilio's code for a call that failed."""
        return None if self.failure is None else _CODES[self.failure]


class Webhooks:
    """An HTTP client that signs: open it inside the loop that uses it."""

    def __init__(self, config: EmulatorConfig) -> None:
        self._signer = RequestValidator(config.auth_token)
        self._lanes = config.lanes
        self._patience = config.patience

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=self._lanes)
        self._client = aiohttp.ClientSession(connector=connector)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def call(self, url: str, form: dict[str, str]) -> Answer:
        """Post a signed form and give the answer; whatever goes wrong on the way is an answer too.

        It is posted again as the URL's connection overrides say, without them once when nobody listens.
        """
        address, _, fragment = url.partition("#")
        overrides = read_overrides(fragment)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": self._signer.compute_signature(address, form),
            # The same on every try, so that a receiver can see that it is one event.
            "I-Twilio-Idempotency-Token": secrets.token_hex(16),
        }
        answer, body = Answer(UNREACHABLE, failure="rt"), _encode(form)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(self._patience, overrides.total_seconds)):
                for _ in range(overrides.retries + 1):
                    answer = await self._post(address, body, headers, overrides)
                    if answer.failure not in overrides.retried:
                        break
        return answer

    async def _post(self, url: str, body: bytes, headers: dict[str, str], overrides: Overrides) -> Answer:
        timeout = aiohttp.ClientTimeout(
            sock_connect=overrides.connect_seconds, sock_read=overrides.read_seconds
        )
        try:
            async with self._client.post(
                URL(url, encoded=True), data=body, headers=headers, allow_redirects=False, timeout=timeout
            ) as response:
                answer = await response.content.read(_LONGEST_ANSWER)
                return Answer(
                    response.status,
                    response.content_type,
                    answer.decode("utf-8", "replace"),
                    _failure(response.status),
                )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Answer(UNREACHABLE, failure="ct")
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError):
            return Answer(UNREACHABLE, failure="rt")


def _failure(status: int) -> Failure | None:
    if status < _FIRST_CLIENT_ERROR:
        return None
    return "4xx" if status < _FIRST_SERVER_ERROR else "5xx"


def inbound_form(text: Text, config: EmulatorConfig) -> dict[str, str]:
    """What Twilio posts when a parent has sent a text."""
    form = {
        **_common(text, config),
        "SmsMessageSid": text.sid,
        "SmsStatus": "received",
        "Body": text.body,
        "NumSegments": str(max(1, text.segments)),
        "NumMedia": str(len(text.media)),
    }
    for side in ("From", "To"):
        form |= {f"{side}City": "", f"{side}State": "", f"{side}Zip": "", f"{side}Country": ""}
    for place, url in enumerate(text.media):
        kind, _ = mimetypes.guess_type(url)
        form |= {f"MediaUrl{place}": url, f"MediaContentType{place}": kind or "image/jpeg"}
    if text.opt_out_type is not None:
        form["OptOutType"] = text.opt_out_type
    return form


def status_form(text: Text, status: Status, error_code: int | None, config: EmulatorConfig) -> dict[str, str]:
    """What Twilio posts when a text has come to a status; there is no body in it."""
    form = {**_common(text, config), "MessageStatus": status, "SmsStatus": status}
    if error_code is not None:
        form["ErrorCode"] = str(error_code)
    if status in {"delivered", "undelivered"}:
        form["RawDlrDoneDate"] = text.updated_at.strftime("%y%m%d%H%M")
    return form


# Sids, numbers and statuses come again and again, and to quote them is a good part of a callback's cost.
_quoted = lru_cache(maxsize=8192)(quote_plus)


def _encode(form: dict[str, str]) -> bytes:
    return "&".join(f"{name}={_quoted(value)}" for name, value in form.items()).encode()


def _common(text: Text, config: EmulatorConfig) -> dict[str, str]:
    form = {
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "AccountSid": config.account_sid,
        "From": text.from_,
        "To": text.to,
        "ApiVersion": API_VERSION,
    }
    if text.messaging_service_sid is not None:
        form["MessagingServiceSid"] = text.messaging_service_sid
    return form

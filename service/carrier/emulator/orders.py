"""A request to send a text: the form read and judged.

Pure: a form and the account go in, an order comes out or Twilio's refusal. The checks stand in the order
in which Twilio makes them, so that a form with several faults gets the same code.
"""

from typing import Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

from service.carrier.emulator.config import EmulatorConfig
from service.carrier.emulator.refusals import (
    E164,
    MAGIC_RECIPIENTS,
    MAGIC_SENDERS,
    VALID_MAGIC_SENDER,
    Refused,
)

LONGEST_BODY: Final = 1600
LONGEST_VALIDITY_SECONDS: Final = 36_000


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A text that the account asks us to send.

    Attributes:
        sender: the number it goes out from.
        validity_seconds: how long it may wait before it is sent; after that it is not sent at all.
        messaging_service_sid: the service that chose the sender; None when the caller named it.
    """

    to: str
    sender: str
    body: str
    validity_seconds: int = LONGEST_VALIDITY_SECONDS
    messaging_service_sid: str | None = None
    status_callback: str | None = None


def read_form(body: bytes) -> dict[str, str]:
    """Read a form; of a repeated field the last counts, bytes that are no UTF-8 become U+FFFD."""
    return dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="utf-8"))


def read_order(form: dict[str, str], config: EmulatorConfig) -> Order:
    """Judge a form as Twilio judges it.

    Raises:
        Refused: with the code of the first thing that is wrong.
    """
    to = _recipient(form.get("To", "").strip())
    sender, service = _sender(form, config)
    body = form.get("Body", "")
    if not body:
        raise Refused(21602)
    if len(body) > LONGEST_BODY:
        raise Refused(21617)
    return Order(
        to=to,
        sender=sender,
        body=body,
        validity_seconds=_validity(form.get("ValidityPeriod", "")),
        messaging_service_sid=service,
        status_callback=_callback(form.get("StatusCallback") or None),
    )


def _recipient(to: str) -> str:
    if not to:
        raise Refused(21604)
    if to in MAGIC_RECIPIENTS:
        raise Refused(MAGIC_RECIPIENTS[to], to)
    if not E164.fullmatch(to):
        raise Refused(21211, to)
    return to


def _sender(form: dict[str, str], config: EmulatorConfig) -> tuple[str, str | None]:
    """Give the number to send from and the Messaging Service that it was taken from."""
    service, sender = form.get("MessagingServiceSid", ""), form.get("From", "").strip()
    if service:
        if service != config.messaging_service_sid:
            raise Refused(21705, service)
        return config.number, service
    if not sender:
        raise Refused(21603)
    if sender in MAGIC_SENDERS:
        raise Refused(MAGIC_SENDERS[sender], sender)
    if sender not in {config.number, VALID_MAGIC_SENDER}:
        raise Refused(21606, sender)
    return sender, None


def _validity(seconds: str) -> int:
    """Read a validity, brought into the bounds that Twilio documents."""
    if not (seconds.isascii() and seconds.isdigit()):
        return LONGEST_VALIDITY_SECONDS
    return min(max(int(seconds), 1), LONGEST_VALIDITY_SECONDS)


def _callback(url: str | None) -> str | None:
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Refused(21609, url) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refused(21609, url)
    return url

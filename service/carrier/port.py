"""What Doseline asks of a carrier, in Doseline's own words.

The rest of the service knows only these types; Twilio's SDK, codes and statuses end at the gateway.

CarrierError             the text was not accepted, or we cannot know
├── NotProcessed         it never got in: safe to try again
├── OutcomeUnknown       it may have been accepted: look it up before anything else
├── Refused              it will never be accepted
├── OptedOut             the number does not want texts from us
└── OperatorNeeded       our account or configuration: nothing will go out until somebody acts
"""

from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

import msgspec

CarrierStatus = Literal["accepted", "sent", "delivered", "undelivered", "failed"]


class OutgoingText(msgspec.Struct, frozen=True):
    """One text to send.

    Attributes:
        id: Our own id for it; it comes back in every status callback.
        to: E.164.
        useful_for: How long the carrier may queue it before it should give up.
    """

    id: UUID
    to: str
    body: str
    useful_for: timedelta


class CarrierText(msgspec.Struct, frozen=True):
    """A text as the carrier knows it."""

    sid: str
    body: str
    status: CarrierStatus
    created_at: datetime
    error_code: int | None = None


class ReceivedText(msgspec.Struct, frozen=True):
    """A parent's text as the carrier lists it."""

    sid: str
    phone: str
    to: str
    body: str
    media_count: int
    created_at: datetime


class Carrier(Protocol):
    """Sends texts and knows what became of them."""

    async def send(self, text: OutgoingText) -> CarrierText:
        """Hand a text to the carrier, once: never repeated here.

        Raises:
            CarrierError: with what is known of the outcome.
        """

    async def sent_to(self, phone: str, *, since: datetime) -> list[CarrierText]:
        """The carrier's own record of what it took for a phone since a moment, oldest first.

        Raises:
            CarrierError: it cannot be asked now.
        """

    async def received_since(self, since: datetime) -> list[ReceivedText]:
        """The carrier's own record of what phones have sent us since a moment, oldest first.

        Raises:
            CarrierError: it cannot be asked now.
        """


class CarrierError(Exception):
    """A text was not accepted, or may not have been. `code` is the carrier's own number for it."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"carrier code {code}")
        self.code = code


class NotProcessed(CarrierError):
    """The carrier did nothing: the same text may be offered again."""


class OutcomeUnknown(CarrierError):
    """The request was written, and no answer says whether it counted."""


class Refused(CarrierError):
    """This text to this number will never be accepted."""


class OptedOut(CarrierError):
    """The number has opted out at the carrier."""


class OperatorNeeded(CarrierError):
    """The account or its configuration is at fault; the text is kept."""

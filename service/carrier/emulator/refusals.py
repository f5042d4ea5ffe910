"""What Twilio refuses, with its own codes, statuses and words.

One table for every refusal that the API can give, and one for the magic numbers whose refusals Twilio
documents for tests. Our gateway reads these codes: they must be Twilio's, not ours.
"""

import re
from typing import Final

import msgspec

E164: Final = re.compile(r"\+[1-9]\d{6,14}")

# code -> (HTTP status, message)
REFUSALS: Final[dict[int, tuple[int, str]]] = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21211: (400, "Invalid 'To' Phone Number"),
    21212: (400, "Invalid From Number (caller ID)"),
    21408: (
        400,
        "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
    ),
    21602: (400, "Message body is required"),
    21603: (400, "A 'From' or 'MessagingServiceSid' parameter is required to send a message"),
    21604: (400, "The destination 'To' phone number is required to send an SMS"),
    21606: (
        400,
        (
            "The 'From' phone number provided is not a valid message-capable Twilio phone number "
            "for this destination."
        ),
    ),
    21609: (400, "Invalid 'StatusCallback'"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (429, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (400, "The 'To' phone number is not currently reachable via SMS"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21705: (400, "The Messaging Service is invalid"),
}

MAGIC_RECIPIENTS: Final[dict[str, int]] = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_SENDERS: Final[dict[str, int]] = {
    "+15005550001": 21212,
    "+15005550007": 21606,
    "+15005550008": 21611,
}
# The one magic sender that every account may send from.
VALID_MAGIC_SENDER: Final = "+15005550006"


class Refused(Exception):
    """The API refuses a request; `code` is Twilio's."""

    def __init__(self, code: int, detail: str = "") -> None:
        self.code = code
        self.status, message = REFUSALS[code]
        self.message = f"{message}: {detail}" if detail else message
        super().__init__(self.message)


class TwilioError(msgspec.Struct, frozen=True):
    """The body of every refusal."""

    code: int
    message: str
    more_info: str
    status: int

    @classmethod
    def of(cls, refused: Refused) -> "TwilioError":
        """Word a refusal as Twilio does."""
        more_info = f"https://www.twilio.com/docs/errors/{refused.code}"
        return cls(refused.code, refused.message, more_info, refused.status)

"""How the API refuses: the error that every route raises, its body, and Twilio's magic numbers.

Twilio documents the magic numbers for tests: a text to or from one of them is refused with its code.
"""

import re
from typing import Final

import msgspec

from service.carrier.emulator.error_codes import ERROR_CODES

E164: Final = re.compile(r"\+[1-9]\d{6,14}")

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
        error = ERROR_CODES[code]
        self.status = error.status
        self.message = f"{error.message}: {detail}" if detail else error.message
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

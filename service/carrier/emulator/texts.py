"""A text as the carrier keeps it, and the statuses it may take.

Frozen: a change of status is a new value kept under the same sid, so that the list, the journal and the
phone page each see whole texts and never a half-changed one.
"""

import secrets
from datetime import datetime
from typing import Final, Literal
from urllib.parse import parse_qs, urlsplit

import msgspec

Direction = Literal["inbound", "outbound-api", "outbound-reply"]
Status = Literal["accepted", "queued", "sending", "sent", "delivered", "undelivered", "failed", "received"]

# A text's status only ever moves to a higher rank, however its callbacks are delayed or mixed up.
RANK: Final[dict[Status, int]] = {
    "accepted": 0,
    "queued": 0,
    "sending": 1,
    "sent": 2,
    "delivered": 3,
    "undelivered": 3,
    "failed": 3,
    "received": 3,
}
FINAL_RANK: Final = 3


class Change(msgspec.Struct, frozen=True):
    """A status that a text has come to."""

    status: Status
    at: datetime
    error_code: int | None = None


class Text(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """One text between the clinic's number and a phone.

    Attributes:
        segments: what it costs on the air, whatever the API says of it at first.
        expires_at: when it is no longer worth sending; None for the carrier's longest time.
        status_callback: the URL that hears of its statuses, if any.
        error_code: Twilio's code for what went wrong with it.
        opt_out_type: the word (STOP, START, HELP) that the carrier took an inbound text for.
        by_carrier: the carrier wrote it on its own account, as its answer to such a word.
        webhook_status: what the webhook answered to an inbound text; 0 when it could not be reached.
        history: the statuses that it has come to since it was taken, in order.
    """

    sid: str
    direction: Direction
    from_: str
    to: str
    body: str
    status: Status
    segments: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None = None
    messaging_service_sid: str | None = None
    status_callback: str | None = None
    error_code: int | None = None
    media: tuple[str, ...] = ()
    opt_out_type: str | None = None
    by_carrier: bool = False
    webhook_status: int | None = None
    history: tuple[Change, ...] = ()

    @property
    def phone(self) -> str:
        """The parent's number, whichever way the text goes."""
        return self.from_ if self.direction == "inbound" else self.to

    @property
    def intents(self) -> list[str]:
        """The caller's own id for it, by which one intent can be seen to have made one text."""
        return [] if self.status_callback is None else intents(self.status_callback)

    @property
    def is_over(self) -> bool:
        """Whether no further status will come."""
        return RANK[self.status] == FINAL_RANK


def new_sid(prefix: Literal["SM", "MM", "MG", "AC"]) -> str:
    """Make an identifier as Twilio does: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A request to send that was refused; `text` is the caller's own id, where it gave one."""

    text: str | None
    to: str
    at: datetime
    code: int


def intents(status_callback: str) -> list[str]:
    """The caller's own id of a text, which stands in its callback's query."""
    try:
        return parse_qs(urlsplit(status_callback).query).get("text", [])
    except ValueError:
        return []

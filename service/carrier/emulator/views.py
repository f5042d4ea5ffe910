"""What the emulator's own interface shows: texts, phones and the ledger as JSON."""

from datetime import datetime

import msgspec

from conversations.replies import segments
from service.carrier.emulator.texts import Direction, Status, Text


class TextView(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A text as a phone shows it."""

    sid: str
    direction: Direction
    phone: str
    from_: str
    to: str
    body: str
    status: Status
    segments: int
    encoding: str
    created_at: datetime
    error_code: int | None
    media: tuple[str, ...]
    by_carrier: bool
    opt_out_type: str | None
    webhook_status: int | None

    @classmethod
    def of(cls, text: Text) -> "TextView":
        """Show a text."""
        return cls(
            sid=text.sid,
            direction=text.direction,
            phone=text.phone,
            from_=text.from_,
            to=text.to,
            body=text.body,
            status=text.status,
            segments=text.segments,
            encoding=segments.count(text.body).encoding,
            created_at=text.created_at,
            error_code=text.error_code,
            media=text.media,
            by_carrier=text.by_carrier,
            opt_out_type=text.opt_out_type,
            webhook_status=text.webhook_status,
        )


class PhoneView(msgspec.Struct, frozen=True, kw_only=True):
    """A phone that the clinic's number has had to do with, the latest first."""

    number: str
    stopped: bool
    texts: int
    last_text_at: datetime


class LedgerView(msgspec.Struct, frozen=True, kw_only=True):
    """What was accepted, by the caller's own id (`text` in the query of the status callback).

    Attributes:
        texts: every text of the account that was accepted.
        accepted: how often each id was; more than once means that a parent got a text twice.
        repeated: those of them that came more than once.
    """

    texts: int
    accepted: dict[str, int]
    repeated: dict[str, int]


class AccountView(msgspec.Struct, frozen=True):
    """The clinic's number, and the webhook that hears of texts to it."""

    number: str
    inbound_url: str

"""What the emulator's own interface shows: texts, phones and the ledger as JSON."""

from datetime import datetime

import msgspec

from conversations.replies import segments
from service.carrier.emulator.account import Account
from service.carrier.emulator.ledger import Ledger
from service.carrier.emulator.texts import Change, Direction, Refusal, Status, Text


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


class AcceptedText(msgspec.Struct, frozen=True, kw_only=True):
    """A text that was accepted, and every status that it has come to since."""

    sid: str
    to: str
    accepted_at: datetime
    status: Status
    error_code: int | None
    history: tuple[Change, ...]

    @classmethod
    def of(cls, text: Text) -> "AcceptedText":
        """Show a text as the ledger does."""
        return cls(
            sid=text.sid,
            to=text.to,
            accepted_at=text.created_at,
            status=text.status,
            error_code=text.error_code,
            history=text.history,
        )


class OptOutWord(msgspec.Struct, frozen=True, kw_only=True):
    """A STOP or START that the carrier acted on."""

    phone: str
    at: datetime
    word: str


class LedgerView(msgspec.Struct, frozen=True, kw_only=True):
    """What was accepted, by the caller's own id (`text` in the query of the status callback).

    Attributes:
        texts: every text of the account that was accepted.
        accepted: how often each id was; more than once means that a parent got a text twice.
        repeated: those of them that came more than once.
        intents: the texts of each id.
        refused: requests that were refused, also those without an id.
        opt_outs: when phones said STOP and START in the carrier's own words.
    """

    texts: int
    accepted: dict[str, int]
    repeated: dict[str, int]
    intents: dict[str, list[AcceptedText]]
    refused: list[Refusal]
    opt_outs: list[OptOutWord]

    @classmethod
    def of(cls, ledger: Ledger) -> "LedgerView":
        """Show a ledger whole."""
        intents: dict[str, list[AcceptedText]] = {intent: [] for intent in ledger.accepted}
        texts = ledger.oldest_first()
        for text in texts:
            for intent in text.intents:
                intents[intent].append(AcceptedText.of(text))
        return cls(
            texts=ledger.accepted_texts,
            accepted=dict(ledger.accepted),
            repeated={intent: count for intent, count in ledger.accepted.items() if count > 1},
            intents=intents,
            refused=ledger.refusals,
            opt_outs=[
                OptOutWord(phone=text.phone, at=text.created_at, word=text.opt_out_type)
                for text in texts
                if text.opt_out_type in {"STOP", "START"}
            ],
        )


class AccountView(msgspec.Struct, frozen=True):
    """The clinic's number, the webhook that hears of texts to it, and what is set up beside them."""

    number: str
    inbound_url: str
    fallback_url: str | None
    segments_per_second: float | None
    queue_seconds: float
    replies_in_a_row: int | None

    @classmethod
    def of(cls, account: Account) -> "AccountView":
        """Show an account as it is set up."""
        setup = account.setup
        return cls(
            account.number,
            account.inbound_url,
            setup.fallback_url,
            setup.segments_per_second,
            setup.queue_seconds,
            setup.replies_in_a_row,
        )


class ClockView(msgspec.Struct, frozen=True):
    """What time it is at the carrier, and whether its clock is held."""

    now: datetime
    manual: bool

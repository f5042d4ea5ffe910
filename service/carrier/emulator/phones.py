"""The parents' side of the emulator's own interface: to write as a parent and to read a phone.

This is what tests, the demonstration and the phone page use. It needs no credentials: whoever reaches this
development tool may use it.
"""

from typing import Annotated, Final

import msgspec
from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.params import FromQuery, JSONBody, QueryParameter
from litestar.response import ServerSentEvent
from litestar.status_codes import HTTP_200_OK

from service.carrier.emulator.carrier import Carrier
from service.carrier.emulator.line import line_of
from service.carrier.emulator.live import watch
from service.carrier.emulator.refusals import E164
from service.carrier.emulator.views import PhoneView, TextView

PlainRequest = Request[None, None, State]

_SID: Final = r"^(SM|MM)[0-9a-f]{32}$"
_PhoneNumber = Annotated[str, msgspec.Meta(pattern=f"^{E164.pattern}$")]


class ParentText(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}
):
    """A text as a parent sends it.

    Attributes:
        from_: the phone that writes.
        body: what it writes; empty with pictures only.
        to: the number written to; the clinic's when left out.
        media: addresses of pictures that go with it.
        message_sid: Twilio's id for it; the same one again makes it the same text again.
    """

    from_: _PhoneNumber
    body: Annotated[str, msgspec.Meta(max_length=1600)] = ""
    to: _PhoneNumber | None = None
    media: Annotated[tuple[str, ...], msgspec.Meta(max_length=10)] = ()
    message_sid: Annotated[str, msgspec.Meta(pattern=_SID)] | None = None


class HandedOver(msgspec.Struct, frozen=True):
    """What became of a parent's text; `webhook_status` 0 means that nobody answered."""

    message_sid: str
    webhook_status: int
    webhook_body: str


@post("/inbound", status_code=HTTP_200_OK)
async def send_as_parent(data: JSONBody[ParentText], carrier: NamedDependency[Carrier]) -> HandedOver:
    """Send a text as a parent would, and wait for the webhook's answer."""
    to = data.to or carrier.config.number
    if data.from_ == to:
        raise ValidationException("a phone cannot write to itself")
    text = carrier.take_in(data.from_, to, data.body, data.media, data.message_sid)
    answer = await carrier.hand_over(text)
    return HandedOver(text.sid, answer.status, answer.body)


@get("/messages")
async def read_texts(
    carrier: NamedDependency[Carrier],
    to: FromQuery[str | None] = None,
    phone: FromQuery[str | None] = None,
    last: Annotated[int | None, QueryParameter(ge=1)] = None,
) -> list[TextView]:
    """Read texts, oldest first: what came `to` a number, or both directions of a `phone`, or all."""
    recipient, owner = _number(to), _number(phone)
    # The clinic's number has no thread of its own: its texts lie in those of all phones.
    thread = owner or (recipient if recipient != carrier.config.number else None)
    shown = [text for text in carrier.ledger.oldest_first(thread) if recipient in {None, text.to}]
    return [TextView.of(text) for text in (shown if last is None else shown[-last:])]


@get("/phones")
async def list_phones(carrier: NamedDependency[Carrier]) -> list[PhoneView]:
    """List the phones that have texts, the one with the latest text first."""
    ledger = carrier.ledger
    phones = [
        PhoneView(
            number=number,
            stopped=ledger.is_stopped(number),
            texts=len(texts),
            last_text_at=texts[-1].created_at,
        )
        for number, texts in ((number, ledger.oldest_first(number)) for number in ledger.phones())
    ]
    return sorted(phones, key=lambda phone: phone.last_text_at, reverse=True)


@get("/live", media_type="text/event-stream")
async def watch_texts(request: PlainRequest, carrier: NamedDependency[Carrier]) -> ServerSentEvent:
    """Tell of each text as it comes and changes, as server-sent events."""
    line = line_of(request.scope)
    return ServerSentEvent(watch(carrier.ledger, lambda: line.is_ending))


def _number(given: str | None) -> str | None:
    """Read a number of a query, in which an unescaped + arrives as a space."""
    return None if given is None else f"+{given.strip().removeprefix('+')}"


phones = Router(
    "/emulator",
    route_handlers=[
        send_as_parent,
        read_texts,
        list_phones,
        watch_texts,
    ],
)

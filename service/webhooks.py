"""What the carrier posts to us: parents' texts, and reports on ours.

The signature is checked over the configured PUBLIC_URL and the raw path and query, never over a forwarded
header. The carrier expects TwiML: with text/plain it would text our answer to the parent. Whatever is
signed is answered with 200, since a carrier does not repeat what it was refused.
"""

from typing import Any
from uuid import UUID

import structlog
from litestar import MediaType, Request, Response, Router, post
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException
from prometheus_client import Counter, Histogram

from conversations.events import OptOutType
from service.answering.inbound import InboundText, take_in
from service.carrier.gateway import STATUSES
from service.carrier.port import CarrierText
from service.carrier.signature import is_signed
from service.messaging.receipts import take_receipt

# Twilio's own posts stay far below: a text has at most 1600 characters.
LARGEST_POST = 64 * 1024
NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
SIGNATURE_HEADER = "X-Twilio-Signature"
SIGNATURE_SETTINGS_HEADER = "X-Twilio-Webhooks-Signature-Settings"
READ_FIELDS = frozenset({"MessageSid", "From", "To", "Body", "NumMedia", "OptOutType"})
OPT_OUT_TYPES: dict[str, OptOutType] = {"STOP": "STOP", "START": "START", "HELP": "HELP"}

texts_taken = Counter(
    "doseline_inbound_texts_total", "Texts from parents, by what became of them", ["outcome"]
)
answered_in = Histogram(
    "doseline_webhook_seconds",
    "How long a post of the carrier took to be answered",
    ["webhook"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
)
posts_refused = Counter("doseline_webhook_refused_total", "Posts to the webhooks without a valid signature")

log = structlog.get_logger(__name__)

CarrierRequest = Request[Any, Any, Any]


@post("/inbound")
async def inbound(request: CarrierRequest) -> Response[str]:
    """A parent's text. Handled before it is answered: what is not stored must not look as if it were."""
    form = await _signed_form(request)
    if form is None:
        return _refusal()
    sid, phone = _field(form, "MessageSid"), _field(form, "From")
    if not sid or not phone:
        return _refusal()
    text = InboundText(
        sid=sid[:64],
        phone=phone[:32],
        to=_field(form, "To")[:32],
        body=_field(form, "Body"),
        media_count=_number(form, "NumMedia") or 0,
        opt_out_type=OPT_OUT_TYPES.get(_field(form, "OptOutType").upper()),
        other_fields=_other_fields(form),
    )
    with answered_in.labels("inbound").time():
        await request.app.state.wait_for_languages()
        outcome = await take_in(text, now=request.app.state.clock())
    texts_taken.labels(outcome.value).inc()
    return _twiml()


# Several come for each text, and none of them leads to another one: no worker is woken.
@post("/status", owes_texts=False)
async def status(request: CarrierRequest) -> Response[str]:
    """A report on one of our texts; our own id for it stands in the query."""
    form = await _signed_form(request)
    if form is None:
        return _refusal()
    text_id = _uuid(request.query_params.get("text", ""))
    reported = STATUSES.get(_field(form, "MessageStatus"))
    if text_id is None or reported is None:
        log.warning("receipt not understood")
        return _twiml()
    now = request.app.state.clock()
    report = CarrierText(
        sid=_field(form, "MessageSid")[:64],
        body="",
        status=reported,
        created_at=now,
        error_code=_number(form, "ErrorCode"),
    )
    with answered_in.labels("status").time():
        await take_receipt(text_id, report, now=now, sender=request.app.state.settings.sender)
    return _twiml()


async def _signed_form(request: CarrierRequest) -> FormMultiDict | None:
    """The form, if the carrier has signed it; None otherwise, also when it cannot be read at all."""
    settings = request.app.state.settings
    raw_path = request.scope["raw_path"].decode("ascii", "replace")
    query = request.scope["query_string"].decode("ascii", "replace")
    url = f"{settings.public_url}{raw_path}{'?' + query if query else ''}"
    if request.content_type[0] != RequestEncodingType.URL_ENCODED:
        # The carrier posts nothing else, and a file among the fields would break the signature's own check.
        return None
    try:
        form = await request.form()
    except (ClientException, UnicodeError, ValueError):
        return None
    signature = request.headers.get(SIGNATURE_HEADER)
    algorithm = request.headers.get(SIGNATURE_SETTINGS_HEADER)
    return form if is_signed(url, form, signature, settings.twilio_auth_tokens, algorithm) else None


def _refusal() -> Response[str]:
    posts_refused.inc()
    return Response("", status_code=403, media_type=MediaType.TEXT)


def _twiml() -> Response[str]:
    return Response(NOTHING_TO_SAY, status_code=200, media_type=MediaType.XML)


def _field(form: FormMultiDict, name: str) -> str:
    return _storable(form.get(name, ""))


def _other_fields(form: FormMultiDict) -> dict[str, list[str]]:
    names = [name for name in form if name not in READ_FIELDS]
    return {_storable(name): [_storable(value) for value in form.getall(name)] for name in names}


def _storable(value: str) -> str:
    """What PostgreSQL can keep of a field: it knows no NUL."""
    return value.replace("\x00", "\ufffd")


def _number(form: FormMultiDict, name: str) -> int | None:
    text = _field(form, name)
    # Nine digits fit the column; the carrier's codes have five.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def router() -> Router:
    """The carrier's two webhooks."""
    return Router(
        "/twilio",
        route_handlers=[inbound, status],
        include_in_schema=False,
        request_max_body_size=LARGEST_POST,
    )

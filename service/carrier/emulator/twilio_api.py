"""Twilio's own paths: what the official SDK calls.

Routes only read requests and show texts. Which requests are refused stands in `orders` and `refusals`,
how answers are spoilt on purpose in `spoilt_answers`.
"""

import base64
import hmac
from email.utils import format_datetime
from typing import Final

import msgspec
from litestar import MediaType, Request, Response, Router, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.status_codes import HTTP_201_CREATED, HTTP_503_SERVICE_UNAVAILABLE

from service.carrier.emulator.carrier import Carrier
from service.carrier.emulator.listing import Search, list_page
from service.carrier.emulator.orders import read_form, read_order
from service.carrier.emulator.refusals import Refused, TwilioError
from service.carrier.emulator.resources import (
    AccountResource,
    MessagePage,
    MessageResource,
    account_uri,
    show,
)
from service.carrier.emulator.spoilt_answers import refuse_on_purpose, spoil
from service.carrier.emulator.texts import Refusal, Text, intents

PlainRequest = Request[None, None, State]
ACCOUNTS: Final = "/2010-04-01/Accounts"
_OUTAGE: Final = "<html><body><h1>503 Service Unavailable</h1></body></html>"


def credentials_wanted(
    connection: ASGIConnection[BaseRouteHandler, None, None, State], _: BaseRouteHandler
) -> None:
    """Let in only the account itself, by Basic auth with its sid and token.

    Raises:
        Refused: 20003 without the right credentials, 20404 for somebody else's account.
    """
    config = connection.app.state.carrier.config
    expected = b"Basic " + base64.b64encode(f"{config.account_sid}:{config.auth_token}".encode())
    if not hmac.compare_digest(connection.headers.get("Authorization", "").encode(), expected):
        raise Refused(20003)
    account = connection.path_params.get("account_sid") or connection.path_params["account_file"]
    if account.removesuffix(".json") != config.account_sid:
        raise Refused(20404)


@post("/{account_sid:str}/Messages.json", status_code=HTTP_201_CREATED)
async def create_message(
    request: PlainRequest, carrier: NamedDependency[Carrier]
) -> Response[MessageResource] | Response[bytes] | Response[None]:
    """Accept a text and send it on its way, or refuse it."""
    form = read_form(await request.body())
    text = _accept(form, carrier)
    answer = show(text, carrier.config.account_sid)
    if carrier.faults.strike("before the answer", text.to):
        await carrier.delivery.start_by_telling(text)
    else:
        carrier.delivery.start(text)
    for fault in carrier.faults.strike("instead of the answer", text.to):
        return await spoil(fault, msgspec.json.encode(answer))
    return Response(answer)


def _accept(form: dict[str, str], carrier: Carrier) -> Text:
    """Accept a text; a refusal is noted, because an attempt may be one too many, too."""
    to = form.get("To", "")
    try:
        refuse_on_purpose(carrier.faults, "before accepting", to)
        return carrier.accept(read_order(form, carrier.config))
    except Refused as refused:
        own = next(iter(intents(form.get("StatusCallback", ""))), None)
        carrier.ledger.note_refusal(Refusal(text=own, to=to, at=carrier.clock.now(), code=refused.code))
        raise


@get("/{account_sid:str}/Messages.json")
async def list_messages(request: PlainRequest, carrier: NamedDependency[Carrier]) -> MessagePage:
    """List texts to and from the account, newest first."""
    query = dict(request.query_params)
    refuse_on_purpose(carrier.faults, "before listing", query.get("To", ""))
    return list_page(carrier.ledger, Search.read(query), carrier.config.account_sid)


@get("/{account_sid:str}/Messages/{file:str}")
async def fetch_message(file: FromPath[str], carrier: NamedDependency[Carrier]) -> MessageResource:
    """Fetch one text as it is now."""
    text = carrier.ledger.get(file.removesuffix(".json"))
    refuse_on_purpose(carrier.faults, "before listing", "" if text is None else text.phone)
    if text is None or text.by_carrier:
        raise Refused(20404)
    return show(text, carrier.config.account_sid)


@get("/{account_file:str}")
async def fetch_account(carrier: NamedDependency[Carrier]) -> AccountResource:
    """Fetch the account: a way to check credentials without sending anything."""
    sid = carrier.config.account_sid
    since = format_datetime(carrier.since)
    return AccountResource(
        sid=sid,
        friendly_name="Doseline's carrier emulator",
        status="active",
        type="Full",
        owner_account_sid=sid,
        date_created=since,
        date_updated=since,
        subresource_uris={"messages": f"{account_uri(sid)}/Messages.json"},
        uri=f"{account_uri(sid)}.json",
    )


def refuse_lost(_: PlainRequest, error: HTTPException) -> Response[TwilioError]:
    """Word what the framework itself refuses (no such path, no such method) as Twilio does."""
    refused = Refused(20404, error.detail)
    return Response(TwilioError.of(refused), status_code=error.status_code)


def answer_refused(_: PlainRequest, refused: Refused) -> Response[TwilioError] | Response[str]:
    """Word a refusal as Twilio does, and an outage as the proxy before it does."""
    if refused.status == HTTP_503_SERVICE_UNAVAILABLE:
        return Response(_OUTAGE, status_code=refused.status, media_type=MediaType.HTML)
    return Response(TwilioError.of(refused), status_code=refused.status)


twilio_api = Router(
    ACCOUNTS,
    route_handlers=[create_message, list_messages, fetch_message, fetch_account],
    guards=[credentials_wanted],
    exception_handlers={Refused: answer_refused},
)

"""Texts as Twilio's API shows them: the JSON of its OpenAPI file, to the letter.

Numbers are strings, dates are RFC 2822, and a text of a Messaging Service has neither sender nor segments
until it is on its way. `None` fields are sent as null, because that is what the SDK is used to.
"""

from email.utils import format_datetime
from typing import Final

import msgspec

from service.carrier.emulator.error_codes import ERROR_CODES
from service.carrier.emulator.texts import RANK, Text

API_VERSION: Final = "2010-04-01"


class MessageResource(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """`api.v2010.account.message` of Twilio's OpenAPI file."""

    account_sid: str
    api_version: str
    body: str
    date_created: str
    date_sent: str
    date_updated: str
    direction: str
    error_code: int | None
    error_message: str | None
    from_: str | None
    messaging_service_sid: str | None
    num_media: str
    num_segments: str
    price: None
    price_unit: None
    sid: str
    status: str
    subresource_uris: dict[str, str]
    to: str
    uri: str


class AccountResource(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of the credentials looks at, of `api.v2010.account`."""

    sid: str
    friendly_name: str
    status: str
    type: str
    owner_account_sid: str
    date_created: str
    date_updated: str
    subresource_uris: dict[str, str]
    uri: str


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list, newest first."""

    messages: list[MessageResource]
    page: int
    page_size: int
    start: int
    end: int
    uri: str
    first_page_uri: str
    next_page_uri: str | None
    previous_page_uri: str | None = None


def account_uri(account_sid: str) -> str:
    """The path below which everything of an account lies."""
    return f"/{API_VERSION}/Accounts/{account_sid}"


def show(text: Text, account_sid: str) -> MessageResource:
    """Show a text as the API does at this moment of its journey."""
    unassigned = text.messaging_service_sid is not None and RANK[text.status] == 0
    uri = f"{account_uri(account_sid)}/Messages/{text.sid}"
    created = format_datetime(text.created_at)
    return MessageResource(
        account_sid=account_sid,
        api_version=API_VERSION,
        body=text.body,
        date_created=created,
        date_sent=created,
        date_updated=format_datetime(text.updated_at),
        direction=text.direction,
        error_code=text.error_code,
        error_message=_said_of(text.error_code),
        from_=None if unassigned else text.from_,
        messaging_service_sid=text.messaging_service_sid,
        num_media=str(len(text.media)),
        num_segments="0" if unassigned else str(text.segments),
        price=None,
        price_unit=None,
        sid=text.sid,
        status=text.status,
        subresource_uris={"media": f"{uri}/Media.json"},
        to=text.to,
        uri=f"{uri}.json",
    )


def _said_of(code: int | None) -> str | None:
    error = ERROR_CODES.get(code or 0)
    return None if error is None else error.message

"""The list of texts: Twilio's filters and pages, newest first.

Paging goes by the text that a page ended with and not by a number, so that texts which arrive between two
pages neither repeat nor hide others.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from typing import Final
from urllib.parse import urlencode

import msgspec

from service.carrier.emulator.ledger import Ledger
from service.carrier.emulator.resources import MessagePage, account_uri, show
from service.carrier.emulator.texts import Text

_DEFAULT_PAGE_SIZE: Final = 50
_LARGEST_PAGE_SIZE: Final = 1000
_DAY_LENGTH: Final = len("2008-01-02")


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller asks of the list; `filters` are Twilio's parameters as they came."""

    filters: dict[str, str]
    page: int = 0
    page_size: int = _DEFAULT_PAGE_SIZE
    after: str | None = None

    @classmethod
    def read(cls, query: dict[str, str]) -> "Search":
        """Read the query of a list request; what is no number or date is left out, as Twilio does."""
        size = _number(query.get("PageSize"), _DEFAULT_PAGE_SIZE)
        names = ("To", "From", "DateSent", "DateSent<", "DateSent>")
        return cls(
            filters={name: query[name] for name in names if query.get(name)},
            page=_number(query.get("Page"), 0),
            page_size=min(max(size, 1), _LARGEST_PAGE_SIZE),
            after=query.get("PageToken", "").removeprefix("PA") or None,
        )

    def uri(self, account_sid: str, page: int, token: str | None) -> str:
        """The address of a page of this search."""
        query = self.filters | {"PageSize": str(self.page_size), "Page": str(page)}
        if token is not None:
            query["PageToken"] = f"PA{token}"
        return f"{account_uri(account_sid)}/Messages.json?{urlencode(query)}"


def list_page(ledger: Ledger, search: Search, account_sid: str) -> MessagePage:
    """Give one page of the texts that a search finds."""
    before = ledger.place(search.after) if search.after is not None else None
    found = list(islice(_matching(ledger.newest_first(before), search.filters), search.page_size + 1))
    texts, more = found[: search.page_size], len(found) > search.page_size
    start = search.page * search.page_size
    return MessagePage(
        messages=[show(text, account_sid) for text in texts],
        page=search.page,
        page_size=search.page_size,
        start=start,
        end=start + max(len(texts) - 1, 0),
        uri=search.uri(account_sid, search.page, search.after),
        first_page_uri=search.uri(account_sid, 0, None),
        next_page_uri=search.uri(account_sid, search.page + 1, texts[-1].sid) if more else None,
    )


def _matching(texts: Iterator[Text], filters: dict[str, str]) -> Iterator[Text]:
    on, until, since = (_moment(filters.get(name)) for name in ("DateSent", "DateSent<", "DateSent>"))
    for text in texts:
        sent = text.created_at.replace(microsecond=0)  # the API shows whole seconds, so they are compared
        if since is not None and sent < since:
            # Texts are kept in the order in which they came: all that follow are older still.
            return
        if (
            not text.by_carrier  # the carrier's own answers are not the account's texts
            and filters.get("To") in {None, text.to}
            and filters.get("From") in {None, text.from_}
            and (on is None or sent.date() == on.date())
            and (until is None or sent <= until)
        ):
            yield text


def _moment(value: str | None) -> datetime | None:
    """Read a date, which stands for its first moment in GMT, or a time; None when it is neither."""
    try:
        if value is None:
            return None
        if len(value) == _DAY_LENGTH:
            day = date.fromisoformat(value)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _number(value: str | None, otherwise: int) -> int:
    return int(value) if value is not None and value.isascii() and value.isdigit() else otherwise

"""Twilio's connection overrides: how a webhook is called, by the fragment of its URL.

https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides: `#rc=2&rp=all&rt=5000`. Without
them a call is made again once, and only when no connection came about.
"""

from functools import lru_cache
from typing import Final, Literal
from urllib.parse import parse_qsl

import msgspec

# No connection, no answer in time, and the two kinds of bad answers.
Failure = Literal["ct", "rt", "4xx", "5xx"]

_EVERY: Final[frozenset[Failure]] = frozenset({"ct", "rt", "4xx", "5xx"})
_POLICIES: Final[dict[str, frozenset[Failure]]] = {
    **{failure: frozenset({failure}) for failure in _EVERY},
    "all": _EVERY,
}
# parameter: (least, most, default); times are milliseconds
_BOUNDS: Final[dict[str, tuple[int, int, int]]] = {
    "ct": (100, 10_000, 5_000),
    "rt": (100, 15_000, 15_000),
    "tt": (100, 15_000, 15_000),
    "rc": (0, 5, 1),
}


class Overrides(msgspec.Struct, frozen=True, kw_only=True):
    """How long a webhook has, how often it is called again, and after which failures."""

    connect_seconds: float
    read_seconds: float
    total_seconds: float
    retries: int
    retried: frozenset[Failure]


@lru_cache(maxsize=64)
def read_overrides(fragment: str) -> Overrides:
    """Read a fragment; what is missing or means nothing has its default, as with Twilio."""
    given = dict(parse_qsl(fragment))
    number = {name: _bounded(given.get(name, ""), *bounds) for name, bounds in _BOUNDS.items()}
    policies = [_POLICIES[name] for name in given.get("rp", "").split(",") if name in _POLICIES]
    return Overrides(
        connect_seconds=number["ct"] / 1000,
        read_seconds=number["rt"] / 1000,
        total_seconds=number["tt"] / 1000,
        retries=number["rc"],
        retried=frozenset().union(*policies) if policies else frozenset({"ct"}),
    )


def _bounded(value: str, least: int, most: int, default: int) -> int:
    return min(max(int(value), least), most) if value.isascii() and value.isdigit() else default

"""When a parent would like to come, and which free places come nearest to that.

A wish is what the words said, resolved to dates but not yet to a place: the clinic's calendar decides
what it can be answered with. The service and the rehearsal choose among free places with the same
function, so that what a transcript shows is what a parent gets.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from enum import StrEnum

from msgspec import Struct

from conversations.facts import Place

OFFERS_AT_ONCE = 3
NOON = time(12)


class DayPart(StrEnum):
    """A part of the clinic's day. Evening begins at 17:00; a clinic that is closed then has no such place."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Wish(Struct, frozen=True, omit_defaults=True):
    """Days and hours a parent asked for; an empty wish is "any other time".

    `dates` are alternatives. `earliest` and `latest` bound a range, both included. `excluded` days and
    `excluded_times` (exact starts already turned down) are never offered, however near they are.
    """

    dates: tuple[date, ...] = ()
    earliest: date | None = None
    latest: date | None = None
    part: DayPart | None = None
    at: time | None = None
    excluded: tuple[date, ...] = ()
    excluded_times: tuple[datetime, ...] = ()


def nearest(
    places: Iterable[Place], wish: Wish, around: datetime, limit: int = OFFERS_AT_ONCE
) -> tuple[Place, ...]:
    """At most `limit` of the free places, those that meet the wish first, then those closest to it.

    `around` is where "nearest" is measured from when the wish names no day: usually the present visit.
    Excluded days are left out. What is returned is ordered by time, so that it reads as a calendar.
    """
    del wish
    return tuple(sorted(places, key=lambda place: abs(place.starts_at - around))[:limit])

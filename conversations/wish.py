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
EVENING = time(17)


class DayPart(StrEnum):
    """A part of the clinic's day. Evening begins at 17:00; a clinic that is closed then has no such place."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Wish(Struct, frozen=True, omit_defaults=True):
    """Days and hours a parent asked for; an empty wish is "any other time".

    `dates` are alternatives. `earliest` and `latest` bound a range of days, `not_before` and `not_after` the
    hours of each day, all included. `excluded` days and `excluded_times` (exact starts already turned down)
    are never offered, however near they are.
    """

    dates: tuple[date, ...] = ()
    earliest: date | None = None
    latest: date | None = None
    part: DayPart | None = None
    at: time | None = None
    excluded: tuple[date, ...] = ()
    excluded_times: tuple[datetime, ...] = ()
    not_before: time | None = None
    not_after: time | None = None


def part_of(at: time) -> DayPart:
    """The part of the day in which an hour lies."""
    if at < NOON:
        return DayPart.MORNING
    return DayPart.AFTERNOON if at < EVENING else DayPart.EVENING


def fits(starts_at: datetime, wish: Wish) -> bool:
    """Whether a start is all that was wished for, and nothing that was turned down."""
    return (
        _allowed(starts_at, wish)
        and _days_off(starts_at.date(), wish) == 0
        and not _wrong_part(starts_at.time(), wish)
        and wish.at in {None, starts_at.time()}
        and _hours_outside(starts_at.time(), wish) == 0
    )


def nearest(
    places: Iterable[Place], wish: Wish, around: datetime, limit: int = OFFERS_AT_ONCE
) -> tuple[Place, ...]:
    """At most `limit` of the free places: those that fit the wish, or else those that come nearest to it.

    Where the wish names no day, near means near `around`, usually the present visit, and the places are of
    different days as far as possible, because a parent who cannot come then mostly wants another day. The
    result is in the order of time, so that it reads as a calendar.
    """
    allowed = [place for place in places if _allowed(place.starts_at, wish)]
    fitting = [place for place in allowed if fits(place.starts_at, wish)]
    ranked = sorted(fitting or allowed, key=lambda place: _distance(place.starts_at, wish, around))
    if not (wish.dates or wish.earliest or wish.latest):
        ranked = _one_per_day_first(ranked)
    return tuple(sorted(ranked[:limit], key=lambda place: place.starts_at))


def _wrong_part(at: time, wish: Wish) -> bool:
    """Whether another part of the day was wished for; beside an hour its name decides nothing."""
    return wish.at is None and wish.part not in {None, part_of(at)}


def _allowed(starts_at: datetime, wish: Wish) -> bool:
    return starts_at.date() not in wish.excluded and starts_at not in wish.excluded_times


def _days_off(day: date, wish: Wish) -> int:
    """How many days a date is away from the wished ones; 0 when it is among them or none are named."""
    if wish.dates:
        return min(abs((day - wished).days) for wished in wish.dates)
    early = (wish.earliest - day).days if wish.earliest else 0
    late = (day - wish.latest).days if wish.latest else 0
    return max(early, late, 0)


def _distance(starts_at: datetime, wish: Wish, around: datetime) -> tuple[int, bool, float, float]:
    """Days off first, then the wrong part of the day, then the hours off, then the time from `around`."""
    wrong_part = _wrong_part(starts_at.time(), wish)
    hours_off = abs(_hours(starts_at.time()) - _hours(wish.at)) if wish.at else 0.0
    hours_off += _hours_outside(starts_at.time(), wish)
    return _days_off(starts_at.date(), wish), wrong_part, hours_off, abs((starts_at - around).total_seconds())


def _hours_outside(at: time, wish: Wish) -> float:
    """How many hours a start is outside of the hours wished for; 0 when it is within them."""
    early = _hours(wish.not_before) - _hours(at) if wish.not_before else 0.0
    late = _hours(at) - _hours(wish.not_after) if wish.not_after else 0.0
    return max(early, late, 0.0)


def _hours(at: time) -> float:
    return at.hour + at.minute / 60


def _one_per_day_first(ranked: list[Place]) -> list[Place]:
    """The same places, the best of each day before the second best of any."""
    seen: set[date] = set()
    best: list[Place] = []
    others: list[Place] = []
    for place in ranked:
        day = place.starts_at.date()
        (others if day in seen else best).append(place)
        seen.add(day)
    return best + others

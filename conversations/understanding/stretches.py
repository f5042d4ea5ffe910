"""Days and stretches that narrow each other: "next week from Wednesday on", "after the 20th, a Monday"."""

from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import structs

from conversations.understanding.calendar import A_WEEK, DAYS_OF_WEEK, Days
from conversations.understanding.mention import MONTHS, WEEKS, Mention

_RANGES = frozenset({"between", "after", "from", "before", "until"})


def within(wished: Sequence[Mention]) -> Sequence[Mention]:
    """A weekday inside the one stretch that is named, or one stretch inside another."""
    match [one for one in wished if one.earliest or one.latest]:
        case [stretch] if any(one.meaning == "weekday" and one.dates for one in wished):
            return _weekdays_in(stretch, wished)
        case [first, second] if not any(one.dates for one in wished):
            return _narrowed(first, second, wished)
        case _:
            return wished


def _weekdays_in(stretch: Mention, wished: Sequence[Mention]) -> Sequence[Mention]:
    """Of a stretch that begins on some day, its first such weekday: "after the 20th, a Monday"."""
    first, last = stretch.earliest, stretch.latest
    if first is None:
        return wished
    moved = [
        structs.replace(one, days=Days(tuple(_first_from(first, day) for day in one.dates)))
        if one.meaning == "weekday"
        else one
        for one in wished
        if one is not stretch
    ]
    inside = all(
        last is None or day <= last for one in moved if one.meaning == "weekday" for day in one.dates
    )
    return moved if inside else wished


def _first_from(first: date, day: date) -> date:
    """The first day from another on that is the same weekday as this."""
    return day if day >= first else first + timedelta((day - first).days % DAYS_OF_WEEK)


def _narrowed(one: Mention, other: Mention, wished: Sequence[Mention]) -> Sequence[Mention]:
    """A range inside a week or month: "next week from Wednesday on", "in April after the 10th"."""
    if one.meaning in _RANGES and other.meaning in _RANGES:
        return _both(one, other, wished)
    whole = next((each for each in (one, other) if each.meaning in WEEKS | MONTHS), None)
    ranged = next((each for each in (one, other) if each.meaning in _RANGES), None)
    if not (whole and ranged and whole.earliest and whole.latest):
        return wished
    shifted = (
        _in_that_week(ranged.days, whole) if whole.meaning in WEEKS else _in_that_month(ranged.days, whole)
    )
    first = max(shifted.earliest or whole.earliest, whole.earliest)
    last = min(shifted.latest or whole.latest, whole.latest)
    if first > last:
        return wished
    narrowed = structs.replace(ranged, days=Days(earliest=first, latest=last))
    return [narrowed if each is ranged else each for each in wished if each is not whole]


def _both(one: Mention, other: Mention, wished: Sequence[Mention]) -> Sequence[Mention]:
    """What lies in both: "after the 20th but before the 25th", "back on the 18th, from the 19th"."""
    starts = [day for day in (one.earliest, other.earliest) if day]
    ends = [day for day in (one.latest, other.latest) if day]
    both = Days(earliest=max(starts, default=None), latest=min(ends, default=None))
    if both.earliest and both.latest and both.earliest > both.latest:
        return wished
    return [structs.replace(one, days=both), *(each for each in wished if each not in {one, other})]


def _in_that_week(days: Days, week: Mention) -> Days:
    anchor = days.earliest or days.latest
    assert anchor
    assert week.latest
    weeks = (week.latest - anchor).days // DAYS_OF_WEEK * A_WEEK
    return Days(
        earliest=days.earliest and days.earliest + weeks,
        latest=days.latest and days.latest + weeks,
    )


def _in_that_month(days: Days, month: Mention) -> Days:
    last = month.latest
    assert last is not None
    earliest, latest = (
        day and last.replace(day=min(day.day, last.day)) for day in (days.earliest, days.latest)
    )
    return Days(earliest=earliest, latest=latest)

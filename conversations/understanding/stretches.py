"""Days and stretches that narrow each other: "next week from Wednesday on", "after the 20th, a Monday"."""

from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import structs

from conversations.understanding.calendar import A_WEEK, DAYS_OF_WEEK, Days
from conversations.understanding.mention import MONTHS, WEEKS, Mention

# "A Monday", and "the same day", lie in whichever week is named.
_OF_A_WEEK = frozenset({"weekday", "visit_day"})
_RANGES = frozenset({"between", "after", "from", "before", "until"})


def within(wished: Sequence[Mention]) -> Sequence[Mention]:
    """A weekday inside the one stretch that is named, or one stretch inside another."""
    wished = _one_after_another(wished)
    match [one for one in wished if one.earliest or one.latest]:
        case [stretch] if any(one.meaning in _OF_A_WEEK and one.dates for one in wished):
            return _weekdays_in(stretch, wished)
        case [first, second] if not any(one.dates for one in wished):
            return _narrowed(first, second, wished)
        case _:
            return wished


def _one_after_another(wished: Sequence[Mention]) -> Sequence[Mention]:
    """Two stretches as one, where the second begins as the first ends: "next week or the week after"."""
    whole = WEEKS | MONTHS | {"week_after_visit"}
    named = (one for one in wished if one.earliest and one.latest and one.meaning in whole)
    stretches = sorted(named, key=lambda one: one.latest or date.max)
    if len(stretches) != 2 or stretches[1].earliest != _day_behind(stretches[0]):  # noqa: PLR2004  a pair
        return wished
    both = Days(earliest=stretches[0].earliest, latest=stretches[1].latest)
    joined = structs.replace(stretches[0], days=both, meaning="between")
    return [joined, *(one for one in wished if one not in stretches)]


def _day_behind(stretch: Mention) -> date | None:
    return stretch.latest + timedelta(days=1) if stretch.latest else None


def _weekdays_in(stretch: Mention, wished: Sequence[Mention]) -> Sequence[Mention]:
    """Of a stretch that begins on some day, its first such weekday: "after the 20th, a Monday"."""
    first, last = stretch.earliest, stretch.latest
    if first is None:
        return wished
    moved = [
        _moved_into(first, last, one) if one.meaning in _OF_A_WEEK else one
        for one in wished
        if one is not stretch
    ]
    inside = all(
        last is None or day <= last for one in moved if one.meaning in _OF_A_WEEK for day in one.dates
    )
    return moved if inside else wished


def _moved_into(first: date, last: date | None, one: Mention) -> Mention:
    """A weekday in a stretch; asked about where another of its name comes sooner."""
    dates = tuple(_first_in(first, last, day) for day in one.dates)
    return structs.replace(one, days=Days(dates, unsure=one.days.unsure or dates != one.dates))


def in_that_week(refused: Mention, wished: Sequence[Mention]) -> Mention:
    """A weekday that is refused in the one week that is wished: "any day next week but Friday"."""
    weeks = [one for one in wished if one.meaning in WEEKS and one.earliest and one.latest]
    if refused.meaning != "weekday" or len(weeks) != 1 or any(one.dates for one in wished):
        return refused
    first, last = weeks[0].earliest, weeks[0].latest
    assert first
    return structs.replace(refused, days=Days(tuple(_first_in(first, last, day) for day in refused.dates)))


def _first_in(first: date, last: date | None, day: date) -> date:
    """A day that lies in a stretch; else the first in it that is the same weekday."""
    if first <= day and (last is None or day <= last):
        return day
    return first + timedelta((day - first).days % DAYS_OF_WEEK)


def _narrowed(one: Mention, other: Mention, wished: Sequence[Mention]) -> Sequence[Mention]:
    """A range inside a week or month: "next week from Wednesday on", "in April after the 10th"."""
    if one.meaning in _RANGES and other.meaning in _RANGES:
        return _both(one, other, wished)
    whole = next((each for each in (one, other) if each.meaning in WEEKS | MONTHS), None)
    ranged = next((each for each in (one, other) if each.meaning in _RANGES), None)
    if not (whole and ranged and whole.earliest and whole.latest):
        return wished
    shifted = (
        _shifted_into_week(ranged.days, whole)
        if whole.meaning in WEEKS
        else _shifted_into_month(ranged.days, whole)
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


def _shifted_into_week(days: Days, week: Mention) -> Days:
    anchor = days.earliest or days.latest
    assert anchor
    assert week.latest
    weeks = (week.latest - anchor).days // DAYS_OF_WEEK * A_WEEK
    return Days(
        earliest=days.earliest and days.earliest + weeks,
        latest=days.latest and days.latest + weeks,
    )


def _shifted_into_month(days: Days, month: Mention) -> Days:
    last = month.latest
    assert last is not None
    earliest, latest = (
        day and last.replace(day=min(day.day, last.day)) for day in (days.earliest, days.latest)
    )
    return Days(earliest=earliest, latest=latest)

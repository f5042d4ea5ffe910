"""A day, an hour or a part of the day that a clause names, and how neighbours say one thing together.

"10 in the morning" and "thursday the 12th" are one mention each, though two patterns find them.
"""

from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta

from msgspec import Struct, structs

from conversations.understanding.calendar import DAYS_OF_WEEK, Days
from conversations.understanding.daywords import DayWords
from conversations.wish import DayPart

HALF_DAY, FULL_DAY, FULL_HOUR = 12, 24, 60
# Clinics open by day: "at 3" is the afternoon, "at 8" the morning.
FIRST_CLINIC_HOUR, LAST_CLINIC_HOUR = 7, 21
# How many words may stand between two mentions that say one thing: "10 in the morning".
_REACH = 2
_CERTAIN = frozenset({"hour_am", "hour_pm"})
_WEEKDAYS = frozenset({"weekday", "this_weekday", "that_weekday", "next_weekday", "weekday_or_following"})
DATED = frozenset({"day_of_month", "day_and_month", "date"})
MONTHS = frozenset({"this_month", "next_month", "in_month"})
WEEKS = frozenset({"this_week", "next_week", "week_after_next"})

# The hours that each part of the day can be said with; "mchana" begins before noon.
_HOURS_OF = {
    None: (FIRST_CLINIC_HOUR, 18),
    DayPart.MORNING: (6, 11),
    DayPart.AFTERNOON: (10, 18),
    DayPart.EVENING: (15, 23),
}

Hour = tuple[int, int]  # as spoken: hours and minutes, before morning or evening is known


class Mention(Struct, frozen=True):
    """What words[start:end] name.

    `dates` are alternatives, a range includes both its ends. `unsure` says that only one of the dates can
    have been meant. `not_before` and `not_after` bound the hour of the day. `otherwise` are the days that are
    left where a range is refused: "not until june". `shift` is how many hours after the visit `at` is, `nth`
    the place in a list that a weekday's name could mean as well ("segunda", Monday or the second).
    """

    start: int
    end: int
    meaning: str
    days: Days = Days()
    part: DayPart | None = None
    at: time | None = None
    not_before: time | None = None
    not_after: time | None = None
    spoken: Hour | None = None
    otherwise: Days = Days()
    shift: float | None = None
    nth: int | None = None

    @property
    def dates(self) -> tuple[date, ...]:
        return self.days.dates

    @property
    def earliest(self) -> date | None:
        return self.days.earliest

    @property
    def latest(self) -> date | None:
        return self.days.latest

    @property
    def names_a_day(self) -> bool:
        """Whether it narrows the days and not only the hours."""
        return bool(self.dates or self.earliest or self.latest)

    @property
    def leaves_days(self) -> bool:
        """Whether refusing it says which days are left: "not until june"."""
        return self.otherwise != Days()


def dates_of(mentions: Iterable[Mention]) -> set[date]:
    """All dates that some mentions name."""
    return {day for mention in mentions for day in mention.dates}


def hour_mention(
    start: int, end: int, meaning: str, spoken: Hour | None, known: DayWords, part: DayPart | None = None
) -> Mention:
    assert spoken is not None
    return Mention(start, end, meaning, at=_on_the_clock(spoken, part, known), spoken=spoken)


def bare_clock(at: int, figures: Hour, known: DayWords) -> Mention:
    """A clock time with no word beside it: where hours are counted from six, it could be either."""
    if not known.clock_offset or not 1 <= figures[0] <= HALF_DAY:
        return hour_mention(at, at + 1, "hour", figures, known)
    as_shown = _in_hours(figures[0], None)
    hour = next(as_shown, figures[0])
    return Mention(at, at + 1, "hour", Days(unsure=True), at=time(hour, figures[1]), spoken=figures)


def _on_the_clock(spoken: Hour, part: DayPart | None, known: DayWords) -> time:
    """The hour meant. Without a part of the day it is the one at which clinics are open."""
    hour, minute = spoken
    if known.clock_offset and 1 <= hour <= HALF_DAY:
        return _counted_from(known.clock_offset, spoken, part)
    if hour > HALF_DAY:
        return time(hour, minute)
    if part is DayPart.MORNING:
        return time(hour, minute)
    if part or hour < FIRST_CLINIC_HOUR:
        late = hour % HALF_DAY + HALF_DAY
        hour = late if late <= LAST_CLINIC_HOUR else hour  # "later, at eleven"
    return time(hour, minute)


def _counted_from(offset: int, spoken: Hour, part: DayPart | None) -> time:
    """The same where hours are counted from six: "saa nne" is 10:00.

    "Saa 10 asubuhi" is said in figures as phones show them: counted from six no clinic would be open.
    """
    hour, minute = spoken
    counted = (hour + offset) % HALF_DAY
    options = (*_in_hours(counted, part), *_in_hours(hour, part), counted)
    return time(options[0], minute)


def _in_hours(hour: int, part: DayPart | None) -> Iterator[int]:
    """The hour, before noon and after it, as far as it is one of this part of the day."""
    first, last = _HOURS_OF[part]
    return (one for one in (hour, hour % HALF_DAY + HALF_DAY) if first <= one <= last)


def told_apart(words: tuple[str, ...], found: list[Mention], known: DayWords) -> list[Mention]:
    """The mentions, with neighbours that say one thing together made one."""
    told: list[Mention] = []
    for mention in found:
        before = told[-1] if told else None
        between = words[before.end : mention.start] if before else ()
        near = before and len(between) <= _REACH and known.linking.issuperset(between)
        joined = _joined(before, mention, known) if before and near else None
        if joined:
            told[-1] = joined
        else:
            told.append(mention)
    return told


def _joined(before: Mention, behind: Mention, known: DayWords) -> Mention | None:
    joined = (
        _hour_of_part(before, behind, known)
        or _dated_weekday(before, behind)
        or _near_weekday(before, behind)
        or _in_week(before, behind)
        or _in_month(before, behind)
    )
    return structs.replace(joined, start=before.start, end=behind.end) if joined else None


def _hour_of_part(before: Mention, behind: Mention, known: DayWords) -> Mention | None:
    """An hour and the part of the day that says which of two it is."""
    hour = next((one for one in (before, behind) if one.spoken and one.meaning not in _CERTAIN), None)
    of_day = next((one for one in (before, behind) if one.part and not one.at), None)
    if not (hour and hour.spoken and of_day and of_day.part):
        return None
    at = _on_the_clock(hour.spoken, of_day.part, known)
    unsure = of_day.days.unsure or _on_which_clock(hour.spoken, of_day.part, known)
    days = structs.replace(of_day.days, unsure=unsure)  # "this evening" names a day as well
    return structs.replace(hour, days=days, at=at, part=of_day.part)


def _on_which_clock(spoken: Hour, part: DayPart, known: DayWords) -> bool:
    """Whether hours are counted from six, but this one makes sense only as phones show it: "saa 3 mchana"."""
    counted = (spoken[0] + known.clock_offset) % HALF_DAY
    return bool(known.clock_offset) and spoken[0] <= HALF_DAY and not any(_in_hours(counted, part))


def _dated_weekday(before: Mention, behind: Mention) -> Mention | None:
    """A weekday and a date: the date where they agree, both where they do not."""
    weekday = next((one for one in (before, behind) if one.meaning in _WEEKDAYS), None)
    dated = next((one for one in (before, behind) if one.meaning in DATED), None)
    if not (weekday and dated and weekday.dates and dated.dates):
        return None
    agreeing = tuple(day for day in dated.dates if day.weekday() == weekday.dates[0].weekday())
    near = tuple(nearest(weekday.dates[0].weekday(), day) for day in dated.dates)
    days = Days(agreeing) if agreeing else Days((*near, *dated.dates), unsure=True)
    return structs.replace(dated, days=days)


def _near_weekday(before: Mention, behind: Mention) -> Mention | None:
    """Tomorrow and its weekday: "tomorrow, Thursday"; where they differ, either."""
    ahead = next((one for one in (before, behind) if one.meaning == "ahead"), None)
    weekday = next((one for one in (before, behind) if one.meaning in _WEEKDAYS), None)
    if not (ahead and weekday and ahead.dates and weekday.dates):
        return None
    agrees = ahead.dates[0].weekday() == weekday.dates[0].weekday()
    return structs.replace(
        ahead, days=ahead.days if agrees else Days((ahead.dates[0], weekday.dates[0]), unsure=True)
    )


def nearest(weekday: int, day: date) -> date:
    """The weekday of this kind that is nearest to a day."""
    return day + timedelta(days=(weekday - day.weekday() + 3) % DAYS_OF_WEEK - 3)


def _in_week(before: Mention, behind: Mention) -> Mention | None:
    """A weekday and the week it is in."""
    weekday = next((one for one in (before, behind) if one.meaning == "weekday"), None)
    week = next((one for one in (before, behind) if one.meaning in WEEKS), None)
    if not (weekday and week and weekday.dates and week.latest):
        return None
    monday = week.latest - timedelta(days=6)
    return structs.replace(weekday, days=Days((monday + timedelta(days=weekday.dates[0].weekday()),)))


def _in_month(before: Mention, behind: Mention) -> Mention | None:
    """A day of the month and the month it is in: "the 25th of next month"."""
    day = next((one for one in (before, behind) if one.meaning == "day_of_month"), None)
    month = next((one for one in (before, behind) if one.meaning in MONTHS), None)
    if not (day and month and day.dates and month.latest and day.dates[0].day <= month.latest.day):
        return None
    return structs.replace(day, days=Days((month.latest.replace(day=day.dates[0].day),)))

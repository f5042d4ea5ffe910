"""Days and hours in a clause: "tuesday afternoon", "manana a las 3", "after the 12th".

The grammar is three small steps that are the same for every language; the language's data give the
patterns. Words become slots (`{weekday}`, `{day}`, `{hour}`), patterns over slots become mentions, and
patterns over mentions become ranges. Whether a day is wished or refused is not decided here.
"""

from collections.abc import Callable, Iterator
from datetime import time
from itertools import pairwise
from typing import Any

from conversations.understanding.alternatives import alternatives
from conversations.understanding.calendar import LONGEST_MONTH, Calendar, Days
from conversations.understanding.day_meanings import HOURS_FROM_VISIT, TOLD_BY_OTHERS
from conversations.understanding.daywords import DayWords
from conversations.understanding.loose import (
    bare_days,
    bare_months,
    halves_of_days,
    listed_days,
    offered_days,
)
from conversations.understanding.mention import (
    FULL_DAY,
    FULL_HOUR,
    HALF_DAY,
    Hour,
    Mention,
    bare_clock,
    hour_mention,
    nearest,
    told_apart,
)
from conversations.understanding.phrases import Match, Slots
from conversations.understanding.ranges import with_ranges
from conversations.understanding.slots import slots_of
from conversations.understanding.word_groups import places
from conversations.wish import DayPart

_FEWEST_MINUTES = 5

Filled = Callable[[str], Any]

_DAYS: dict[str, Callable[[Filled, Calendar], Days | None]] = {
    "weekday": lambda of, on: on.weekday(of("{weekday}")),
    "this_weekday": lambda of, on: on.this_weekday(of("{weekday}")),
    "that_weekday": lambda of, on: on.that_weekday(of("{weekday}")),
    "next_weekday": lambda of, on: on.next_weekday(of("{weekday}")),
    "weekday_or_following": lambda of, on: on.weekday_or_following(of("{weekday}")),
    "weekday_next_week": lambda of, on: on.in_week(of("{weekday}"), 1),
    "weekday_in_a_week": lambda of, on: on.weekday_in_weeks(of("{weekday}"), 1),
    "weekday_in_weeks": lambda of, on: on.weekday_in_weeks(of("{weekday}"), of("{n}")),
    "weekday_in_two_weeks": lambda of, on: on.weekday_in_weeks(of("{weekday}"), 2),
    "in_days": lambda of, on: on.ahead(of("{n}")),
    "in_a_week": lambda _, on: on.ahead(7),
    "in_a_week_from_tomorrow": lambda _, on: on.ahead(8),
    "in_two_weeks": lambda _, on: on.in_weeks(2),
    "in_weeks": lambda of, on: on.in_weeks(of("{n}")),
    "weeks_from_today": lambda of, on: on.ahead(7 * of("{n}")),
    "months_from_today": lambda of, on: on.months_from_today(of("{n}") or 1),
    "in_months": lambda of, on: on.in_months(of("{n}") or 1),
    "day_of_month": lambda of, on: on.day_of_month(of("{day}")),
    "day_and_month": lambda of, on: on.day_of_month(of("{day}"), of("{month}")),
    "weekday_and_day": lambda of, on: _agreeing(on.day_of_month(of("{day}")), of("{weekday}")),
    "week_of": lambda of, on: _week_of(on.day_of_month(of("{day}"), of("{month}")), on),
    "this_week": lambda _, on: on.week(0),
    "next_week": lambda _, on: on.week(1),
    "week_after_next": lambda _, on: on.week(2),
    "weekend": lambda _, on: on.weekend(0),
    "next_weekend": lambda _, on: on.weekend(1),
    "this_month": lambda _, on: on.month(0),
    "next_month": lambda _, on: on.month(1),
    # Of several places that are offered, "that day" tells none.
    "visit_day": lambda _, on: None if on.offered else on.from_visit(0),
    "day_before_visit": lambda _, on: on.from_visit(-1),
    "day_after_visit": lambda _, on: on.from_visit(1),
    "visit_in_a_week": lambda _, on: on.from_visit(7),
    "visit_week": lambda _, on: on.visit_week(),
    "weekday_after_visit": lambda of, on: on.weekday_after_visit(of("{weekday}")),
    "nth_week": lambda of, on: on.nth_week(of("{day}"), of("{month}")),
    "week_after_visit": lambda _, on: on.week_after_visit(),
    **dict.fromkeys(TOLD_BY_OTHERS, lambda *_: Days()),
    "last_day_of_month": lambda of, on: on.last_day_of(of("{month}")),
    "first_days_of_month": lambda of, on: on.first_days_of(of("{n}"), of("{month}")),
    "last_days_of_month": lambda of, on: on.last_days_of(of("{n}"), of("{month}")),
    "first_half_of_month": lambda of, on: on.half_of(of("{month}"), 1),
    "second_half_of_month": lambda of, on: on.half_of(of("{month}"), 2),
    "in_month": lambda of, on: on.named_month(of("{month}")),
    "nth_weekday": lambda of, on: on.nth_weekday(of("{day}"), of("{weekday}"), of("{month}")),
    "first_weekday": lambda of, on: on.nth_weekday(1, of("{weekday}"), of("{month}")),
    "last_weekday": lambda of, on: on.nth_weekday(0, of("{weekday}"), of("{month}")),
    "start_of_named_month": lambda of, on: on.days_of(of("{month}"), 1, 7),
    "middle_of_named_month": lambda of, on: on.days_of(of("{month}"), 11, 20),
    "end_of_named_month": lambda of, on: on.end_of(on.named_month(of("{month}"))),
    "days_before_visit": lambda of, on: on.from_visit(-of("{n}")),
    "days_after_visit": lambda of, on: on.from_visit(of("{n}")),
    "weeks_after_visit": lambda of, on: on.from_visit(7 * of("{n}")),
    "end_of_month": lambda _, on: on.end_of_month(0),
    "start_of_next_month": lambda _, on: on.start_of_month(1),
}
_TIMES: dict[str, Callable[[Filled], Hour | None]] = {
    "hour": lambda of: of("{hour}"),
    "hour_am": lambda of: of("{hour}"),
    "hour_pm": lambda of: of("{hour}"),
    "hour_and_minutes": lambda of: _past_the_hour(of("{hour}")[0], of("{minute}")),
    "minutes_to": lambda of: _before_the_hour(of("{hour}")[0], of("{minute}")),
    "half_past": lambda of: (of("{hour}")[0], 30),
    "half_to": lambda of: ((of("{hour}")[0] - 1) % FULL_DAY, 30),
    "quarter_past": lambda of: (of("{hour}")[0], 15),
    "quarter_to": lambda of: ((of("{hour}")[0] - 1) % FULL_DAY, 45),
}
_HOURS = {"hours_later": 1, "hours_earlier": -1, "half_hour_later": 0.5, "half_hour_earlier": -0.5}
_HALVES = {"hour_am": DayPart.MORNING, "hour_pm": DayPart.AFTERNOON}
_PARTS = {"morning": DayPart.MORNING, "afternoon": DayPart.AFTERNOON, "evening": DayPart.EVENING}


def _past_the_hour(hour: int, minutes: int) -> Hour | None:
    """Three and twenty is 3:20; "three and four" are two hours."""
    return (hour, minutes) if minutes >= _FEWEST_MINUTES else None


def _before_the_hour(hour: int, minutes: int) -> Hour | None:
    """Ten to nine; who goes "from 9 to 11" names no minutes."""
    if minutes < _FEWEST_MINUTES or minutes % _FEWEST_MINUTES:
        return None
    return hour - 1 or HALF_DAY, FULL_HOUR - minutes


def _week_of(day: Days | None, on: Calendar) -> Days | None:
    return on.week_of(day.dates[0]) if day else None


def _agreeing(days: Days | None, weekday: int) -> Days | None:
    """A weekday and a day of the month; where they differ and it can be no hour, one of the two."""
    if days is None or days.dates[0].weekday() == weekday:
        return days
    day = days.dates[0]
    return Days((nearest(weekday, day), day), unsure=True) if day.day > HALF_DAY else None


def mentions(words: tuple[str, ...], known: DayWords, calendar: Calendar) -> tuple[Mention, ...]:
    """Every day, part of the day and hour in the words of one clause, from left to right."""
    slots = slots_of(words, known)
    if not any(slots) and _names_nothing(words, known):
        return ()
    past = not known.past_words.isdisjoint(words)
    found: list[Mention] = []
    taken: set[int] = set()
    for match in known.book.every(words, slots):
        free = taken.isdisjoint(range(match.start, match.end)) and not _counts_something(match, words, known)
        if free and (mention := _mention(match, words, known, calendar, past=past)):
            taken.update(range(match.start, match.end))
            found.append(mention)
    for at in range(len(words)):
        if at not in taken and "{clock}" in slots[at]:
            found.append(bare_clock(at, slots[at]["{clock}"][0][1], known))
        elif at not in taken and "{date}" in slots[at]:
            dated = list(_in_figures(words, at, slots, calendar))
            inside = {place for one in dated for place in range(one.start, one.end)}
            found = [one for one in found if one.start not in inside] + dated
    found += halves_of_days(words, found, known)
    found += bare_days(words, found, slots, known, calendar)
    if calendar.offered:
        found += offered_days(words, found, known, calendar)
    found += bare_months(words, found, slots, known, calendar)
    found += listed_days(words, found, slots, known, calendar)
    found.sort(key=lambda mention: mention.start)
    found = list(alternatives(words, found, known, calendar))
    return tuple(with_ranges(words, told_apart(words, found, known), slots, known, calendar))


def _names_nothing(words: tuple[str, ...], known: DayWords) -> bool:
    """Whether no pattern can be found; most clauses name no day, and to look is dear."""
    return known.signs.isdisjoint(words) and not any(places(words, known.visit))


def _mention(
    match: Match, words: tuple[str, ...], known: DayWords, calendar: Calendar, *, past: bool
) -> Mention | None:
    meaning = match.act
    if meaning in _DAYS:
        return _day(match, words, known, calendar)
    if meaning in _PARTS:
        return Mention(match.start, match.end, meaning, part=_PARTS[meaning])
    if meaning in _TIMES:
        spoken, part = _TIMES[meaning](match.slot), _HALVES.get(meaning)
        return hour_mention(match.start, match.end, meaning, spoken, known, part) if spoken else None
    if meaning in {"noon", "same_time"}:
        at = time(HALF_DAY) if meaning == "noon" else calendar.visit and calendar.visit.time()
        return Mention(match.start, match.end, meaning, at=at) if at else None
    if meaning in HOURS_FROM_VISIT:
        shift = _HOURS[meaning] * (match.slot("{n}") or 1)
        at = calendar.hours_from_visit(shift)
        return Mention(match.start, match.end, meaning, at=at, shift=shift) if at else None
    return _ahead(match, known, calendar, past=past)


def _are_two_numbers(words: tuple[str, ...]) -> bool:
    """Whether minutes would be one figure behind another number, as in "july 22 9 am"."""
    return any(
        hour.isdecimal() and minute.isdecimal() and len(minute) == 1 for hour, minute in pairwise(words)
    )


def _counts_something(match: Match, words: tuple[str, ...], known: DayWords) -> bool:
    """Whether a number that could be an hour, or a weekday, counts what stands behind: "a 2a opção"."""
    if match.act == "hour_and_minutes" and _are_two_numbers(words[match.start : match.end]):
        return True
    in_figures = any(word.isdecimal() for word in words[match.start : match.end])
    behind = words[match.end : match.end + 1]
    may_be_else = match.act == "hour" or (in_figures and (match.act == "weekday" or match.act in _TIMES))
    return may_be_else and not known.not_behind_days.isdisjoint(behind)


def _day(match: Match, words: tuple[str, ...], known: DayWords, calendar: Calendar) -> Mention | None:
    behind = words[match.end] if match.end < len(words) else ""
    bare = words[match.end - 1].isdecimal() and behind in known.behind_hours
    if match.slot("{day}") and (bare or behind in known.not_behind_days):
        return None  # "tuesday 10 am", "the first one"
    days = _DAYS[match.act](match.slot, calendar)
    if days is None and match.act == "day_and_month":
        days = Days(unsure=True)  # "31 april": there is no such day, and no other may be made of its words
    at = calendar.visit.time() if match.act == "visit_in_a_week" and calendar.visit else None
    nth = known.ordinals.get(words[max(match.end - 2, 0) : match.end]) if match.act == "weekday" else None
    return Mention(match.start, match.end, match.act, days, at=at, nth=nth) if days else None


def _ahead(match: Match, known: DayWords, calendar: Calendar, *, past: bool) -> Mention | None:
    """So many days from today. A day that is over is not wished; "kal" is over where the tense says so."""
    name, _, part = match.act.removeprefix("ahead ").partition(" ")
    if name.startswith("-") or (past and match.line in known.either_way):
        return Mention(match.start, match.end, "past")
    days = [calendar.ahead(int(number)).dates[0] for number in name.split("-")]
    ahead = Days(tuple(days), unsure=len(days) > 1)
    return Mention(match.start, match.end, "ahead", ahead, part=_PARTS.get(part))


def _in_figures(words: tuple[str, ...], at: int, slots: Slots, calendar: Calendar) -> Iterator[Mention]:
    """A date in figures; before a month's name, two days of it: "4/5 august"."""
    behind = at + 1
    if behind < len(words) and "{month}" in slots[behind] and words[at].count("/") == 1:
        end, month = slots[behind]["{month}"][0]
        either = [calendar.day_of_month(int(day), month) for day in words[at].split("/") if int(day)]
        dates = tuple(day for days in either if days for day in days.dates)
        yield Mention(at, end, "day_and_month", Days(dates, unsure=len(dates) < len(either)))
    elif days := _date_in_figures(words[at], calendar):
        yield Mention(at, behind, "date", days)


def _date_in_figures(word: str, calendar: Calendar) -> Days | None:
    parts = [int(part) for part in word.replace("/", "-").replace(".", "-").split("-") if part]
    if len(parts) == 3 and parts[0] > LONGEST_MONTH:  # noqa: PLR2004  year, month, day
        return calendar.day_of_month(parts[2], parts[1], parts[0])
    return calendar.in_figures(parts[0], parts[1], parts[2] if len(parts) > 2 else None)  # noqa: PLR2004  a year

"""Days and hours in a clause: "tuesday afternoon", "manana a las 3", "after the 12th".

The grammar is three small steps that are the same for every language; the language's data give the
patterns. Words become slots (`{weekday}`, `{day}`, `{hour}`), patterns over slots become mentions, and
patterns over mentions become ranges. Whether a day is wished or refused is not decided here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import time, timedelta
from itertools import pairwise
from typing import Any

from msgspec import structs

from conversations.understanding.calendar import LONGEST_MONTH, Calendar, Days
from conversations.understanding.daywords import HOURS_FROM_VISIT, TOLD_BY_OTHERS, DayWords
from conversations.understanding.mention import (
    DATED,
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
from conversations.understanding.phrases import NO_SLOTS, Match, Slots
from conversations.understanding.ranges import with_ranges
from conversations.wish import DayPart

LAST_HOUR, LAST_MINUTE = 23, 59
_FEWEST_MINUTES = 5
MOST_COUNTED = 60
# As many numbers in a row, "07 48 15 20", are no days and no hours.
_TELEPHONE = 4
# "May" and "mar" are other words as well.
_NO_SHORT = 4
_SHORT = 4

Filled = Callable[[str], Any]


# --- from words to slots ---------------------------------------------------------------------------


def _slots(words: tuple[str, ...], known: DayWords) -> list[Mapping[str, Sequence[tuple[int, Any]]]]:
    """What each place of a clause could be."""
    found: list[Mapping[str, Sequence[tuple[int, Any]]]] = []
    for at, word in enumerate(words):
        named = _in_words(words, at, known) if word in known.first_words else {}
        found.append({**_in_figures(word, at), **named} if word[0].isdecimal() else named)
    for at in _inside_numbers(words, found):
        found[at] = {slot: values for slot, values in found[at].items() if slot != "{month}"}
    for at in _of_telephones(words):
        found[at] = NO_SLOTS
    return found


def _inside_numbers(
    words: tuple[str, ...], slots: Sequence[Mapping[str, Sequence[tuple[int, Any]]]]
) -> set[int]:
    """Places that only continue a number: "sept" in "vingt sept"."""
    ends = (
        (at, slots[at][slot][0][0])
        for at in range(len(words))
        for slot in ("{day}", "{n}")
        if slot in slots[at]
    )
    return {inside for at, end in ends for inside in range(at + 1, end)}


def _of_telephones(words: tuple[str, ...]) -> Iterator[int]:
    """Places of so many figures in a row that they are no days and no hours: "07 48 15 20"."""
    start = 0
    for at, word in enumerate((*words, "")):
        if word.isdecimal():
            continue
        if at - start >= _TELEPHONE:
            yield from range(start, at)
        start = at + 1


def _in_figures(word: str, at: int) -> Mapping[str, list[tuple[int, Any]]]:
    behind = at + 1
    if not word.isdecimal():
        clock = _clock(word)
        if clock:
            return {"{hour}": [(behind, clock)], "{clock}": [(behind, clock)]}
        # "10:75" is no hour, and no day either.
        return {} if ":" in word or "h" in word else {"{date}": [(behind, word)]}
    number = int(word)
    slots: dict[str, list[tuple[int, Any]]] = {}
    if 1 <= number <= MOST_COUNTED:
        slots["{n}"] = [(behind, number)]
    if 1 <= number <= LONGEST_MONTH:
        slots["{day}"] = [(behind, number)]
    if number <= FULL_DAY:
        slots["{hour}"] = [(behind, (number % FULL_DAY, 0))]
    if number <= LAST_MINUTE:
        slots["{minute}"] = [(behind, number)]
    if len(word) in {3, 4} and number // 100 <= LAST_HOUR and number % 100 <= LAST_MINUTE:
        slots["{hour}"] = [(behind, (number // 100, number % 100))]
    return slots


def _clock(word: str) -> Hour | None:
    hour, _, minute = word.replace(".", ":").replace("h", ":").partition(":")
    if not (
        hour.isdecimal() and minute.isdecimal() and int(hour) <= LAST_HOUR and int(minute) <= LAST_MINUTE
    ):
        return None
    return int(hour), int(minute)


def _in_words(words: tuple[str, ...], at: int, known: DayWords) -> Mapping[str, list[tuple[int, Any]]]:
    slots: dict[str, list[tuple[int, Any]]] = {}
    for slot, name, value in known.first_words[words[at]]:
        end = at + len(name)
        # "2a" is Monday in Portuguese, but "2 a 5" is a range.
        counted = name[0].isdecimal() and any(word.isdecimal() for word in words[end : end + 1])
        if words[at:end] == name and not counted:
            slots.setdefault(slot, []).append((end, value))
            if not isinstance(value, int) or slot != "{n}":
                continue
            if value <= FULL_DAY:
                slots.setdefault("{hour}", []).append((end, (value % FULL_DAY, 0)))
            if value <= LAST_MINUTE:
                slots.setdefault("{minute}", []).append((end, value))
    for options in slots.values():
        options.sort(key=lambda option: -option[0])
    return slots


# --- from slots to mentions ------------------------------------------------------------------------

_DAYS: dict[str, Callable[[Filled, Calendar], Days | None]] = {
    "weekday": lambda of, on: on.weekday(of("{weekday}")),
    "this_weekday": lambda of, on: on.this_weekday(of("{weekday}")),
    "next_weekday": lambda of, on: on.next_weekday(of("{weekday}")),
    "weekday_next_week": lambda of, on: on.in_week(of("{weekday}"), 1),
    "weekday_in_a_week": lambda of, on: on.weekday_in_weeks(of("{weekday}"), 1),
    "weekday_in_weeks": lambda of, on: on.weekday_in_weeks(of("{weekday}"), of("{n}")),
    "weekday_in_two_weeks": lambda of, on: on.weekday_in_weeks(of("{weekday}"), 2),
    "in_days": lambda of, on: on.ahead(of("{n}")),
    "in_a_week": lambda _, on: on.ahead(7),
    "in_a_week_from_tomorrow": lambda _, on: on.ahead(8),
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
    slots = _slots(words, known)
    if not any(slots) and known.book.words.isdisjoint(words):
        return ()
    past = not known.past_words.isdisjoint(words)
    found: list[Mention] = []
    taken: set[int] = set()
    for match in known.book.every(words, slots):
        if taken.isdisjoint(range(match.start, match.end)) and (
            mention := _mention(match, words, known, calendar, past=past)
        ):
            taken.update(range(match.start, match.end))
            found.append(mention)
    for at, word in enumerate(words):
        if at not in taken and "{clock}" in slots[at]:
            found.append(bare_clock(at, slots[at]["{clock}"][0][1], known))
        elif at not in taken and "{date}" in slots[at] and (days := _date_in_figures(word, calendar)):
            found.append(Mention(at, at + 1, "date", days))
    found += _halves_of_days(words, found, known)
    found += _bare_days(words, found, slots, known, calendar)
    found += _bare_months(words, found, slots, known, calendar)
    found += _listed_days(words, found, slots, known, calendar)
    found.sort(key=lambda mention: mention.start)
    found = list(_in_the_same_stretch(words, found, known, calendar))
    return tuple(with_ranges(words, told_apart(words, found, known), slots, known, calendar))


def _halves_of_days(words: tuple[str, ...], found: Sequence[Mention], known: DayWords) -> Iterator[Mention]:
    """The half of the day that ends a clause behind a day: "friday am"; elsewhere "am" is another word."""
    last = len(words) - 1
    if words[last] in known.halves and any(one.end == last and one.names_a_day for one in found):
        yield Mention(last, last + 1, "half", part=_PARTS[known.halves[words[last]]])


def _bare_days(
    words: tuple[str, ...], found: Sequence[Mention], slots: Slots, known: DayWords, calendar: Calendar
) -> Iterator[Mention]:
    """Two numbers that are alternatives, of which one can be no hour: "25 or 26 in the afternoon"."""
    covered = {at for mention in found for at in range(mention.start, mention.end)}
    for at in range(len(words) - 2):
        joined = words[at + 1] in known.or_ and covered.isdisjoint(range(at, at + 3))
        numbers = [slots[place]["{day}"][0][1] for place in (at, at + 2) if "{day}" in slots[place]]
        if joined and len(numbers) == 2 and max(numbers) > known.last_bare_hour:  # noqa: PLR2004
            for place, number in zip((at, at + 2), numbers, strict=True):
                if days := calendar.day_of_month(number):
                    yield Mention(place, place + 1, "day_of_month", days)


def _bare_months(
    words: tuple[str, ...], found: Sequence[Mention], slots: Slots, known: DayWords, calendar: Calendar
) -> Iterator[Mention]:
    """Months that a clause consists of: "September", "june or july"."""
    months = [at for at in range(len(words)) if "{month}" in slots[at]]
    around = {word for at, word in enumerate(words) if at not in months}
    opens_a_short_one = 0 in months and len(words) <= _SHORT  # "june if possible"
    if found or not (around <= known.joined_by or opens_a_short_one):
        return
    for at in (at for at in months if len(words[at]) >= _NO_SHORT):
        behind, month = slots[at]["{month}"][0]
        yield Mention(at, behind, "in_month", calendar.named_month(month))


def _listed_days(
    words: tuple[str, ...], found: list[Mention], slots: Slots, known: DayWords, calendar: Calendar
) -> Iterator[Mention]:
    """Numbers that stand beside a date in a list of days: "the 13th or 14", "13 or 14 march"."""
    covered = {at for mention in found for at in range(mention.start, mention.end)}
    to_do = [mention for mention in found if mention.meaning in DATED and mention.dates]
    while to_do:
        dated = to_do.pop()
        month = dated.dates[0].month if dated.meaning == "day_and_month" else None
        for joint, at in ((dated.end, dated.end + 1), (dated.start - 1, dated.start - 2)):
            if not 0 <= at < len(words) or {joint, at} & covered:
                continue
            if (words[joint] in known.or_ or words[joint] == ",") and _may_be_a_day(words, at, slots, known):
                days = calendar.day_of_month(slots[at]["{day}"][0][1], month)
                if days:
                    to_do.append(Mention(at, at + 1, dated.meaning, days))
                    covered |= {joint, at}
                    yield to_do[-1]


def _may_be_a_day(words: tuple[str, ...], at: int, slots: Slots, known: DayWords) -> bool:
    behind = words[at + 1] if at + 1 < len(words) else ""
    return "{day}" in slots[at] and behind not in known.behind_hours and behind not in known.not_behind_days


def _in_the_same_stretch(
    words: tuple[str, ...], found: Sequence[Mention], known: DayWords, calendar: Calendar
) -> Iterator[Mention]:
    """The second of "next week thursday or friday" is in that week, of "april 8 or the 9th" in that month."""
    found = list(found)
    for at, (first, second) in enumerate(pairwise(found)):
        joined = words[first.end : second.start] in {(word,) for word in known.or_}
        if joined and first.meaning == "weekday" and second.meaning == "weekday_next_week":
            days = _in_the_stretch_of(second, first, calendar)  # "thursday or friday of next week"
            found[at] = structs.replace(first, days=days or first.days)
    before: Mention | None = None
    for mention in found:
        days = None
        if before and words[before.end : mention.start] in {(word,) for word in known.or_}:
            days = _in_the_stretch_of(before, mention, calendar)
        if before and days:
            mention = structs.replace(mention, days=days, meaning=before.meaning)  # noqa: PLW2901
        yield mention
        before = mention


def _in_the_stretch_of(before: Mention, mention: Mention, calendar: Calendar) -> Days | None:
    if mention.meaning == "weekday" and before.meaning == "weekday_next_week":
        first, named = before.dates[0], mention.dates[0]
        return Days((first + timedelta(days=named.weekday() - first.weekday()),))
    if mention.meaning == "day_of_month" and before.meaning == "day_and_month" and before.dates:
        return calendar.day_of_month(mention.dates[0].day, before.dates[0].month)
    if mention.meaning in {"day_after_visit", "day_before_visit"} and before.dates:
        days = 1 if mention.meaning == "day_after_visit" else -1  # "tomorrow or the day after"
        return Days((before.dates[-1] + timedelta(days=days),))
    return None


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


def _day(match: Match, words: tuple[str, ...], known: DayWords, calendar: Calendar) -> Mention | None:
    behind = words[match.end] if match.end < len(words) else ""
    bare = words[match.end - 1].isdecimal() and behind in known.behind_hours
    if match.slot("{day}") and (bare or behind in known.not_behind_days):
        return None  # "tuesday 10 am", "the first one"
    days = _DAYS[match.act](match.slot, calendar)
    if days is None and match.act == "day_and_month":
        days = Days(unsure=True)  # "31 april": there is no such day, and no other may be made of its words
    at = calendar.visit.time() if match.act == "visit_in_a_week" and calendar.visit else None
    return Mention(match.start, match.end, match.act, days, at=at) if days else None


def _ahead(match: Match, known: DayWords, calendar: Calendar, *, past: bool) -> Mention | None:
    """So many days from today. A day that is over is not wished; "kal" is over where the tense says so."""
    name, _, part = match.act.removeprefix("ahead ").partition(" ")
    if name.startswith("-") or (past and match.line in known.either_way):
        return Mention(match.start, match.end, "past")
    days = [calendar.ahead(int(number)).dates[0] for number in name.split("-")]
    ahead = Days(tuple(days), unsure=len(days) > 1)
    return Mention(match.start, match.end, "ahead", ahead, part=_PARTS.get(part))


def _date_in_figures(word: str, calendar: Calendar) -> Days | None:
    parts = [int(part) for part in word.replace("/", "-").replace(".", "-").split("-") if part]
    if len(parts) == 3 and parts[0] > LONGEST_MONTH:  # noqa: PLR2004  year, month, day
        return calendar.day_of_month(parts[2], parts[1], parts[0])
    return calendar.in_figures(parts[0], parts[1], parts[2] if len(parts) > 2 else None)  # noqa: PLR2004

"""Days and hours in a clause: "tuesday afternoon", "manana a las 3", "after the 12th".

The grammar is three small steps that are the same for every language; the language's data give the
patterns. Words become slots (`{weekday}`, `{day}`, `{hour}`), patterns over slots become mentions, and
patterns over mentions become ranges. Whether a day is wished or refused is not decided here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

from msgspec import Struct, structs

from conversations.understanding.calendar import Calendar, Days
from conversations.understanding.daywords import DayWords
from conversations.understanding.phrases import NO_SLOTS, Match, Slots, apart
from conversations.wish import DayPart, part_of

LONGEST_MONTH = 31
LAST_HOUR, LAST_MINUTE, HALF_DAY, FULL_DAY = 23, 59, 12, 24
MOST_COUNTED = 60
# Clinics open by day: "at 3" is the afternoon, "at 8" the morning.
FIRST_CLINIC_HOUR = 7
# How many words may stand between a part of the day and the hour it says: "10 in the morning".
_PART_REACH = 2

Hour = tuple[int, int]  # as spoken: hours and minutes, before morning or evening is known
Filled = Callable[[str], Any]


class Mention(Struct, frozen=True):
    """What words[start:end] name.

    `dates` are alternatives, a range includes both its ends. `unsure` says that only one of the dates can
    have been meant. `not_before` and `not_after` bound the hour of the day. `otherwise` are the days that are
    left where a range is refused: "not until june".
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


# --- from words to slots ---------------------------------------------------------------------------


def _slots(words: tuple[str, ...], known: DayWords) -> list[Mapping[str, list[tuple[int, Any]]]]:
    """What each place of a clause could be."""
    found: list[Mapping[str, list[tuple[int, Any]]]] = []
    for at, word in enumerate(words):
        if word[0].isdigit():
            found.append(_in_figures(word, at))
        else:
            found.append(_in_words(words, at, known) if word in known.first_words else NO_SLOTS)  # type: ignore[arg-type]
    return found


def _in_figures(word: str, at: int) -> Mapping[str, list[tuple[int, Any]]]:
    behind = at + 1
    if not word.isdecimal():
        clock = _clock(word)
        if clock:
            return {"{hour}": [(behind, clock)], "{clock}": [(behind, clock)]}
        return {"{date}": [(behind, word)]}
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
        if words[at:end] == name:
            slots.setdefault(slot, []).append((end, value))
            if slot == "{n}" and value <= FULL_DAY:
                slots.setdefault("{hour}", []).append((end, (value % FULL_DAY, 0)))
            if slot == "{n}" and value <= LAST_MINUTE:
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
    "in_days": lambda of, on: on.ahead(of("{n}")),
    "in_a_week": lambda of, on: on.ahead(7),
    "in_a_week_from_tomorrow": lambda of, on: on.ahead(8),
    "in_weeks": lambda of, on: on.ahead(7 * of("{n}")),
    "in_months": lambda of, on: on.in_months(of("{n}")),
    "day_of_month": lambda of, on: on.day_of_month(of("{day}")),
    "day_and_month": lambda of, on: on.day_of_month(of("{day}"), of("{month}")),
    "weekday_and_day": lambda of, on: _agreeing(on.day_of_month(of("{day}")), of("{weekday}")),
    "week_of": lambda of, on: (day := on.day_of_month(of("{day}"))) and on.week_of(day.dates[0]),
    "this_week": lambda of, on: on.week(0),
    "next_week": lambda of, on: on.week(1),
    "week_after_next": lambda of, on: on.week(2),
    "weekend": lambda of, on: on.weekend(0),
    "next_weekend": lambda of, on: on.weekend(1),
    "this_month": lambda of, on: on.month(0),
    "next_month": lambda of, on: on.month(1),
    "day_before_visit": lambda of, on: on.from_visit(-1),
    "day_after_visit": lambda of, on: on.from_visit(1),
    "visit_in_a_week": lambda of, on: on.from_visit(7),
    "in_month": lambda of, on: on.named_month(of("{month}")),
    "end_of_month": lambda of, on: on.end_of_month(0),
    "start_of_next_month": lambda of, on: on.start_of_month(1),
}
_TIMES: dict[str, Callable[[Filled], Hour | None]] = {
    "hour": lambda of: of("{hour}"),
    "hour_and_minutes": lambda of: (of("{hour}")[0], of("{minute}")),
    "half_past": lambda of: (of("{hour}")[0], 30),
    "half_to": lambda of: ((of("{hour}")[0] - 1) % FULL_DAY, 30),
    "quarter_past": lambda of: (of("{hour}")[0], 15),
    "quarter_to": lambda of: ((of("{hour}")[0] - 1) % FULL_DAY, 45),
}
_PARTS = {"morning": DayPart.MORNING, "afternoon": DayPart.AFTERNOON, "evening": DayPart.EVENING}


def _agreeing(days: Days | None, weekday: int) -> Days | None:
    return days if days and days.dates[0].weekday() == weekday else None


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
            found.append(_hour_mention(at, at + 1, "hour", slots[at]["{clock}"][0][1], known))
        elif at not in taken and "{date}" in slots[at] and (days := _date_in_figures(word, calendar)):
            found.append(Mention(at, at + 1, "date", days))
    found.sort(key=lambda mention: mention.start)
    return tuple(_with_ranges(words, _told_apart(words, found, known), slots, known, calendar))


def _mention(
    match: Match, words: tuple[str, ...], known: DayWords, calendar: Calendar, *, past: bool
) -> Mention | None:
    meaning, of = match.act, match.slot
    if meaning == "visit_in_a_week" and calendar.visit:
        at = calendar.visit.time()
        return Mention(match.start, match.end, meaning, calendar.from_visit(7) or Days(), at=at)
    if meaning in _DAYS:
        behind = words[match.end] if match.end < len(words) else ""
        if of("{day}") and (behind in known.behind_hours or behind in known.not_behind_days):
            return None  # "tuesday 10 am", "the first one"
        days = _DAYS[meaning](of, calendar)
        return Mention(match.start, match.end, meaning, days) if days else None
    if meaning in _PARTS:
        return Mention(match.start, match.end, meaning, part=_PARTS[meaning])
    if meaning in _TIMES:
        return _hour_mention(match.start, match.end, meaning, _TIMES[meaning](of), known)
    if meaning == "hour_am":
        return _hour_mention(match.start, match.end, meaning, of("{hour}"), known, DayPart.MORNING)
    if meaning == "hour_pm":
        return _hour_mention(match.start, match.end, meaning, of("{hour}"), known, DayPart.AFTERNOON)
    if meaning == "noon":
        return Mention(match.start, match.end, meaning, at=time(HALF_DAY))
    if meaning == "same_time":
        return Mention(match.start, match.end, meaning, at=calendar.visit.time()) if calendar.visit else None
    return _ahead(match, known, calendar, past=past)


def _ahead(match: Match, known: DayWords, calendar: Calendar, *, past: bool) -> Mention | None:
    """So many days from today. A day that is over is not wished; "kal" is over where the tense says so."""
    name = match.act.removeprefix("ahead ")
    if name.startswith("-") or (past and match.line in known.either_way):
        return Mention(match.start, match.end, "past")
    days = [calendar.ahead(int(number)).dates[0] for number in name.split("-")]
    return Mention(match.start, match.end, "ahead", Days(tuple(days), unsure=len(days) > 1))


def _hour_mention(
    start: int, end: int, meaning: str, spoken: Hour | None, known: DayWords, part: DayPart | None = None
) -> Mention:
    assert spoken is not None
    return Mention(start, end, meaning, at=_on_the_clock(spoken, part, known), spoken=spoken)


def _on_the_clock(spoken: Hour, part: DayPart | None, known: DayWords) -> time:
    """The hour meant. Without a part of the day it is the one at which clinics are open."""
    hour, minute = spoken
    if known.clock_offset and 1 <= hour <= HALF_DAY:
        hour = (hour + known.clock_offset) % HALF_DAY
        if part is DayPart.MORNING and hour < FIRST_CLINIC_HOUR - known.clock_offset:
            return time(hour, minute)
    elif hour > HALF_DAY:
        return time(hour, minute)
    if part is DayPart.MORNING:
        return time(hour % HALF_DAY if hour != HALF_DAY or known.clock_offset else hour, minute)
    if part or hour % HALF_DAY < FIRST_CLINIC_HOUR:
        hour = hour % HALF_DAY + HALF_DAY
    return time(hour % FULL_DAY, minute)


def _date_in_figures(word: str, calendar: Calendar) -> Days | None:
    parts = [int(part) for part in word.replace("/", "-").replace(".", "-").split("-") if part]
    if len(parts) == 3 and parts[0] > LONGEST_MONTH:  # noqa: PLR2004  year, month, day
        return calendar.day_of_month(parts[2], parts[1], parts[0])
    return calendar.in_figures(parts[0], parts[1], parts[2] if len(parts) > 2 else None)  # noqa: PLR2004


def _told_apart(words: tuple[str, ...], found: list[Mention], known: DayWords) -> list[Mention]:
    """Neighbours that say one thing together: "10 in the morning", "thursday the 12th"."""
    told: list[Mention] = []
    for mention in found:
        before = told[-1] if told else None
        between = words[before.end : mention.start] if before else ()
        if before and len(between) <= _PART_REACH and known.linking.issuperset(between):
            if joined := _joined(before, mention, known):
                told[-1] = joined
                continue
        told.append(mention)
    return told


def _joined(before: Mention, behind: Mention, known: DayWords) -> Mention | None:
    hour = next((one for one in (before, behind) if one.spoken and one.meaning not in _CERTAIN), None)
    part = next((one.part for one in (before, behind) if one.part and not one.at), None)
    if hour and part and hour.spoken:
        at = _on_the_clock(hour.spoken, part, known)
        return structs.replace(hour, start=before.start, end=behind.end, at=at, part=part_of(at))
    if before.meaning in _WEEKDAYS and behind.meaning in _DATED and len(behind.dates) >= 1:
        agreeing = tuple(day for day in behind.dates if before.dates[0].weekday() == day.weekday())
        days = Days(agreeing) if agreeing else Days((*before.dates, *behind.dates), unsure=True)
        return structs.replace(behind, start=before.start, days=days)
    if before.meaning in _DATED and behind.meaning == "weekday" and before.dates:
        return _joined(behind, before, known) and structs.replace(
            _joined(behind, before, known) or before, start=before.start, end=behind.end
        )
    if before.meaning == "weekday" and behind.meaning in _WEEKS and behind.earliest and behind.latest:
        monday = behind.latest - timedelta(days=6)
        day = monday + timedelta(days=before.dates[0].weekday())
        return Mention(before.start, behind.end, "weekday", Days((day,)))
    if behind.meaning == "weekday" and before.meaning in _WEEKS and before.earliest and before.latest:
        monday = before.latest - timedelta(days=6)
        day = monday + timedelta(days=behind.dates[0].weekday())
        return Mention(before.start, behind.end, "weekday", Days((day,)))
    return None


_CERTAIN = frozenset({"hour_am", "hour_pm"})
_WEEKDAYS = frozenset({"weekday", "this_weekday", "next_weekday"})
_DATED = frozenset({"day_of_month", "day_and_month", "date"})
_WEEKS = frozenset({"this_week", "next_week", "week_after_next"})


# --- from mentions to ranges -----------------------------------------------------------------------

RANGE_SLOTS = ("{a}", "{b}")


def _with_ranges(
    words: tuple[str, ...], found: list[Mention], slots: Slots, known: DayWords, calendar: Calendar
) -> Iterator[Mention]:
    """The mentions, with those that a word such as "after" or "between" makes a range of."""
    if known.ranges.words.isdisjoint(words):
        yield from found
        return
    ends = _range_slots(words, found, slots, known, calendar)
    ranges: list[Mention] = []
    for match in apart(known.ranges.every(words, ends)):
        if ranged := _ranged(match, calendar):
            ranges.append(ranged)
    covered = {at for ranged in ranges for at in range(ranged.start, ranged.end)}
    kept = [mention for mention in found if covered.isdisjoint(range(mention.start, mention.end))]
    yield from sorted([*ranges, *kept], key=lambda mention: mention.start)


def _range_slots(
    words: tuple[str, ...], found: Sequence[Mention], slots: Slots, known: DayWords, calendar: Calendar
) -> list[Mapping[str, Sequence[tuple[int, Any]]]]:
    """Where a range can begin or end: at a mention, at a month, or at a number that is an hour or a day."""
    by_start = {mention.start: mention for mention in found if mention.names_a_day or mention.at}
    by_start |= {  # "after" and "the" belong to the range as well as to "the 15th"
        start + 1: mention for start, mention in by_start.items() if words[start] in known.linking
    }
    covered = {at for mention in found for at in range(mention.start, mention.end)}
    ends: list[Mapping[str, Sequence[tuple[int, Any]]]] = []
    for at in range(len(words)):
        if mention := by_start.get(at):
            options = [(mention.end, mention)]
        elif at not in covered and "{hour}" in slots[at]:
            behind, hour = slots[at]["{hour}"][0]
            options = [(behind, _hour_mention(at, behind, "number", hour, known))]
        elif at not in covered and "{month}" in slots[at]:
            behind, month = slots[at]["{month}"][0]
            options = [(behind, Mention(at, behind, "in_month", calendar.named_month(month)))]
        else:
            options = []
        ends.append({"{a}": options, "{b}": options} if options else NO_SLOTS)
    return ends


def _ranged(match: Match, calendar: Calendar) -> Mention | None:
    first: Mention = match.slot("{a}")
    second: Mention | None = match.slot("{b}")
    if match.act == "between":
        return _between(match, first, second, calendar) if second else None
    if first.meaning == "number" and match.act in _NEVER_BARE:
        return None
    if first.names_a_day:
        days, otherwise = _day_bounds(match.act, first, calendar)
        return Mention(match.start, match.end, match.act, days, otherwise=otherwise)
    if match.act in {"after", "from"}:
        return Mention(match.start, match.end, match.act, not_before=first.at)
    return Mention(match.start, match.end, match.act, not_after=first.at)


# "By 9" and "until 2" are said of hours only where the number is plainly one.
_NEVER_BARE = frozenset({"from"})


def _day_bounds(act: str, named: Mention, calendar: Calendar) -> tuple[Days, Days]:
    """The days of a range, and those that are left where it is refused."""
    first = named.dates[0] if named.dates else named.earliest or calendar.today
    last = named.dates[-1] if named.dates else named.latest or first
    one_day = timedelta(days=1)
    if act == "after":
        return Days(earliest=last + one_day), Days(latest=last)
    if act == "from":
        return Days(earliest=first), Days(latest=first - one_day)
    if act == "before":
        return Days(earliest=calendar.today, latest=max(first - one_day, calendar.today)), Days(
            earliest=first
        )
    open_again = first if named.earliest else last + one_day
    return Days(earliest=calendar.today, latest=last), Days(earliest=open_again)


def _between(match: Match, first: Mention, second: Mention, calendar: Calendar) -> Mention | None:
    if first.meaning == "number" and second.dates and first.spoken:
        # "From 12 to 15 march"
        dated = calendar.day_of_month(first.spoken[0] or FULL_DAY, second.dates[0].month)
        return dated and Mention(
            match.start, match.end, "between", Days(earliest=dated.dates[0], latest=second.dates[0])
        )
    if first.dates and second.meaning == "number" and second.spoken and first.meaning in _DATED:
        dated = calendar.day_of_month(second.spoken[0] or FULL_DAY)
        return dated and Mention(
            match.start, match.end, "between", Days(earliest=first.dates[0], latest=dated.dates[0])
        )
    if first.dates and second.dates:
        start, end = first.dates[0], second.dates[-1]
        end += timedelta(days=7 * (end < start))
        return Mention(match.start, match.end, "between", Days(earliest=start, latest=end))
    if first.at and second.at:
        start_at, end_at = first.at, second.at
        if first.meaning == second.meaning == "number" and start_at >= end_at:
            return None  # "3-1" is a score
        if start_at > end_at and second.meaning in {"hour_pm", "number"} and end_at.hour < HALF_DAY:
            end_at = end_at.replace(hour=end_at.hour + HALF_DAY)
        return Mention(match.start, match.end, "between", not_before=start_at, not_after=end_at)
    return None

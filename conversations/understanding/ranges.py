"""Ranges of days and hours: "after the 12th", "between 2 and 4", "from monday on", "not until june"."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from conversations.understanding.calendar import DAYS_OF_WEEK, Calendar, Days
from conversations.understanding.day_meanings import TOLD_BY_OTHERS
from conversations.understanding.daywords import DayWords
from conversations.understanding.mention import DATED, FULL_DAY, HALF_DAY, Mention, hour_mention
from conversations.understanding.phrases import NO_SLOTS, Match, Slots, SlotsHere, apart
from conversations.understanding.word_groups import places

_COUNTED = {"days_after": 1, "days_before": -1, "weeks_after": DAYS_OF_WEEK, "weeks_before": -DAYS_OF_WEEK}

_THE_VISIT = frozenset({"visit", "visit_day"})
_THAN_THAT = {"after": "afterwards", "before": "beforehand"}


def with_ranges(
    words: tuple[str, ...], found: list[Mention], slots: Slots, known: DayWords, calendar: Calendar
) -> Iterator[Mention]:
    """The mentions, with those that a word such as "after" or "between" makes a range of."""
    if known.ranges.words.isdisjoint(words):
        yield from found
        return
    ends = _range_slots(words, found, slots, known, calendar)
    ranges: list[Mention] = []
    for match in apart(known.ranges.every(words, ends)):
        ranges += [ranged] if (ranged := _ranged(match, calendar)) else []
    covered = {at for ranged in ranges for at in range(ranged.start, ranged.end)}
    kept = [mention for mention in found if covered.isdisjoint(range(mention.start, mention.end))]
    yield from sorted([*ranges, *kept], key=lambda mention: mention.start)


def _range_slots(
    words: tuple[str, ...], found: Sequence[Mention], slots: Slots, known: DayWords, calendar: Calendar
) -> list[SlotsHere]:
    """Where a range can begin or end: at a mention, at a month, or at a number that is an hour or a day."""
    by_start = dict(_visits(words, found, known, calendar))
    by_start |= {mention.start: mention for mention in found if mention.names_a_day or mention.at}
    by_start |= {  # "after" and "the" belong to the range as well as to "the 15th"
        start + 1: mention for start, mention in by_start.items() if words[start] in known.linking
    }
    covered = {at for mention in found for at in range(mention.start, mention.end)}
    ends: list[SlotsHere] = []
    for at in range(len(words)):
        end = by_start.get(at) or (None if at in covered else _bare(words, at, slots[at], known, calendar))
        found_here = {slot: [(end.end, end)] for slot in ("{a}", "{b}") if end}
        counts = {"{n}": slots[at]["{n}"]} if "{n}" in slots[at] else NO_SLOTS
        ends.append({**found_here, **counts})
    return ends


def _visits(
    words: tuple[str, ...], found: Sequence[Mention], known: DayWords, calendar: Calendar
) -> Iterator[tuple[int, Mention]]:
    """Where the visit is spoken of, whose day a range can begin or end with: "any day after that"."""
    day = calendar.from_visit(0)
    if day is None:
        return
    named = [one for one in found if one.names_a_day or one.meaning in TOLD_BY_OTHERS]
    taken = {at for mention in named for at in range(mention.start, mention.end)}
    for place in places(words, known.visit):
        if taken.isdisjoint(place):
            yield place.start, Mention(place.start, place.stop, "visit", day)


def _bare(
    words: tuple[str, ...],
    at: int,
    slots: SlotsHere,
    known: DayWords,
    calendar: Calendar,
) -> Mention | None:
    """A month, or a number that is an hour; one that no clinic works at is a day of the month."""
    slot = next((slot for slot in ("{hour}", "{day}", "{month}") if slot in slots), None)
    if slot is None:
        return None
    behind, value = slots[slot][0]
    if slot == "{month}":
        return Mention(at, behind, "in_month", calendar.named_month(value))
    if behind < len(words) and words[behind] in known.not_behind_days:
        return None  # "after 20 minutes"
    of_the_visit = slot == "{hour}" and not value[1] and value[0] in {on.day for on in calendar.spoken_of}
    if slot == "{hour}" and (0 < value[0] <= known.last_bare_hour or value[1]) and not of_the_visit:
        return hour_mention(at, behind, "number", value, known)
    day = value[0] or FULL_DAY if slot == "{hour}" else value  # midnight was written 24
    return Mention(at, behind, "number", calendar.day_of_month(day) or Days(), spoken=(day, 0))


def _ranged(match: Match, calendar: Calendar) -> Mention | None:
    first: Mention = match.slot("{a}")
    second: Mention | None = match.slot("{b}")
    if match.act in _COUNTED:
        return _counted_from(match, first, calendar)
    if match.act == "between":
        return _between(match, first, second, calendar) if second else None
    if match.act in _THAN_THAT and first.meaning in _THE_VISIT:
        # "After that": after what the text told before, if it told anything.
        days, _ = _day_bounds(match.act, first, calendar)
        return Mention(match.start, match.end, _THAN_THAT[match.act], days)
    if match.act == "until" and first.meaning in _THE_VISIT:
        return None  # "we can't make it that day"
    return _bounded(match, first, calendar)


def _bounded(match: Match, first: Mention, calendar: Calendar) -> Mention | None:
    """The days or the hours on one side of what is named."""
    if first.names_a_day:
        days, otherwise = _day_bounds(match.act, first, calendar)
        return Mention(match.start, match.end, match.act, days, otherwise=otherwise)
    if first.at is None:
        return None
    if match.act in {"after", "from"}:
        return Mention(match.start, match.end, match.act, not_before=first.at)
    return Mention(match.start, match.end, match.act, not_after=first.at)


def _counted_from(match: Match, first: Mention, calendar: Calendar) -> Mention | None:
    """So many days from a day: "two days after the appointment", "a week after tomorrow"."""
    if not first.dates:
        return None
    day = first.dates[0] + timedelta(days=_COUNTED[match.act] * (match.slot("{n}") or 1))
    meaning = "days_after_visit" if first.meaning == "visit" else match.act
    return Mention(match.start, match.end, meaning, Days((day,))) if day >= calendar.today else None


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
        return Days(latest=max(first - one_day, calendar.today)), Days(earliest=first)
    open_again = first if named.earliest else last + one_day
    return Days(latest=last), Days(earliest=open_again)


def _between(match: Match, first: Mention, second: Mention, calendar: Calendar) -> Mention | None:
    if _THE_VISIT & {first.meaning, second.meaning}:
        return None  # "move it to Thursday"
    if first.names_a_day and not (first.spoken or second.spoken or second.names_a_day):
        return None  # "d'une semaine à la même heure"
    days = _days_between(first, second, calendar)
    if days:
        return Mention(match.start, match.end, "between", days)
    return _hours_between(match, first, second) if first.at and second.at else None


def _days_between(first: Mention, second: Mention, calendar: Calendar) -> Days | None:
    """From one day to another; of "12 to 15 march" both are in march."""
    if first.meaning == "number" and second.dates and first.spoken:
        dated = calendar.day_of_month(first.spoken[0] or FULL_DAY, second.dates[0].month)
        return dated and _in_order(dated.dates[0], second.dates[0])
    if first.dates and second.meaning == "number" and second.spoken and first.meaning in DATED:
        dated = calendar.day_of_month(second.spoken[0] or FULL_DAY)
        return dated and _in_order(first.dates[0], dated.dates[0])
    if first.meaning == second.meaning == "in_month":
        return Days(earliest=first.earliest, latest=second.latest)
    if not (first.dates and second.dates):
        return None
    start, end = first.dates[0], second.dates[-1]
    if first.meaning == "day_of_month" and second.meaning == "day_and_month" and start.day <= end.day:
        start = end.replace(day=start.day)
    return _in_order(start, end + timedelta(days=DAYS_OF_WEEK * (end < start)))


def _in_order(first: date, last: date) -> Days | None:
    """From one day to another; None where the second is over by then: "between 28 and 20"."""
    return Days(earliest=first, latest=last) if first <= last else None


def _hours_between(match: Match, first: Mention, second: Mention) -> Mention | None:
    """From one hour to another; "3-1" is a score."""
    start, end = first.at, second.at
    if start is None or end is None or (first.meaning == second.meaning == "number" and start >= end):
        return None
    if start > end and end.hour < HALF_DAY:
        end = end.replace(hour=end.hour + HALF_DAY)
    return Mention(match.start, match.end, "between", not_before=start, not_after=end)

"""Days that an "or" joins, of which the second is told by the first: "next week thursday or friday".

A second weekday is of the week that was named, "the 9th" of the month; "or next" is a week later.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from msgspec import structs

from conversations.understanding.calendar import Calendar, Days, a_week_after
from conversations.understanding.daywords import DayWords
from conversations.understanding.mention import WEEKS, Mention


def alternatives(
    words: tuple[str, ...], found: Sequence[Mention], known: DayWords, calendar: Calendar
) -> Iterator[Mention]:
    """The mentions, with those that an "or" joins to the one before resolved by it."""
    before: Mention | None = None
    for named in _told_by_the_next(words, found, known, calendar):
        joined = before and _joined_by_or(words, before, named, known)
        before = _resolved(before, named, calendar) if before and joined else named
        yield before


def _resolved(before: Mention, mention: Mention, calendar: Calendar) -> Mention:
    days = _counterpart(before, mention) or _in_the_stretch_of(before, mention, calendar)
    meaning = mention.meaning if mention.meaning in WEEKS else before.meaning
    return structs.replace(mention, days=days, meaning=meaning) if days else mention


def _told_by_the_next(
    words: tuple[str, ...], found: Sequence[Mention], known: DayWords, calendar: Calendar
) -> Sequence[Mention]:
    """With the first of "thursday or friday of next week" in that week, of "8 or 9 april" in that month."""
    moved = list(found)
    for at, first in reversed(list(enumerate(found[:-1]))):
        second = moved[at + 1]
        if words[first.end : second.start] not in {(word,) for word in known.or_} | {(",",)}:
            continue
        days = None
        if first.meaning == "weekday" and second.meaning == "weekday_next_week":
            days = _weekday_of_that_week(second, first)
        elif first.meaning == "day_of_month" and second.meaning == "day_and_month" and second.dates:
            days = calendar.day_of_month(first.dates[0].day, second.dates[0].month)
        if days:
            moved[at] = structs.replace(first, days=days, meaning=second.meaning)
    return moved


def _joined_by_or(words: tuple[str, ...], before: Mention, mention: Mention, known: DayWords) -> bool:
    """Whether an "or" stands between two mentions, or opens the second: "this saturday or next"."""
    between = words[before.end : mention.start]
    return between in {(word,) for word in known.or_} or (not between and words[mention.start] in known.or_)


def _counterpart(before: Mention, mention: Mention) -> Days | None:
    """A week or a day later: "this friday or the next", "tomorrow or the day after"."""
    if mention.meaning in {"the_other", "week_after_visit"} and before.meaning in WEEKS:
        return a_week_after(before.days)
    if not before.dates:
        return None
    match mention.meaning:
        case "the_other":
            return a_week_after(before.days)
        case "day_after_visit":
            return Days((before.dates[-1] + timedelta(days=1),))
        case "day_before_visit":
            return Days((before.dates[-1] - timedelta(days=1),))
        case _:
            return None


def _in_the_stretch_of(before: Mention, mention: Mention, calendar: Calendar) -> Days | None:
    if mention.meaning == "weekday" and before.meaning == "weekday_next_week":
        return _weekday_of_that_week(before, mention)
    if mention.meaning == "day_of_month" and before.meaning == "day_and_month" and before.dates:
        return calendar.day_of_month(mention.dates[0].day, before.dates[0].month)
    if mention.meaning in WEEKS and before.meaning == "weekday":
        # "Friday or next week" is not the Friday of that week.
        return structs.replace(mention.days, unsure=True)
    return None


def _weekday_of_that_week(in_week: Mention, weekday: Mention) -> Days:
    first, named = in_week.dates[0], weekday.dates[0]
    return Days((first + timedelta(days=named.weekday() - first.weekday()),))

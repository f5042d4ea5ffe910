"""Days that no pattern names: numbers in a list, a month by itself, "am" behind a day."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from conversations.understanding.calendar import Calendar
from conversations.understanding.daywords import DayWords
from conversations.understanding.mention import DATED, Mention
from conversations.understanding.phrases import Slots
from conversations.wish import DayPart

# "May" and "mar" are other words as well: letters of a month that stands alone.
_NO_SHORT = 4
# Words of a clause that a short month may open all the same: "june if possible".
_SHORT = 4


def halves_of_days(words: tuple[str, ...], found: Sequence[Mention], known: DayWords) -> Iterator[Mention]:
    """The half of the day that ends a clause behind a day: "friday am"; elsewhere "am" is another word."""
    last = len(words) - 1
    if words[last] in known.halves and any(one.end == last and one.names_a_day for one in found):
        yield Mention(last, last + 1, "half", part=DayPart(known.halves[words[last]]))


def bare_days(
    words: tuple[str, ...], found: Sequence[Mention], slots: Slots, known: DayWords, calendar: Calendar
) -> Iterator[Mention]:
    """Two numbers that are alternatives, of which one can be no hour: "25 or 26 in the afternoon"."""
    covered = {at for mention in found for at in range(mention.start, mention.end)}
    numbers = list(_bare_numbers(slots))
    for first, second in pairwise(numbers):
        joined = second.start - first.stop == 1 and words[first.stop] in known.or_
        pair = [slots[place.start]["{day}"][0][1] for place in (first, second)]
        if joined and covered.isdisjoint((*first, *second)) and max(pair) > known.last_bare_hour:
            for place, number in zip((first, second), pair, strict=True):
                if days := calendar.day_of_month(number):
                    yield Mention(place.start, place.stop, "day_of_month", days)


def _bare_numbers(slots: Slots) -> Iterator[range]:
    """Where numbers stand, each at its full length: "kumi na tano" is fifteen and no five."""
    at = 0
    while at < len(slots):
        end = slots[at]["{day}"][0][0] if "{day}" in slots[at] else at
        if end > at:
            yield range(at, end)
        at = max(end, at + 1)


def offered_days(
    words: tuple[str, ...], found: Sequence[Mention], known: DayWords, calendar: Calendar
) -> Iterator[Mention]:
    """Numbers that are the day of a place offered: "27 no, 29 yes"."""
    covered = {at for mention in found for at in range(mention.start, mention.end)}
    no_day = known.behind_hours | known.not_behind_days
    for at, word in enumerate(words):
        bare = word.isdecimal() and at not in covered and no_day.isdisjoint(words[at + 1 : at + 2])
        if bare and (days := calendar.offered_on(int(word))):
            yield Mention(at, at + 1, "day_of_month", days)


def bare_months(
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


def listed_days(
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
            place = _number_at(at, slots, backwards=at < joint)
            listed = words[joint] in known.or_ or words[joint] == ","
            if not (listed and place and covered.isdisjoint(place) and _may_be_a_day(words, place, known)):
                continue
            if days := calendar.day_of_month(slots[place.start]["{day}"][0][1], month):
                to_do.append(Mention(place.start, place.stop, dated.meaning, days))
                covered |= {joint, *place}
                yield to_do[-1]


def _number_at(at: int, slots: Slots, *, backwards: bool) -> range | None:
    """Where the number stands that begins at a place or, backwards, ends there: "kumi na tatu"."""
    starts = range(at + 1) if backwards else (at,)
    spans = (range(start, slots[start]["{day}"][0][0]) for start in starts if "{day}" in slots[start])
    return next((span for span in spans if not backwards or span.stop == at + 1), None)


def _may_be_a_day(words: tuple[str, ...], place: range, known: DayWords) -> bool:
    no_day = known.behind_hours | known.not_behind_days
    return no_day.isdisjoint(words[place.stop : place.stop + 1])

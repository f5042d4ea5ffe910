"""From words to slots: what each place of a clause could be, a weekday, a number, an hour.

The patterns of a language are written over slots: `{weekday}`, `{day}`, `{hour}`.
"""

from collections.abc import Iterator
from typing import Any

from conversations.understanding.calendar import LONGEST_MONTH, MONTHS
from conversations.understanding.daywords import DayWords
from conversations.understanding.mention import FULL_DAY, Hour
from conversations.understanding.phrases import NO_SLOTS, Slots, SlotsHere

LAST_HOUR, LAST_MINUTE = 23, 59
MOST_COUNTED = 60
# As many numbers in a row, "07 48 15 20", are no days and no hours.
_TELEPHONE = 4
# Hours are named to five minutes.
_FULL_MINUTES = 5


def slots_of(words: tuple[str, ...], known: DayWords) -> list[SlotsHere]:
    """What each place of a clause could be."""
    found: list[SlotsHere] = []
    for at, word in enumerate(words):
        named = _in_words(words, at, known) if word in known.first_words else {}
        found.append({**_in_figures(word, at), **named} if word[0].isdecimal() else named)
    for at in _inside_numbers(words, found):
        found[at] = {slot: values for slot, values in found[at].items() if slot != "{month}"}
    for at in _of_telephones(words):
        found[at] = NO_SLOTS
    for at in _dates_with_dots(words, found, known):
        found[at] = {"{date}": [(at + 1, words[at])]}
    return found


def _dates_with_dots(words: tuple[str, ...], slots: Slots, known: DayWords) -> list[int]:
    """Places of what looks like a clock time and is a date: "le 14.12", "12.05 at 10h"; not "at 10.30"."""
    clocks = [at for at, slot in enumerate(slots) if "{clock}" in slot]
    spoken = (at for at, slot in enumerate(slots) if "{hour}" in slot and at not in clocks)
    hour_beside = len(clocks) > 1 or any(
        not known.behind_hours.isdisjoint(words[at + 1 : at + 2]) for at in spoken
    )
    return [at for at in clocks if _may_be_a_date(words[at], hour_beside=hour_beside)]


def _may_be_a_date(word: str, *, hour_beside: bool) -> bool:
    day, dot, month = word.partition(".")
    if not dot or not (1 <= int(month) <= MONTHS and 1 <= int(day) <= LONGEST_MONTH):
        return False
    return hour_beside or int(month) % _FULL_MINUTES > 0


def _inside_numbers(words: tuple[str, ...], slots: Slots) -> set[int]:
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


def _in_figures(word: str, at: int) -> SlotsHere:
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


def _in_words(words: tuple[str, ...], at: int, known: DayWords) -> SlotsHere:
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

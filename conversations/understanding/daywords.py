"""How a language names days and hours: days.toml, checked and made ready to be looked up.

The meanings are the grammar's, the patterns are the language's: `next_weekday = ["next {weekday}"]`.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec import Struct

from conversations.understanding.calendar import THIS_MONTH
from conversations.understanding.day_meanings import (
    DAY_MEANINGS,
    NEEDED_SLOTS,
    PART_MEANINGS,
    RANGE_MEANINGS,
    RANGE_SLOTS,
    SLOTS,
    TIME_MEANINGS,
)
from conversations.understanding.phrases import PhraseBook
from conversations.understanding.word_groups import WordGroups, by_first_word, forms, level, words_in

Named = tuple[str, tuple[str, ...], int | tuple[int, int]]


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """What fills the slots, and the small words around them."""

    weekdays: list[list[str]]
    months: list[list[str]]
    numbers: dict[str, int]
    days: dict[str, int]
    or_: list[str] = msgspec.field(name="or")
    except_: list[str] = msgspec.field(name="except")
    linking: list[str] = []
    either_way: list[str] = []
    past: list[str] = []
    not_behind_days: list[str] = []
    visit: list[str] = []
    unplaced: list[str] = []
    nouns: list[str] = []
    months_ahead: dict[str, int] = {}
    ordinals: dict[str, int] = {}
    hours: dict[str, str] = {}


class DayData(Struct, frozen=True, forbid_unknown_fields=True):
    """days.toml as it is written."""

    words: Words
    ahead: dict[str, list[str]]
    days: dict[str, list[str]]
    times: dict[str, list[str]]
    parts: dict[str, list[str]]
    ranges: dict[str, list[str]]
    clock_offset: int = 0
    last_bare_hour: int = 18
    classes: dict[str, list[str]] = {}


class DayWords(Struct, frozen=True):
    """How a language names days and hours, ready to be looked up.

    Without one of its `signs`, and with no slot filled, no pattern of `book` is found.
    """

    book: PhraseBook
    signs: frozenset[str]
    ranges: PhraseBook
    first_words: dict[str, list[Named]]
    clock_offset: int
    last_bare_hour: int
    behind_hours: frozenset[str]
    not_behind_days: frozenset[str]
    linking: frozenset[str]
    visit: WordGroups
    halves: dict[str, str]
    joined_by: frozenset[str]
    or_: frozenset[str]
    except_: WordGroups
    unbroken: dict[str, list[tuple[str, ...]]]
    past_words: frozenset[str]
    ordinals: dict[tuple[str, ...], int]
    unplaced: WordGroups
    nouns: frozenset[str]
    either_way: frozenset[str]

    @property
    def weekdays(self) -> frozenset[str]:
        """The names of weekdays that are one word."""
        named = (one for names in self.first_words.values() for one in names)
        return frozenset(name[0] for slot, name, _ in named if slot == "{weekday}" and len(name) == 1)

    @property
    def words(self) -> frozenset[str]:
        """Every word that stands in it."""
        slots = {word for names in self.first_words.values() for _, name, _ in names for word in name}
        others = (*self.joined_by, *self.linking, *words_in(self.except_), *words_in(self.visit))
        return frozenset({*self.book.words, *self.ranges.words, *slots, *others})


def day_words(data: DayData, often: Mapping[str, int]) -> DayWords:
    """Compile a language's days; `often` says how common words are in it.

    Raises:
        ValueError: a meaning is unknown, or a pattern cannot be read.
    """
    _check(data)
    meanings = {
        **{f"ahead {days}": lines for days, lines in data.ahead.items()},
        **{name: data.days.get(name, []) for name in DAY_MEANINGS},
        **{name: data.times.get(name, []) for name in TIME_MEANINGS},
        **{name: data.parts.get(name, []) for name in PART_MEANINGS},
    }
    book = PhraseBook(meanings, data.classes, SLOTS)
    return DayWords(
        book=book,
        signs=book.signs(often),
        ranges=PhraseBook(
            {name: data.ranges.get(name, []) for name in RANGE_MEANINGS}, data.classes, RANGE_SLOTS
        ),
        first_words=_by_first_word(_named(data.words)),
        clock_offset=data.clock_offset,
        last_bare_hour=data.last_bare_hour,
        behind_hours=frozenset(_behind_hours(data.times, data.classes)),
        not_behind_days=_single_words(data.words.not_behind_days),
        linking=_single_words(data.words.linking),
        halves={
            word: part
            for part, meaning in (("morning", "hour_am"), ("afternoon", "hour_pm"))
            for word in _behind_hours({meaning: data.times.get(meaning, [])}, data.classes)
        },
        visit=by_first_word(data.words.visit),
        joined_by=_single_words((*data.words.or_, *data.words.linking)),
        or_=_single_words(data.words.or_),
        except_=by_first_word(" ".join(form) for form in _every_form(data.words.except_)),
        unbroken=_by_last_word(_every_form(data.words.except_)),
        past_words=_single_words(data.words.past),
        ordinals={level(words): number for words, number in data.words.ordinals.items()},
        unplaced=by_first_word(data.words.unplaced),
        nouns=_single_words(data.words.nouns),
        either_way=frozenset(data.words.either_way),
    )


def _check(data: DayData) -> None:
    if (len(data.words.weekdays), len(data.words.months)) != (7, 12):
        raise ValueError("days.toml: seven weekdays and twelve months are needed")
    for name, table, meanings in (
        ("days", data.days, DAY_MEANINGS),
        ("times", data.times, TIME_MEANINGS),
        ("parts", data.parts, PART_MEANINGS),
        ("ranges", data.ranges, RANGE_MEANINGS),
    ):
        if unknown := sorted(set(table) - set(meanings)):
            raise ValueError(f"days.toml: {name} unknown: {unknown}")
    _check_once(data)
    for meaning, line in _lines_of(data):
        if missing := [slot for slot in NEEDED_SLOTS.get(meaning, ()) if slot not in line.split()]:
            raise ValueError(f"days.toml: {meaning}: {line!r} needs {' and '.join(missing)}")
    for days in data.ahead:
        number, _, part = days.partition(" ")
        if not number.removeprefix("-").replace("-", "").isdecimal() or part not in {"", *PART_MEANINGS}:
            raise ValueError(f"days.toml: ahead needs a number of days, not {days!r}")


def _check_once(data: DayData) -> None:
    """A line that stands in two meanings is heard in one only."""
    seen: dict[str, str] = {}
    for table in (data.ahead, data.days, data.times, data.parts):
        for meaning, lines in table.items():
            for line in lines:
                if line in seen:
                    raise ValueError(f"days.toml: {line!r} stands in {seen[line]} and in {meaning}")
                seen[line] = meaning


def _lines_of(data: DayData) -> Iterator[tuple[str, str]]:
    for table in (data.days, data.times):
        for meaning, lines in table.items():
            yield from ((meaning, line) for line in lines)


def _named(words: Words) -> Iterator[Named]:
    for index, names in enumerate(words.weekdays):
        yield from (("{weekday}", level(name), index) for name in names)
    for number, names in enumerate(words.months, 1):
        yield from (("{month}", level(name), number) for name in names)
    yield from (("{month}", level(name), THIS_MONTH + ahead) for name, ahead in words.months_ahead.items())
    yield from (("{hour}", level(name), _clock(at)) for name, at in words.hours.items())
    yield from (("{n}", level(name), number) for name, number in words.numbers.items())
    yield from (("{day}", level(name), number) for name, number in words.days.items())


def _clock(at: str) -> tuple[int, int]:
    hour, _, minute = at.partition(":")
    if not (hour.isdecimal() and minute.isdecimal()):
        raise ValueError(f"days.toml: hours needs a clock time, not {at!r}")
    return int(hour), int(minute)


def _by_first_word(named: Iterable[Named]) -> dict[str, list[Named]]:
    by_first: dict[str, list[Named]] = {}
    for slot, name, value in named:
        by_first.setdefault(name[0], []).append((slot, name, value))
    return by_first


def _every_form(entries: Iterable[str]) -> Iterator[tuple[str, ...]]:
    return (form for entry in entries for form in forms(entry))


def _by_last_word(phrases: Iterable[tuple[str, ...]]) -> dict[str, list[tuple[str, ...]]]:
    by_last: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        by_last.setdefault(phrase[-1], []).append(phrase)
    return by_last


def _behind_hours(times: dict[str, list[str]], classes: dict[str, list[str]]) -> Iterator[str]:
    """The words that make an hour of the number before them."""
    for lines in times.values():
        for line in lines:
            _, hour, behind = line.partition("{hour} ")
            if hour and behind and len(behind.split()) == 1:
                for option in behind.strip("[]").split("/"):
                    entries = classes.get(option.strip("<>"), []) if option[0] == "<" else [option]
                    yield from (level(entry)[0] for entry in entries if entry.isalpha())


def _single_words(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word for entry in words for word in level(entry))

"""The words of each language, loaded from its folder and checked.

A language is a folder of data in conversations/languages. A mistake in it (a word with an accent, an act
that the rules do not know, a list forgotten) is an error when the program starts, not a misread text.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import msgspec
from msgspec import Struct

from conversations.understanding.normal import normalise
from conversations.understanding.phrases import PhraseBook, WordGroups, by_first_word

DEFAULT_LANGUAGE = "en"
_LANGUAGES = files("conversations") / "languages"

# What a phrase can do in a sentence. The order decides between phrases of equal length: refusals and
# opt-outs before promises, because a promise that was not made does the most harm.
ACTS = (
    "stop",
    "bare_stop",
    "start",
    "bare_start",
    "wrong_number",
    "keep",
    "nothing",
    "not_coming",
    "unsuitable",
    "cancel_visit",
    "cancel",
    "cant",
    "already",
    "sick",
    "human",
    "none_of_these",
    "move",
    "free",
    "same_day",
    "later",
    "sooner",
    "who",
    "where",
    "when",
    "what",
    "help",
    "bare_help",
    "hedge",
    "obstacle",
    "coming",
    "yes",
    "no",
    "ok",
    "thanks",
    "greeting",
    "bare_yes",
    "bare_no",
)


class PhraseData(Struct, frozen=True, forbid_unknown_fields=True):
    """phrases.toml as it is written."""

    language: str
    name: str
    question_openers: list[str]
    turning_words: list[str]
    negators: list[str]
    polite: list[str]
    all_children: list[str]
    fillers: str
    classes: dict[str, list[str]]
    acts: dict[str, list[str]]


# The words of a day's name, and what they stand for: kinds with a number ("weekday 3", "ahead 1").
DayName = tuple[tuple[str, ...], tuple[tuple[str, int], ...]]


class Choosing(Struct, frozen=True, forbid_unknown_fields=True):
    """Words around a number that picks from a list."""

    around: list[str]


class DayData(Struct, frozen=True, forbid_unknown_fields=True):
    """days.toml as it is written."""

    weekdays: list[list[str]]
    months: list[list[str]]
    today: list[str]
    tomorrow: list[str]
    day_after_tomorrow: list[str]
    this_week: list[str]
    next_week: list[str]
    next_month: list[str]
    weekend: list[str]
    next: list[str]
    morning: list[str]
    afternoon: list[str]
    evening: list[str]
    am: list[str]
    pm: list[str]
    noon: list[str]
    clock_at: list[str]
    clock_words: list[str]
    spelled_hours: list[str]
    ordinal_endings: list[str]
    date_markers: list[str]
    between_day_and_month: list[str]
    joined_by: list[str]
    except_: list[str] = msgspec.field(name="except")
    numbers: dict[str, list[str]] = {}
    choosing: Choosing = Choosing([])


class DayWords(Struct, frozen=True):
    """How a language names days and hours, ready to be looked up."""

    months: dict[str, int]
    names: dict[str, list[DayName]]
    next: WordGroups
    am: WordGroups
    pm: WordGroups
    noon: WordGroups
    clock_at: WordGroups
    clock_words: WordGroups
    hour_words: WordGroups
    spelled_hours: dict[str, int]
    ordinal_endings: WordGroups
    date_markers: WordGroups
    between_day_and_month: WordGroups
    joined_by: frozenset[str]
    except_: tuple[tuple[str, ...], ...]


class Lexicon(Struct, frozen=True):
    """One language, ready for use. `meaningless` words neither help nor hinder a reading."""

    language: str
    name: str
    book: PhraseBook
    days: DayWords
    question_openers: frozenset[tuple[str, ...]]
    turning_words: frozenset[str]
    negators: frozenset[str]
    agreements: frozenset[str]
    polite: frozenset[str]
    meaningless: frozenset[str]
    all_children: tuple[tuple[str, ...], ...]
    numbers: WordGroups
    number_of: dict[tuple[str, ...], int]
    around_numbers: frozenset[str]


@cache
def languages() -> tuple[str, ...]:
    """The languages there are folders for, by code."""
    return tuple(
        sorted(folder.name for folder in _LANGUAGES.iterdir() if (folder / "phrases.toml").is_file())
    )


@cache
def lexicon(language: str) -> Lexicon:
    """The words of a language.

    Raises:
        ValueError: its data is wrong; the message names the language and the entry.
    """
    return read_lexicon(_LANGUAGES / language)


def read_lexicon(folder: Traversable) -> Lexicon:
    """Load and check one language's folder."""
    phrases = msgspec.convert(_toml(folder / "phrases.toml"), PhraseData)
    days = msgspec.convert(_toml(folder / "days.toml"), DayData)
    _check(phrases, days)
    acts = {act: phrases.acts[act] for act in ACTS}
    numbers = {tuple(word.split()): int(number) for number, words in days.numbers.items() for word in words}
    polite, around = frozenset(phrases.polite), frozenset(days.choosing.around)
    return Lexicon(
        language=phrases.language,
        name=phrases.name,
        book=PhraseBook(acts, phrases.classes),
        days=_day_words(days),
        question_openers=frozenset(tuple(words.split()) for words in phrases.question_openers),
        turning_words=frozenset(phrases.turning_words),
        negators=frozenset(phrases.negators),
        agreements=frozenset(phrases.acts["yes"]),
        polite=polite,
        meaningless=polite | around | frozenset(phrases.fillers.split()),
        all_children=tuple(tuple(words.split()) for words in phrases.all_children),
        numbers=by_first_word(" ".join(words) for words in numbers),
        number_of=numbers,
        around_numbers=around,
    )


def _day_words(days: DayData) -> DayWords:
    return DayWords(
        months={name: number for number, names in enumerate(days.months, 1) for name in names},
        names=_day_names(days),
        next=by_first_word(days.next),
        am=by_first_word(days.am),
        pm=by_first_word(days.pm),
        noon=by_first_word(days.noon),
        clock_at=by_first_word(days.clock_at),
        clock_words=by_first_word(days.clock_words),
        hour_words=by_first_word([*days.am, *days.pm, *days.clock_words]),
        spelled_hours={name: hour for hour, name in enumerate(days.spelled_hours, 1)},
        ordinal_endings=by_first_word(days.ordinal_endings),
        date_markers=by_first_word(days.date_markers),
        between_day_and_month=by_first_word(days.between_day_and_month),
        joined_by=frozenset(days.joined_by),
        except_=tuple(tuple(words.split()) for words in days.except_),
    )


def _day_names(days: DayData) -> dict[str, list[DayName]]:
    """Every name of a day or a part of it by its first word, the longest first. One name may be two kinds."""
    listed: list[tuple[str, int, list[str]]] = [
        *(("weekday", index, names) for index, names in enumerate(days.weekdays)),
        ("ahead", 0, days.today),
        ("ahead", 1, days.tomorrow),
        ("ahead", 2, days.day_after_tomorrow),
        ("week", 0, days.this_week),
        ("week", 1, days.next_week),
        ("next_month", 0, days.next_month),
        ("weekend", 0, days.weekend),
        *(("part", index, names) for index, names in enumerate((days.morning, days.afternoon, days.evening))),
    ]
    kinds: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    for kind, index, names in listed:
        for name in names:
            kinds.setdefault(tuple(name.split()), []).append((kind, index))
    by_first: dict[str, list[DayName]] = {}
    for words in sorted(kinds, key=len, reverse=True):
        by_first.setdefault(words[0], []).append((words, tuple(kinds[words])))
    return by_first


def _toml(path: Traversable) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _check(phrases: PhraseData, days: DayData) -> None:
    where = f"language {phrases.language!r}"
    if set(phrases.acts) != set(ACTS):
        raise ValueError(f"{where}: acts missing or unknown: {sorted(set(phrases.acts) ^ set(ACTS))}")
    if (len(days.weekdays), len(days.months)) != (7, 12):
        raise ValueError(f"{where}: seven weekdays and twelve months are needed")
    for entry in _entries(msgspec.to_builtins(phrases.acts)):
        if normalise(entry) != entry:
            raise ValueError(f"{where}: write {entry!r} as it is left by normalising: {normalise(entry)!r}")
    for entry in _entries(msgspec.to_builtins(days)):
        if normalise(entry) != entry:
            raise ValueError(f"{where}: write {entry!r} as it is left by normalising: {normalise(entry)!r}")


def _entries(data: Any) -> Iterator[str]:
    """Every string in nested lists and tables."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _entries(value)
    elif isinstance(data, list):
        for value in data:
            yield from _entries(value)

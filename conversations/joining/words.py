"""The words of registering a child, loaded from joining.toml of each language and checked."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import msgspec
from babel import Locale
from msgspec import Struct

from conversations.understanding.languages import DEFAULT_LANGUAGE, known, languages
from conversations.understanding.normal import normalise

Words = tuple[str, ...]

# Longer than anybody asks to register a child and says nothing else; every text is looked at.
LONGEST_ASKING = 80

_WORD = re.compile(r"\d+|[^\W\d_]+(?:[\u0900-\u0903\u093a-\u094f][^\W\d_]*)*")


class JoiningWords(Struct, frozen=True, forbid_unknown_fields=True):
    """joining.toml as it is written: lower case, no accents.

    Attributes:
        join: What a parent writes to register a child.
        around: Words that may stand beside it.
        no_names: Words that are no child's name when they are all that is said.
        before_names: What a parent may write in front of the name.
        days_ago: Phrases for today and the days before, by their number.
        units: The words for a day, a week and a month of age.
        numbers: Words for numbers, by their number.
        months: How months are written beyond their names in the calendar, by their number.
        clinic_words: Words that tell no facility from another.
    """

    join: list[str]
    around: list[str]
    no_names: list[str]
    before_names: list[str]
    days_ago: dict[int, list[str]]
    units: dict[str, list[str]]
    numbers: dict[int, list[str]]
    clinic_words: list[str]
    months: dict[int, list[str]] = {}


@cache
def joining_words(language: str) -> JoiningWords:
    """The words of a language; of English where a language has none of its own.

    Raises:
        ValueError: the data is wrong; the message names the language and the entry.
    """
    written = files("conversations") / "languages" / language / "joining.toml"
    if not written.is_file():
        return joining_words(DEFAULT_LANGUAGE)
    read = msgspec.convert(tomllib.loads(written.read_text(encoding="utf-8")), JoiningWords, strict=False)
    phrases = [*read.join, *read.around, *read.no_names, *read.before_names, *read.clinic_words]
    tables: Iterable[list[str]] = (
        words for table in (read.days_ago, read.units, read.numbers, read.months) for words in table.values()
    )
    for phrase in (*phrases, *(word for words in tables for word in words)):
        if " ".join(words_of(phrase)) != phrase:
            raise ValueError(f"language {language!r}: {phrase!r} is not in plain words")
    if read.units.keys() != {"day", "week", "month"}:
        raise ValueError(f"language {language!r}: units are day, week and month")
    return read


def words_of(text: str) -> Words:
    """The words and numbers of a text, levelled: no accents, marks or quotations."""
    return tuple(_WORD.findall(levelled(text)))


def levelled(text: str) -> str:
    """The text in plain letters, without what it quotes."""
    return normalise(known().quoting.own_words(text))


def in_order(home: str) -> tuple[str, ...]:
    """Every language, the one on file first."""
    return tuple(dict.fromkeys((home, *languages()))) if home in languages() else languages()


def join_language(text: str, home: str) -> str | None:
    """The language in which a text asks to register a child, and nothing else; None where it does not."""
    if len(known().quoting.own_words(text)) > LONGEST_ASKING:
        return None
    words = words_of(text)
    return next((code for code in in_order(home) if _asks(words, joining_words(code))), None)


def _asks(words: Words, joining: JoiningWords) -> bool:
    said = " ".join(word for word in words if word not in joining.around)
    return said in joining.join or " ".join(words) in joining.join


@cache
def month_numbers(language: str) -> dict[str, int]:
    """The months by name: as the calendars of this language and of English have them, and as people do."""
    found: dict[str, int] = {}
    for code in (DEFAULT_LANGUAGE, language):
        for context in Locale.parse(code).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in context[width].items():
                    found |= dict.fromkeys(words_of(name), number)
    for number, names in joining_words(language).months.items():
        found |= dict.fromkeys(names, number)
    return found

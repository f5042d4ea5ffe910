"""The replies of every language, loaded from its folder and checked against each other.

A reply that is missing in one language, or that asks for a value in one and not in another, is an error
when the program starts. What a text costs in segments is stated beside it, so that a translator sees it.
"""

import string
import tomllib
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from conversations.understanding.languages import DEFAULT_LANGUAGE, languages

PLACEHOLDERS = frozenset(
    {
        "child",
        "starts_at",
        "facility",
        "address",
        "phone",
        "offers",
        "visits",
        "diseases",
        "due_on",
        "day",
        "born",
        "days",
        "facilities",
        "languages",
        "sentence",
    }
)
STYLES = frozenset({"", "numbered", "with_places", "times", "names"})

Piece = tuple[str, str | None, str]


class Reply(Struct, frozen=True, forbid_unknown_fields=True):
    """One text with placeholders, and the segments it takes with ordinary values."""

    text: str
    segments: int


class Formats(Struct, frozen=True, forbid_unknown_fields=True):
    """How a language writes a start, in a sentence and in a list; a day, one of birth, an hour (CLDR)."""

    starts_at: str
    in_lists: str
    day: str
    birth: str
    hour: str
    more: str
    """What stands for the rest of a long list."""
    clock_offset: int = 0
    """Where hours are counted from six, 6: the "h:mm" of the patterns is written as it is spoken."""


class Catalogue(Struct, frozen=True, forbid_unknown_fields=True):
    """replies.toml of one language."""

    formats: Formats
    diseases: dict[str, str]
    """In plain words; those first that families know best."""
    replies: dict[str, Reply]


@cache
def catalogue(language: str) -> Catalogue:
    """The replies of a language; English for a language we do not have.

    Raises:
        ValueError: the data is wrong, or differs from the English catalogue in keys or placeholders.
    """
    if language not in languages():
        return catalogue(DEFAULT_LANGUAGE)
    text = (files("conversations") / "languages" / language / "replies.toml").read_text(encoding="utf-8")
    read = msgspec.convert(tomllib.loads(text), Catalogue)
    _check(language, read, read if language == DEFAULT_LANGUAGE else catalogue(DEFAULT_LANGUAGE))
    return read


def pieces(text: str) -> tuple[Piece, ...]:
    """A reply as (words, placeholder, style) in order.

    Raises:
        ValueError: a brace is left open.
    """
    return tuple((words, name, style or "") for words, name, style, _ in string.Formatter().parse(text))


def placeholders(text: str) -> frozenset[str]:
    """The values that a reply asks for."""
    return frozenset(name for _, name, _ in pieces(text) if name is not None)


def _check(language: str, read: Catalogue, model: Catalogue) -> None:
    if read.diseases.keys() != model.diseases.keys():
        different = sorted(read.diseases.keys() ^ model.diseases.keys())
        raise ValueError(f"language {language!r}: diseases missing or unknown: {different}")
    if read.replies.keys() != model.replies.keys():
        different = sorted(read.replies.keys() ^ model.replies.keys())
        raise ValueError(f"language {language!r}: replies missing or unknown: {different}")
    for key, reply in read.replies.items():
        asked = placeholders(reply.text)
        if not asked <= PLACEHOLDERS or asked != placeholders(model.replies[key].text):
            raise ValueError(f"language {language!r}: the placeholders of {key!r} are wrong: {sorted(asked)}")
        if {style for _, _, style in pieces(reply.text)} - STYLES:
            raise ValueError(f"language {language!r}: {key!r} asks for an unknown style")

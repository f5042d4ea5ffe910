"""A reply with its values, in the parent's language.

Dates are written in the parent's language and in the zone that the value carries, the facility's. Names
come from people and forms: they are cleaned and cut here, at the last moment before they become a text.
"""

import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date, format_datetime
from babel.lists import format_list

from conversations.effects import Param, Params, Say
from conversations.facts import Place, Visit
from conversations.replies.catalogue import Catalogue, catalogue, pieces
from conversations.understanding.languages import DEFAULT_LANGUAGE, known, languages

LONGEST = {"child": 30, "facility": 40, "address": 80, "phone": 20, "sentence": 300}
LONGEST_OTHER = 60
# More than this is a list and no reason to come.
MOST_DISEASES = 3
# An hour in a pattern, which some languages count from six.
_HOUR = "h:mm"
# The month and weekday names of a calendar may lose an accent: with it, the whole text would cost double.
_UNACCENTED = str.maketrans("áíóúûÁÍÓÚÛ", "aiouuAIOUU")


def render(reply: Say | str, params: Params | None = None, language: str = DEFAULT_LANGUAGE) -> str:
    """The text of a reply: `render(say, language="es")` or `render("booked", {...}, "es")`.

    A language without a catalogue is answered in English.

    Raises:
        KeyError: there is no such reply, or a value it asks for is missing.
    """
    key, values = (reply.key, reply.params) if isinstance(reply, Say) else (reply, params or {})
    language = (reply.language if isinstance(reply, Say) else None) or language
    language = language if language in languages() else DEFAULT_LANGUAGE
    read = catalogue(language)
    writer = _Writer(read, language)
    return "".join(
        words + (writer.write(name, values[name], style) if name is not None else "")
        for words, name, style in pieces(read.replies[key].text)
    )


class _Writer:
    """Writes values the way one language does."""

    def __init__(self, read: Catalogue, language: str) -> None:
        self._formats = read.formats
        self._diseases = read.diseases
        self._language = language

    def write(self, name: str, value: Param, style: str) -> str:
        if isinstance(value, datetime):
            return self._date(value, self._formats.starts_at)
        if isinstance(value, date):
            return self._day(value, self._formats.birth if name == "born" else self._formats.day)
        if isinstance(value, tuple):
            return self._several(name, value, style)
        return clean(str(value), LONGEST.get(name, LONGEST_OTHER))

    def _several(self, name: str, values: tuple[Any, ...], style: str) -> str:
        """What the placeholder's name says that the values are."""
        if name == "diseases":
            return self._named({str(disease) for disease in values})
        if name == "languages":
            return ", ".join(known().word_for(str(code)) for code in values)
        if name not in {"days", "facilities"}:
            return self._list(values, style)
        born = self._formats.birth
        lines = [
            clean(value, LONGEST["facility"]) if isinstance(value, str) else self._day(value, born)
            for value in values
        ]
        return _numbered(lines) if style == "numbered" else "; ".join(lines)

    def _date(self, at: datetime, pattern: str) -> str:
        if offset := self._formats.clock_offset:
            spoken = format_datetime(at - timedelta(hours=offset), _HOUR, locale=self._language)
            pattern = pattern.replace(_HOUR, f"'{spoken}'")
        return format_datetime(at, pattern, locale=self._language).translate(_UNACCENTED)

    def _named(self, diseases: AbstractSet[str]) -> str:
        """The diseases that families know best, in their words; the rest of a long list as such."""
        known = list(dict.fromkeys(word for name, word in self._diseases.items() if name in diseases))
        others = sorted(clean(name, LONGEST_OTHER) for name in diseases - self._diseases.keys())
        words = known + others
        if len(words) > MOST_DISEASES:
            return ", ".join(words[:MOST_DISEASES]) + self._formats.more
        return str(format_list(words, locale=self._language))

    def _day(self, day: date, pattern: str) -> str:
        return format_date(day, pattern, locale=self._language).translate(_UNACCENTED)

    def _list(self, values: Sequence[Place | Visit], style: str) -> str:
        """Places or visits, as the style asks: numbered lines, children with their hours, or just names."""
        if style == "numbered":
            return _numbered(self._lines(values, with_places=False))
        if style == "times":
            return ", ".join(
                f"{_name(value)}{self._date(value.starts_at, self._formats.hour)}" for value in values
            )
        if style == "names":
            return str(format_list([_name(value).rstrip() for value in values], locale=self._language))
        return "; ".join(self._lines(values, with_places=style == "with_places"))

    def _lines(self, values: Sequence[Place | Visit], *, with_places: bool) -> list[str]:
        """One line per place or visit; the facility where it is asked for, or where they differ."""
        named = with_places or len({value.facility for value in values}) > 1
        return [self._line(value, with_facility=named) for value in values]

    def _line(self, value: Place | Visit, *, with_facility: bool) -> str:
        facility = f", {clean(value.facility, LONGEST['facility'])}" if with_facility else ""
        return f"{_name(value)}{self._date(value.starts_at, self._formats.in_lists)}{facility}"


def clean(name: str, longest: int) -> str:
    """A name as one line of visible characters, cut to its longest."""
    visible = "".join(mark if unicodedata.category(mark)[0] != "C" else " " for mark in name)
    return " ".join(visible.split())[:longest].rstrip()


def _name(value: Place | Visit) -> str:
    """The child before its visit; a place has none."""
    return f"{clean(value.child, LONGEST['child'])} " if isinstance(value, Visit) else ""


def _numbered(lines: Sequence[str]) -> str:
    return "\n".join(f"{number} {line}" for number, line in enumerate(lines, 1))

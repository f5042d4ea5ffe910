"""Phrases of a lexicon as patterns over words, and finding them in a clause.

A native speaker writes `don't ... cancel/move [the] <visit>`; here that becomes a pattern that is tried
only where its first word stands. The longest match wins and hides what lies inside it: that is how "no
problem" keeps the "no" from being heard. A slot such as `{weekday}` stands for a whole class of things that
the grammar of days knows; what filled it is kept with the match.
"""

import re
from collections import Counter
from collections.abc import Iterable, KeysView, Mapping, Sequence
from typing import Any

from msgspec import Struct

from conversations.understanding.word_groups import WordGroups, forms, groups_of

LONGEST_GAP = 2
_PART = re.compile(r"\[[^\]]*\]|(?:\([^()]*\)|[^\s()])+|\S")

# What stands in one place of a clause besides its word: by slot, where it ends and what it is.
SlotsHere = Mapping[str, Sequence[tuple[int, Any]]]
Slots = Sequence[SlotsHere]
NO_SLOTS: SlotsHere = {}


class Element(Struct, frozen=True):
    """One place in a pattern: word groups by first word, or a slot; neither is a gap."""

    groups: WordGroups
    optional: bool = False
    slot: str = ""

    @property
    def is_gap(self) -> bool:
        return not self.groups and not self.slot


class Phrase(Struct, frozen=True):
    """A compiled line of the lexicon and the act it stands for.

    Without one of the words `needed`, if there are any, it cannot be found; to look for them is quick.
    """

    act: str
    line: str
    elements: tuple[Element, ...]
    needed: KeysView[str] | None = None


class Match(Struct, frozen=True):
    """A phrase found at words[start:end] of a clause, with what filled its slots."""

    act: str
    line: str
    start: int
    end: int
    filled: tuple[tuple[str, Any], ...] = ()

    def slot(self, name: str) -> Any:
        """What filled a slot; None where the phrase has none of this name."""
        return next((value for slot, value in self.filled if slot == name), None)


class Beginnings:
    """The phrases that begin with one word: nearly all of them are told apart by the word behind it."""

    def __init__(self) -> None:
        self.always: list[Phrase] = []
        self.by_second: dict[str, list[Phrase]] = {}

    def add(self, phrase: Phrase, rests: Iterable[tuple[str, ...]]) -> None:
        """Index a phrase whose first word may be followed by these words of its first element."""
        seconds: set[str] = set()
        for rest in rests:
            found = {rest[0]} if rest else _words_behind(phrase.elements[1:])
            if found is None:
                self.always.append(phrase)
                return
            seconds |= found
        for word in seconds:
            self.by_second.setdefault(word, []).append(phrase)

    def followed_by(self, words: tuple[str, ...], at: int) -> Sequence[Phrase]:
        """The phrases that the word at this place lets hope for."""
        likely = self.by_second.get(words[at]) if at < len(words) else None
        return [*self.always, *likely] if likely else self.always


def _phrase(act: str, line: str, elements: tuple[Element, ...]) -> Phrase:
    needed = [one.groups for one in elements[1:] if one.groups and not (one.optional or one.slot)]
    return Phrase(act, line, elements, min(needed, key=len).keys() if needed else None)


def _words_behind(elements: tuple[Element, ...]) -> set[str] | None:
    """The words that can come next; None where that can be anything, or nothing."""
    found: set[str] = set()
    for element in elements:
        if not element.groups:
            return None
        found.update(element.groups)
        if not element.optional:
            return found
    return None


class PhraseBook:
    """Phrases of a language, indexed by the words or the slot they begin with."""

    def __init__(
        self,
        acts: Mapping[str, Sequence[str]],
        classes: Mapping[str, Sequence[str]],
        slots: Iterable[str] = (),
    ) -> None:
        """Compile every line; the order of `acts` decides between matches of equal length.

        Raises:
            ValueError: a line is empty or stands twice, or names a class or slot that does not exist.
        """
        self._rank = {act: rank for rank, act in enumerate(acts)}
        self._phrases: dict[str, Beginnings] = {}
        self._slots = frozenset(slots)
        self._classes = {
            name: tuple(form for option in options for form in forms(option))
            for name, options in classes.items()
        }
        self._all: list[Phrase] = []
        self.acts = set(acts)
        self.words: set[str] = set()
        self.whole_lines: set[str] = set()
        for act, lines in acts.items():
            for line in lines:
                self._add(act, line)

    def _add(self, act: str, line: str) -> None:
        elements = tuple(element for part in _PART.findall(line) for element in self._elements(part, line))
        # A leading optional word is two patterns, so that each has a first word to be found by.
        while elements and elements[0].optional:
            first = Element(elements[0].groups, slot=elements[0].slot)
            self._index(_phrase(act, line, (first, *elements[1:])))
            elements = elements[1:]
        if not elements or elements[0].is_gap or elements[-1].is_gap:
            raise ValueError(f"{act}: no word to begin or end with: {line!r}")
        self._index(_phrase(act, line, elements))

    def _index(self, phrase: Phrase) -> None:
        self._all.append(phrase)
        first_element = phrase.elements[0]
        if len(phrase.elements) == 1:
            self.whole_lines.update(word for word, rests in first_element.groups.items() if () in rests)
        for first, rests in first_element.groups.items():
            self._phrases.setdefault(first, Beginnings()).add(phrase, rests)
        if first_element.slot:
            self._phrases.setdefault(first_element.slot, Beginnings()).add(phrase, [()])
        for element in phrase.elements:
            for first, rests in element.groups.items():
                self.words.add(first)
                for rest in rests:
                    self.words.update(rest)

    def _elements(self, part: str, line: str) -> tuple[Element, ...]:
        if part == "...":
            return (Element({}),)
        optional = part.startswith("[") and part.endswith("]")
        part = part[1:-1] if optional else part
        if part.startswith("{") and part.endswith("}"):
            if part not in self._slots:
                raise ValueError(f"{line!r} names an unknown slot {part}; there are {sorted(self._slots)}")
            return (Element({}, optional, part),)
        if not part or any(sign in part for sign in "[]{}"):
            raise ValueError(f"{line!r} cannot be read at {part!r}")
        options = [option for one in part.split("/") for option in self._options(one, line)]
        if len(options) == 1 and not optional:  # "aujourd'hui" may be several words once it is levelled
            return tuple(Element({word: ((),)}) for word in options[0])
        return (Element(groups_of(options), optional),)

    def _options(self, option: str, line: str) -> tuple[tuple[str, ...], ...]:
        """The words, or all that a class stands for."""
        if not option.startswith("<"):
            return forms(option)
        if option[1:-1] not in self._classes:
            raise ValueError(f"{line!r} names an unknown class {option}")
        return self._classes[option[1:-1]]

    def often(self) -> Mapping[str, int]:
        """How many phrases have each word: what people say often stands in many."""
        return Counter(word for phrase in self._all for one in phrase.elements for word in one.groups)

    def signs(self, often: Mapping[str, int]) -> frozenset[str]:
        """Words of which one stands in all that is found while no slot is filled.

        Of each phrase the rarest, where words are said as `often` as that.
        """
        needed = (
            [one.groups.keys() for one in phrase.elements if one.groups and not one.optional]
            for phrase in self._all
            if all(one.optional for one in phrase.elements if one.slot)
        )
        rarest = (
            min(groups, key=lambda group: sum(often.get(word, 0) for word in group)) for groups in needed
        )
        return frozenset(word for group in rarest for word in group)

    def find(self, words: tuple[str, ...], slots: Slots | None = None) -> tuple[Match, ...]:
        """The phrases in these words, none overlapping another, in the order in which they stand."""
        return tuple(sorted(apart(self.every(words, slots)), key=lambda match: match.start))

    def every(self, words: tuple[str, ...], slots: Slots | None = None) -> list[Match]:
        """All phrases in these words, the longest first."""
        found: list[Match] = []
        for start, word in enumerate(words):
            if beginnings := self._phrases.get(word):
                for phrase in beginnings.followed_by(words, start + 1):
                    if phrase.needed is None or not phrase.needed.isdisjoint(words):
                        _add_match(phrase, words, start, slots, found)
            for slot, fillings in slots[start].items() if slots is not None else ():
                if beginnings := self._phrases.get(slot):
                    for phrase in beginnings.followed_by(words, fillings[0][0]):
                        if phrase.needed is None or not phrase.needed.isdisjoint(words):
                            _add_match(phrase, words, start, slots, found)
        found.sort(key=lambda match: (match.start - match.end, self._rank[match.act], match.start))
        return found


def _add_match(
    phrase: Phrase, words: tuple[str, ...], start: int, slots: Slots | None, found: list[Match]
) -> None:
    filled: list[tuple[str, Any]] = []
    end = _end(phrase.elements, 0, words, start, slots, filled)
    if end > start:
        found.append(Match(phrase.act, phrase.line, start, end, tuple(filled)))


def apart(matches: Iterable[Match]) -> Iterable[Match]:
    """Drop every match that shares a word with one before it."""
    taken: set[int] = set()
    for match in matches:
        span = range(match.start, match.end)
        if taken.isdisjoint(span):
            taken.update(span)
            yield match


def _end(
    elements: tuple[Element, ...],
    index: int,
    words: tuple[str, ...],
    at: int,
    slots: Slots | None,
    filled: list[tuple[str, Any]],
) -> int:
    """Where the pattern ends when it begins at `at`, or -1."""
    if index == len(elements):
        return at
    element = elements[index]
    if not (element.groups or element.slot):  # a gap; asked for so often that a property is too slow
        return _end_behind_gap(elements, index + 1, words, at, slots, filled)
    if at < len(words):
        if element.slot:
            for behind, value in slots[at].get(element.slot, ()) if slots else ():
                filled.append((element.slot, value))
                if (end := _end(elements, index + 1, words, behind, slots, filled)) >= 0:
                    return end
                filled.pop()
        for rest in element.groups.get(words[at], ()):
            behind = at + 1 + len(rest)
            if (not rest or words[at + 1 : behind] == rest) and (
                end := _end(elements, index + 1, words, behind, slots, filled)
            ) >= 0:
                return end
    return _end(elements, index + 1, words, at, slots, filled) if element.optional else -1


def _end_behind_gap(
    elements: tuple[Element, ...],
    index: int,
    words: tuple[str, ...],
    at: int,
    slots: Slots | None,
    filled: list[tuple[str, Any]],
) -> int:
    for skipped in range(LONGEST_GAP + 1):
        if (end := _end(elements, index, words, at + skipped, slots, filled)) >= 0:
            return end
    return -1

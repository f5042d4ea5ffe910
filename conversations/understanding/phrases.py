"""Phrases of a lexicon as patterns over words, and finding them in a clause.

A native speaker writes `dont ... cancel/move [the] <visit>`; here that becomes a pattern that is tried
only where its first word stands. The longest match wins and hides what lies inside it: that is how "no
problem" keeps the "no" from being heard.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

LONGEST_GAP = 2

WordGroups = dict[str, tuple[tuple[str, ...], ...]]


class Element(Struct, frozen=True):
    """One place in a pattern: the word groups that may stand there, by first word; none at all is a gap."""

    groups: WordGroups
    optional: bool = False

    @property
    def is_gap(self) -> bool:
        return not self.groups


class Phrase(Struct, frozen=True):
    """A compiled line of the lexicon and the act it stands for."""

    act: str
    line: str
    elements: tuple[Element, ...]


class Match(Struct, frozen=True):
    """A phrase found at words[start:end] of a clause."""

    act: str
    line: str
    start: int
    end: int


class PhraseBook:
    """All phrases of a language, indexed by the word they begin with."""

    def __init__(self, acts: Mapping[str, Sequence[str]], classes: Mapping[str, Sequence[str]]) -> None:
        """Compile every line; the order of `acts` decides between matches of equal length.

        Raises:
            ValueError: a line is empty or names a class that does not exist.
        """
        self._rank = {act: rank for rank, act in enumerate(acts)}
        self._phrases: dict[str, list[Phrase]] = {}
        self.acts = set(acts)
        self.words: set[str] = set()
        for act, lines in acts.items():
            for line in lines:
                self._add(act, line, classes)

    def _add(self, act: str, line: str, classes: Mapping[str, Sequence[str]]) -> None:
        elements = tuple(_element(part, classes, line) for part in line.split())
        # A leading optional word is two patterns, so that each has a first word to be found by.
        while elements and elements[0].optional:
            self._index(Phrase(act, line, (Element(elements[0].groups), *elements[1:])))
            elements = elements[1:]
        if not elements or elements[0].is_gap:
            raise ValueError(f"a phrase of {act!r} has no word to begin with: {line!r}")
        self._index(Phrase(act, line, elements))

    def _index(self, phrase: Phrase) -> None:
        for first in phrase.elements[0].groups:
            self._phrases.setdefault(first, []).append(phrase)
        for element in phrase.elements:
            for first, rests in element.groups.items():
                self.words.add(first)
                self.words.update(*rests)

    def find(self, words: tuple[str, ...]) -> tuple[Match, ...]:
        """The phrases in these words, none overlapping another, in the order in which they stand."""
        found = [
            Match(phrase.act, phrase.line, start, end)
            for start, word in enumerate(words)
            for phrase in self._phrases.get(word, ())
            if (end := _end(phrase.elements, 0, words, start)) > start
        ]
        found.sort(key=lambda match: (match.start - match.end, self._rank[match.act], match.start))
        return tuple(sorted(_apart(found), key=lambda match: match.start))


def _apart(matches: Iterable[Match]) -> Iterable[Match]:
    """Drop every match that shares a word with one before it."""
    taken: set[int] = set()
    for match in matches:
        span = range(match.start, match.end)
        if taken.isdisjoint(span):
            taken.update(span)
            yield match


def _end(elements: tuple[Element, ...], index: int, words: tuple[str, ...], at: int) -> int:
    """Where the pattern ends when it begins at `at`, or -1."""
    if index == len(elements):
        return at
    element = elements[index]
    if element.is_gap:
        return _end_behind_gap(elements, index + 1, words, at)
    if at < len(words):
        for rest in element.groups.get(words[at], ()):
            behind = at + 1 + len(rest)
            if words[at + 1 : behind] == rest and (end := _end(elements, index + 1, words, behind)) >= 0:
                return end
    return _end(elements, index + 1, words, at) if element.optional else -1


def _end_behind_gap(elements: tuple[Element, ...], index: int, words: tuple[str, ...], at: int) -> int:
    for skipped in range(LONGEST_GAP + 1):
        if (end := _end(elements, index, words, at + skipped)) >= 0:
            return end
    return -1


def _element(part: str, classes: Mapping[str, Sequence[str]], line: str) -> Element:
    if part == "...":
        return Element({})
    optional = part.startswith("[") and part.endswith("]")
    part = part.strip("[]")
    if part.startswith("<") and part.endswith(">"):
        if part[1:-1] not in classes:
            raise ValueError(f"{line!r} names an unknown class {part}")
        options = classes[part[1:-1]]
    else:
        options = part.split("/")
    return Element(by_first_word(options), optional)


def by_first_word(options: Iterable[str]) -> WordGroups:
    """Word groups by their first word, each with the words behind it, the longest first."""
    groups: dict[str, list[tuple[str, ...]]] = {}
    for option in options:
        first, *rest = option.split()
        groups.setdefault(first, []).append(tuple(rest))
    return {first: tuple(sorted(set(rests), key=len, reverse=True)) for first, rests in groups.items()}


def end_of_group(words: tuple[str, ...], at: int, groups: WordGroups) -> int:
    """Where the longest of the groups that stands at `at` ends; `at` itself where none does."""
    if at < len(words):
        for rest in groups.get(words[at], ()):
            end = at + 1 + len(rest)
            if words[at + 1 : end] == rest:
                return end
    return at

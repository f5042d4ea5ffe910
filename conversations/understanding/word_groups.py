"""Words and word groups as a language's author writes them, levelled, and where they stand in a clause."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product

from conversations.understanding.normal import normalise
from conversations.understanding.tokens import CLAUSE_ENDS, pieces

WordGroups = dict[str, tuple[tuple[str, ...], ...]]

_FORMS = re.compile(r"\(([^()]*)\)")


def forms(entry: str) -> tuple[tuple[str, ...], ...]:
    """An entry, levelled; one that is written `(ni|tu)ta(kuja|fika)` in each of its four forms.

    In languages that put person, tense and "not" into the verb, a whole family of words is one entry.

    Raises:
        ValueError: a bracket is left open, or nothing is left of a form.
    """
    if "(" not in entry:
        return (level(entry),)
    fixed_and_free = enumerate(_FORMS.split(entry))
    choices = [part.split("|") if index % 2 else [part] for index, part in fixed_and_free]
    return tuple(level("".join(form)) for form in product(*choices))


@lru_cache(maxsize=1 << 16)
def level(text: str) -> tuple[str, ...]:
    """The words of a lexicon's entry, as they stand in a levelled text.

    Raises:
        ValueError: nothing is left of it.
    """
    words = pieces(normalise(text))
    if not words or not CLAUSE_ENDS.isdisjoint(words):
        raise ValueError(f"{text!r} can never be found: once levelled it is {words}, and a clause ends there")
    return words


def groups_of(options: Iterable[tuple[str, ...]]) -> WordGroups:
    """Word groups by their first word, each with the words behind it, the longest first."""
    groups: dict[str, set[tuple[str, ...]]] = {}
    for first, *rest in options:
        groups.setdefault(first, set()).add(tuple(rest))
    return {first: tuple(sorted(rests, key=len, reverse=True)) for first, rests in groups.items()}


def by_first_word(options: Iterable[str]) -> WordGroups:
    """Word groups by their first word, of entries as an author writes them."""
    return groups_of(map(level, options))


def words_in(groups: WordGroups) -> Iterator[str]:
    """Every word of some groups."""
    for first, rests in groups.items():
        yield first
        yield from (word for rest in rests for word in rest)


def places(words: tuple[str, ...], groups: WordGroups) -> Iterable[range]:
    """Where groups stand; of those that begin together, the longest first."""
    return () if groups.keys().isdisjoint(words) else _places(words, groups)


def _places(words: tuple[str, ...], groups: WordGroups) -> Iterator[range]:
    for at, word in enumerate(words):
        for rest in groups.get(word, ()):
            end = at + 1 + len(rest)
            if words[at + 1 : end] == rest:
                yield range(at, end)


def end_of_group(words: tuple[str, ...], at: int, groups: WordGroups) -> int:
    """Where the longest of the groups that stands at `at` ends; `at` itself where none does."""
    if at < len(words):
        for rest in groups.get(words[at], ()):
            end = at + 1 + len(rest)
            if words[at + 1 : end] == rest:
                return end
    return at

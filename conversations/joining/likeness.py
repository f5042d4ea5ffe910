"""How alike two names are, however they were typed: by the letters they share in threes.

So "killimani" is found as Kilimani, and staff see that Zuri and Zurie may be one child. Cheap enough to
compare a text with thousands of facilities.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from conversations.facts import KnownFacility
from conversations.joining.words import Words, in_order, joining_words, words_of

# Of the threes that were typed, how many a facility's name must have; and how far behind the best one may be.
ENOUGH, NEARLY_AS_GOOD = 0.5, 0.15
MOST_CHOICES = 3

Threes = frozenset[str]


def likeness(one: str, other: str) -> float:
    """From 0, nothing in common, to 1, the same but for accents, case and marks."""
    first, second = _threes(words_of(one)), _threes(words_of(other))
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def facilities_named(text: str, facilities: Sequence[KnownFacility], home: str) -> tuple[KnownFacility, ...]:
    """The facilities that a text can mean: one, the few that fit as well, or none.

    A number is the one on a facility's posters. A name may be a part of the facility's, misspelt.
    """
    words = words_of(text)
    numbers = {int(word) for word in words if word.isdecimal() and len(word) <= len("9999")}
    if numbered := tuple(one for one in facilities if one.number in numbers):
        return numbered[:MOST_CHOICES]
    if same := tuple(one for one in facilities if _name(one.name) == words):
        return same[:MOST_CHOICES]
    return tuple(_best(_telling(words, home), facilities))


def _best(words: Words, facilities: Iterable[KnownFacility]) -> Iterable[KnownFacility]:
    typed = _threes(words)
    scored: list[tuple[float, float, KnownFacility]] = []
    for one in facilities:
        name = _threes(_name(one.name))
        shared = len(typed & name)
        if shared and shared / len(typed) >= ENOUGH:
            scored.append((shared / len(typed), shared / len(name), one))
    scored.sort(key=lambda score: (-score[0], -score[1], score[2].name))
    near = [one for share, _, one in scored if share >= scored[0][0] - NEARLY_AS_GOOD]
    return near[:MOST_CHOICES]


# The same few names are asked for with every answer.
@lru_cache(maxsize=10_000)
def _name(name: str) -> Words:
    return words_of(name)


def _telling(words: Words, home: str) -> Words:
    """The words that tell a facility from others; all of them where none does."""
    common = {word for code in in_order(home) for word in joining_words(code).clinic_words}
    return tuple(word for word in words if word not in common) or words


def _threes(words: Words) -> Threes:
    padded = (f"  {word} " for word in words)
    return frozenset(word[at : at + 3] for word in padded for at in range(len(word) - 2))

"""A normalised text as words, numbers and signs, cut into clauses.

A clause is as far as a phrase or a "not" reaches: it ends at a stop, a comma, a line break, or a word
such as "but" that turns the sentence round.
"""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from itertools import zip_longest

from msgspec import Struct

_PIECE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}"  # a date as computers write it
    r"|\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})(?!\d)"
    r"|\d{1,2}[:.h]\d{2}(?!\d)"  # a clock time
    r"|\d{1,2}/\d{1,2}(?!\d)|\d{1,2}-0\d(?!\d)"  # a date in figures
    r"|\d+"
    r"|[^\W\d_]+(?:[\u0900-\u0903\u093a-\u094f][^\W\d_]*)*"  # a word, with its vowel signs
    r"|\n"
    r"|[^\w\s]"
)
CLAUSE_ENDS = frozenset(".,;!?\n\u2026\u3002\u0964\u00bf\u00a1()|")


# Nobody texts more; what follows is read in one piece, so that no text takes long.
_MOST_CLAUSES = 32
_NO_PHRASES: Mapping[str, Collection[tuple[str, ...]]] = {}


class Clause(Struct, frozen=True):
    """Words that belong together; `asked` when a question mark closes (or, in Spanish, opens) them."""

    words: tuple[str, ...]
    asked: bool = False


@lru_cache(maxsize=64)
def pieces(normalised: str) -> tuple[str, ...]:
    """The words, numbers and signs of a text, in order; kept, since several steps ask for the same."""
    return tuple(piece[0] for piece in _PIECE.finditer(normalised))


def clauses(
    normalised: str,
    turning_words: Collection[str] = (),
    unbroken: Mapping[str, Collection[tuple[str, ...]]] = _NO_PHRASES,
) -> tuple[Clause, ...]:
    """Cut a normalised text. A turning word opens the new clause and stays in it.

    `unbroken` phrases, by their last word, hold one that turns nothing: "any day but friday".
    """
    found: list[Clause] = []
    words: list[str] = []
    opened = False
    said = pieces(normalised)
    for piece, behind in zip_longest(said, said[1:], fillvalue=""):
        if piece == "," and words and words[-1].isdecimal() and behind.isdecimal():
            words.append(piece)  # a list: "the 9, 10 or 11"
        elif len(found) >= _MOST_CLAUSES:
            words += () if piece in CLAUSE_ENDS else (piece,)
        elif piece in CLAUSE_ENDS:
            _close(found, words, asked=opened or piece == "?")
            opened = piece == "\u00bf"
        elif piece in turning_words and not _ends((*words, piece), unbroken.get(piece, ())):
            _close(found, words, asked=False)
            words.append(piece)
        else:
            words.append(piece)
    _close(found, words, asked=opened)
    return tuple(found)


def _ends(words: tuple[str, ...], phrases: Collection[tuple[str, ...]]) -> bool:
    return any(len(phrase) > 1 and words[-len(phrase) :] == phrase for phrase in phrases)


def _close(found: list[Clause], words: list[str], *, asked: bool) -> None:
    if words:
        found.append(Clause(tuple(words), asked))
        words.clear()

"""A normalised text as words, numbers and signs, cut into clauses.

A clause is as far as a phrase or a "not" reaches: it ends at a stop, a comma, a line break, or a word
such as "but" that turns the sentence round.
"""

import re
from collections.abc import Collection

from msgspec import Struct

_PIECE = re.compile(
    r"\d{1,2}[:.h]\d{2}(?!\d)"  # a clock time
    r"|\d{1,2}/\d{1,2}(?:/\d{2,4})?"  # a date in figures
    r"|\d+"
    r"|[^\W\d_]+(?:[\u0900-\u0903\u093a-\u094f][^\W\d_]*)*"  # a word, with its vowel signs
    r"|\n"
    r"|[^\w\s]"
)
_ENDS = frozenset(".,;!?\n\u2026\u3002\u0964\u00bf\u00a1()")


class Clause(Struct, frozen=True):
    """Words that belong together; `asked` when a question mark closes (or, in Spanish, opens) them."""

    words: tuple[str, ...]
    asked: bool = False


def clauses(normalised: str, turning_words: Collection[str] = ()) -> tuple[Clause, ...]:
    """Cut a normalised text. A turning word opens the new clause and stays in it."""
    found: list[Clause] = []
    words: list[str] = []
    opened = False
    for piece in _PIECE.findall(normalised):
        if piece in _ENDS:
            _close(found, words, asked=opened or piece == "?")
            opened = piece == "\u00bf"
        elif piece in turning_words:
            _close(found, words, asked=False)
            words.append(piece)
        else:
            words.append(piece)
    _close(found, words, asked=False)
    return tuple(found)


def _close(found: list[Clause], words: list[str], *, asked: bool) -> None:
    if words:
        found.append(Clause(tuple(words), asked))
        words.clear()

"""What a phone adds by itself: quotes of our own texts, and reactions to them.

A quoted reminder that holds STOP is not an opt-out. The words that announce a quote or a reaction belong to
the phone's language and are data.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from conversations.understanding.normal import ANALYSED_CHARACTERS

_QUOTE_MARKS = "[\"\u201c\u201d\u00ab\u2018\u201e']"
# What stands in quotation marks and is longer than a name or a word is somebody else's.
_QUOTATION = re.compile('["\u201c\u00ab\u201e][^"\u201c\u201d\u00ab\u00bb\u201e]{20,640}["\u201d\u00bb]')
_FILLED = r".{1,80}?"


class Reactions(Struct, frozen=True, forbid_unknown_fields=True):
    """How a phone words a tap on one of our texts; `...` is an emoji or a name."""

    approving: list[str]
    other: list[str]


class Quoting(Struct, frozen=True):
    """The patterns of all languages together: a phone's language is not its owner's."""

    approving: re.Pattern[str]
    other: re.Pattern[str]
    quoted_from_here: re.Pattern[str]

    def reaction(self, text: str) -> str:
        """`approval` or `reaction` where the phone wrote this by itself, else an empty string."""
        if self.approving.match(text):
            return "approval"
        return "reaction" if self.other.match(text) else ""

    def own_words(self, text: str) -> str:
        """The text without what it quotes."""
        lines = text[: 4 * ANALYSED_CHARACTERS].splitlines()
        announced = next(
            (at for at, line in enumerate(lines) if self.quoted_from_here.match(line)), len(lines)
        )
        above = "\n".join(line for line in lines[:announced] if not _is_quoted(line))
        own = above if above.strip() else _below_the_quote(lines[announced + 1 :])
        without = _QUOTATION.sub(" ", own)
        return without if any(mark.isalnum() for mark in without) else own


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith((">", "\u2502"))


def _below_the_quote(lines: Sequence[str]) -> str:
    """Who answers below what is quoted writes after its last marked line."""
    last = max((at for at, line in enumerate(lines) if _is_quoted(line)), default=len(lines))
    return "\n".join(lines[last + 1 :])


def quoting(reactions: Iterable[Reactions], quotes: Iterable[str]) -> Quoting:
    """Compile the words of every language."""
    every = tuple(reactions)
    return Quoting(
        _announcing((line for one in every for line in one.approving), rf"\s*:?\s*{_QUOTE_MARKS}"),
        _announcing((line for one in every for line in one.other), rf"\s*:?\s*{_QUOTE_MARKS}"),
        _announcing(quotes, r"\s*:?\s*(?:-{2,}\s*)?$"),
    )


def _announcing(lines: Iterable[str], end: str) -> re.Pattern[str]:
    options = "|".join(_FILLED.join(map(re.escape, line.split("..."))) for line in lines)
    return re.compile(
        rf"[\s\u200b-\u200f\u2066-\u2069]*(?:-{{2,}}\s*)?(?:{options or '(?!)'}){end}", re.IGNORECASE
    )

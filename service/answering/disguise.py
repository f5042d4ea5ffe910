"""Whether a text may look like something that it is not, to whoever reads it on a screen.

The text is shown as it came: these are warnings beside it, never changes to it.
"""

import re
import unicodedata
from typing import Literal, TypeAlias

Disguise: TypeAlias = Literal["direction_marks", "mixed_scripts"]

# Unicode's Bidi_Control: they turn the direction of what follows.
DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
WORD = re.compile(r"[^\W\d_]+")
# Scripts whose letters look like one another's.
LOOKALIKES = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})


def disguises(text: str) -> list[Disguise]:
    """What to beware of; empty for nearly every text."""
    found: list[Disguise] = []
    if DIRECTION_MARKS.search(text):
        found.append("direction_marks")
    if not text.isascii() and any(len(_scripts(word)) > 1 for word in WORD.findall(text)):
        found.append("mixed_scripts")
    return found


def _scripts(word: str) -> frozenset[str]:
    """The scripts of a word among those that are easily taken for one another."""
    return LOOKALIKES & {unicodedata.name(letter, "").partition(" ")[0] for letter in word}

"""A child's first name, as parents write it: with "her name is" before it, in capitals or in none."""

import re
import unicodedata

from conversations.joining.words import in_order, joining_words, words_of

LONGEST_NAME = 40
# A first name is one word or two ("Mary Anne"); more is a full name or a sentence.
MOST_WORDS = 2
_APOSTROPHES = {"\u2019": "'", "\u02bc": "'", "`": "'"}
_EDGES = " \t\n.,;:!?\"'()-*"


def first_name(text: str, home: str) -> str | None:
    """The name in a text; None where the text is something else, or more than a first name."""
    lines = [line for line in text.splitlines() if line.strip(_EDGES)]
    if len(lines) != 1:
        return None
    said = _without_opening(" ".join(lines[0].split()), home)
    for typed, plain in _APOSTROPHES.items():
        said = said.replace(typed, plain)
    name = "".join(mark for mark in said if unicodedata.category(mark)[0] not in "CS").strip(_EDGES)
    return _written(name) if _is_name(name, home) else None


def _without_opening(said: str, home: str) -> str:
    """What stands behind "her name is": as many words of the text as the longest opening has."""
    words = said.split()
    for code in in_order(home):
        for opening in sorted(joining_words(code).before_names, key=len, reverse=True):
            length = len(opening.split())
            if words_of(" ".join(words[:length])) == tuple(opening.split()) and words[length:]:
                return " ".join(words[length:])
    return said


def _is_name(name: str, home: str) -> bool:
    if not 1 < len(name) <= LONGEST_NAME or len(name.split()) > MOST_WORDS:
        return False
    if not all(unicodedata.category(mark)[0] in "LM" or mark in " '-." for mark in name):
        return False
    said = words_of(name)
    return bool(said) and not any(set(said) <= set(joining_words(code).no_names) for code in in_order(home))


def _written(name: str) -> str:
    """Capitals where a phone left them out or wrote nothing else; as typed where somebody took care."""
    if name not in {name.lower(), name.upper()}:
        return name
    return re.sub(r"(^|[ '\-])(\w)", lambda found: found[1] + found[2].upper(), name.lower())

"""Names and other one-line words that people type: cleaned, bounded, and free of what does harm later.

Line breaks and other control characters forge lines in logs and texts; marks that turn the direction of
writing show one name and mean another. The joiners that Persian and Indic names are written with stay.
"""

import unicodedata

from service.errors import Invalid

JOINERS = "\u200c\u200d"


def one_line(text: str, *, field: str, longest: int, may_be_empty: bool = False) -> str:
    """The text in composed form, with single spaces between words.

    Args:
        field: Where it was given, for the error.
        longest: The most characters that are stored.
        may_be_empty: Whether nothing is an answer.

    Raises:
        Invalid: it is empty, too long or holds control characters.
    """
    if any(_does_harm(character) for character in text):
        raise Invalid(field, "must not hold control characters")
    words = " ".join(unicodedata.normalize("NFC", text).split())
    if not words.strip(JOINERS) and not may_be_empty:
        raise Invalid(field, "must not be empty")
    if len(words) > longest:
        raise Invalid(field, f"must not be longer than {longest} characters")
    return words


def _does_harm(character: str) -> bool:
    """Control, direction, line and unpaired characters (Unicode's general categories)."""
    return character not in JOINERS and unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}

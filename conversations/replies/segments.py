"""What a text costs: how many segments it takes on the air.

A carrier charges and counts by segment. A text whose every character is in the GSM 03.38 alphabet
travels in 7-bit units, any other in 16-bit ones, and a text of several segments loses room in each to
the header that joins them. Pure, because templates, the phone page and the carrier emulator all ask.
"""

from typing import Final, Literal

import msgspec

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Sent as an escape and a second unit, so each costs two.
_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
_GSM7: Final = _BASIC | _EXTENSION

_LAST_OF_THE_BASIC_PLANE: Final = 0xFFFF


class Segments(msgspec.Struct, frozen=True):
    """How a text travels.

    Attributes:
        encoding: the alphabet that the whole text needs.
        units: septets for GSM-7 (extension characters count two), UTF-16 code units for UCS-2.
        segments: parts that the carrier sends and charges for; 0 for an empty text.
    """

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int


def count(text: str) -> Segments:
    """Say how `text` is encoded and in how many segments (3GPP TS 23.038 and 23.040, 9.2.3.24)."""
    if _GSM7.issuperset(text):
        pairs = [character in _EXTENSION for character in text]
        return Segments("GSM-7", *_fill(pairs, alone=160, joined=153))
    pairs = [ord(character) > _LAST_OF_THE_BASIC_PLANE for character in text]
    return Segments("UCS-2", *_fill(pairs, alone=70, joined=67))


def _fill(pairs: list[bool], *, alone: int, joined: int) -> tuple[int, int]:
    """Give the units and segments of characters that take two units (True) or one.

    A pair is one character (escape and letter, or two surrogates): split over two segments it would
    arrive as two wrong ones, so a segment with one unit left is closed and the pair opens the next.
    """
    units = len(pairs) + sum(pairs)
    if units <= alone:
        return units, min(units, 1)
    segments, used = 1, 0
    for is_pair in pairs:
        width = 2 if is_pair else 1
        if used + width > joined:
            segments, used = segments + 1, 0
        used += width
    return units, segments

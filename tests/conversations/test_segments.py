"""Segments: the bill of every text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.replies.segments import Segments, count

GSM_TABLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "twilio" / "gsm7_smart_encoding.json"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM-7", 0, 0)),
        ("YES", Segments("GSM-7", 3, 1)),
        ("a" * 160, Segments("GSM-7", 160, 1)),
        ("a" * 161, Segments("GSM-7", 161, 2)),
        ("a" * 306, Segments("GSM-7", 306, 2)),
        ("a" * 307, Segments("GSM-7", 307, 3)),
        ("€" * 80, Segments("GSM-7", 160, 1)),
        ("€" * 81, Segments("GSM-7", 162, 2)),
        ("é ñ ü ¿ ¡", Segments("GSM-7", 9, 1)),
        ("Sí", Segments("UCS-2", 2, 1)),
        ("ß" * 70, Segments("GSM-7", 70, 1)),
        ("ж" * 70, Segments("UCS-2", 70, 1)),
        ("ж" * 71, Segments("UCS-2", 71, 2)),
        ("ж" * 135, Segments("UCS-2", 135, 3)),
        ("👍", Segments("UCS-2", 2, 1)),
        ("👍" * 35, Segments("UCS-2", 70, 1)),
        ("👍" * 36, Segments("UCS-2", 72, 2)),
    ],
)
def test_a_text_costs_what_the_standard_says(text: str, expected: Segments) -> None:
    assert count(text) == expected


def test_an_escaped_character_is_never_split_over_two_segments() -> None:
    # 152 units, then a pair: it does not fit in the 153rd, so the first segment stays one short.
    assert count("a" * 152 + "€" + "a" * 152) == Segments("GSM-7", 306, 3)
    assert count("a" * 151 + "€" + "a" * 153) == Segments("GSM-7", 306, 2)


def test_a_surrogate_pair_is_never_split_over_two_segments() -> None:
    assert count("ж" * 66 + "👍" + "ж" * 66) == Segments("UCS-2", 134, 3)
    assert count("ж" * 65 + "👍" + "ж" * 67) == Segments("UCS-2", 134, 2)


@pytest.mark.skipif(not GSM_TABLE.exists(), reason="the shared GSM table is not beside this checkout")
def test_the_alphabet_is_that_of_the_published_table() -> None:
    table: dict[str, list[int]] = json.loads(GSM_TABLE.read_text())["gsm7"]
    every_character = (chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000)
    ours = {c: count(c).units for c in every_character if count(c).encoding == "GSM-7"}
    assert ours == {character: len(septets) for character, septets in table.items()}


@given(st.text())
def test_every_unit_has_room_and_no_segment_is_wasted(text: str) -> None:
    found = count(text)
    alone, joined = (160, 153) if found.encoding == "GSM-7" else (70, 67)
    assert found.units >= len(text)
    if found.segments > 1:
        assert found.units > alone
        # Each closed segment is full or one unit short (before a pair), so it holds at least joined - 1.
        assert (found.segments - 1) * (joined - 1) < found.units <= found.segments * joined
    else:
        assert found.units <= alone


@given(st.text(), st.text())
def test_a_longer_text_never_costs_less(text: str, more: str) -> None:
    assert count(text + more).segments >= count(text).segments


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_ucs2_counts_utf16_code_units(text: str) -> None:
    found = count("ж" + text)
    assert found.units == len(("ж" + text).encode("utf-16-le")) // 2

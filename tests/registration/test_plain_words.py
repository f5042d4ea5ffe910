"""Names as people type them: kept in their own spelling, cleaned of what does harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Invalid
from service.plain_words import one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Zuri", "Zuri"),
        ("  María   José ", "María José"),
        ("Jose\u0301", "José"),
        ("O'Brien-Nuñez", "O'Brien-Nuñez"),
        ("\u0646\u06cc\u200c\u06a9\u06cc", "\u0646\u06cc\u200c\u06a9\u06cc"),
        ("王小明", "王小明"),
    ],
)
def test_names_keep_their_spelling(typed: str, kept: str) -> None:
    assert one_line(typed, field="name", longest=60) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "\u200d",
        "a\nb",
        "a\tb",
        "a\x00b",
        "a\x7fb",
        "a\u202eb",
        "a\u2066b",
        "a\u2028b",
        "\ufeffa",
        "x" * 61,
    ],
)
def test_what_does_harm_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        one_line(typed, field="name", longest=60)
    assert refusal.value.field == "name"


@given(st.text(max_size=80))
def test_what_is_kept_is_kept_as_it_is(typed: str) -> None:
    try:
        kept = one_line(typed, field="name", longest=60, may_be_empty=True)
    except Invalid:
        return
    assert one_line(kept, field="name", longest=60, may_be_empty=True) == kept

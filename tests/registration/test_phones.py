"""Phone numbers: read as they are written in a country, refused by field, never repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Invalid
from service.registration.phones import read_phone


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("+254700000001", None, "+254700000001"),
        ("+254 700 000 001", "KE", "+254700000001"),
        ("0700 000 001", "KE", "+254700000001"),
        ("0700-000.001", "KE", "+254700000001"),
        ("00254700000001", "GB", "+254700000001"),
        ("(415) 555-0123", "US", "+14155550123"),
        ("55 1234 5678", "MX", "+525512345678"),
        # The carrier's test numbers lie in ranges that nobody has; they must pass.
        ("+15005550006", "US", "+15005550006"),
        ("+15555550100", "KE", "+15555550100"),
    ],
)
def test_a_number_is_read_as_its_country_writes_it(written: str, country: str | None, number: str) -> None:
    assert read_phone(written, country=country, field="phone") == number


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0",
        "12",
        "nobody",
        "+",
        "+254",
        "+999700000001",
        "+2547000000010000",
        "0700000001 ext 5",
        "+254700000001\n",
        "+2547000\x000001",
        "1" * 41,
        "+254700000001; DROP TABLE guardian",
    ],
)
def test_what_is_no_number_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_phone(written, country="KE", field="guardians[0].phone")
    assert refusal.value.field == "guardians[0].phone"
    if len(written) > 4:
        assert written not in refusal.value.detail


def test_a_local_number_without_a_country_is_refused() -> None:
    with pytest.raises(Invalid):
        read_phone("0700000001", country=None, field="phone")


@given(st.text(max_size=50))
def test_whatever_is_written_it_is_a_number_or_a_refusal(written: str) -> None:
    try:
        number = read_phone(written, country="KE", field="phone")
    except Invalid:
        return
    assert number[0] == "+"
    assert number[1:].isascii()
    assert number[1:].isdigit()
    assert number[1] != "0"
    assert 7 <= len(number) - 1 <= 15
    assert read_phone(number, country=None, field="phone") == number

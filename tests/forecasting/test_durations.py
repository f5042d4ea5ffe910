"""Dates and lengths of time: tables 3-6 and 3-7 of the specification, and what they leave open."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.forecasting.durations import Duration, parse, said

CYCLE = 146_097
"""The days of 400 years, after which the calendar repeats."""


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        ("2000-01-01", "3 years", "2003-01-01"),  # CALCDT-1
        ("2000-01-01", "6 months", "2000-07-01"),  # CALCDT-2
        ("2000-11-01", "6 months", "2001-05-01"),
        ("2000-01-01", "3 days", "2000-01-04"),  # CALCDT-3
        ("2000-01-01", "3 weeks", "2000-01-22"),
        ("2000-02-01", "5 weeks", "2000-03-07"),
        ("2001-02-01", "5 weeks", "2001-03-08"),
        ("2000-01-15", "0 days - 4 days", "2000-01-11"),  # CALCDT-4
        ("2000-03-31", "6 months", "2000-10-01"),  # CALCDT-5
        ("2000-08-31", "6 months", "2001-03-01"),
        ("2000-01-31", "6 months - 4 days", "2000-07-27"),  # CALCDT-6
        ("2025-03-31", "9 months", "2025-12-31"),
        ("2025-12-31", "2 months", "2026-03-01"),
        ("2024-02-29", "1 year", "2025-03-01"),
        ("2024-02-29", "4 years", "2028-02-29"),
        ("1999-12-31", "2 months", "2000-03-01"),
        ("2025-10-31", "1 month", "2025-12-01"),
        ("2025-11-30", "1 month", "2025-12-30"),
        ("2010-05-17", "16 years - 4 months", "2026-01-17"),
        ("2025-12-01", "13 months + 4 weeks", "2027-01-29"),
        ("2025-12-31", "12 months", "2026-12-31"),
        ("2024-02-29", "1 year + 1 month", "2025-03-29"),  # no date between years and months
    ],
)
def test_a_length_of_time_leads_to_this_day(start: str, length: str, expected: str) -> None:
    day = parse(length).after(date.fromisoformat(start).toordinal())
    assert date.fromordinal(day).isoformat() == expected


@pytest.mark.parametrize(
    "text", ["", " ", "soon", "6", "6 weeks 4 days", "6 weeks - ", "- - 4 days", "1.5 years"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6 weeks - 4 days", Duration(0, 38)),
        ("8 months + 1 day", Duration(8, 1)),
        ("1 year", Duration(12)),
        ("1 YEARS", Duration(12)),
        ("16 years - 4 months", Duration(188)),
    ],
)
def test_a_duration_is_months_and_days(text: str, expected: Duration) -> None:
    assert parse(text) == expected


@given(st.integers(0, 1200), st.integers(-400, 4000))
def test_what_is_said_is_understood(months: int, days: int) -> None:
    assert parse(said(Duration(months, days))) == Duration(months, days)


@given(st.integers(date(1900, 1, 1).toordinal(), date(2399, 1, 1).toordinal()), st.integers(0, 1200))
def test_the_calendar_repeats_after_four_hundred_years(day: int, months: int) -> None:
    assert Duration(months).after(day + CYCLE) == Duration(months).after(day) + CYCLE


@given(st.integers(date(1900, 1, 1).toordinal(), date(2399, 1, 1).toordinal()), st.integers(0, 1200))
def test_a_later_start_never_leads_to_an_earlier_day(day: int, months: int) -> None:
    assert Duration(months).after(day) <= Duration(months).after(day + 1)

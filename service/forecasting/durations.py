"""Lengths of time and the dates they lead to (chapter 3.4, tables 3-6 and 3-7).

A day is its ordinal (`date.toordinal()`), so that comparing and adding days are plain integer arithmetic;
only months and years need a calendar. "6 weeks - 4 days" is one duration: the grace stands in the data.
"""

import re
from datetime import date
from functools import lru_cache

from msgspec import Struct

DISTANT_PAST = date(1900, 1, 1).toordinal()
"""What the specification assumes where a first date is empty."""
DISTANT_FUTURE = date(2999, 12, 31).toordinal()
"""What the specification assumes where a last date is empty."""

_PART = re.compile(r"\s*([+-]?)\s*(\d{1,4})\s*(day|week|month|year)s?\s*", re.IGNORECASE)
_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}


class Duration(Struct, frozen=True, order=True):
    """So many months, then so many days."""

    months: int = 0
    days: int = 0

    def after(self, day: int) -> int:
        """The day this long after another: CALCDT-1 to CALCDT-4 and CALCDT-6, table 3-6."""
        if not self.months:
            return day + self.days
        return months_after(day, self.months) + self.days


@lru_cache(maxsize=1 << 16)
def months_after(day: int, months: int) -> int:
    """The same day of a later month, or the first of the month after it where there is none (CALCDT-5)."""
    start = date.fromordinal(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if start.day > 28:  # noqa: PLR2004 - every month has 28 days
        try:
            return date(year, month + 1, start.day).toordinal()
        except ValueError:
            year, month = divmod(year * 12 + month + 1, 12)
            return date(year, month + 1, 1).toordinal()
    return date(year, month + 1, start.day).toordinal()


def parse(text: str) -> Duration:
    """Read "6 weeks - 4 days".

    Raises:
        ValueError: this is no duration.
    """
    months = days = position = 0
    while position < len(text):
        part = _PART.match(text, position)
        if part is None or (position and not part[1]):
            break
        amount = int(part[2]) * (-1 if part[1] == "-" else 1)
        months += amount * _MONTHS.get(part[3].lower(), 0)
        days += amount * _DAYS.get(part[3].lower(), 0)
        position = part.end()
    if not text.strip() or position < len(text):
        raise ValueError(f'"{text}" is no duration such as "6 weeks - 4 days"')
    return Duration(months, days)


def longer(one: Duration, by: Duration) -> Duration:
    return Duration(one.months + by.months, one.days + by.days)


def shorter(one: Duration, by: Duration) -> Duration:
    return Duration(one.months - by.months, one.days - by.days)


def said(duration: Duration) -> str:
    """A duration in words, the way it is written in a schedule."""
    years, months = divmod(duration.months, 12) if duration.months % 12 == 0 else (0, duration.months)
    weeks, days = divmod(duration.days, 7) if duration.days % 7 == 0 else (0, duration.days)
    parts = [
        f"{'-' if n < 0 else '+'} {abs(n)} {unit}{'' if abs(n) == 1 else 's'}"
        for n, unit in ((years, "year"), (months, "month"), (weeks, "week"), (days, "day"))
        if n
    ]
    return " ".join(parts).removeprefix("+ ") or "0 days"

"""When automatic texts may be sent: rules of the facility's own clock.

Answers to a text that a parent has just sent are exempt and never come here. Default hours are 9 to 20,
Sundays 12 to 20 (47 CFR 64.1200(c)(1) forbids earlier than 8 and later than 21 in the US).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

SUNDAY = 7

Row = Mapping[str, Any]


class TextHours(msgspec.Struct, frozen=True):
    """The hours in which a facility may text, in its own zone: [from, until)."""

    weekdays_from: time
    sundays_from: time
    until: time

    def opening(self, isoweekday: int) -> time:
        """When texting begins on a weekday (Monday is 1)."""
        return self.sundays_from if isoweekday == SUNDAY else self.weekdays_from


def hours_of(row: Row) -> TextHours:
    """The hours in a row that holds a facility's columns."""
    return TextHours(row["texts_from"], row["sunday_texts_from"], row["texts_until"])


def quiet_until(at: datetime, hours: TextHours, zone: ZoneInfo) -> datetime:
    """The first moment from `at` on at which a text may be sent, in UTC.

    A wall time that a clock change skips counts as the moment right after the gap; one that comes twice
    counts at its first coming.
    """
    local = at.astimezone(zone)
    opening = hours.opening(local.isoweekday())
    if opening <= local.time() < hours.until:
        return at.astimezone(UTC)
    day = local.date() if local.time() < opening else local.date() + timedelta(days=1)
    return datetime.combine(day, hours.opening(day.isoweekday()), zone).astimezone(UTC)

"""When a family is reminded of a visit.

Three days and one day before, at the facility's civil hour: of 54,066 randomised visits 4.4 % were missed
with both reminders, 5.3 % with the later one alone, 5.8 % with the earlier one alone. The confirmation at
booking is told with the booking itself.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from service.messaging.quiet_hours import TextHours, quiet_until

ReminderKind = Literal["three_days", "one_day"]

DAYS_BEFORE: dict[ReminderKind, int] = {"three_days": 3, "one_day": 1}

# A reminder that follows the booking this closely would only repeat it.
AFTER_BOOKING = timedelta(hours=12)
# From here on a family can no longer act on a reminder.
BEFORE_VISIT = timedelta(hours=1)


class PlannedReminder(msgspec.Struct, frozen=True):
    """A reminder and the moment, in UTC, at which it is due."""

    kind: ReminderKind
    due_at: datetime


def plan(
    starts_at: datetime, *, remind_at: time, hours: TextHours, zone: ZoneInfo, now: datetime
) -> list[PlannedReminder]:
    """The reminders of a visit that is booked or moved now.

    Args:
        starts_at: When the visit begins.
        remind_at: The facility's civil hour, on its own clock.
    """
    day = starts_at.astimezone(zone).date()
    planned = []
    for kind, days in DAYS_BEFORE.items():
        at = datetime.combine(day - timedelta(days=days), remind_at, zone).astimezone(UTC)
        due_at = quiet_until(at, hours, zone)
        if now + AFTER_BOOKING < due_at < starts_at - BEFORE_VISIT:
            planned.append(PlannedReminder(kind, due_at))
    return planned


def useful_until(kind: ReminderKind, *, due_at: datetime, starts_at: datetime, zone: ZoneInfo) -> datetime:
    """When a reminder has lost its use: the next one follows, or "tomorrow" has become today."""
    if kind == "three_days":
        return min(starts_at - BEFORE_VISIT, due_at + timedelta(days=1))
    midnight = datetime.combine(starts_at.astimezone(zone).date(), time(0), zone).astimezone(UTC)
    return min(starts_at - BEFORE_VISIT, midnight)

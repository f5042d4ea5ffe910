"""When a family is reminded of a visit, and when it is recalled after one that was missed.

Reminders go out three days and one day before, at the facility's civil hour: of 54,066 randomised visits
4.4 % were missed with both, 5.3 % with the later one alone, 5.8 % with the earlier one alone. The
confirmation at booking is told with the booking itself.

Recalls go out a day after the miss, then weekly, three at most, because up to three weekly texts raise
vaccination; what they did not bring about is a task for staff.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from service.messaging.quiet_hours import TextHours, quiet_until

ReminderKind = Literal["three_days", "one_day"]
RecallKind = Literal["recall_1", "recall_2", "recall_3", "recall_task"]
TimerKind = ReminderKind | RecallKind

DAYS_BEFORE: dict[ReminderKind, int] = {"three_days": 3, "one_day": 1}

# Days after the visit; the last is no text but a task for staff.
DAYS_AFTER: dict[RecallKind, int] = {"recall_1": 1, "recall_2": 8, "recall_3": 15, "recall_task": 22}

# A reminder that follows the booking this closely would only repeat it.
AFTER_BOOKING = timedelta(hours=12)
# From here on a family can no longer act on a reminder.
BEFORE_VISIT = timedelta(hours=1)
# Staff who tidy up old lists must not set off texts about what families have long forgotten.
RECALLED_WITHIN = timedelta(days=28)
# A recall that could not go out for this long leaves it to the next one.
RECALL_USEFUL_FOR = timedelta(days=3)


class Planned(msgspec.Struct, frozen=True):
    """A reminder or a recall, and the moment, in UTC, at which it is due."""

    kind: TimerKind
    due_at: datetime


def plan(
    starts_at: datetime, *, remind_at: time, hours: TextHours, zone: ZoneInfo, now: datetime
) -> list[Planned]:
    """The reminders of a visit that is booked or moved now.

    Args:
        starts_at: When the visit begins.
        remind_at: The facility's civil hour, on its own clock.
    """
    day = starts_at.astimezone(zone).date()
    planned = []
    for kind, days in DAYS_BEFORE.items():
        due_at = _at(day - timedelta(days=days), remind_at, hours, zone)
        if now + AFTER_BOOKING < due_at < starts_at - BEFORE_VISIT:
            planned.append(Planned(kind, due_at))
    return planned


def plan_recalls(
    starts_at: datetime, *, remind_at: time, hours: TextHours, zone: ZoneInfo, now: datetime
) -> list[Planned]:
    """The recalls of a visit that is marked as missed now, and the task that ends them.

    Marked late, the first one waits for the next civil hour, and the others follow it at the same distance.
    """
    if now - starts_at > RECALLED_WITHIN:
        return []
    day = starts_at.astimezone(zone).date()
    while _at(day + timedelta(days=1), remind_at, hours, zone) <= now:
        day += timedelta(days=1)
    return [
        Planned(kind, _at(day + timedelta(days=days), remind_at, hours, zone))
        for kind, days in DAYS_AFTER.items()
    ]


def _at(day: date, remind_at: time, hours: TextHours, zone: ZoneInfo) -> datetime:
    """The civil hour of a day, or the end of that day's quiet hours, in UTC."""
    return quiet_until(datetime.combine(day, remind_at, zone).astimezone(UTC), hours, zone)


def useful_until(kind: TimerKind, *, due_at: datetime, starts_at: datetime, zone: ZoneInfo) -> datetime:
    """When a text has lost its use: the next one follows, or "tomorrow" has become today."""
    if kind not in DAYS_BEFORE:
        return due_at + RECALL_USEFUL_FOR
    if kind == "three_days":
        return min(starts_at - BEFORE_VISIT, due_at + timedelta(days=1))
    midnight = datetime.combine(starts_at.astimezone(zone).date(), time(0), zone).astimezone(UTC)
    return min(starts_at - BEFORE_VISIT, midnight)

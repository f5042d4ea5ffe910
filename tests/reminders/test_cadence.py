"""Which reminders a visit gets, and when."""

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from service.messaging.quiet_hours import TextHours
from service.reminders.cadence import (
    BEFORE_VISIT,
    RECALL_USEFUL_FOR,
    RECALLED_WITHIN,
    Planned,
    plan,
    plan_recalls,
    useful_until,
)

HOURS = TextHours(weekdays_from=time(9), sundays_from=time(12), until=time(20))
NAIROBI = ZoneInfo("Africa/Nairobi")


def planned(visit: str, now: str) -> list[tuple[str, str]]:
    starts_at, at = (datetime.fromisoformat(text).replace(tzinfo=NAIROBI) for text in (visit, now))
    found = plan(starts_at, remind_at=time(10), hours=HOURS, zone=NAIROBI, now=at)
    return [(reminder.kind, f"{reminder.due_at.astimezone(NAIROBI):%Y-%m-%d %H:%M}") for reminder in found]


def test_a_visit_is_told_of_three_days_and_one_day_before_at_the_civil_hour() -> None:
    assert planned("2026-03-12 10:00", now="2026-03-04 09:00") == [
        ("three_days", "2026-03-09 10:00"),
        ("one_day", "2026-03-11 10:00"),
    ]


def test_a_reminder_that_would_follow_the_booking_at_once_is_left_out() -> None:
    assert planned("2026-03-12 10:00", now="2026-03-09 09:00") == [("one_day", "2026-03-11 10:00")]
    assert planned("2026-03-12 10:00", now="2026-03-11 09:00") == []


def test_on_a_sunday_the_reminder_waits_for_the_later_hour() -> None:
    # 8 March 2026 is a Sunday.
    assert ("one_day", "2026-03-08 12:00") in planned("2026-03-09 10:00", now="2026-03-01 09:00")


def test_the_civil_hour_is_kept_over_a_change_of_the_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    # The clocks change on 29 March 2026, between the two reminders.
    found = plan(
        datetime(2026, 3, 31, 10, tzinfo=berlin),
        remind_at=time(10),
        hours=HOURS,
        zone=berlin,
        now=datetime(2026, 3, 1, tzinfo=UTC),
    )
    assert [reminder.due_at for reminder in found] == [
        datetime(2026, 3, 28, 9, tzinfo=UTC),
        datetime(2026, 3, 30, 8, tzinfo=UTC),
    ]


@given(
    starts_at=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(lambda d: d.replace(tzinfo=UTC)),
    ahead=st.timedeltas(timedelta(0), timedelta(days=30)),
    remind_at=st.times(time(9), time(19, 59)),
)
def test_every_reminder_comes_after_the_booking_and_while_it_is_useful(
    starts_at: datetime, ahead: timedelta, remind_at: time
) -> None:
    now = starts_at - ahead
    for reminder in plan(starts_at, remind_at=remind_at, hours=HOURS, zone=NAIROBI, now=now):
        last = useful_until(reminder.kind, due_at=reminder.due_at, starts_at=starts_at, zone=NAIROBI)
        assert now < reminder.due_at < last <= starts_at - BEFORE_VISIT


def test_the_earlier_reminder_is_of_no_use_once_the_later_one_is_due() -> None:
    starts_at = datetime(2026, 3, 12, 7, tzinfo=UTC)
    due = Planned("three_days", starts_at - timedelta(days=3))
    assert useful_until(
        due.kind, due_at=due.due_at, starts_at=starts_at, zone=NAIROBI
    ) < starts_at - timedelta(days=1)


def recalled(visit: str, now: str) -> list[str]:
    starts_at, at = (datetime.fromisoformat(text).replace(tzinfo=NAIROBI) for text in (visit, now))
    found = plan_recalls(starts_at, remind_at=time(10), hours=HOURS, zone=NAIROBI, now=at)
    return [f"{timer.kind} {timer.due_at.astimezone(NAIROBI):%Y-%m-%d %H:%M}" for timer in found]


def test_a_missed_visit_is_recalled_the_next_day_and_weekly_and_then_staff_are_asked() -> None:
    assert recalled("2026-03-12 10:00", now="2026-03-12 16:00") == [
        "recall_1 2026-03-13 10:00",
        "recall_2 2026-03-20 10:00",
        "recall_3 2026-03-27 10:00",
        "recall_task 2026-04-03 10:00",
    ]


def test_a_visit_that_is_marked_late_is_recalled_at_the_next_civil_hour() -> None:
    assert recalled("2026-03-12 10:00", now="2026-03-13 08:00")[0] == "recall_1 2026-03-13 10:00"
    assert recalled("2026-03-12 10:00", now="2026-03-16 10:00")[:2] == [
        "recall_1 2026-03-17 10:00",
        "recall_2 2026-03-24 10:00",
    ]


def test_what_was_missed_long_ago_is_not_brought_up_again() -> None:
    assert recalled("2026-01-12 10:00", now="2026-03-13 08:00") == []


@given(
    starts_at=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(lambda d: d.replace(tzinfo=UTC)),
    late=st.timedeltas(timedelta(0), RECALLED_WITHIN),
    remind_at=st.times(time(9), time(19, 59)),
    zone=st.sampled_from(["Africa/Nairobi", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]).map(
        ZoneInfo
    ),
)
def test_recalls_come_after_the_miss_by_day_and_never_two_within_a_weeks_use(
    starts_at: datetime, late: timedelta, remind_at: time, zone: ZoneInfo
) -> None:
    now = starts_at + late
    timers = plan_recalls(starts_at, remind_at=remind_at, hours=HOURS, zone=zone, now=now)
    assert [timer.kind for timer in timers] == ["recall_1", "recall_2", "recall_3", "recall_task"]
    assert timers[0].due_at > now
    assert timers[0].due_at.astimezone(zone).date() > starts_at.astimezone(zone).date()
    for timer in timers:
        local = timer.due_at.astimezone(zone)
        assert HOURS.opening(local.isoweekday()) <= local.time() < HOURS.until
    days = [timer.due_at.astimezone(zone).date() for timer in timers]
    assert {(after - before).days for before, after in itertools.pairwise(days)} == {7}
    for timer, following in itertools.pairwise(timers):
        last = useful_until(timer.kind, due_at=timer.due_at, starts_at=starts_at, zone=zone)
        assert timer.due_at < last == timer.due_at + RECALL_USEFUL_FOR < following.due_at

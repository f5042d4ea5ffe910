"""Nobody is texted at night, whatever the clock does."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.messaging.quiet_hours import TextHours, quiet_until

HOURS = TextHours(weekdays_from=time(9), sundays_from=time(12), until=time(20))
NAIROBI = ZoneInfo("Africa/Nairobi")
ZONES = [
    "Africa/Nairobi",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Australia/Lord_Howe",
]


@pytest.mark.parametrize(
    ("at", "may_go"),
    [
        ("2026-03-04 08:59", "2026-03-04 09:00"),
        ("2026-03-04 09:00", "2026-03-04 09:00"),
        ("2026-03-04 19:59", "2026-03-04 19:59"),
        ("2026-03-04 20:00", "2026-03-05 09:00"),
        ("2026-03-07 23:30", "2026-03-08 12:00"),  # Saturday night: Sunday begins late
        ("2026-03-08 10:00", "2026-03-08 12:00"),
        ("2026-03-08 21:00", "2026-03-09 09:00"),
    ],
)
def test_a_text_waits_for_the_facilitys_morning(at: str, may_go: str) -> None:
    assert quiet_until(local(at), HOURS, NAIROBI) == local(may_go)


def test_the_night_on_which_the_clocks_change_is_quiet_to_its_end() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    # 29 March 2026, a Sunday: 02:00 becomes 03:00.
    before = datetime(2026, 3, 28, 22, 30, tzinfo=berlin)
    assert quiet_until(before, HOURS, berlin) == datetime(2026, 3, 29, 10, 0, tzinfo=UTC)


@given(
    at=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda d: d.replace(tzinfo=UTC)),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)
def test_the_answer_is_never_earlier_never_at_night_and_stable(at: datetime, zone: ZoneInfo) -> None:
    may_go = quiet_until(at, HOURS, zone)
    here = may_go.astimezone(zone)
    assert at <= may_go <= at + timedelta(hours=25)
    assert HOURS.opening(here.isoweekday()) <= here.time() < HOURS.until
    assert quiet_until(may_go, HOURS, zone) == may_go


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NAIROBI)

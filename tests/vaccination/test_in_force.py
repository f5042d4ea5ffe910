"""Which of the active schedule versions counts for a child."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from service.forecasting import Child
from service.vaccination.in_force import Version, version_for
from service.vaccination.records import Record

TODAY, BORN = date(2026, 3, 4), date(2025, 12, 1)
RECORD = Record(
    child_id=UUID(int=1),
    facility_id=UUID(int=2),
    zone=ZoneInfo("Africa/Nairobi"),
    country="KE",
    today=TODAY,
    child=Child(BORN, "Female"),
    doses=(),
)
KENYA = Version(UUID(int=10), "KE")
INDIA = Version(UUID(int=11), "IN")
ANYWHERE = Version(UUID(int=12))
FROM_TODAY = Version(UUID(int=13), "KE", valid_from=TODAY)
FROM_TOMORROW = Version(UUID(int=14), "KE", valid_from=date(2026, 3, 5))
BORN_SINCE = Version(UUID(int=15), "KE", born_from=BORN)
BORN_LATER = Version(UUID(int=16), "KE", born_from=date(2025, 12, 2))
BORN_UNTIL = Version(UUID(int=17), "KE", born_before=date(2025, 12, 2))
BORN_EARLIER = Version(UUID(int=18), "KE", born_before=BORN)


@pytest.mark.parametrize(
    ("active", "counts"),
    [
        pytest.param([], None, id="there is none"),
        pytest.param([INDIA], None, id="only another country's"),
        pytest.param([ANYWHERE], ANYWHERE, id="for every country without one"),
        pytest.param([ANYWHERE, KENYA], KENYA, id="its country's before a newer one for everywhere"),
        pytest.param([INDIA, ANYWHERE], ANYWHERE, id="another country's does not hide that for everywhere"),
        pytest.param([FROM_TODAY, KENYA], FROM_TODAY, id="the one activated last"),
        pytest.param([KENYA, FROM_TODAY], KENYA, id="the one activated last, though valid for longer"),
        pytest.param([FROM_TOMORROW, KENYA], KENYA, id="not before its first day"),
        pytest.param([FROM_TOMORROW, ANYWHERE], ANYWHERE, id="until then that for everywhere"),
        pytest.param([BORN_SINCE, KENYA], BORN_SINCE, id="born on the first day of its cohort"),
        pytest.param([BORN_LATER, KENYA], KENYA, id="born the day before its cohort"),
        pytest.param([BORN_UNTIL, KENYA], BORN_UNTIL, id="born on the last day of its cohort"),
        pytest.param([BORN_EARLIER, KENYA], KENYA, id="born the day after its cohort"),
        pytest.param([BORN_LATER, BORN_EARLIER], None, id="in none of the cohorts"),
    ],
)
def test_the_version_that_counts(active: list[Version], counts: Version | None) -> None:
    assert version_for(RECORD, active) == counts

"""What holds for every child: hypothesis makes up histories, CDC's and our own schedules answer."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.forecasting import Assessment, Child, DoseGiven, DoseStatus, Schedule, assess

CYCLE = timedelta(days=146_097)
"""400 years: the calendar repeats."""
BORN = st.dates(date(2001, 1, 1), date(2024, 12, 31))
CODES = [
    "19",
    "178",
    "10",
    "198",
    "146",
    "177",
    "133",
    "119",
    "04",
    "03",
    "21",
    "08",
    "165",
    "01",
    "37",
    "115",
]
GIVEN = st.lists(st.tuples(st.integers(0, 2500), st.sampled_from(CODES)), max_size=9)

PATIENTLY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def history(born: date, given_at: list[tuple[int, str]]) -> list[DoseGiven]:
    return [DoseGiven(born + timedelta(days=day), cvx) for day, cvx in given_at]


def seen(assessment: Assessment) -> list[Any]:
    return [
        (g.group, g.type, g.status, g.dose_number, g.earliest, g.recommended, g.past_due, g.latest)
        for g in assessment.groups
    ]


def countries(national: Callable[[str], Schedule]) -> list[Schedule]:
    return [national(country) for country in ("ke", "in", "gb", "br")]


@PATIENTLY
@given(born=BORN, given_at=GIVEN, data=st.data())
def test_the_order_in_which_doses_come_in_does_not_matter(
    us_schedule: Schedule, born: date, given_at: list[tuple[int, str]], data: st.DataObject
) -> None:
    doses = history(born, given_at)
    mixed = data.draw(st.permutations(doses))
    one, other = (assess(Child(born), each, born + timedelta(2600), us_schedule) for each in (doses, mixed))
    assert seen(one) == seen(other)
    assert sorted(d.status for d in one.doses) == sorted(d.status for d in other.doses)


@PATIENTLY
@given(born=BORN, given_at=GIVEN, day=st.integers(0, 2500))
def test_an_unrelated_dose_changes_nothing(
    us_schedule: Schedule, born: date, given_at: list[tuple[int, str]], day: int
) -> None:
    """Code 99999 is in no schedule."""
    doses, on = history(born, given_at), born + timedelta(2600)
    without = assess(Child(born), doses, on, us_schedule)
    with_it = assess(Child(born), [*doses, DoseGiven(born + timedelta(day), "99999")], on, us_schedule)
    assert seen(without) == seen(with_it)
    assert without.doses == with_it.doses[:-1]


@PATIENTLY
@given(
    born=BORN,
    given_at=GIVEN,
    more=st.lists(st.tuples(st.integers(1, 1000), st.sampled_from(CODES)), min_size=1, max_size=3),
)
def test_a_later_dose_never_makes_a_valid_one_invalid(
    national: Callable[[str], Schedule],
    born: date,
    given_at: list[tuple[int, str]],
    more: list[tuple[int, str]],
) -> None:
    """With one path for each vaccine. Where paths compete, another may become the best (chapter 8)."""
    last = max((day for day, _ in given_at), default=0)
    doses = history(born, given_at)
    later = history(born, [(last + day, cvx) for day, cvx in more])
    for schedule in countries(national):
        before = assess(Child(born), doses, born + timedelta(4000), schedule).doses
        after = assess(Child(born), [*doses, *later], born + timedelta(4000), schedule).doses
        for one, other in zip(before, after, strict=False):
            assert one.status is not DoseStatus.VALID or other.status is DoseStatus.VALID


@PATIENTLY
@given(born=BORN, given_at=GIVEN)
def test_a_whole_cycle_of_the_calendar_later_only_the_dates_differ(
    national: Callable[[str], Schedule], born: date, given_at: list[tuple[int, str]]
) -> None:
    """CDC's schedule has dates of its own, seasons and changes of rules; these two have none."""
    doses, on = history(born, given_at), born + timedelta(2600)
    moved = [DoseGiven(dose.on + CYCLE, dose.cvx) for dose in doses]
    for schedule in (national("ke"), national("in")):
        now = assess(Child(born), doses, on, schedule)
        then = assess(Child(born + CYCLE), moved, on + CYCLE, schedule)
        assert [d.status for d in now.doses] == [d.status for d in then.doses]
        assert [(g.group, g.status, g.dose_number) for g in now.groups] == [
            (g.group, g.status, g.dose_number) for g in then.groups
        ]
        for one, other in zip(now.groups, then.groups, strict=True):
            for name in ("earliest", "recommended", "past_due", "latest"):
                day = getattr(one, name)
                assert getattr(other, name) == (day and day + CYCLE)


@PATIENTLY
@given(born=BORN, given_at=GIVEN, waited=st.integers(0, 3000))
def test_the_dates_of_a_forecast_are_in_order(
    us_schedule: Schedule, born: date, given_at: list[tuple[int, str]], waited: int
) -> None:
    for group in assess(Child(born), history(born, given_at), born + timedelta(waited), us_schedule).groups:
        if group.earliest and group.recommended:
            assert group.earliest <= group.recommended
            assert group.past_due is None or group.earliest <= group.past_due
            assert group.latest is None or group.earliest <= group.latest


@PATIENTLY
@given(born=BORN, given_at=GIVEN)
def test_a_dose_given_when_it_is_recommended_is_valid(
    national: Callable[[str], Schedule], born: date, given_at: list[tuple[int, str]]
) -> None:
    """Following the forecast always leads on, whatever came before."""
    doses = history(born, given_at)
    on = born + timedelta(2600)
    for schedule in countries(national):
        for group in assess(Child(born, "Female"), doses, on, schedule).groups:
            if group.recommended and group.vaccines:
                day = max(group.recommended, on)
                advised = DoseGiven(day, group.vaccines[0])
                after = assess(Child(born, "Female"), [*doses, advised], day, schedule)
                counted = {each.group: each.status for each in after.doses[-1].groups}
                assert counted[group.group] is DoseStatus.VALID

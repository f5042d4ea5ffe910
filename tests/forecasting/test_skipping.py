"""Chapter 6.2, 7.1 and 7.6: target doses that need not be given."""

from typing import Any

import pytest

from service.forecasting import SeriesStatus
from service.forecasting.model import (
    AgeCondition,
    CountCondition,
    IntervalCondition,
    SeriesCondition,
    Skip,
    SkipSet,
)

NOT_NEEDED = SeriesStatus.NOT_RECOMMENDED


def is_skipped(make: Any, conditions: Any, *given: str, on: str = "2021-01-01", **rest: Any) -> bool:
    """Whether a dose behind one that is always given is skipped in a forecast."""
    skips = (Skip(conditions, **rest),)
    last = make.dose(vaccines=["99"], skips_in_forecast=skips)
    return bool(
        make.forecast(make.schedule(make.series(make.dose(recurring=False), last)), *given, on=on).status
        == SeriesStatus.COMPLETE
    )


@pytest.mark.parametrize(
    ("on", "skipped"),
    [("2020-02-29", False), ("2020-03-01", True), ("2020-03-31", True), ("2020-04-01", False)],
)
def test_an_age_begins_with_its_day_and_ends_before(make: Any, on: str, *, skipped: bool) -> None:
    """Table 6-6, with the assessment date as the reference (CONDSKIP-2)."""
    condition = AgeCondition(make.age("2 months"), make.age("3 months"))
    assert is_skipped(make, (SkipSet((condition,)),), "2020-01-01", on=on) is skipped


@pytest.mark.parametrize(("on", "skipped"), [("2020-08-31", False), ("2020-09-01", True)])
def test_an_interval_runs_from_the_last_dose(make: Any, on: str, *, skipped: bool) -> None:
    """Table 6-8 and CALCDTSKIP-5."""
    condition = IntervalCondition(make.length("6 months"))
    assert is_skipped(make, (SkipSet((condition,)),), "2020-03-01", on=on) is skipped


def test_an_interval_without_a_dose_is_not_met(make: Any) -> None:
    """Table 6-8, last column."""
    condition = IntervalCondition(make.length("0 days"))
    schedule = make.schedule(make.series(make.dose(skips_in_forecast=make.skip(condition))))
    assert make.forecast(schedule).status == SeriesStatus.NOT_COMPLETE


@pytest.mark.parametrize(
    ("comparison", "count", "skipped"),
    [
        ("greater than", 0, True),
        ("greater than", 1, False),
        ("equal to", 0, False),
        ("equal to", 1, True),
        ("equal to", 2, False),
        ("less than", 1, False),
        ("less than", 2, True),
    ],
)
def test_doses_are_compared_with_a_number(make: Any, comparison: str, count: int, *, skipped: bool) -> None:
    """Table 6-9: one valid dose was given."""
    condition = CountCondition(count, comparison)
    assert is_skipped(make, (SkipSet((condition,)),), "2020-03-01") is skipped


@pytest.mark.parametrize(
    ("given", "counted"), [("2020-02-29", 0), ("2020-03-01", 1), ("2020-03-31", 1), ("2020-04-01", 0)]
)
def test_doses_are_counted_in_a_span_of_ages(make: Any, given: str, counted: int) -> None:
    """CONDSKIP-1."""
    condition = CountCondition(counted, "equal to", begin=make.age("2 months"), end=make.age("3 months"))
    assert is_skipped(make, (SkipSet((condition,)),), given)


@pytest.mark.parametrize(
    ("given", "counted"), [("2020-02-29", 0), ("2020-03-01", 1), ("2020-03-31", 1), ("2020-04-01", 0)]
)
def test_doses_are_counted_in_a_span_of_dates(make: Any, given: str, counted: int) -> None:
    """CONDSKIP-1."""
    condition = CountCondition(
        counted, "equal to", start_day=make.day("2020-03-01"), end_day=make.day("2020-04-01")
    )
    assert is_skipped(make, (SkipSet((condition,)),), given)


def test_valid_doses_are_those_of_this_path_and_total_is_any(make: Any) -> None:
    """CONDSKIP-1: the dose of January is too young."""
    for only_valid, count in ((True, 1), (False, 2)):
        condition = CountCondition(count, "equal to", only_valid=only_valid)
        last = make.dose(vaccines=["99"], skips_in_forecast=make.skip(condition))
        schedule = make.schedule(make.series(make.dose(ages=make.limits("2 months")), last))
        assert make.forecast(schedule, "2020-01-10", "2020-03-10").status == SeriesStatus.COMPLETE


def test_only_the_vaccines_of_the_list_are_counted_whatever_their_antigen(make: Any) -> None:
    """CONDSKIP-1 and the glossary: without a list, those of the antigen."""
    other = make.series(make.dose(vaccines=["33"]), antigen="Other", name="Other")
    for vaccines, count in ((frozenset({"33"}), 1), (frozenset(), 1), (frozenset({"33", "08"}), 2)):
        condition = CountCondition(count, "equal to", only_valid=False, vaccines=vaccines)
        last = make.dose(vaccines=["99"], skips_in_forecast=make.skip(condition))
        schedule = make.schedule(make.series(make.dose(), last), other)
        mine = make.assess(schedule, "2020-03-01", "2020-04-01 33").groups[0]
        assert mine.status == SeriesStatus.COMPLETE


def test_a_dose_being_evaluated_counts_only_what_came_before(make: Any) -> None:
    """CONDSKIP-1 with the administered dose count of that day: a later dose does not reach back."""
    condition = CountCondition(1, "greater than", only_valid=False)
    skips = make.skip(condition)
    schedule = make.schedule(
        make.series(make.dose(), make.dose(skips_in_evaluation=skips), make.dose(vaccines=["45"]))
    )
    alone = make.verdicts(schedule, "2020-03-01", "2020-04-01")
    with_more = make.verdicts(schedule, "2020-03-01", "2020-04-01", "2020-05-01")
    assert with_more[:2] == alone == ["Valid", "Valid"]


def test_an_interval_in_evaluation_runs_from_the_dose_before_it(make: Any) -> None:
    """CALCDTSKIP-5 with the date administered as the reference."""
    skips = make.skip(IntervalCondition(make.length("6 months")))
    schedule = make.schedule(
        make.series(make.dose(), make.dose(vaccines=["45"], skips_in_evaluation=skips), make.dose())
    )
    assert make.verdicts(schedule, "2020-03-01", "2020-09-01") == ["Valid", "Valid"]
    assert make.verdicts(schedule, "2020-03-01", "2020-08-31")[1].startswith("Not Valid")


def test_sets_and_conditions_are_joined_as_the_data_say(make: Any) -> None:
    """Tables 6-10 and 6-11."""
    yes = CountCondition(1, "equal to")
    no = CountCondition(7, "equal to")
    table = {
        (((yes, yes), True),): True,
        (((yes, no), True),): False,
        (((yes, no), False),): True,
        (((no, no), False),): False,
    }
    for sets, expected in table.items():
        made = tuple(SkipSet(conditions, needs_all) for conditions, needs_all in sets)
        assert is_skipped(make, made, "2020-03-01") is expected
    met, unmet = SkipSet((yes,)), SkipSet((no,))
    assert is_skipped(make, (met, unmet), "2020-03-01", needs_all=False)
    assert not is_skipped(make, (met, unmet), "2020-03-01", needs_all=True)
    assert not is_skipped(make, (unmet, unmet), "2020-03-01", needs_all=False)
    assert is_skipped(make, (met, met), "2020-03-01", needs_all=True)


def test_a_set_counts_while_it_is_in_force(make: Any) -> None:
    """RELEVANT-2: by the assessment date; a skip whose sets are all past skips nothing."""
    yes = CountCondition(1, "equal to")
    for effective, cessation, expected in [
        ("2021-01-01", "2021-01-01", True),
        ("2021-01-02", "2999-12-31", False),
        ("1900-01-01", "2020-12-31", False),
    ]:
        limited = SkipSet((yes,), effective=make.day(effective), cessation=make.day(cessation))
        assert is_skipped(make, (limited,), "2020-03-01") is expected
        assert is_skipped(make, (limited,), "2020-03-01", needs_all=True) is expected


def test_the_context_of_a_skip_is_kept(make: Any) -> None:
    """Chapters 3.3, 6.2 and 7.1."""
    old = AgeCondition(make.age("2 months"), 1)
    in_evaluation = make.schedule(
        make.series(make.dose(vaccines=["45"], skips_in_evaluation=make.skip(old)), make.dose())
    )
    assert make.verdicts(in_evaluation, "2020-03-01") == ["Valid"]
    assert make.forecast(in_evaluation).dose_label == "Dose 1"
    in_forecast = make.schedule(
        make.series(make.dose(vaccines=["45"], skips_in_forecast=make.skip(old)), make.dose())
    )
    assert make.verdicts(in_forecast, "2020-03-01")[0].startswith("Not Valid")
    assert make.forecast(in_forecast).dose_label == "Dose 2"


def test_a_completed_series_makes_another_unnecessary(make: Any) -> None:
    """Table 6-7: one of the groups that are named is enough."""
    standard = make.series(make.dose(), name="Standard", group="1", default=True)
    skips = make.skip(SeriesCondition(frozenset({"1", "3"})))
    other = make.series(
        make.dose(vaccines=["45"], skips_in_forecast=skips), name="Other", group="2", default=True
    )
    schedule = make.schedule(standard, other)
    statuses = [[g.status for g in make.assess(schedule, *given).groups] for given in ((), ("2020-03-01",))]
    assert statuses == [
        [SeriesStatus.NOT_COMPLETE, SeriesStatus.NOT_COMPLETE],
        [SeriesStatus.COMPLETE, SeriesStatus.NOT_RECOMMENDED],
    ]


def test_a_series_that_a_later_dose_completed_was_not_complete_before(make: Any) -> None:
    """Table 6-7 when a dose is evaluated: what came later does not take a valid dose away."""
    standard = make.series(make.dose(), make.dose(), name="Standard", group="1", default=True)
    skips = make.skip(SeriesCondition(frozenset({"1"})))
    own = make.series(
        make.dose(vaccines=["08", "45"], skips_in_evaluation=skips),
        make.dose(vaccines=["45"], recurring=True),
        name="Own",
        group="2",
        default=True,
    )
    schedule = make.schedule(standard, own)
    first = make.assess(schedule, "2020-03-01", "2020-04-01").doses[0]
    assert [each.target for each in first.antigens] == ["Dose 1", "Dose 1"]
    third = make.assess(schedule, "2020-03-01", "2020-04-01", "2020-05-01 45").doses[2]
    assert [each.target for each in third.antigens] == ["", "Dose 2"]


def test_a_forecast_is_made_again_when_the_dose_is_not_needed_on_its_day(make: Any) -> None:
    """Chapter 7.6: behind at 11 months, the dose four weeks later would be skipped from 12 months on."""
    from_a_year = make.skip(AgeCondition(make.age("12 months"), 1))
    second = make.dose(intervals=(make.interval("4 weeks"),), skips_in_forecast=from_a_year)
    third = make.dose(intervals=(make.interval("8 weeks"),))
    schedule = make.schedule(make.series(make.dose(), second, third))
    assert make.dates(schedule, "2020-12-10", on="2020-12-10")[0] == "2021-02-04"
    assert make.dates(schedule, "2020-11-10", on="2020-12-10")[0] == "2020-12-08"


def test_a_series_of_which_all_is_skipped_is_not_recommended(make: Any) -> None:
    """Table 7-10, third column: nothing is left, and nothing was satisfied."""
    schedule = make.schedule(make.series(make.dose(skips_in_forecast=make.skip(AgeCondition(0, 1)))))
    assert make.forecast(schedule).status == NOT_NEEDED

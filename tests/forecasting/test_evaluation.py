"""Chapters 4.2 to 6: what a dose counts for. Each rule has cases on both sides of its border."""

from datetime import date
from typing import Any

import pytest

from service.forecasting import DoseGiven, Observation
from service.forecasting.model import AgeCondition, Association, Indication, IntervalCondition, SeriesType

TOO_YOUNG = "Not Valid Age: Too Young"
TOO_SOON = "Not Valid Interval: Too Soon"
GRACE = "Valid Grace period"
CONFLICT = "Not Valid Live Virus Conflict"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2020-02-07", TOO_YOUNG),
        ("2020-02-08", GRACE),
        ("2020-02-11", GRACE),
        ("2020-02-12", "Valid"),
        ("2020-12-31", "Valid"),
        ("2021-01-01", "Extraneous Age: Too Old"),
    ],
)
def test_age_has_three_borders(make: Any, day: str, expected: str) -> None:
    """Table 6-15."""
    dose = make.dose(ages=make.limits("6 weeks - 4 days", "6 weeks", maximum="12 months"))
    assert make.verdicts(make.schedule(make.series(dose)), day) == [expected]


def test_a_dose_is_judged_by_the_age_limits_of_its_day(make: Any) -> None:
    """RELEVANT-1: not by those in force when the child is assessed."""
    old = make.limits("4 weeks", cessation="2020-03-31")
    new = make.limits("3 months", effective="2020-04-01")
    schedule = make.schedule(make.series(make.dose(ages=(old, new))))
    assert make.verdicts(schedule, "2020-03-31") == ["Valid"]
    assert make.verdicts(schedule, "2020-01-20") == [TOO_YOUNG]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("2020-03-24", TOO_SOON),
        ("2020-03-25", GRACE),
        ("2020-03-28", GRACE),
        ("2020-03-29", "Valid"),
    ],
)
def test_an_interval_runs_from_the_dose_before(make: Any, second: str, expected: str) -> None:
    """Table 6-18 and CALCDTINT-1."""
    interval = make.interval("4 weeks", absolute="4 weeks - 4 days")
    schedule = make.schedule(make.series(make.dose(), make.dose(intervals=(interval,))))
    assert make.verdicts(schedule, "2020-03-01", second) == ["Valid", expected]


def test_an_interval_runs_from_a_dose_that_was_not_valid_too(make: Any) -> None:
    """CALCDTINT-1."""
    second = make.dose(intervals=(make.interval("4 weeks", absolute="4 weeks"),))
    schedule = make.schedule(make.series(make.dose(), second))
    given = ["2020-03-01", "2020-03-20", "2020-04-10", "2020-05-08"]
    assert make.verdicts(schedule, *given) == ["Valid", TOO_SOON, TOO_SOON, "Valid"]


def test_an_interval_does_not_run_from_a_spoilt_dose(make: Any) -> None:
    """CALCDTINT-1: valid or not valid, not sub-standard."""
    second = make.dose(intervals=(make.interval("4 weeks", absolute="4 weeks"),))
    schedule = make.schedule(make.series(make.dose(), second))
    spoilt = DoseGiven(date(2020, 3, 20), "08", spoilt=True)
    found = make.verdicts(schedule, "2020-03-01", spoilt, "2020-04-01")
    assert found == ["Valid", "Sub-standard Expired or spoilt", "Valid"]


def test_an_interval_does_not_run_from_an_inadvertent_dose(make: Any) -> None:
    """CALCDTINT-1 and table 6-13."""
    second = make.dose(
        intervals=(make.interval("4 weeks", absolute="4 weeks"),), inadvertent=frozenset({"45"})
    )
    schedule = make.schedule(make.series(make.dose(), second))
    found = make.verdicts(schedule, "2020-03-01", "2020-03-30 45", "2020-03-31")
    assert found == ["Valid", "Not Valid Inadvertent Vaccine", "Valid"]


def test_an_inadvertent_vaccine_is_told_before_anything_else(make: Any) -> None:
    """Chapter 6.3 comes before 6.4."""
    dose = make.dose(ages=make.limits("1 year"), inadvertent=frozenset({"45"}))
    assert make.verdicts(make.schedule(make.series(dose)), "2020-02-01 45") == [
        "Not Valid Inadvertent Vaccine"
    ]


def test_an_interval_may_run_from_an_earlier_target_dose(make: Any) -> None:
    """CALCDTINT-2."""
    from_first = make.interval("16 weeks", absolute="16 weeks", from_previous=False, from_target=1)
    schedule = make.schedule(make.series(make.dose(), make.dose(), make.dose(intervals=(from_first,))))
    given = ["2020-01-01", "2020-03-01", "2020-04-21", "2020-04-22"]
    assert make.verdicts(schedule, *given) == ["Valid", "Valid", TOO_SOON, "Valid"]


def test_an_interval_from_a_skipped_target_dose_holds_nobody_back(make: Any) -> None:
    """CALCDTINT-2: no dose satisfied it, so that the assumed date is 01/01/1900."""
    old_enough = make.skip(_age(make, "2 months"))
    first = make.dose(skips_in_evaluation=old_enough)
    second = make.dose(
        intervals=(make.interval("1 year", absolute="1 year", from_previous=False, from_target=1),)
    )
    assert make.verdicts(make.schedule(make.series(first, second)), "2020-06-01") == ["Valid"]


def test_an_interval_may_run_from_the_most_recent_dose_of_some_vaccines(make: Any) -> None:
    """CALCDTINT-8: of whatever antigen."""
    since = make.interval(
        "8 weeks", absolute="8 weeks", from_previous=False, from_vaccines=frozenset({"33", "109"})
    )
    schedule = make.schedule(
        make.series(make.dose(vaccines=["133"], intervals=(since,)), antigen="Pneumococcal", name="A"),
        make.series(make.dose(vaccines=["33"]), antigen="Other", name="B"),
    )
    early, late = ["2020-03-01 33", "2020-04-01 133"], ["2020-03-01 33", "2020-04-26 133"]
    assert make.verdicts(schedule, *early) == ["Valid", TOO_SOON]
    assert make.verdicts(schedule, *late) == ["Valid", "Valid"]
    assert make.verdicts(schedule, "2020-04-01 133", "2020-04-02 33") == ["Valid", "Valid"]


def test_an_interval_may_run_from_an_observation(make: Any) -> None:
    """CALCDTINT-9: the most recent; without a date it holds nobody back."""
    since = make.interval("27 weeks", absolute="27 weeks", from_previous=False, from_observation="170")
    schedule = make.schedule(make.series(make.dose(intervals=(since,))))
    days = [Observation("170", date(2019, 1, 1)), Observation("170", date(2020, 1, 1)), Observation("170")]
    assert make.verdicts(schedule, "2020-07-08", observed=days) == ["Valid"]
    assert make.verdicts(schedule, "2020-07-08", observed=days[::-1]) == ["Valid"]
    assert make.verdicts(schedule, "2020-07-07", observed=days) == [TOO_SOON]
    assert make.verdicts(schedule, "2020-07-07", observed=["170"]) == ["Valid"]
    assert make.verdicts(schedule, "2020-07-07") == ["Valid"]


def test_all_preferable_intervals_must_be_satisfied(make: Any) -> None:
    """Chapter 6.5."""
    both = (
        make.interval("4 weeks", absolute="4 weeks"),
        make.interval("16 weeks", absolute="16 weeks", from_previous=False, from_target=1),
    )
    schedule = make.schedule(make.series(make.dose(), make.dose(), make.dose(intervals=both)))
    assert make.verdicts(schedule, "2020-01-01", "2020-04-10", "2020-04-23")[2] == TOO_SOON
    assert make.verdicts(schedule, "2020-01-01", "2020-03-01", "2020-04-10")[2] == TOO_SOON
    assert make.verdicts(schedule, "2020-01-01", "2020-03-01", "2020-04-23")[2] == "Valid"


def test_only_intervals_in_force_on_the_day_count(make: Any) -> None:
    """RELEVANT-1."""
    old = make.interval("4 weeks", absolute="4 weeks", cessation=make.day("2020-03-31"))
    new = make.interval("8 weeks", absolute="8 weeks", effective=make.day("2020-04-01"))
    schedule = make.schedule(make.series(make.dose(), make.dose(intervals=(old, new))))
    assert make.verdicts(schedule, "2020-03-01", "2020-03-30") == ["Valid", "Valid"]
    assert make.verdicts(schedule, "2020-03-04", "2020-04-02") == ["Valid", TOO_SOON]


def test_an_allowable_interval_is_enough(make: Any) -> None:
    """Tables 6-21 and 6-31: all preferable or all allowable ones."""
    second = make.dose(
        intervals=(make.interval("8 weeks", absolute="8 weeks"),),
        allowable_intervals=(make.interval(absolute="3 weeks"), make.interval(absolute="4 weeks")),
    )
    schedule = make.schedule(make.series(make.dose(), second))
    assert make.verdicts(schedule, "2020-03-01", "2020-03-29")[1].startswith("Valid")
    assert make.verdicts(schedule, "2020-03-01", "2020-03-28")[1] == TOO_SOON


def test_without_allowable_intervals_none_is_satisfied(make: Any) -> None:
    """Chapter 6.6: "to avoid a false validation"."""
    second = make.dose(
        intervals=(make.interval("8 weeks", absolute="8 weeks"),),
        allowable_intervals=(make.interval(absolute="4 weeks", cessation=make.day("2019-12-31")),),
    )
    schedule = make.schedule(make.series(make.dose(), second))
    assert make.verdicts(schedule, "2020-03-01", "2020-03-30")[1] == TOO_SOON


@pytest.fixture
def live(make: Any) -> Any:
    """MMR disturbs varicella for 28 days, 24 where the MMR was valid."""
    conflicts = {
        "21": {"03": make.conflict("1 day", "24 days", "28 days")},
        "03": {"03": make.conflict("1 day", "24 days", "28 days")},
    }
    measles = make.dose(vaccines=["03"], ages=make.limits("2 months", "2 months"))
    return make.schedule(
        make.series(make.dose(vaccines=["21"]), antigen="Varicella", name="V"),
        make.series(measles, make.dose(vaccines=["03"]), antigen="Measles", name="M"),
        conflicts=conflicts,
    )


@pytest.mark.parametrize(
    ("varicella", "expected"),
    [
        ("2020-05-31 21", "Valid"),
        ("2020-06-01 21", "Valid"),
        ("2020-06-02 21", CONFLICT),
        ("2020-06-24 21", CONFLICT),
        ("2020-06-25 21", "Valid"),
    ],
)
def test_a_live_vaccine_is_disturbed_for_some_days(
    make: Any, live: Any, varicella: str, expected: str
) -> None:
    """CONFLICT-3 with the minimum end: the earlier dose is not evaluated on this path (CALCDTCONFLICT-2)."""
    assert make.verdicts(live, "2020-06-01 03", varicella) == ["Valid", expected]


def test_a_dose_that_was_not_valid_disturbs_longer(make: Any, live: Any) -> None:
    """CALCDTCONFLICT-2, second part."""
    assert make.verdicts(live, "2020-02-20 03", "2020-03-16 03") == [TOO_YOUNG, CONFLICT]
    assert make.verdicts(live, "2020-02-20 03", "2020-03-19 03") == [TOO_YOUNG, "Valid"]
    assert make.verdicts(live, "2020-03-20 03", "2020-04-13 03") == ["Valid", "Valid"]


def test_a_preferable_vaccine_has_its_own_ages(make: Any) -> None:
    """Table 6-26, CALCDTPREF-1 and -2."""
    schedule = make.schedule(make.series(make.dose(vaccines=[make.vaccine("08", "6 weeks", "1 year")])))
    outside = "Not Valid Vaccine given outside of its age range"
    assert make.verdicts(schedule, "2020-02-11") == [outside]
    assert make.verdicts(schedule, "2020-02-12") == ["Valid"]
    assert make.verdicts(schedule, "2020-12-31") == ["Valid"]
    assert make.verdicts(schedule, "2021-01-01") == [outside]


def test_an_allowable_vaccine_counts_at_its_own_ages(make: Any) -> None:
    """Table 6-29, CALCDTALLOW-1 and -2."""
    allowable = {"45": (make.vaccine("45", "6 weeks", "1 year"),)}
    schedule = make.schedule(make.series(make.dose(allowable=allowable)))
    assert make.verdicts(schedule, "2020-02-12 45") == ["Valid"]
    assert make.verdicts(schedule, "2020-02-11 45")[0].startswith("Not Valid")
    assert make.verdicts(schedule, "2021-01-01 45")[0].startswith("Not Valid")


def test_a_trade_name_is_known_by_its_manufacturer(make: Any) -> None:
    """Table 6-26."""
    schedule = make.schedule(make.series(make.dose(vaccines=[make.vaccine("43", mvx="SKB")])))
    assert make.verdicts(schedule, DoseGiven(date(2020, 3, 1), "43", "SKB")) == ["Valid"]
    assert make.verdicts(schedule, DoseGiven(date(2020, 3, 1), "43", "MSD"))[0].startswith("Not Valid")
    assert make.verdicts(schedule, DoseGiven(date(2020, 3, 1), "43"))[0].startswith("Not Valid")


def test_less_volume_is_told_but_counts(make: Any) -> None:
    """Table 6-26."""
    schedule = make.schedule(make.series(make.dose(vaccines=[make.vaccine("08", volume=0.5)])))
    assert make.verdicts(schedule, DoseGiven(date(2020, 3, 1), "08", volume=0.5)) == ["Valid"]
    (less,) = make.verdicts(schedule, DoseGiven(date(2020, 3, 1), "08", volume=0.25))
    assert less == "Valid Volume administered is less than recommended volume"


def test_a_vaccine_that_no_dose_names_counts_for_nothing(make: Any) -> None:
    schedule = make.schedule(
        make.series(make.dose(vaccines=["08"])), associations={"45": (Association("HepB"),)}
    )
    assert make.verdicts(schedule, "2020-03-01 45") == ["Not Valid Not a preferable or allowable vaccine"]
    assert make.verdicts(schedule, "2020-03-01 99") == ["Extraneous Counts for nothing in this schedule"]


def test_a_vaccine_is_associated_with_an_antigen_at_some_ages(make: Any) -> None:
    """Chapter 4.2, note 2a: the beginning belongs to it, the end does not."""
    within = {"08": (Association("HepB", make.age("2 months"), make.age("3 months")),)}
    schedule = make.schedule(make.series(make.dose()), associations=within)
    assert [bool(make.assess(schedule, day).doses[0].antigens) for day in ("2020-02-29", "2020-03-01")] == [
        0,
        1,
    ]
    assert [bool(make.assess(schedule, day).doses[0].antigens) for day in ("2020-03-31", "2020-04-01")] == [
        1,
        0,
    ]


def test_an_expired_or_spoilt_dose_is_sub_standard(make: Any) -> None:
    """Table 6-3: the day of expiry itself is good."""
    schedule = make.schedule(make.series(make.dose(), make.dose()))
    day = date(2020, 3, 1)
    good, late = date(2020, 3, 1), date(2020, 2, 29)
    assert make.verdicts(schedule, DoseGiven(day, "08", lot_expires=good)) == ["Valid"]
    assert make.verdicts(schedule, DoseGiven(day, "08", lot_expires=late)) == [
        "Sub-standard Expired or spoilt"
    ]
    assert make.verdicts(schedule, DoseGiven(day, "08", spoilt=True)) == ["Sub-standard Expired or spoilt"]


def test_doses_after_the_last_target_dose_are_extraneous(make: Any) -> None:
    """Figure 4-6, step 6a."""
    schedule = make.schedule(make.series(make.dose()))
    assert make.verdicts(schedule, "2020-03-01", "2020-05-01")[1] == "Extraneous Series Already Complete"


def test_a_recurring_dose_is_never_the_last(make: Any) -> None:
    """Figure 4-6, step 5a."""
    yearly = make.dose(recurring=True, intervals=(make.interval("1 year", absolute="1 year"),))
    schedule = make.schedule(make.series(make.dose(), yearly))
    given = ["2020-03-01", "2021-03-01", "2022-03-01", "2022-04-01"]
    assert make.verdicts(schedule, *given, on="2022-06-01") == ["Valid", "Valid", "Valid", TOO_SOON]
    assert make.forecast(schedule, *given, on="2022-06-01").dose_number == 4


def test_age_is_told_before_interval_and_interval_before_vaccine(make: Any) -> None:
    """Table 6-31, its columns from left to right."""
    second = make.dose(
        ages=make.limits("1 year", maximum="2 years"), intervals=(make.interval("1 year", absolute="1 year"),)
    )
    schedule = make.schedule(make.series(make.dose(), second), associations={"08": (Association("HepB"),)})
    assert make.verdicts(schedule, "2020-06-01", "2020-07-01")[1] == TOO_YOUNG
    assert make.verdicts(schedule, "2020-06-01", "2021-03-01")[1] == TOO_SOON
    assert make.verdicts(schedule, "2021-06-01", "2022-01-01")[1] == "Extraneous Age: Too Old"


def test_a_series_is_for_its_genders_indications_and_cohort(make: Any) -> None:
    """Tables 5-4 and 5-5, with CALCDTIND-1 and -2."""
    girls = make.schedule(make.series(make.dose(), genders=frozenset({"Female", "Unknown"})))
    assert [len(make.assess(girls, sex=sex).groups) for sex in ("Female", "Unknown", "Male")] == [1, 1, 0]
    asplenia = Indication("160", make.age("1 year"), make.age("2 years"))
    risk = make.schedule(make.series(make.dose(), type=SeriesType.RISK, indications=(asplenia,)))
    seen = [
        len(make.assess(risk, observed=[code], on=day).groups)
        for code, day in [
            ("160", "2020-12-31"),
            ("160", "2021-01-01"),
            ("160", "2021-12-31"),
            ("160", "2022-01-01"),
            ("161", "2021-06-01"),
        ]
    ]
    assert seen == [0, 1, 1, 0, 0]
    assert not make.assess(risk).groups
    cohort = make.schedule(
        make.series(make.dose(), born_from=make.day("2020-01-01"), born_before=make.day("2020-02-01"))
    )
    births = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 1, 31), date(2020, 2, 1)]
    assert [len(make.assess(cohort, born=born).groups) for born in births] == [0, 1, 1, 0]


def test_doses_of_one_day_are_taken_in_one_order(make: Any) -> None:
    """Chapter 4.2 is silent; the order in which they came in must not matter."""
    schedule = make.schedule(make.series(make.dose(vaccines=["08"]), make.dose(vaccines=["45"])))
    assert make.verdicts(schedule, "2020-03-01 08", "2020-03-01 45") == ["Valid", "Valid"]
    assert make.verdicts(schedule, "2020-03-01 45", "2020-03-01 08") == ["Valid", "Valid"]


def test_a_spoilt_dose_skips_nothing(make: Any) -> None:
    """Chapter 6.1 comes before 6.2."""
    skips = make.skip(IntervalCondition(make.length("6 months")))
    schedule = make.schedule(make.series(make.dose(), make.dose(skips_in_evaluation=skips), make.dose()))
    spoilt = DoseGiven(date(2020, 9, 15), "08", spoilt=True)
    last = make.assess(schedule, "2020-03-01", spoilt, "2020-10-01").doses[2]
    assert last.antigens[0].target == "Dose 2"


def test_the_most_recent_dose_is_the_last_that_was_not_inadvertent(make: Any) -> None:
    """CALCDTINT-8."""
    since = make.interval("8 weeks", absolute="8 weeks", from_previous=False, from_vaccines=frozenset({"33"}))
    second = make.dose(vaccines=["133"], intervals=(since,), inadvertent=frozenset({"33"}))
    first = make.dose(vaccines=["33"])
    schedule = make.schedule(make.series(first, make.dose(vaccines=["33"]), second))
    given = ["2020-01-01 33", "2020-03-01 33"]
    assert make.verdicts(schedule, *given, "2020-04-01 133")[2] == TOO_SOON
    assert make.verdicts(schedule, *given, "2020-04-26 133")[2] == "Valid"
    assert make.verdicts(schedule, *given, "2020-04-20 33", "2020-04-26 133")[3] == "Valid"


def _age(make: Any, begin: str, end: str = "") -> Any:
    return AgeCondition(make.age(begin), make.age(end, 1))

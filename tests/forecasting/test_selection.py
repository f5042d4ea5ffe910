"""Chapters 8 and 9: which path is the best, and what a vaccine group says."""

from datetime import date
from typing import Any

import pytest

from service.forecasting import SeriesStatus, foremost
from service.forecasting.groups import group_status
from service.forecasting.model import Contraindication, Indication, SeriesType, VaccineGroup

STATUS = SeriesStatus
TOGETHER = VaccineGroup("MMR", ("Measles", "Mumps", "Rubella"), full=True)


def best(make: Any, series: tuple[Any, ...], *given: str, **how: Any) -> list[str]:
    """The names of the best patient series."""
    assessment = make.assess(make.schedule(*series), *given, **how)
    return [one.series.name for group in assessment.groups for one in group.basis]


def risk(make: Any, *doses: Any, **rest: Any) -> Any:
    return make.series(*doses, type=SeriesType.RISK, indications=(Indication("160", 0, 1),), **rest)


def test_without_doses_the_default_is_the_path(make: Any) -> None:
    """Table 8-3, first column."""
    slow = make.dose(ages=make.limits(minimum="1 year"))
    series = (make.series(make.dose(), name="A"), make.series(slow, name="B", default=True))
    assert best(make, series) == ["B"]


def test_a_path_started_too_late_cannot_win(make: Any) -> None:
    """SELECTSCORE-2: before the maximum age to start, not on it."""
    early = make.series(
        make.dose(), make.dose(), name="A", default=True, max_age_to_start=make.age("2 months")
    )
    late = make.series(make.dose(), make.dose(), name="B")
    assert best(make, (early, late), "2020-02-29") == ["A"]
    assert best(make, (early, late), "2020-03-01") == ["B"]


def test_a_complete_path_wins(make: Any) -> None:
    """Table 8-3, third column."""
    series = (
        make.series(make.dose(), make.dose(), name="A", default=True),
        make.series(make.dose(), name="B"),
    )
    assert best(make, series, "2020-03-01") == ["B"]


def test_a_path_begun_wins_over_one_that_has_aged_out(make: Any) -> None:
    """Table 8-3, fourth column."""
    aged = make.series(make.dose(), make.dose(ages=make.limits(maximum="6 months")), name="A", preference=1)
    open_ = make.series(make.dose(), make.dose(), name="B", preference=2)
    assert best(make, (aged, open_), "2020-03-01") == ["B"]


def test_of_two_complete_paths_the_one_with_more_valid_doses_wins(make: Any) -> None:
    """Table 8-7."""
    one = make.series(make.dose(), name="A", preference=1)
    two = make.series(make.dose(), make.dose(), name="B", preference=2)
    assert best(make, (one, two), "2020-03-01", "2020-05-01") == ["B"]


def test_a_tie_goes_to_the_preferred_path(make: Any) -> None:
    """SELECTBEST-2."""
    series = tuple(make.series(make.dose(), name=name, preference=n) for name, n in (("A", 2), ("B", 1)))
    assert best(make, series, "2020-03-01") == ["B"]


def test_points_of_paths_in_process(make: Any) -> None:
    """Table 8-9, condition by condition; without it the preferred path A would win."""
    plain = make.dose(intervals=(make.interval("4 weeks"),))

    def winner(a: Any, b: Any, *given: str) -> str:
        (name,) = best(make, (a, b), *given, on="2020-04-01")
        return str(name)

    def path(name: str, *doses: Any, **rest: Any) -> Any:
        return make.series(*doses, name=name, preference={"A": 1, "B": 2}[name], **rest)

    given = "2020-03-01"
    assert winner(path("A", plain, plain), path("B", plain, plain), given) == "A"
    # SELECTB-2 and -23: a product path with all valid doses.
    assert winner(path("A", plain, plain), path("B", plain, plain, product=True), given) == "B"
    # Its second dose is no product of that path any more.
    other = make.dose(vaccines=["45"])
    product = path("B", plain, other, product=True)
    both = path("A", plain, make.dose(vaccines=["99"]))
    assert winner(both, product, given, "2020-03-20") == "A"
    # SELECTB-3: completable.
    long = make.dose(ages=make.limits(maximum="6 months"), intervals=(make.interval("4 months"),))
    assert winner(path("A", plain, plain, long), path("B", plain, plain, plain, plain), given) == "B"
    # SELECTB-5: closest to completion.
    assert winner(path("A", plain, plain, make.dose()), path("B", plain, plain), given) == "B"
    # SELECTB-11: can finish earliest.
    slow = make.dose(intervals=(make.interval("5 weeks"),))
    assert winner(path("A", plain, slow), path("B", plain, plain), given) == "B"
    # SELECTB-19: most valid doses; A lost one to its age limit and is as far from its end.
    late = make.dose(ages=make.limits("3 months"))
    assert winner(path("A", plain, late), path("B", plain, plain, plain), given, "2020-03-30") == "B"


@pytest.mark.parametrize(
    ("second", "third", "fourth", "maximum", "expected"),
    [
        ("8 weeks", "8 weeks", "8 weeks", "6 months", "A"),  # the latest interval, not the sum of all
        ("8 weeks", "4 weeks", "4 weeks", "6 months", "A"),  # nor that of the dose which is forecast itself
        ("8 weeks", "8 weeks", "8 weeks", "173 days", "A"),
        ("8 weeks", "8 weeks", "8 weeks", "172 days", "B"),  # the finish must be before the maximum age
        ("8 weeks", "4 weeks", "12 weeks", "6 months", "B"),
    ],
)
def test_the_finish_is_the_earliest_date_plus_the_latest_remaining_interval(
    make: Any, second: str, third: str, fourth: str, maximum: str, expected: str
) -> None:
    """SELECTB-12 and SELECTB-3: path A is closer to its end and wins if it can be finished in time."""
    steps = [make.dose(intervals=(make.interval(length),)) for length in (second, third)]
    last = make.dose(ages=make.limits(maximum=maximum), intervals=(make.interval(fourth),))
    a = make.series(make.dose(), *steps, last, name="A", preference=1)
    b = make.series(
        make.dose(), *[make.dose(intervals=(make.interval("8 weeks"),))] * 4, name="B", preference=2
    )
    assert best(make, (a, b), "2020-03-01", on="2020-04-01") == [expected]


def test_the_interval_of_the_dose_that_is_forecast_is_not_counted_twice(make: Any) -> None:
    """SELECTB-12: "the remaining target dose(s)"; an interval that is no longer the rule is none."""
    slow, quick = make.dose(intervals=(make.interval("8 weeks"),)), make.interval("4 weeks")
    former = make.interval("1 year", cessation=make.day("2020-03-31"))
    last = make.dose(ages=make.limits(maximum="150 days"), intervals=(quick, former))
    a = make.series(make.dose(), slow, last, name="A", preference=1)
    b = make.series(make.dose(), slow, slow, slow, name="B", preference=2)
    assert best(make, (a, b), "2020-03-01", on="2020-04-01") == ["A"]


def test_points_without_valid_doses(make: Any) -> None:
    """Table 8-11: no default in the group; without points the preferred path A would win."""

    def path(name: str, *doses: Any, **rest: Any) -> Any:
        return make.series(*doses, name=name, preference={"A": 1, "B": 2}[name], **rest)

    early, late = (
        make.dose(ages=make.limits(minimum="4 weeks")),
        make.dose(ages=make.limits(minimum="6 weeks")),
    )
    assert best(make, (path("A", early), path("B", early))) == ["A"]
    assert best(make, (path("A", late), path("B", early))) == ["B"]  # SELECTB-14
    assert best(make, (path("A", early, product=True), path("B", early))) == ["B"]  # SELECTB-23
    never = make.dose(ages=make.limits(maximum="6 weeks"))
    long = make.dose(intervals=(make.interval("5 weeks"),), ages=make.limits(maximum="8 weeks"))
    assert best(make, (path("A", early, long), path("B", early)), on="2020-01-10") == ["B"]  # SELECTB-3
    assert best(make, (path("A", never), path("B", late))) == ["B"]


def test_a_path_that_no_rule_gives_a_start_cannot_start_earliest(make: Any) -> None:
    """SELECTB-14: "with a start date"."""
    nowhere = make.series(make.dose(), name="A", preference=1)
    somewhere = make.series(make.dose(ages=make.limits(minimum="2 years")), name="B", preference=2)
    assert best(make, (nowhere, somewhere)) == ["B"]


def test_only_risk_paths_of_the_highest_priority_compete(make: Any) -> None:
    """SELECTSCORE-2, first part."""
    a = risk(make, make.dose(ages=make.limits(minimum="1 year")), name="A", priority="A", preference=2)
    b = risk(make, make.dose(ages=make.limits(minimum="4 weeks")), name="B", priority="B", preference=1)
    assert best(make, (a, b), observed=["160"]) == ["A"]
    assert best(make, (a, b)) == []


def test_a_contraindicated_path_competes_only_with_its_like(make: Any) -> None:
    """SELECTB-24."""
    a = make.series(
        make.dose(vaccines=["08"]), make.dose(vaccines=["08"]), name="A", default=True, preference=1
    )
    b = make.series(make.dose(vaccines=["08", "45"]), make.dose(vaccines=["45"]), name="B", preference=2)
    against = {"contraindications": (Contraindication("080", vaccine="08"),)}
    (group,) = make.assess(make.schedule(a, b, antigen=against), "2020-03-01", observed=["080"]).groups
    assert (group.basis[0].series.name, group.status) == ("B", STATUS.NOT_COMPLETE)
    late = make.series(
        make.dose(vaccines=["08", "45"]),
        make.dose(vaccines=["45"], ages=make.limits(maximum="6 months")),
        name="C",
    )
    (group,) = make.assess(make.schedule(a, late, antigen=against), "2020-03-01", observed=["080"]).groups
    assert (group.basis[0].series.name, group.status) == ("C", STATUS.AGED_OUT)
    all_of_them = {"contraindications": (Contraindication("080"),)}
    (group,) = make.assess(make.schedule(a, b, antigen=all_of_them), "2020-03-01", observed=["080"]).groups
    assert group.status == STATUS.CONTRAINDICATED


def test_a_path_for_evaluation_only_is_shown_when_it_is_complete(make: Any) -> None:
    """SELECTSCORE-2, last part."""
    standard = make.series(make.dose(), make.dose(), make.dose(), name="A", default=True)
    abroad = make.series(make.dose(), make.dose(), name="B", type=SeriesType.EVALUATION_ONLY)
    assert best(make, (standard, abroad), "2020-03-01") == ["A"]
    assert best(make, (standard, abroad), "2020-03-01", "2020-05-01") == ["B"]
    alone = make.series(make.dose(), name="C", type=SeriesType.EVALUATION_ONLY, default=True)
    assert best(make, (alone,)) == []  # table 8-14


@pytest.mark.parametrize(
    ("equivalent", "given", "expected"),
    [
        ("both", (), ["Risk"]),
        ("none", (), ["Standard", "Risk"]),
        ("both", ("2020-03-01",), ["Standard"]),
        ("none", ("2020-03-01",), ["Standard", "Risk"]),
    ],
)
def test_an_equivalent_group_makes_another_unnecessary(
    make: Any, equivalent: str, given: tuple[str, ...], expected: list[str]
) -> None:
    """Table 8-14: a complete one always, a risk path before the routine."""
    first, second = (
        (frozenset({"2"}), frozenset({"1"})) if equivalent == "both" else (frozenset(), frozenset())
    )
    standard = make.series(make.dose(), name="Standard", group="1", default=True, equivalent_groups=first)
    own = risk(make, make.dose(), make.dose(), name="Risk", group="2", equivalent_groups=second)
    assert best(make, (standard, own), *given, observed=["160"]) == expected


def test_a_risk_path_stands_beside_an_equivalent_risk_path(make: Any) -> None:
    """Table 8-14, second column."""
    one = risk(make, make.dose(), name="One", group="2", equivalent_groups=frozenset({"3"}))
    other = risk(make, make.dose(), name="Other", group="3", equivalent_groups=frozenset({"2"}))
    assert best(make, (one, other), observed=["160"]) == ["One", "Other"]


@pytest.fixture
def three(make: Any) -> Any:
    """Three antigens in one group, the third with a limit of its own."""

    def made(*, full: bool = False, antigen_facts: Any = None, **rest: Any) -> Any:
        def antigen(name: str, minimum: str, due: str, overdue: str, maximum: str, **one: Any) -> Any:
            ages = make.limits(minimum=minimum, due=due, overdue=overdue, maximum=maximum)
            doses = [make.dose(vaccines=["20", name]), make.dose(vaccines=["20", name], ages=ages, **one)]
            return make.series(*doses, antigen=name, name=name, default=True)

        return make.schedule(
            antigen("D", "4 months", "6 months", "9 months", "7 years"),
            antigen("P", "5 months", "7 months", "8 months", "5 years", **rest),
            group="DTaP",
            full=full,
            antigen=antigen_facts or {},
        )

    return made


def test_a_group_of_several_antigens_takes_the_dates_that_serve_all(make: Any, three: Any) -> None:
    """MULTIANTVG-1 and FORECASTVG-2 to -4."""
    found = make.dates(three(), "2020-02-01 20", on="2020-04-01")
    assert found == ["2020-06-01", "2020-07-01", "2020-08-31", "2024-12-31"]


def test_an_interval_may_ask_for_the_sooner_date(make: Any, three: Any) -> None:
    """FORECASTPRIORITY-1 and MULTIANTVG-1: but never before the last dose of the group."""
    schedule = three(intervals=(make.interval("4 weeks", priority=True),))
    assert make.dates(schedule, "2020-02-01 20", on="2020-04-01")[0] == "2020-05-01"
    assert make.dates(schedule, "2020-02-01 20", "2020-06-20 D", on="2020-06-20")[0] == "2020-06-20"
    last_day = make.interval("4 weeks", cessation=make.day("2020-04-01"))
    both = (make.interval("4 weeks", priority=True), last_day)
    assert make.dates(three(intervals=both), "2020-02-01 20", on="2020-04-01")[0] == "2020-06-01"
    assert make.dates(three(intervals=both), "2020-02-01 20", on="2020-04-02")[0] == "2020-05-01"


def test_the_number_is_the_lowest_where_all_antigens_are_given_together(make: Any, three: Any) -> None:
    """FORECASTDN-2."""
    given = ["2020-02-01 20"]
    for full, number in ((True, 1), (False, 2)):
        found = make.forecast(three(full=full), "2020-02-01 P", on="2020-04-01")
        assert found.dose_number == number
    assert make.forecast(three(full=True), *given, on="2020-04-01").antigens == ("D", "P")


def test_the_status_of_a_group_is_that_of_the_antigen_that_decides(make: Any, three: Any) -> None:
    """Table 9-4, from left to right."""
    order = [STATUS.CONTRAINDICATED, STATUS.AGED_OUT, STATUS.NOT_RECOMMENDED, STATUS.NOT_COMPLETE]
    for place, status in enumerate(order):
        assert group_status(TOGETHER, [STATUS.COMPLETE, *reversed(order[place:]), STATUS.IMMUNE]) == status
    assert group_status(TOGETHER, [STATUS.IMMUNE, STATUS.IMMUNE]) == STATUS.IMMUNE
    assert group_status(TOGETHER, [STATUS.IMMUNE, STATUS.COMPLETE]) == STATUS.COMPLETE
    done = make.forecast(three(), "2020-02-01 20", "2020-08-01 D", on="2020-09-01")
    assert (done.status, done.antigens) == (STATUS.NOT_COMPLETE, ("P",))


def test_a_contraindicated_antigen_stops_only_those_that_are_given_with_it(make: Any, three: Any) -> None:
    """Table 9-4, with the administer full vaccine group flag: without pertussis, diphtheria goes on."""
    forbidden = tuple(Contraindication("079", vaccine=cvx) for cvx in ("20", "P"))

    def found(*given: str, full: bool) -> Any:
        schedule = three(full=full, antigen_facts={"contraindications": forbidden})
        return make.forecast(schedule, *given, on="2020-04-01", observed=["079"])

    assert found("2020-02-01 20", full=True).status == STATUS.CONTRAINDICATED
    going_on = found("2020-02-01 20", full=False)
    assert (going_on.status, going_on.antigens, going_on.dose_number) == (STATUS.NOT_COMPLETE, ("D",), 2)
    assert going_on.vaccines == ("D",)
    assert going_on.earliest == date(2020, 5, 1)
    apart = VaccineGroup("DTaP", ("D", "P"))
    assert group_status(apart, [STATUS.COMPLETE, STATUS.CONTRAINDICATED]) == STATUS.CONTRAINDICATED
    assert group_status(apart, [STATUS.NOT_COMPLETE, STATUS.AGED_OUT]) == STATUS.AGED_OUT


def test_forecasts_of_different_series_groups_stand_side_by_side(make: Any) -> None:
    """DEFFORECAST-012; the one shown first is the child's own risk, unless it has aged out or is far away."""
    standard = make.series(make.dose(), name="Standard", group="1", default=True)

    def shown(own: Any, *given: str) -> str:
        day = date(2021, 1, 1)
        groups = make.assess(make.schedule(standard, own), *given, observed=["160"]).groups
        assert len(groups) == 2
        return str(foremost(groups, day).basis[0].series.name)

    assert shown(risk(make, make.dose(vaccines=["45"]), name="Risk", group="2")) == "Risk"
    aged = make.dose(vaccines=["45"], ages=make.limits(maximum="6 months"))
    assert shown(risk(make, aged, name="Risk", group="2")) == "Standard"
    far = make.dose(vaccines=["45"], ages=make.limits(minimum="50 years"))
    assert shown(risk(make, far, name="Risk", group="2"), "2020-03-01") == "Standard"


def test_of_two_for_the_childs_own_risk_the_sooner_is_shown(make: Any) -> None:
    def own(name: str, minimum: str) -> Any:
        dose = make.dose(vaccines=[name], ages=make.limits(minimum=minimum))
        return risk(make, dose, name=name, group=name)

    schedule = make.schedule(own("45", "2 years"), own("44", "18 months"))
    groups = make.assess(schedule, observed=["160"]).groups
    assert foremost(groups, date(2021, 1, 1)).basis[0].series.name == "44"


def test_a_path_that_has_aged_out_yields_to_one_that_can_begin(make: Any) -> None:
    """Table 8-5, third column: nothing is complete or in process, so those without valid doses are scored."""
    aged = risk(make, make.dose(), make.dose(ages=make.limits(maximum="6 months")), name="Aged", preference=1)
    open_ = risk(make, make.dose(vaccines=["45"]), name="Open", preference=2)
    assert best(make, (aged, open_), "2020-03-01", observed=["160"]) == ["Open"]

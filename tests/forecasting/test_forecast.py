"""Chapter 7: whether another dose is needed, and when."""

from datetime import date
from typing import Any

import pytest

from service.forecasting import Observation, SeriesStatus, say
from service.forecasting.model import BirthImmunity, Contraindication, Indication

STATUS = SeriesStatus


def test_the_four_dates_come_from_ages(make: Any) -> None:
    """FORECASTDT-1 to -6: past due and latest are the day before the limit."""
    dose = make.dose(ages=make.limits("6 weeks - 4 days", "6 weeks", "2 months", "3 months", "1 year"))
    found = make.dates(make.schedule(make.series(dose)), on="2020-01-01")
    assert found == ["2020-02-12", "2020-03-01", "2020-03-31", "2020-12-31"]


def test_without_ages_the_dates_come_from_intervals(make: Any) -> None:
    """FORECASTDT-2 and -3: the latest of all intervals."""
    both = (
        make.interval("4 weeks", due="8 weeks", overdue="13 weeks"),
        make.interval("5 months", due="6 months", overdue="7 months", from_previous=False, from_target=1),
    )
    schedule = make.schedule(make.series(make.dose(), make.dose(intervals=both)))
    found = make.dates(schedule, "2020-03-01", on="2020-04-01")
    assert found == ["2020-08-01", "2020-09-01", "2020-09-30", None]


def test_an_age_goes_before_an_interval(make: Any) -> None:
    """FORECASTDT-2 and -3."""
    interval = make.interval("4 weeks", due="2 years", overdue="3 years")
    second = make.dose(ages=make.limits(due="6 months", overdue="7 months"), intervals=(interval,))
    schedule = make.schedule(make.series(make.dose(), second))
    found = make.dates(schedule, "2020-03-01", on="2020-04-01")
    assert found == ["2020-03-29", "2020-07-01", "2020-07-31", None]


def test_recommended_and_past_due_are_never_before_the_earliest(make: Any) -> None:
    """FORECASTDT-5 and -6."""
    second = make.dose(
        ages=make.limits(due="4 months", overdue="5 months"), intervals=(make.interval("1 year"),)
    )
    schedule = make.schedule(make.series(make.dose(), second))
    assert make.dates(schedule, "2020-03-01")[:3] == ["2021-03-01", "2021-03-01", "2021-03-01"]


def test_without_any_recommendation_it_is_recommended_as_early_as_it_may_be(make: Any) -> None:
    """FORECASTDT-2, last part, and FORECASTDT-3: no past due date."""
    schedule = make.schedule(make.series(make.dose(ages=make.limits(minimum="6 weeks"))))
    assert make.dates(schedule) == ["2020-02-12", "2020-02-12", None, None]


def test_the_earliest_date_is_the_latest_of_its_candidates(make: Any) -> None:
    """FORECASTDTCAN-1: age, interval, season, last dose."""
    second = make.dose(
        ages=make.limits(minimum="6 months"), intervals=(make.interval("4 weeks"),), season_start=0
    )
    schedule = make.schedule(make.series(make.dose(), second))
    assert make.dates(schedule, "2020-03-01")[0] == "2020-07-01"
    assert make.dates(schedule, "2020-07-01")[0] == "2020-07-29"
    assert make.dates(schedule, "2020-03-01", "2020-06-20 45")[0] == "2020-07-01"
    season = make.dose(season_start=make.day("2020-09-01"), season_end=make.day("2021-03-31"))
    assert make.dates(make.schedule(make.series(season)), on="2020-08-01")[0] == "2020-09-01"


def test_a_dose_is_not_due_before_the_last_one_given(make: Any) -> None:
    """FORECASTDTCAN-1, last part: also a spoilt or inadvertent one."""
    schedule = make.schedule(make.series(make.dose(ages=make.limits("1 year", "1 year")), make.dose()))
    assert make.dates(schedule, "2021-01-10", "2021-03-01", on="2021-03-01")[0] is None
    inadvertent = make.schedule(make.series(make.dose(inadvertent=frozenset({"45"}))))
    assert make.dates(inadvertent, "2021-03-01 45", on="2021-03-02")[0] == "2021-03-01"


def test_another_live_vaccine_postpones_the_dose(make: Any) -> None:
    """CALCDTCONFLICT-3: the full conflict interval, and the latest of several doses."""
    varicella = make.series(make.dose(vaccines=["21"]), antigen="Varicella", name="V")
    measles = make.series(make.dose(vaccines=["03"]), make.dose(vaccines=["05"]), antigen="Measles", name="M")
    conflict = make.conflict("1 day", "24 days", "28 days")
    schedule = make.schedule(varicella, measles, conflicts={"21": {"03": conflict, "05": conflict}})
    assert make.assess(schedule, "2020-12-20 03").groups[0].earliest == date(2021, 1, 17)
    both = make.assess(schedule, "2020-12-20 03", "2020-12-25 05").groups[0]
    assert both.earliest == date(2021, 1, 22)


def test_a_season_that_is_over_recommends_nothing(make: Any) -> None:
    """Table 7-10: the last day of the season still belongs to it."""
    season = make.dose(season_start=make.day("2020-09-01"), season_end=make.day("2021-03-31"))
    schedule = make.schedule(make.series(season))
    assert make.forecast(schedule, on="2021-03-31").status == STATUS.NOT_COMPLETE
    assert make.forecast(schedule, on="2021-04-01").status == STATUS.NOT_RECOMMENDED


def test_in_a_season_only_its_own_doses_are_numbered(make: Any) -> None:
    """FORECASTDN-1."""
    season = make.dose(recurring=True, season_start=make.day("2020-09-01"))
    schedule = make.schedule(make.series(season))
    assert make.forecast(schedule, "2020-08-31").dose_number == 1
    assert make.forecast(schedule, "2020-08-31", "2020-09-01").dose_number == 2


def test_ages_in_force_are_those_of_the_assessment_date(make: Any) -> None:
    """RELEVANT-2."""
    old = make.limits(minimum="4 weeks", cessation="2020-03-31")
    new = make.limits(minimum="3 months", effective="2020-04-01")
    schedule = make.schedule(make.series(make.dose(ages=(old, new))))
    assert make.dates(schedule, on="2020-03-31")[0] == "2020-01-29"
    assert make.dates(schedule, on="2020-04-01")[0] == "2020-04-01"


def test_intervals_in_force_are_those_of_the_assessment_date(make: Any) -> None:
    """RELEVANT-2."""
    old = make.interval("8 weeks", cessation=make.day("2020-03-31"))
    new = make.interval("4 weeks", effective=make.day("2020-04-01"))
    schedule = make.schedule(make.series(make.dose(), make.dose(intervals=(old, new))))
    assert make.dates(schedule, "2020-03-01", on="2020-03-31")[0] == "2020-04-26"
    assert make.dates(schedule, "2020-03-01", on="2020-04-01")[0] == "2020-03-29"


@pytest.mark.parametrize(
    ("on", "status"), [("2020-12-31", STATUS.NOT_COMPLETE), ("2021-01-01", STATUS.AGED_OUT)]
)
def test_a_child_ages_out_on_the_day_of_the_maximum_age(make: Any, on: str, status: STATUS) -> None:
    """Table 7-10: assessment date < maximum age date."""
    schedule = make.schedule(make.series(make.dose(ages=make.limits(maximum="12 months"))))
    assert make.forecast(schedule, on=on).status == status


@pytest.mark.parametrize(
    ("given", "status"), [("2020-12-03", STATUS.NOT_COMPLETE), ("2020-12-04", STATUS.AGED_OUT)]
)
def test_a_child_who_cannot_finish_in_time_has_aged_out(make: Any, given: str, status: STATUS) -> None:
    """Table 7-10, last column: candidate earliest date < maximum age date."""
    second = make.dose(ages=make.limits(maximum="12 months"), intervals=(make.interval("4 weeks"),))
    schedule = make.schedule(make.series(make.dose(), second))
    assert make.forecast(schedule, given, on="2020-12-10").status == status


def test_immunity_is_evident_from_history_or_birth(make: Any) -> None:
    """Table 7-3."""
    before = BirthImmunity(make.day("1980-01-01"), "U.S.", frozenset({"055"}))
    schedule = make.schedule(
        make.series(make.dose()),
        antigen={"immunity_codes": frozenset({"023"}), "birth_immunity": (before,)},
    )

    def status(born: str, country: str = "U.S.", observed: tuple[str, ...] = ()) -> STATUS:
        one: STATUS = make.forecast(
            schedule, born=date.fromisoformat(born), born_in=country, observed=observed
        ).status
        return one

    assert status("2020-01-01", observed=("023",)) == STATUS.IMMUNE
    assert status("1979-12-31") == STATUS.IMMUNE
    assert status("1980-01-01") == STATUS.NOT_COMPLETE
    assert status("1979-12-31", country="") == STATUS.NOT_COMPLETE
    assert status("1979-12-31", observed=("055",)) == STATUS.NOT_COMPLETE
    anywhere = make.schedule(
        make.series(make.dose()),
        antigen={"birth_immunity": (BirthImmunity(make.day("1980-01-01"), "", frozenset()),)},
    )
    for country in ("", "U.S."):
        assert make.forecast(anywhere, born=date(1979, 1, 1), born_in=country).status == STATUS.IMMUNE


def test_a_complete_series_is_complete_whatever_else_is_known(make: Any) -> None:
    """Table 7-10, second column."""
    schedule = make.schedule(
        make.series(make.dose()),
        antigen={"immunity_codes": frozenset({"023"}), "contraindications": (Contraindication("080"),)},
    )
    assert make.forecast(schedule, "2020-03-01", observed=["023", "080"]).status == STATUS.COMPLETE
    assert make.forecast(schedule, observed=["023", "080"]).status == STATUS.IMMUNE


def test_an_antigen_is_contraindicated_at_some_ages(make: Any) -> None:
    """Table 7-5, with CALCDTCI-1 and -2."""
    until = Contraindication("080", make.age("2 months"), make.age("8 months"))
    schedule = make.schedule(make.series(make.dose()), antigen={"contraindications": (until,)})
    days = ["2020-02-29", "2020-03-01", "2020-08-31", "2020-09-01"]
    found = [make.forecast(schedule, on=day, observed=["080"]).status for day in days]
    assert found == [STATUS.NOT_COMPLETE, STATUS.CONTRAINDICATED, STATUS.CONTRAINDICATED, STATUS.NOT_COMPLETE]
    assert make.forecast(schedule, on="2020-04-01", observed=["081"]).status == STATUS.NOT_COMPLETE


def test_a_series_is_contraindicated_when_all_its_vaccines_are(make: Any) -> None:
    """Tables 7-6 and 7-7."""
    against = tuple(Contraindication("080", vaccine=cvx) for cvx in ("08", "45"))
    one = make.schedule(
        make.series(make.dose(vaccines=["08", "45"])), antigen={"contraindications": against[:1]}
    )
    assert make.forecast(one, observed=["080"]).vaccines == ("45",)
    both = make.schedule(
        make.series(make.dose(vaccines=["08", "45"])), antigen={"contraindications": against}
    )
    assert make.forecast(both, observed=["080"]).status == STATUS.CONTRAINDICATED


def test_vaccines_serve_at_the_ages_at_which_they_may_be_given(make: Any) -> None:
    """FORECASTRECVAC-1: on the earliest or on the recommended day."""
    vaccines = [
        make.vaccine("08", "", "2 months", forecast=True),
        make.vaccine("45", "6 months"),
        make.vaccine("51", "4 months", "5 months", forecast=True),
    ]
    dose = make.dose(vaccines=vaccines, ages=make.limits(minimum="6 weeks", due="6 months"))
    schedule = make.schedule(make.series(dose))
    early, late = make.forecast(schedule, on="2020-02-01"), make.forecast(schedule, on="2020-08-01")
    assert (early.vaccines, early.recommended_vaccines) == (("08", "45"), ("08",))
    assert (late.vaccines, late.recommended_vaccines) == (("45",), ("08",))


def test_why_names_the_rule_that_decided(make: Any) -> None:
    """FORECASTVG-7, in words."""
    second = make.dose(
        ages=make.limits(due="4 months", overdue="5 months", maximum="5 years"),
        intervals=(make.interval("4 weeks", absolute="4 weeks"),),
    )
    schedule = make.schedule(make.series(make.dose(), second))
    found = make.forecast(schedule, "2020-03-01", "2020-03-20", on="2020-04-01")
    assert say(found.why) == (
        "Series: 1 of the doses given count. The dose of 2020-03-20 does not count: Interval: Too Soon. "
        "Dose 2 is next. It can be given from 2020-04-17, by the minimum interval. "
        "It is recommended on 2020-05-01, the recommended age. It is overdue after 2020-05-31. "
        "It can be given until 2024-12-31."
    )
    assert [step.rule for step in found.why][:3] == ["SELECTB-21", "tables 6-18 and 6-21", "FORECASTDN-1"]


def test_guidance_is_that_of_the_series_its_indications_and_contraindications(make: Any) -> None:
    """FORECASTGUIDANCE-1."""
    indications = (Indication("160", 0, 1, guidance="Twice."), Indication("161", 0, 1, guidance="Not meant."))
    against = (Contraindication("080", make.age("9 years"), guidance="Ask first."),)
    series = make.series(make.dose(), guidance=("Shake well.",), indications=indications)
    schedule = make.schedule(series, antigen={"contraindications": against})
    assert make.forecast(schedule, observed=["160", "080"]).guidance == (
        "Shake well.",
        "Twice.",
        "Ask first.",
    )
    assert make.forecast(schedule, "2020-03-01").guidance == ()


@pytest.mark.parametrize(
    ("observed", "given", "expected"),
    [
        (["023"], [], "HepB: there is evidence of immunity."),
        (["080"], [], "HepB: vaccination is contraindicated (Do not vaccinate)."),
        (
            [],
            ["2020-03-01"],
            "Series: 1 of the doses given count. HepB: all doses that are needed have been given.",
        ),
    ],
)
def test_why_no_dose_is_due(make: Any, observed: list[str], given: list[str], expected: str) -> None:
    schedule = make.schedule(
        make.series(make.dose()),
        antigen={
            "immunity_codes": frozenset({"023"}),
            "contraindications": (Contraindication("080", text="Do not vaccinate."),),
        },
    )
    assert say(make.forecast(schedule, *given, observed=observed).why) == expected


def test_why_a_child_has_aged_out(make: Any) -> None:
    schedule = make.schedule(make.series(make.dose(ages=make.limits(maximum="6 months"))))
    expected = "HepB: the maximum age is reached on 2020-07-01, before another dose can be given."
    assert say(make.forecast(schedule).why) == expected


def test_the_most_recent_of_several_observations_counts(make: Any) -> None:
    """CALCDTINT-9 in a forecast."""
    since = make.interval("27 weeks", from_previous=False, from_observation="170")
    schedule = make.schedule(make.series(make.dose(intervals=(since,))))
    days = [Observation("170", date(2020, 5, 1)), Observation("170", date(2020, 1, 1))]
    assert make.dates(schedule, observed=days)[0] == "2020-11-06"

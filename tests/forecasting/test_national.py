"""The native format, and the schedules that are shipped: a child walks through each, dose by dose."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from service.forecasting import (
    Child,
    DoseGiven,
    GroupForecast,
    Observation,
    Schedule,
    SeriesStatus,
    assess,
    load,
)

WALKS = Path(__file__).parent / "walks"
COUNTRIES = ["bd", "br", "gb", "in", "ke", "ng", "pk", "who"]
BORN = date(2025, 3, 31)
REGIONS = tuple(
    Observation(f"region:{name}") for name in ("malaria", "yellow-fever", "japanese-encephalitis")
)


def walk(schedule: Schedule) -> str:
    """A girl who is given everything on the first day on which it is recommended, until nothing is due."""
    child, doses, lines = Child(BORN, "Female", REGIONS), list[DoseGiven](), []
    on = BORN
    while True:
        forecasts = assess(child, doses, on, schedule).groups
        due = [(g.recommended, g.group, g) for g in forecasts if g.recommended]
        if not due:
            break
        on = min(day for day, _, _ in due)
        today = [g for day, _, g in due if day == on]
        doses += [DoseGiven(on, g.vaccines[0]) for g in today]
        given = assess(child, doses, on, schedule).doses[-len(today) :]
        for group, dose in zip(today, given, strict=True):
            status = {each.group: each.status for each in dose.groups}[group.group]
            lines.append(f"{on}  {_age(on):<20} {group.dose_label:<18} CVX {group.vaccines[0]:<14} {status}")
    ends = sorted(f"{g.group}: {g.status}" for g in assess(child, doses, on, schedule).groups)
    return "\n".join([schedule.name, f"Born {BORN}", "", *lines, "", *ends]) + "\n"


def _age(on: date) -> str:
    return f"{(on - BORN).days} days"


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_child_walks_through_the_schedule(national: Callable[[str], Schedule], country: str) -> None:
    """REWRITE_WALKS=1 writes what is true now; the diff is the review."""
    found, path = walk(national(country)), WALKS / f"{country}.txt"
    if os.environ.get("REWRITE_WALKS"):
        path.write_text(found)
    assert found == path.read_text()
    assert "Not Complete" not in found
    assert "Not Valid" not in found


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_schedule_says_where_it_is_from(national: Callable[[str], Schedule], country: str) -> None:
    schedule = national(country)
    assert schedule.source
    assert schedule.certainty
    assert schedule.advice == "Verify with your programme."


def one(
    schedule: Schedule,
    group: str,
    *given: tuple[int, str],
    on: int = 400,
    born: date = BORN,
    sex: str = "Female",
    observed: tuple[Observation, ...] = (),
) -> GroupForecast | None:
    doses = [DoseGiven(born + timedelta(day), cvx) for day, cvx in given]
    found = assess(Child(born, sex, observed), doses, born + timedelta(on), schedule).groups
    return next((forecast for forecast in found if forecast.group == group), None)


def test_a_birth_dose_that_does_not_count_is_a_group_of_its_own(national: Callable[[str], Schedule]) -> None:
    india = national("in")
    birth, primary = one(india, "OPV 0", (2, "178"), on=30), one(india, "OPV", (2, "178"), on=30)
    assert birth
    assert primary
    assert birth.status == SeriesStatus.COMPLETE
    assert (primary.dose_label, primary.dose_number) == ("OPV 1", 1)
    late = one(india, "OPV 0", on=30)
    assert late
    assert late.status == SeriesStatus.AGED_OUT


def test_after_the_first_birthday_dpt_stands_for_pentavalent(national: Callable[[str], Schedule]) -> None:
    india = national("in")
    late = one(india, "Pentavalent", on=500)
    assert late
    assert late.vaccines == ("01",)
    assert one(india, "Pentavalent", (400, "198"), on=500).dose_label == "Pentavalent 1"  # type: ignore[union-attr]
    begun = one(india, "Pentavalent", (50, "198"), (400, "198"), on=500)
    assert begun
    assert begun.dose_label == "Pentavalent 3"


def test_a_booster_follows_the_course_before_it(national: Callable[[str], Schedule]) -> None:
    who = national("who")
    begun = one(who, "DTP (penta)", (42, "198"), (70, "198"), on=1000)
    done = one(who, "DTP (penta)", (42, "198"), (70, "198"), (98, "198"), on=1000)
    assert begun
    assert done
    assert (begun.dose_label, done.dose_label) == ("DTP (penta) 3", "DTP booster 1")
    assert done.earliest == date(2026, 3, 31)


def test_a_cohort_has_its_own_doses(national: Callable[[str], Schedule]) -> None:
    uk = national("gb")
    labels = []
    for born in (date(2024, 6, 30), date(2024, 7, 1)):
        forecast = one(uk, "MMRV", (365, "94"), on=600, born=born)
        six = one(uk, "6-in-1", (60, "146"), (90, "146"), (120, "146"), on=600, born=born)
        assert forecast
        assert six
        labels.append((forecast.recommended, six.dose_label))
    assert labels == [(date(2027, 10, 30), "dTaP/IPV"), (date(2026, 1, 1), "6-in-1 4")]


def test_a_regional_vaccine_is_for_those_who_live_there(national: Callable[[str], Schedule]) -> None:
    kenya = national("ke")
    assert one(kenya, "Malaria") is None
    there = one(kenya, "Malaria", observed=(Observation("region:malaria"),))
    assert there
    assert there.vaccines == ("X-MALARIA",)


def test_hpv_is_for_girls_where_the_schedule_says_so(national: Callable[[str], Schedule]) -> None:
    assert one(national("ke"), "HPV", sex="Male") is None
    assert one(national("ke"), "HPV", sex="Female") is not None
    assert one(national("gb"), "HPV", sex="Male") is not None


def test_injected_live_vaccines_keep_four_weeks_apart_and_oral_ones_do_not(
    national: Callable[[str], Schedule],
) -> None:
    brazil = national("br")
    yellow = one(brazil, "Yellow fever", (360, "03"), on=365)
    assert yellow
    assert yellow.earliest == BORN + timedelta(388)
    beside_opv = one(national("who"), "Measles-rubella", (300, "178"), (300, "119"), on=301)
    assert beside_opv
    assert beside_opv.earliest == date(2025, 12, 31)


def test_the_known_traps_of_codes(national: Callable[[str], Schedule]) -> None:
    """119 is monovalent rotavirus, 116 pentavalent; 163 is a MenB vaccine; 324 is fractional IPV."""
    uk = national("gb")
    assert uk.vaccines["119"] == "Rotavirus, monovalent"
    assert uk.vaccines["116"] == "Rotavirus, pentavalent"
    assert one(uk, "Rotavirus", (60, "116"), on=80).dose_label == "Rota 1"  # type: ignore[union-attr]
    assert one(uk, "MenB", (60, "163"), on=80).dose_label == "MenB 2"  # type: ignore[union-attr]
    assert one(national("bd"), "fIPV", (42, "324"), on=80).dose_label == "fIPV 2"  # type: ignore[union-attr]


def test_grace_and_skips_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("""
id = "x"
name = "X"
country = "XX"
certainty = "none"
advice = "Verify with your programme."
sources = []
grace = "4 days"
overdue_after = "2 weeks"
[[vaccine]]
name = "PCV"
cvx = ["133"]
dose = [
  { label = "1", due = "6 weeks" },
  { label = "2", due = "10 weeks", min_interval = "4 weeks", skip_if = [
    { doses = 1, given_from = "1 year" },
  ] },
  { label = "3", due = "9 months", min_interval = "4 weeks", grace = "0 days", skip_if = [
    { from_age = "5 years" },
    { after = "3 years" },
  ] },
]
""")
    schedule = load(path)

    def label(*given: int, on: int = 800) -> str:
        forecast = one(schedule, "PCV", *((day, "133") for day in given), on=on)
        return forecast.dose_label if forecast else ""

    assert [label(37), label(38), label(42)] == ["1", "2", "2"]
    assert [label(42, 65), label(42, 66)] == ["2", "3"]
    assert label(366) == "3"
    assert label(42, 70, 290) == ""
    assert label(42, 70, on=70 + 1095) == "3"
    assert label(42, 70, on=70 + 1096) == ""
    first = one(schedule, "PCV", on=10)
    assert first
    assert first.past_due == BORN + timedelta(55)

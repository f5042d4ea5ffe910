"""Small schedules, written as tests read them: ages and dates in words, one child born on 1 January 2020."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from service.forecasting import Assessment, Child, DoseGiven, Observation, Schedule, assess, load
from service.forecasting.durations import Duration, parse
from service.forecasting.faults import Reading
from service.forecasting.groups import GroupForecast
from service.forecasting.model import (
    FOR_LIFE,
    FROM_BIRTH,
    AgeLimits,
    Antigen,
    Association,
    Conflict,
    DoseVaccine,
    Interval,
    Series,
    SeriesDose,
    Skip,
    SkipSet,
    VaccineGroup,
    turned,
)

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SUPPORTING_DATA = SHARED / "cdsi" / "supporting-data-4.64"
BORN = date(2020, 1, 1)


class Making:
    """Makes schedules and asks them."""

    def __init__(self) -> None:
        self.reading = Reading()

    def age(self, text: str, empty: int = FROM_BIRTH) -> int:
        return self.reading.age(text, "", empty)

    def limits(
        self,
        absolute: str = "",
        minimum: str = "",
        due: str = "",
        overdue: str = "",
        maximum: str = "",
        effective: str = "1900-01-01",
        cessation: str = "2999-12-31",
    ) -> AgeLimits:
        return AgeLimits(
            self.age(absolute),
            self.age(minimum),
            self.age(due),
            self.age(overdue, FOR_LIFE),
            self.age(maximum, FOR_LIFE),
            self.day(effective),
            self.day(cessation),
        )

    def interval(
        self, minimum: str = "", *, absolute: str = "", due: str = "", overdue: str = "", **rest: Any
    ) -> Interval:
        lengths = [self.length(text) for text in (absolute, minimum, due, overdue)]
        return Interval(
            absolute_minimum=lengths[0],
            minimum=lengths[1],
            earliest_recommended=lengths[2],
            latest_recommended=lengths[3],
            **rest,
        )

    def vaccine(self, cvx: str, begin: str = "", end: str = "", **rest: Any) -> DoseVaccine:
        return DoseVaccine(cvx, self.age(begin), self.age(end, FOR_LIFE), **rest)

    def dose(self, *, vaccines: Sequence[str | DoseVaccine] = ("08",), **rest: Any) -> SeriesDose:
        """A dose; it gets its number in `series`."""
        preferable = [v if isinstance(v, DoseVaccine) else DoseVaccine(v) for v in vaccines]
        ages = rest.pop("ages", ())
        return SeriesDose(
            number=0,
            label="",
            ages=(ages,) if isinstance(ages, AgeLimits) else tuple(ages),
            preferable={vaccine.cvx: (vaccine,) for vaccine in preferable},
            **rest,
        )

    def series(self, *doses: SeriesDose, name: str = "Series", antigen: str = "HepB", **rest: Any) -> Series:
        numbered = [
            SeriesDose(
                number, f"Dose {number}", *(getattr(dose, f) for f in SeriesDose.__struct_fields__[2:])
            )
            for number, dose in enumerate(doses, 1)
        ]
        return Series(name, antigen, tuple(numbered), **rest)

    def skip(self, *conditions: Any, needs_all: bool = True) -> tuple[Skip, ...]:
        return (Skip((SkipSet(conditions, needs_all),)),)

    def schedule(self, *series: Series, **rest: Any) -> Schedule:
        """A schedule of these series; a vaccine serves every antigen that names it."""
        antigens: dict[str, Antigen] = {}
        associations: dict[str, dict[str, Association]] = {}
        extra = rest.pop("antigen", {})
        for name in dict.fromkeys(one.antigen for one in series):
            members = tuple(one for one in series if one.antigen == name)
            antigens[name] = Antigen(name, rest.get("group", name), members, **extra)
            for dose in (dose for one in members for dose in one.doses):
                for cvx in (*dose.preferable, *dose.allowable, *dose.inadvertent):
                    associations.setdefault(cvx, {})[name] = Association(name)
        group = rest.pop("group", None)
        full = rest.pop("full", False)
        groups = {group: VaccineGroup(group, tuple(antigens), full)} if group else {}
        conflicts = rest.pop("conflicts", {})
        values: dict[str, Any] = {
            "groups": groups or {name: VaccineGroup(name, (name,)) for name in antigens},
            "associations": {cvx: tuple(each.values()) for cvx, each in associations.items()},
        }
        return Schedule(
            id="test",
            name="test",
            version="1",
            antigens=antigens,
            vaccines={},
            conflicts=conflicts,
            disturbs=turned(conflicts),
            ages=self.reading.ages(),
            **(values | rest),
        )

    def conflict(self, begin: str, minimum_end: str, end: str) -> Conflict:
        return Conflict(parse(begin), parse(minimum_end), parse(end))

    def length(self, text: str) -> Duration | None:
        return parse(text) if text else None

    def day(self, text: str) -> int:
        return date.fromisoformat(text).toordinal()

    def assess(
        self, schedule: Schedule, *given: str | DoseGiven, on: str = "2021-01-01", **child: Any
    ) -> Assessment:
        """Assess a child; a dose is written "2020-03-01 08"."""
        doses = [self.given(each) if isinstance(each, str) else each for each in given]
        observed = tuple(
            each if isinstance(each, Observation) else Observation(each) for each in child.pop("observed", ())
        )
        whom = Child(child.pop("born", BORN), observations=observed, **child)
        return assess(whom, doses, date.fromisoformat(on), schedule)

    def given(self, text: str) -> DoseGiven:
        day, _, cvx = text.partition(" ")
        return DoseGiven(date.fromisoformat(day), cvx or "08")

    def verdicts(self, schedule: Schedule, *given: str | DoseGiven, **how: Any) -> list[str]:
        """What each dose counts for, as "Not Valid Age: Too Young"."""
        doses = self.assess(schedule, *given, **how).doses
        return [f"{dose.status} {dose.reason}".strip() for dose in doses]

    def forecast(self, schedule: Schedule, *given: str | DoseGiven, **how: Any) -> GroupForecast:
        """The only group forecast."""
        (only,) = self.assess(schedule, *given, **how).groups
        return only

    def dates(self, schedule: Schedule, *given: str | DoseGiven, **how: Any) -> list[str | None]:
        """Earliest, recommended, past due and latest of the only group forecast."""
        one = self.forecast(schedule, *given, **how)
        return [
            d.isoformat() if d else None for d in (one.earliest, one.recommended, one.past_due, one.latest)
        ]


@pytest.fixture
def make() -> Making:
    return Making()


@pytest.fixture(scope="session")
def us_schedule() -> Schedule:
    if not SUPPORTING_DATA.exists():
        pytest.skip("CDC's supporting data are not beside this checkout")
    return load(SUPPORTING_DATA)


@pytest.fixture(scope="session")
def national() -> Callable[[str], Schedule]:
    """A schedule that is shipped, by its country."""
    folder = Path(__file__).resolve().parents[2] / "service" / "forecasting" / "schedules"
    return lambda country: load(folder / f"{country}.toml")

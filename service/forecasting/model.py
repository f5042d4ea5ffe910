"""A schedule as the engine reads it: frozen, complete, and the same whichever loader made it.

The names are the specification's (appendix A). Two things are prepared so that a child takes less than
a millisecond: days are ordinals, and an age is a place in `Schedule.ages`, so that the dates of all ages are
computed once per child. The first two places hold what an empty age stands for.
"""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from service.forecasting.durations import DISTANT_FUTURE, DISTANT_PAST, Duration

Age = int
"""A place in `Schedule.ages`."""
FROM_BIRTH: Age = 0
"""No lower bound: the date is 01/01/1900."""
FOR_LIFE: Age = 1
"""No upper bound: the date is 12/31/2999."""


class SeriesType(StrEnum):
    """Why a series exists (chapter 4.3)."""

    STANDARD = "Standard"
    RISK = "Risk"
    EVALUATION_ONLY = "Evaluation Only"


class AgeLimits(Struct, frozen=True):
    """When in life a dose is given, in the years in which this was the rule (chapter 6.4)."""

    absolute_minimum: Age = FROM_BIRTH
    minimum: Age = FROM_BIRTH
    earliest_recommended: Age = FROM_BIRTH
    latest_recommended: Age = FOR_LIFE
    maximum: Age = FOR_LIFE
    effective: int = DISTANT_PAST
    cessation: int = DISTANT_FUTURE


class Interval(Struct, frozen=True):
    """How long after something else a dose is given (chapters 6.5 and 6.6)."""

    from_previous: bool = True
    from_target: int = 0
    from_vaccines: frozenset[str] = frozenset()
    from_observation: str = ""
    absolute_minimum: Duration | None = None
    minimum: Duration | None = None
    earliest_recommended: Duration | None = None
    latest_recommended: Duration | None = None
    priority: bool = False
    effective: int = DISTANT_PAST
    cessation: int = DISTANT_FUTURE


class DoseVaccine(Struct, frozen=True):
    """A vaccine that may be given for a dose, at these ages (chapters 6.8 and 6.9)."""

    cvx: str
    begin: Age = FROM_BIRTH
    end: Age = FOR_LIFE
    mvx: str = ""
    volume: float = 0.0
    forecast: bool = False


class AgeCondition(Struct, frozen=True):
    """The child is this old (table 6-6)."""

    begin: Age
    end: Age


class SeriesCondition(Struct, frozen=True):
    """A series of one of these groups is complete (table 6-7)."""

    groups: frozenset[str]


class IntervalCondition(Struct, frozen=True):
    """So much time has passed since the previous dose (table 6-8)."""

    interval: Duration


class CountCondition(Struct, frozen=True):
    """So many doses were given in a span of ages and dates (table 6-9)."""

    count: int
    comparison: str
    only_valid: bool = True
    vaccines: frozenset[str] = frozenset()
    begin: Age = FROM_BIRTH
    end: Age = FOR_LIFE
    start_day: int = DISTANT_PAST
    end_day: int = DISTANT_FUTURE


Condition = AgeCondition | SeriesCondition | IntervalCondition | CountCondition


class SkipSet(Struct, frozen=True):
    """Conditions that are met together, or one of which is enough (table 6-10)."""

    conditions: tuple[Condition, ...]
    needs_all: bool = True
    description: str = ""
    effective: int = DISTANT_PAST
    cessation: int = DISTANT_FUTURE


class Skip(Struct, frozen=True):
    """When a dose is not needed (table 6-11)."""

    sets: tuple[SkipSet, ...]
    needs_all: bool = False


class SeriesDose(Struct, frozen=True):
    """What one target dose asks for."""

    number: int
    label: str
    ages: tuple[AgeLimits, ...] = ()
    intervals: tuple[Interval, ...] = ()
    allowable_intervals: tuple[Interval, ...] = ()
    preferable: dict[str, tuple[DoseVaccine, ...]] = {}
    allowable: dict[str, tuple[DoseVaccine, ...]] = {}
    inadvertent: frozenset[str] = frozenset()
    skips_in_evaluation: tuple[Skip, ...] = ()
    skips_in_forecast: tuple[Skip, ...] = ()
    recurring: bool = False
    season_start: int = DISTANT_PAST
    season_end: int = DISTANT_FUTURE


class Indication(Struct, frozen=True):
    """An observation that makes a risk series relevant (table 5-4)."""

    code: str
    begin: Age
    end: Age
    text: str = ""
    guidance: str = ""


class Series(Struct, frozen=True):
    """One path to immunity."""

    name: str
    antigen: str
    doses: tuple[SeriesDose, ...]
    type: SeriesType = SeriesType.STANDARD
    group: str = "1"
    """The series group: paths that compete with each other."""
    equivalent_groups: frozenset[str] = frozenset()
    default: bool = False
    product: bool = False
    priority: str = "A"
    preference: int = 99
    max_age_to_start: Age = FOR_LIFE
    genders: frozenset[str] = frozenset()
    indications: tuple[Indication, ...] = ()
    born_from: int = DISTANT_PAST
    born_before: int = DISTANT_FUTURE
    guidance: tuple[str, ...] = ()


class BirthImmunity(Struct, frozen=True):
    """Those born before this day are taken to have had the disease (table 7-3)."""

    before: int
    country: str
    exclusions: frozenset[str]


class Contraindication(Struct, frozen=True):
    """An observation that forbids an antigen, or some vaccines (tables 7-5 and 7-6)."""

    code: str
    begin: Age = FROM_BIRTH
    end: Age = FOR_LIFE
    vaccine: str = ""
    """Empty: the whole antigen."""
    text: str = ""
    guidance: str = ""


class Antigen(Struct, frozen=True):
    """All that is known of protecting against one disease."""

    name: str
    group: str
    series: tuple[Series, ...]
    immunity_codes: frozenset[str] = frozenset()
    birth_immunity: tuple[BirthImmunity, ...] = ()
    contraindications: tuple[Contraindication, ...] = ()


class VaccineGroup(Struct, frozen=True):
    """Antigens that a family knows under one name (chapter 9)."""

    name: str
    antigens: tuple[str, ...]
    full: bool = False
    """The administer full vaccine group flag: all antigens are given together."""


class Association(Struct, frozen=True):
    """A vaccine counts for an antigen when it is given at these ages (chapter 4.2)."""

    antigen: str
    begin: Age = FROM_BIRTH
    end: Age = FOR_LIFE


class Conflict(Struct, frozen=True):
    """How long one vaccine disturbs another (chapter 6.7)."""

    begin: Duration
    minimum_end: Duration
    end: Duration


ConflictTable = dict[str, dict[str, Conflict]]


def turned(conflicts: ConflictTable) -> ConflictTable:
    """The same conflicts, seen from the other vaccine."""
    other: ConflictTable = {}
    for one, known in conflicts.items():
        for another, conflict in known.items():
            other.setdefault(another, {})[one] = conflict
    return other


class Schedule(Struct, frozen=True):
    """A whole national schedule in one version."""

    id: str
    name: str
    version: str
    """The content's hash: a forecast names the version that it came from."""
    ages: tuple[Duration, ...]
    groups: dict[str, VaccineGroup]
    antigens: dict[str, Antigen]
    vaccines: dict[str, str]
    """Known CVX codes and their short names."""
    associations: dict[str, tuple[Association, ...]]
    conflicts: ConflictTable
    """By impacted, then by conflicting CVX code."""
    disturbs: ConflictTable
    """The same, by conflicting, then by impacted CVX code."""
    protects: dict[str, tuple[str, ...]] = {}
    """The diseases that a vaccine protects against, where they are not the antigens it counts for."""
    country: str = ""
    """ISO 3166 alpha-2; empty where no one country is meant."""
    valid_from: date | None = None
    source: tuple[str, ...] = ()
    certainty: str = ""
    advice: str = ""

    def protects_against(self, cvx: str) -> tuple[str, ...]:
        """The diseases that a vaccine protects against, for people to read."""
        return self.protects.get(cvx) or tuple(a.antigen for a in self.associations.get(cvx, ()))

"""Reads the compact native format: one TOML file for one national schedule (docs/forecasting.md shows it).

A vaccine becomes a vaccine group with one series in the engine's model, a dose a series dose. What the model
does not know is said in its terms: a region is an observation that indicates the series, a dose that does not
count is a group of its own, a cohort is a series for those birth dates.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

from service.forecasting.durations import DISTANT_FUTURE, DISTANT_PAST, Duration, longer, shorter
from service.forecasting.faults import Reading
from service.forecasting.model import (
    FOR_LIFE,
    FROM_BIRTH,
    Age,
    AgeCondition,
    AgeLimits,
    Antigen,
    Association,
    Condition,
    Conflict,
    ConflictTable,
    CountCondition,
    DoseVaccine,
    Indication,
    Interval,
    IntervalCondition,
    Schedule,
    Series,
    SeriesDose,
    SeriesType,
    Skip,
    SkipSet,
    VaccineGroup,
    turned,
)
from service.forecasting.vaccines import KNOWN

Table = TypeVar("Table", bound=Struct)

# WHO's schedule is for every country that has none of its own, and says "WHO".
ISO_3166_LETTERS = 2


class SkipIf(Struct):
    """The dose is not needed when all that is given here holds; one such table is enough."""

    from_age: str = ""
    until_age: str = ""
    after: str = ""
    doses: int | None = None
    """So many valid doses or more of this vaccine,"""
    given_from: str = ""
    given_before: str = ""
    """given between these ages."""


class Use(Struct):
    """Other vaccines that serve for the same doses, at some ages."""

    cvx: list[str]
    from_age: str = ""
    until_age: str = ""


class Dose(Struct):
    """One dose of the schedule."""

    label: str
    due: str
    min_age: str = ""
    overdue: str = ""
    max_age: str = ""
    min_interval: str = ""
    grace: str = ""
    counts: bool = True
    cvx: list[str] = field(default_factory=list)
    use: list[dict[str, Any]] = field(default_factory=list)
    """Where a dose names vaccines, it takes these only and not those of its line,"""
    antigens: list[str] = field(default_factory=list)
    """which may protect against fewer diseases."""
    skip_if: list[dict[str, Any]] = field(default_factory=list)
    born_on_or_after: date | None = None
    born_before: date | None = None
    note: str = ""


class Vaccine(Struct):
    """One line of the schedule: a vaccine and its doses."""

    name: str
    cvx: list[str]
    dose: list[dict[str, Any]]
    antigens: list[str] = field(default_factory=list)
    sex: str = ""
    region: str = ""
    follows: str = ""
    use: list[dict[str, Any]] = field(default_factory=list)
    born_on_or_after: date | None = None
    born_before: date | None = None
    certainty: str = ""
    note: str = ""


class Live(Struct):
    """Live vaccines that keep their distance from each other, unless given on the same day."""

    cvx: list[str]
    apart: str


class File(Struct):
    """A whole file."""

    id: str
    name: str
    country: str
    certainty: str
    advice: str
    sources: list[str]
    vaccine: list[dict[str, Any]]
    valid_from: date | None = None
    grace: str = "0 days"
    overdue_after: str = "4 weeks"
    live: list[dict[str, Any]] = field(default_factory=list)
    local_codes: dict[str, str] = field(default_factory=dict)


def read(files: Mapping[str, bytes], version: str, reading: Reading) -> Schedule | None:
    """The schedule in this one file, or None when it cannot be read at all."""
    ((reading.file, content),) = files.items()
    try:
        raw = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reading.fault("file", f"no TOML: {error}")
        return None
    file = _table(raw, File, "file", reading)
    return None if file is None else _Native(file, reading).schedule(version)


def _table(raw: Any, kind: type[Table], place: str, reading: Reading) -> Table | None:
    """One table, field by field, so that every wrong one is told and not only the first."""
    if not isinstance(raw, dict):
        reading.fault(place, "should be a table")
        return None
    fields = {f.name: f for f in msgspec.structs.fields(kind)}
    for name in raw.keys() - fields.keys():
        reading.fault(place, f'unknown field "{name}"')
    values: dict[str, Any] = {}
    for name, known in fields.items():
        if name not in raw:
            if known.required:
                reading.fault(place, f'needs the field "{name}"')
            continue
        try:
            values[name] = msgspec.convert(raw[name], known.type)
        except msgspec.ValidationError as error:
            reading.fault(place, f'field "{name}": {error}')
    return kind(**values) if all(f.name in values for f in fields.values() if f.required) else None


class _Native:
    """One file on its way into the model."""

    def __init__(self, file: File, reading: Reading) -> None:
        self.file = file
        self.reading = reading
        self.grace = reading.duration(file.grace, "grace") or Duration()
        self.overdue_after = reading.duration(file.overdue_after, "overdue_after") or Duration()
        self.antigens: dict[str, Antigen] = {}
        self.associations: dict[str, list[Association]] = {}
        self.protects: dict[str, dict[str, None]] = {}

    def schedule(self, version: str) -> Schedule:
        file, conflicts = self.file, self._conflicts()
        for group in self._courses():
            self._course(group)
        return Schedule(
            id=file.id,
            name=file.name,
            version=version,
            antigens=self.antigens,
            groups={name: VaccineGroup(name, (name,)) for name in self.antigens},
            vaccines=KNOWN | file.local_codes,
            associations={cvx: tuple(each) for cvx, each in self.associations.items()},
            conflicts=conflicts,
            disturbs=turned(conflicts),
            ages=self.reading.ages(),
            protects={cvx: tuple(diseases) for cvx, diseases in self.protects.items()},
            country=file.country if len(file.country) == ISO_3166_LETTERS else "",
            valid_from=file.valid_from,
            source=tuple(file.sources),
            certainty=file.certainty,
            advice=file.advice,
        )

    def _conflicts(self) -> ConflictTable:
        conflicts: ConflictTable = {}
        for raw in self.file.live:
            live = _table(raw, Live, "live", self.reading)
            if live and (apart := self.reading.duration(live.apart, "live")):
                conflict = Conflict(Duration(days=1), apart, apart)
                for impacted in live.cvx:
                    conflicts.setdefault(impacted, {}).update(dict.fromkeys(live.cvx, conflict))
        return conflicts

    def _courses(self) -> list[list[tuple[Vaccine, list[Dose]]]]:
        """Vaccines with those that follow them: one course of doses each."""
        courses: dict[str, list[tuple[Vaccine, list[Dose]]]] = {}
        for number, raw in enumerate(self.file.vaccine, 1):
            vaccine = _table(raw, Vaccine, f"vaccine {number}", self.reading)
            if vaccine is None:
                continue
            doses = [self._dose_table(vaccine, n, each) for n, each in enumerate(vaccine.dose, 1)]
            course = (vaccine, [dose for dose in doses if dose])
            if vaccine.name in courses:
                self.reading.fault(vaccine.name, "another vaccine has the same name")
            elif vaccine.follows and vaccine.follows not in courses:
                self.reading.fault(
                    vaccine.name, f'follows "{vaccine.follows}", which does not stand before it'
                )
            elif vaccine.follows:
                courses[vaccine.follows].append(course)
            else:
                courses[vaccine.name] = [course]
        return list(courses.values())

    def _dose_table(self, vaccine: Vaccine, number: int, raw: dict[str, Any]) -> Dose | None:
        return _table(raw, Dose, f"{vaccine.name}, dose {number}", self.reading)

    def _course(self, course: list[tuple[Vaccine, list[Dose]]]) -> None:
        """One course: a series for each cohort, and a group of its own for each dose that does not count."""
        first = course[0][0]
        counted: list[tuple[Vaccine, Dose]] = []
        start = FROM_BIRTH
        for vaccine, doses in course:
            for dose in doses:
                if dose.counts:
                    counted.append((vaccine, dose))
                else:
                    start = self._age(dose.max_age, dose.label, FROM_BIRTH)
                    self._add(dose.label, vaccine, [(vaccine, dose)], FROM_BIRTH, start)
        self._add(first.name, first, counted, start, FOR_LIFE)

    def _add(
        self, name: str, vaccine: Vaccine, doses: Sequence[tuple[Vaccine, Dose]], begin: Age, end: Age
    ) -> None:
        cohorts = [self._series(name, vaccine, doses, born) for born in _cohorts(doses)]
        self.antigens[name] = Antigen(name, name, tuple(series for series in cohorts if series.doses))
        codes = {cvx for series in cohorts for dose in series.doses for cvx in dose.preferable}
        for cvx in sorted(codes):
            self.associations.setdefault(cvx, []).append(Association(name, begin, end))

    def _series(
        self, name: str, vaccine: Vaccine, doses: Sequence[tuple[Vaccine, Dose]], born: tuple[int, int]
    ) -> Series:
        meant = [(of, dose) for of, dose in doses if _is_for(dose, born)]
        region = f"region:{vaccine.region}"
        return Series(
            name=name if born == (DISTANT_PAST, DISTANT_FUTURE) else f"{name}, born from {_day(born[0])}",
            antigen=name,
            doses=tuple(self._dose(of, dose, number) for number, (of, dose) in enumerate(meant, 1)),
            type=SeriesType.RISK if vaccine.region else SeriesType.STANDARD,
            default=not vaccine.region,
            genders=frozenset({vaccine.sex.capitalize()} if vaccine.sex else ()),
            indications=(Indication(region, FROM_BIRTH, FOR_LIFE),) if vaccine.region else (),
            born_from=max(born[0], _ordinal(vaccine.born_on_or_after, DISTANT_PAST)),
            born_before=min(born[1], _ordinal(vaccine.born_before, DISTANT_FUTURE)),
        )

    def _dose(self, vaccine: Vaccine, dose: Dose, number: int) -> SeriesDose:
        place = f"{vaccine.name}, {dose.label}"
        skips = self._skips(dose, place)
        return SeriesDose(
            number=number,
            label=dose.label,
            ages=(self._limits(dose, place),),
            intervals=self._intervals(dose, place) if number > 1 else (),
            preferable=self._vaccines(vaccine, dose, place),
            skips_in_evaluation=skips,
            skips_in_forecast=skips,
        )

    def _limits(self, dose: Dose, place: str) -> AgeLimits:
        due = self.reading.duration(dose.due, place)
        minimum = self.reading.duration(dose.min_age, place) or due
        overdue = self.reading.duration(dose.overdue, place) or (due and longer(due, self.overdue_after))
        return AgeLimits(
            absolute_minimum=self.reading.age_of(
                minimum and shorter(minimum, self._grace(dose, place)), FROM_BIRTH
            ),
            minimum=self.reading.age_of(minimum, FROM_BIRTH),
            earliest_recommended=self.reading.age_of(due, FROM_BIRTH),
            latest_recommended=self.reading.age_of(overdue, FOR_LIFE),
            maximum=self._age(dose.max_age, place, FOR_LIFE),
        )

    def _intervals(self, dose: Dose, place: str) -> tuple[Interval, ...]:
        minimum = self.reading.duration(dose.min_interval, place)
        if minimum is None:
            return ()
        absolute = shorter(minimum, self._grace(dose, place))
        return (Interval(absolute_minimum=absolute, minimum=minimum, earliest_recommended=minimum),)

    def _grace(self, dose: Dose, place: str) -> Duration:
        return self.reading.duration(dose.grace, place) or self.grace

    def _vaccines(self, vaccine: Vaccine, dose: Dose, place: str) -> dict[str, tuple[DoseVaccine, ...]]:
        own = dose if dose.cvx or dose.use else vaccine
        for cvx in own.cvx:
            self.protects.setdefault(cvx, {}).update(dict.fromkeys(dose.antigens or vaccine.antigens))
        found = {cvx: (DoseVaccine(cvx, forecast=True),) for cvx in own.cvx}
        for raw in own.use:
            if use := _table(raw, Use, f"{vaccine.name}, use", self.reading):
                begin = self._age(use.from_age, place, FROM_BIRTH)
                end = self._age(use.until_age, place, FOR_LIFE)
                found |= {cvx: (DoseVaccine(cvx, begin, end, forecast=True),) for cvx in use.cvx}
        return dict(found)

    def _skips(self, dose: Dose, place: str) -> tuple[Skip, ...]:
        tables = (_table(raw, SkipIf, f"{place}, skip_if", self.reading) for raw in dose.skip_if)
        sets = [SkipSet(tuple(self._conditions(table, place))) for table in tables if table]
        return (Skip(tuple(sets)),) if sets else ()

    def _conditions(self, table: SkipIf, place: str) -> Iterable[Condition]:
        if table.from_age or table.until_age:
            begin = self._age(table.from_age, place, FROM_BIRTH)
            yield AgeCondition(begin, self._age(table.until_age, place, FOR_LIFE))
        if after := self.reading.duration(table.after, place):
            yield IntervalCondition(after)
        if table.doses is not None:
            begin = self._age(table.given_from, place, FROM_BIRTH)
            end = self._age(table.given_before, place, FOR_LIFE)
            yield CountCondition(table.doses - 1, "greater than", begin=begin, end=end)

    def _age(self, text: str, place: str, empty: Age) -> Age:
        return self.reading.age(text, place, empty)


def _cohorts(doses: Sequence[tuple[Vaccine, Dose]]) -> list[tuple[int, int]]:
    """Spans of birth dates in which the same doses are meant."""
    days = {_ordinal(day, 0) for _, dose in doses for day in (dose.born_on_or_after, dose.born_before)} - {0}
    borders = [DISTANT_PAST, *sorted(days), DISTANT_FUTURE]
    return list(pairwise(borders))


def _is_for(dose: Dose, born: tuple[int, int]) -> bool:
    begin = _ordinal(dose.born_on_or_after, DISTANT_PAST)
    return begin <= born[0] and born[1] <= _ordinal(dose.born_before, DISTANT_FUTURE)


def _ordinal(day: date | None, empty: int) -> int:
    return empty if day is None else day.toordinal()


def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()

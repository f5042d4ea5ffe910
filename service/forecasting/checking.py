"""What a schedule must satisfy before a child is assessed by it, in whichever format it came.

Ages are compared as the dates they lead to for a child of one ordinary birthday: "52 weeks" and "12 months"
have no order by themselves.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise

from service.forecasting.durations import Duration, said
from service.forecasting.faults import Fault
from service.forecasting.model import (
    FOR_LIFE,
    AgeLimits,
    Antigen,
    CountCondition,
    Interval,
    Schedule,
    Series,
    SeriesCondition,
    SeriesDose,
)
from service.forecasting.patient import dates_of_ages

_BORN = date(2001, 1, 1).toordinal()
LONGEST_NAME = 160
_COMPARISONS = {"greater than", "equal to", "less than"}


def check(schedule: Schedule, file: str) -> list[Fault]:
    """All faults of a schedule that could be read."""
    dates = dates_of_ages(_BORN, schedule.ages)
    found = (*_unknown_vaccines(schedule), *_unsayable(schedule))
    faults = [Fault(file, place, what) for place, what in found]
    for antigen in schedule.antigens.values():
        groups = {series.group for series in antigen.series}
        if circle := _circle(antigen):
            faults.append(
                Fault(file, antigen.name, f"series groups {circle} wait for each other's completion")
            )
        for series in antigen.series:
            faults += [
                Fault(file, f"{antigen.name}, {place}", what)
                for place, what in _series(series, groups, dates)
            ]
    return faults


def _circle(antigen: Antigen) -> str:
    """Series groups of which each may be skipped when the other is complete: no order could decide."""
    waits = {
        (series.group, other)
        for series in antigen.series
        for dose in series.doses
        for condition in _conditions(dose)
        if isinstance(condition, SeriesCondition)
        for other in condition.groups
    }
    while further := {(a, d) for a, b in waits for c, d in waits if b == c} - waits:
        waits |= further
    return ", ".join(sorted({a for a, b in waits if a == b}))


Found = Iterator[tuple[str, str]]
"""Places, and what is wrong there."""


def _unknown_vaccines(schedule: Schedule) -> Found:
    named = [
        (f"CVX {cvx}", {cvx}) for cvx in (*schedule.associations, *schedule.conflicts, *schedule.disturbs)
    ]
    for antigen in schedule.antigens.values():
        for one in antigen.contraindications:
            named += [(f"{antigen.name}, contraindication {one.code}", {one.vaccine} - {""})]
        for series in antigen.series:
            named += [(f"{series.name}, {dose.label}", _vaccines_named(dose)) for dose in series.doses]
    for place, codes in named:
        for cvx in sorted(codes - schedule.vaccines.keys()):
            yield place, f"CVX {cvx} is unknown"


def _unsayable(schedule: Schedule) -> Found:
    """Names that a card or a text cannot hold."""
    names = {*schedule.antigens, *schedule.vaccines.values()}
    names.update(*schedule.protects.values())
    for antigen in schedule.antigens.values():
        names.update(dose.label for series in antigen.series for dose in series.doses)
    for name in sorted(names):
        if len(name) > LONGEST_NAME or not name.isprintable():
            yield repr(name[:LONGEST_NAME]), f"must be one line of at most {LONGEST_NAME} characters"


def _vaccines_named(dose: SeriesDose) -> set[str]:
    named = {*dose.preferable, *dose.allowable, *dose.inadvertent}
    named.update(*(interval.from_vaccines for interval in dose.intervals))
    for condition in _conditions(dose):
        if isinstance(condition, CountCondition):
            named |= condition.vaccines
    return named


def _conditions(dose: SeriesDose) -> Iterator[object]:
    for skip in (*dose.skips_in_evaluation, *dose.skips_in_forecast):
        for conditions in skip.sets:
            yield from conditions.conditions


def _series(series: Series, groups: set[str], dates: list[int]) -> Found:
    if not series.doses:
        yield series.name, "has no dose"
    numbers = [dose.number for dose in series.doses]
    if numbers != list(range(1, len(numbers) + 1)):
        yield series.name, f"its doses are numbered {numbers}"
    labels = [dose.label for dose in series.doses]
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        yield series.name, f'two doses are called "{label}"'
    for dose in series.doses:
        for what in (*_ages(dose.ages, dates), *_intervals(dose), *_skips(dose, groups)):
            yield f"{series.name}, {dose.label}", what
    yield from _unreachable(series, dates)


def _ages(ages: Sequence[AgeLimits], dates: list[int]) -> Iterator[str]:
    for limits in ages:
        steps = {
            "the absolute minimum age": limits.absolute_minimum,
            "the minimum age": limits.minimum,
            "the earliest recommended age": limits.earliest_recommended,
            "the latest recommended age": limits.latest_recommended,
        }
        yield from _out_of_order({name: dates[age] for name, age in steps.items() if age > FOR_LIFE})
        if dates[limits.minimum] >= dates[limits.maximum]:
            yield "the minimum age is not before the maximum age: the dose can never be given"


def _intervals(dose: SeriesDose) -> Iterator[str]:
    for interval in (*dose.intervals, *dose.allowable_intervals):
        if not (
            interval.from_previous
            or interval.from_target
            or interval.from_vaccines
            or interval.from_observation
        ):
            yield "an interval runs from nothing"
        steps = {
            "the absolute minimum interval": interval.absolute_minimum,
            "the minimum interval": interval.minimum,
            "the earliest recommended interval": interval.earliest_recommended,
            "the latest recommended interval": interval.latest_recommended,
        }
        yield from _out_of_order({name: d.after(_BORN) for name, d in steps.items() if d is not None})
        if interval.from_target >= dose.number:
            yield f"its interval runs from dose {interval.from_target}, which does not come before it"


def _out_of_order(steps: dict[str, int]) -> Iterator[str]:
    for earlier, later in pairwise(steps):
        if steps[earlier] > steps[later]:
            yield f"{earlier} is after {later}"


def _skips(dose: SeriesDose, groups: set[str]) -> Iterator[str]:
    for skip in (*dose.skips_in_evaluation, *dose.skips_in_forecast):
        if not skip.sets or not all(conditions.conditions for conditions in skip.sets):
            yield "it may be skipped on no condition at all"
    for condition in _conditions(dose):
        if isinstance(condition, CountCondition) and condition.comparison not in _COMPARISONS:
            yield f'doses are compared by "{condition.comparison}"'
        if isinstance(condition, SeriesCondition):
            for group in sorted(condition.groups - groups):
                yield f"it may be skipped for series group {group}, which does not exist"


def _unreachable(series: Series, dates: list[int]) -> Found:
    """Doses that no child can ever get: no vaccine, or too old before the intervals have passed."""
    earliest: dict[int, int] = {0: _BORN}
    for dose in series.doses:
        place = f"{series.name}, {dose.label}"
        vaccines = [v for each in (*dose.preferable.values(), *dose.allowable.values()) for v in each]
        if not vaccines:
            yield place, "no vaccine can be given for it"
        before = earliest.get(dose.number - 1, _BORN)
        for limits in dose.ages or (AgeLimits(),):
            first = max(_first_day(dose.intervals, before, earliest), dates[limits.absolute_minimum])
            if first >= dates[limits.maximum] > dates[limits.minimum]:
                late = said(Duration(days=first - _BORN))
                yield place, f"it cannot be reached: intervals lead to {late}, past the maximum age"
            if vaccines and all(dates[v.end] <= first for v in vaccines):
                yield place, "it cannot be reached: its vaccines end before it can be given"
            earliest[dose.number] = before if dose.skips_in_evaluation or dose.skips_in_forecast else first


def _first_day(intervals: Iterable[Interval], before: int, earliest: dict[int, int]) -> int:
    """The first day that intervals allow, when every dose before was given as early as possible."""
    days = [before]
    for interval in intervals:
        if interval.absolute_minimum is not None and (interval.from_previous or interval.from_target):
            reference = before if interval.from_previous else earliest.get(interval.from_target, _BORN)
            days.append(interval.absolute_minimum.after(reference))
    return max(days)


def check_due_ages(schedule: Schedule, file: str) -> list[Fault]:
    """Doses that are due before the interval since the dose before has passed.

    Asked of native schedules only, whose doses are all due at an age: CDC's catch-up series give all their
    doses one age and leave the rest to intervals.
    """
    dates = dates_of_ages(_BORN, schedule.ages)
    return [
        Fault(
            file,
            f"{series.name}, {dose.label}",
            f"its interval since {before.label} contradicts the ages: it is due too soon",
        )
        for antigen in schedule.antigens.values()
        for series in antigen.series
        for before, dose in pairwise(series.doses)
        for interval in dose.intervals
        if interval.minimum is not None
        if interval.minimum.after(_due(before, dates)) > _due(dose, dates)
    ]


def _due(dose: SeriesDose, dates: list[int]) -> int:
    return max((dates[limits.earliest_recommended] for limits in dose.ages), default=_BORN)

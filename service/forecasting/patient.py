"""The child before any rule is applied: the history in order, broken into antigens (chapter 4.2).

Everything that depends on the child alone and not on a series is worked out here once: the dates of all ages,
which observations are active, and which doses stand close enough to another one to be disturbed by it.
"""

from collections.abc import Iterable, Sequence
from copy import copy

from msgspec import Struct

from service.forecasting.durations import DISTANT_FUTURE, DISTANT_PAST, Duration, months_after
from service.forecasting.model import Conflict, Schedule
from service.forecasting.values import Child, DoseGiven


class Disturbance(Struct, frozen=True, gc=False):
    """An earlier dose that may conflict with this one, and until when (CALCDTCONFLICT-1 and -2)."""

    index: int
    """The earlier dose's place in the history."""
    cvx: str
    minimum_end: int
    end: int


class Record(Struct, frozen=True, gc=False):
    """A dose given, at its place in the history."""

    index: int
    given: int
    """Its place in the doses as they came in."""
    day: int
    cvx: str
    mvx: str
    volume: float | None
    usable: bool
    """It can be evaluated (table 6-3)."""
    disturbances: tuple[Disturbance, ...] = ()


class Patient:
    """A child as the rules see it, on one assessment date."""

    __slots__ = (
        "born",
        "conflict_ends",
        "country",
        "dates",
        "gender",
        "history",
        "observed",
        "on",
        "records",
        "schedule",
    )

    def __init__(self, child: Child, doses: Sequence[DoseGiven], on: int, schedule: Schedule) -> None:
        self.schedule = schedule
        self.on = on
        self.born = child.born.toordinal()
        self.gender = child.sex
        self.country = child.born_in
        self.dates = dates_of_ages(self.born, schedule.ages)
        self.observed = _observed(child)
        self.history = _in_order(doses, schedule)
        self.records = _by_antigen(self)
        self.conflict_ends = _conflict_ends(self.history, schedule)

    def before(self, place: int) -> "Patient":
        """The same child on the day of that dose, before it was given."""
        earlier = copy(self)
        earlier.on = self.history[place].day
        earlier.history = self.history[:place]
        earlier.records = _by_antigen(earlier)
        earlier.conflict_ends = _conflict_ends(earlier.history, self.schedule)
        return earlier


def dates_of_ages(born: int, ages: Iterable[Duration]) -> list[int]:
    """When the child reaches each age: CALCDTAGE-1 to -5 and all other ages of table 3-7."""
    dates = [months_after(born, age.months) + age.days for age in ages]
    dates[0], dates[1] = DISTANT_PAST, DISTANT_FUTURE
    return dates


def _observed(child: Child) -> dict[str, int | None]:
    """Active observations, each with its most recent date."""
    observed: dict[str, int | None] = {}
    for observation in child.observations:
        day = observation.on.toordinal() if observation.on else None
        known = observed.get(observation.code)
        observed[observation.code] = day if known is None else max(known, day or known)
    return observed


def _in_order(doses: Sequence[DoseGiven], schedule: Schedule) -> list[Record]:
    """Doses by date; on one day by vaccine, so that the order in which they came in does not matter."""
    places = range(len(doses))
    days = [dose.on.toordinal() for dose in doses]
    order = sorted(places, key=lambda place: (days[place], doses[place].cvx, doses[place].mvx))
    history: list[Record] = []
    for index, place in enumerate(order):
        dose, day = doses[place], days[place]
        known = schedule.conflicts.get(dose.cvx)
        history.append(
            Record(
                index,
                place,
                day,
                dose.cvx,
                dose.mvx,
                dose.volume,
                _can_be_evaluated(dose),
                _disturbances(day, known, history) if known else (),
            )
        )
    return history


def _can_be_evaluated(dose: DoseGiven) -> bool:
    """Chapter 6.1, table 6-3: neither expired nor spoilt."""
    return not dose.spoilt and (dose.lot_expires is None or dose.on <= dose.lot_expires)


def _disturbances(day: int, known: dict[str, Conflict], before: list[Record]) -> tuple[Disturbance, ...]:
    """Earlier doses in whose conflict interval this day may lie: CONFLICT-3, table 6-24."""
    found = []
    for previous in before:
        conflict = known.get(previous.cvx)
        if conflict is not None and conflict.begin.after(previous.day) <= day:
            minimum_end, end = conflict.minimum_end.after(previous.day), conflict.end.after(previous.day)
            if day < max(minimum_end, end):
                found.append(Disturbance(previous.index, previous.cvx, minimum_end, end))
    return tuple(found)


def _by_antigen(patient: Patient) -> dict[str, list[Record]]:
    """Antigen administered records, in ascending order (figure 4-3)."""
    records: dict[str, list[Record]] = {}
    dates, associations = patient.dates, patient.schedule.associations
    for record in patient.history:
        for antigen in associations.get(record.cvx, ()):
            if dates[antigen.begin] <= record.day < dates[antigen.end]:
                records.setdefault(antigen.antigen, []).append(record)
    return records


def _conflict_ends(history: list[Record], schedule: Schedule) -> dict[str, int]:
    """Until when each impacted vaccine is disturbed by a dose given: CALCDTCONFLICT-3."""
    ends: dict[str, int] = {}
    for record in history:
        for impacted, conflict in schedule.disturbs.get(record.cvx, {}).items():
            ends[impacted] = max(ends.get(impacted, 0), conflict.end.after(record.day))
    return ends

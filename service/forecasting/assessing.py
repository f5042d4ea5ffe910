"""The whole way, from a child and doses given to what is due (chapter 4, figure 4-1)."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from service.forecasting.evaluation import evaluate
from service.forecasting.forecast import SeriesForecast, forecast
from service.forecasting.groups import GroupForecast, group_forecasts
from service.forecasting.model import Antigen, Schedule, Series
from service.forecasting.need import contraindications, is_immune
from service.forecasting.patient import Patient
from service.forecasting.relevance import relevant_series
from service.forecasting.selection import best_series, worth_walking
from service.forecasting.values import Child, DoseGiven, DoseStatus, SeriesStatus


class AntigenEvaluation(Struct, frozen=True, gc=False):
    """What a dose counts for against one antigen, on one of the child's best paths."""

    antigen: str
    group: str
    status: DoseStatus
    reason: str = ""
    rule: str = ""
    target: str = ""


class EvaluatedDose(Struct, frozen=True, gc=False):
    """A dose given, and what it counts for.

    A combined vaccine counts for each vaccine group by itself: it can be valid against hepatitis B and too
    early against diphtheria. `status` is the best of them, `groups` holds one for each.
    """

    dose: DoseGiven
    antigens: tuple[AntigenEvaluation, ...] = ()

    @property
    def status(self) -> DoseStatus:
        return _best(self.antigens).status if self.antigens else DoseStatus.EXTRANEOUS

    @property
    def reason(self) -> str:
        return _best(self.antigens).reason if self.antigens else "Counts for nothing in this schedule"

    @property
    def groups(self) -> list[AntigenEvaluation]:
        """The best evaluation in each vaccine group."""
        by_group: dict[str, list[AntigenEvaluation]] = {}
        for each in self.antigens:
            by_group.setdefault(each.group, []).append(each)
        return [_best(members) for members in by_group.values()]


_BETTER_FIRST = (DoseStatus.VALID, DoseStatus.EXTRANEOUS, DoseStatus.NOT_VALID, DoseStatus.SUB_STANDARD)


def _best(evaluations: Sequence[AntigenEvaluation]) -> AntigenEvaluation:
    return min(evaluations, key=lambda each: _BETTER_FIRST.index(each.status))


class Assessment(Struct, frozen=True):
    """What a schedule says about a child on one day."""

    schedule: str
    version: str
    on: date
    doses: tuple[EvaluatedDose, ...]
    """In the order in which they came in."""
    groups: tuple[GroupForecast, ...]


def assess(child: Child, doses: Sequence[DoseGiven], on: date, schedule: Schedule) -> Assessment:
    """Evaluate all doses and forecast all vaccine groups."""
    patient = Patient(child, doses, on.toordinal(), schedule)
    paths = _Paths(patient)
    best = [one for antigen in schedule.antigens.values() for one in best_series(paths.of(antigen))]
    return Assessment(
        schedule.id,
        schedule.version,
        on,
        evaluated(doses, best, schedule),
        tuple(group_forecasts(best, schedule, patient)),
    )


class _Paths:
    """The relevant patient series of a child, each evaluated and forecast once, when first asked for.

    A path may ask whether another one is complete (table 6-7), so the order is theirs.
    """

    def __init__(self, patient: Patient) -> None:
        self._patient = patient
        self._known: dict[str, SeriesForecast] = {}

    def of(self, antigen: Antigen) -> list[SeriesForecast]:
        relevant = relevant_series(antigen, self._patient)
        if antigen.name not in self._patient.records:
            relevant = worth_walking(relevant)
        return self._walked(antigen, relevant)

    def _walked(self, antigen: Antigen, relevant: Sequence[Series]) -> list[SeriesForecast]:
        immune = is_immune(antigen, self._patient)
        contraindicated = contraindications(antigen, self._patient)
        for series in relevant:
            if series.name not in self._known:
                progress = evaluate(series, self._patient, self.group_is_complete)
                self._known[series.name] = forecast(
                    progress, self.group_is_complete, immune=immune, contraindicated=contraindicated
                )
        return [self._known[series.name] for series in relevant]

    def group_is_complete(self, antigen_name: str, group: str, before: int) -> bool:
        if before < len(self._patient.history):
            return _Paths(self._patient.before(before)).group_is_complete(antigen_name, group, before)
        antigen = self._patient.schedule.antigens[antigen_name]
        members = [series for series in relevant_series(antigen, self._patient) if series.group == group]
        return any(one.status is SeriesStatus.COMPLETE for one in self._walked(antigen, members))


def evaluated(
    doses: Sequence[DoseGiven], best: Sequence[SeriesForecast], schedule: Schedule
) -> tuple[EvaluatedDose, ...]:
    """What each dose counts for on the child's best paths."""
    found: list[list[AntigenEvaluation]] = [[] for _ in doses]
    for one in best:
        antigen, progress = one.series.antigen, one.progress
        group = schedule.antigens[antigen].group
        for record, target, found_out in zip(
            progress.records, progress.targets, progress.evaluations, strict=True
        ):
            status, reason, rule = found_out.status, found_out.reason, found_out.rule
            label = target.label if target else ""
            found[record.given].append(AntigenEvaluation(antigen, group, status, reason, rule, label))
    return tuple(EvaluatedDose(dose, tuple(each)) for dose, each in zip(doses, found, strict=True))

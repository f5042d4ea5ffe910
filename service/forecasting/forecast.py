"""Chapter 7: when is the next dose of one path due?

`forecast` goes on from where the evaluation stopped. It skips what need not be given (7.1), asks whether
another dose is needed (7.4), dates it (7.5), and looks once more on the day it found: if the dose could be
skipped by then, the whole question is asked again for the dose after it (7.6).
"""

from collections.abc import Callable
from operator import attrgetter

from msgspec import Struct

from service.forecasting.durations import DISTANT_PAST, Duration
from service.forecasting.evaluation import limits_in_force
from service.forecasting.intervals import in_force, reference_day
from service.forecasting.model import FOR_LIFE, FROM_BIRTH, AgeLimits, Interval, Series, SeriesDose
from service.forecasting.need import is_contraindicated
from service.forecasting.progress import Progress
from service.forecasting.skipping import GroupIsComplete, Moment, can_be_skipped
from service.forecasting.values import SeriesStatus

NO_LIMITS = AgeLimits()


class SeriesForecast(Struct, frozen=True, gc=False):
    """Where a child stands on one path: all that the choice between paths needs (chapter 8)."""

    series: Series
    progress: Progress
    status: SeriesStatus
    place: int
    """Of the target dose among the doses of the series; behind the last when none is left."""
    earliest: int = 0
    """FORECASTDT-1: the candidate earliest date."""
    has_start: bool = False
    """Some rule gave the earliest date; where none did it is the date of birth."""

    @property
    def target(self) -> SeriesDose | None:
        """The target dose that is forecast."""
        doses = self.series.doses
        return doses[self.place] if self.place < len(doses) else None


class ForecastDates(Struct, frozen=True, gc=False):
    """When the next dose of a path is due (table 7-13); only for a series that is not complete."""

    number: int
    earliest: int
    recommended: int
    past_due: int | None
    latest: int | None


def forecast(
    progress: Progress, group_is_complete: GroupIsComplete, *, immune: bool, contraindicated: frozenset[str]
) -> SeriesForecast:
    """Forecast the next target dose of a patient series (figure 7-1)."""
    series, patient = progress.series, progress.patient
    forbidden = is_contraindicated(series, contraindicated)
    for place in range(progress.next, len(series.doses)):
        target = series.doses[place]
        if _is_skipped(target, progress, patient.on, group_is_complete):  # 7.1
            continue
        candidate = candidate_earliest(target, progress)
        earliest = patient.born if candidate is None else candidate
        status = status_of(target, progress, earliest, immune=immune, forbidden=forbidden)
        if status is not SeriesStatus.NOT_COMPLETE:
            return SeriesForecast(series, progress, status, place)
        if not _is_skipped(target, progress, earliest, group_is_complete):  # 7.6
            return SeriesForecast(series, progress, status, place, earliest, candidate is not None)
    status = SeriesStatus.COMPLETE if progress.satisfied else SeriesStatus.NOT_RECOMMENDED
    return SeriesForecast(series, progress, status, len(series.doses))


def _is_skipped(target: SeriesDose, progress: Progress, day: int, group_is_complete: GroupIsComplete) -> bool:
    """Chapters 7.1 and 7.6.1: conditional skips in the context of a forecast."""
    if not target.skips_in_forecast:
        return False
    patient = progress.patient
    moment = Moment(progress, day, patient.on, len(patient.history), group_is_complete)
    return can_be_skipped(target.skips_in_forecast, moment)


def status_of(
    target: SeriesDose, progress: Progress, earliest: int, *, immune: bool, forbidden: bool
) -> SeriesStatus:
    """Should the patient receive another target dose? Table 7-10, its columns from left to right."""
    patient = progress.patient
    maximum = patient.dates[limits_of(target, patient.on).maximum]
    if immune:
        return SeriesStatus.IMMUNE
    if forbidden:
        return SeriesStatus.CONTRAINDICATED
    if patient.on > target.season_end:
        return SeriesStatus.NOT_RECOMMENDED
    if patient.on >= maximum or earliest >= maximum:
        return SeriesStatus.AGED_OUT
    return SeriesStatus.NOT_COMPLETE


def limits_of(target: SeriesDose, day: int) -> AgeLimits:
    """The age limits in force, or none."""
    return limits_in_force(target.ages, day) or NO_LIMITS


def candidate_earliest(target: SeriesDose, progress: Progress) -> int | None:
    """FORECASTDTCAN-1, table 7-11; None when no rule gives a date."""
    patient = progress.patient
    days = interval_days(target.intervals, progress, MINIMUM)
    minimum = limits_of(target, patient.on).minimum
    if minimum != FROM_BIRTH:
        days.append(patient.dates[minimum])
    if target.season_start != DISTANT_PAST:
        days.append(target.season_start)
    if progress.records:
        days.append(progress.records[-1].day)
    if ends := patient.conflict_ends:
        days.extend(ends[cvx] for cvx in target.preferable if cvx in ends)
    return max(days) if days else None


MINIMUM: Callable[[Interval], Duration | None] = attrgetter("minimum")
EARLIEST_RECOMMENDED: Callable[[Interval], Duration | None] = attrgetter("earliest_recommended")
LATEST_RECOMMENDED: Callable[[Interval], Duration | None] = attrgetter("latest_recommended")


def interval_days(
    intervals: tuple[Interval, ...], progress: Progress, kind: Callable[[Interval], Duration | None]
) -> list[int]:
    """The dates of one kind for all intervals in force: CALCDTINT-4, -5 and -6."""
    patient = progress.patient
    days = []
    for interval in in_force(intervals, patient.on):
        if (length := kind(interval)) is not None:
            reference = reference_day(interval, progress, len(patient.history))
            if reference is not None:
                days.append(length.after(reference))
    return days


def dates_of(one: SeriesForecast) -> ForecastDates:
    """The dates of the forecast of a best patient series: table 7-13."""
    progress, patient, target = one.progress, one.progress.patient, one.series.doses[one.place]
    limits = limits_of(target, patient.on)
    recommended = _recommended(target, limits, progress, one.earliest)
    past_due = _past_due(target, limits, progress)
    return ForecastDates(
        number=dose_number(progress),
        earliest=one.earliest,
        recommended=max(one.earliest, recommended),  # FORECASTDT-5
        past_due=None if past_due is None else max(one.earliest, past_due),  # FORECASTDT-6
        latest=None if limits.maximum == FOR_LIFE else patient.dates[limits.maximum] - 1,  # FORECASTDT-4
    )


def _recommended(target: SeriesDose, limits: AgeLimits, progress: Progress, earliest: int) -> int:
    """FORECASTDT-2: by age, else by interval, else as early as it may be."""
    if limits.earliest_recommended != FROM_BIRTH:
        return progress.patient.dates[limits.earliest_recommended]
    return max(interval_days(target.intervals, progress, EARLIEST_RECOMMENDED), default=earliest)


def _past_due(target: SeriesDose, limits: AgeLimits, progress: Progress) -> int | None:
    """FORECASTDT-3: by age, else by interval, else never."""
    if limits.latest_recommended != FOR_LIFE:
        return progress.patient.dates[limits.latest_recommended] - 1
    days = interval_days(target.intervals, progress, LATEST_RECOMMENDED)
    return max(days) - 1 if days else None


def dose_number(progress: Progress) -> int:
    """FORECASTDN-1: in a season, only doses of that season count."""
    return 1 + sum(record.day >= target.season_start for target, record in progress.satisfied)

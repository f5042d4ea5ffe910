"""Chapter 7: when is the next dose of one path due?

`forecast` goes on from where the evaluation stopped. It skips what need not be given (7.1), asks whether
another dose is needed (7.4), dates it (7.5), and looks once more on the day it found: if the dose could be
skipped by then, the whole question is asked again for the dose after it (7.6).
"""

from msgspec import Struct

from service.forecasting.durations import DISTANT_PAST
from service.forecasting.evaluation import limits_in_force
from service.forecasting.intervals import reference_day
from service.forecasting.model import FOR_LIFE, FROM_BIRTH, AgeLimits, Interval, Series, SeriesDose
from service.forecasting.need import is_contraindicated
from service.forecasting.progress import Progress
from service.forecasting.skipping import GroupIsComplete, Moment, can_be_skipped
from service.forecasting.values import SeriesStatus

NO_LIMITS = AgeLimits()


class SeriesForecast(Struct, frozen=True):
    """Where a child stands on one path. Days are there only when another dose is needed."""

    series: Series
    progress: Progress
    status: SeriesStatus
    place: int
    """Of the target dose among the doses of the series; behind the last when none is left."""
    number: int = 0
    earliest: int = 0
    has_start: bool = False
    """Some rule gave the earliest date; where none did it is the date of birth."""
    unadjusted_recommended: int = 0
    unadjusted_past_due: int | None = None
    latest: int | None = None

    @property
    def target(self) -> SeriesDose | None:
        """The target dose that is forecast."""
        doses = self.series.doses
        return doses[self.place] if self.place < len(doses) else None

    @property
    def recommended(self) -> int:
        """The adjusted recommended date: FORECASTDT-5."""
        return max(self.earliest, self.unadjusted_recommended)

    @property
    def past_due(self) -> int | None:
        """The adjusted past due date: FORECASTDT-6."""
        return None if self.unadjusted_past_due is None else max(self.earliest, self.unadjusted_past_due)


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
            return dated(place, progress, earliest, has_start=candidate is not None)
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
    minimum = limits_of(target, patient.on).minimum
    days = _interval_days(target, progress, "minimum")
    if minimum != FROM_BIRTH:
        days.append(patient.dates[minimum])
    if target.season_start != DISTANT_PAST:
        days.append(target.season_start)
    if progress.records:
        days.append(progress.records[-1].day)
    if patient.history:
        days.extend(conflict_ends(target, progress))
    return max(days, default=None)


def conflict_ends(target: SeriesDose, progress: Progress) -> list[int]:
    """Until when doses given disturb a vaccine of this target dose: CALCDTCONFLICT-3."""
    conflicts = progress.patient.schedule.conflicts
    impacted = [conflicts[cvx] for cvx in target.preferable if cvx in conflicts]
    return [
        known[record.cvx].end.after(record.day)
        for record in progress.patient.history
        for known in impacted
        if record.cvx in known
    ]


def intervals_in_force(target: SeriesDose, day: int) -> list[Interval]:
    """RELEVANT-2, table 3-5."""
    return [i for i in target.intervals if i.effective <= day <= i.cessation]


def _interval_days(target: SeriesDose, progress: Progress, field: str) -> list[int]:
    """The dates of one kind for all intervals: CALCDTINT-4, -5 and -6."""
    patient = progress.patient
    days = []
    for interval in intervals_in_force(target, patient.on):
        length = getattr(interval, field)
        reference = reference_day(interval, progress, len(patient.history))
        if length is not None and reference is not None:
            days.append(length.after(reference))
    return days


def dated(place: int, progress: Progress, earliest: int, *, has_start: bool) -> SeriesForecast:
    """The dates of a forecast: FORECASTDT-1 to FORECASTDT-4, table 7-13."""
    patient, target = progress.patient, progress.series.doses[place]
    dates, limits = patient.dates, limits_of(target, patient.on)
    return SeriesForecast(
        progress.series,
        progress,
        SeriesStatus.NOT_COMPLETE,
        place,
        number=dose_number(progress),
        earliest=earliest,
        has_start=has_start,
        unadjusted_recommended=_recommended(target, limits, progress, earliest),
        unadjusted_past_due=_past_due(target, limits, progress),
        latest=None if limits.maximum == FOR_LIFE else dates[limits.maximum] - 1,
    )


def _recommended(target: SeriesDose, limits: AgeLimits, progress: Progress, earliest: int) -> int:
    """FORECASTDT-2: by age, else by interval, else as early as it may be."""
    if limits.earliest_recommended != FROM_BIRTH:
        return progress.patient.dates[limits.earliest_recommended]
    return max(_interval_days(target, progress, "earliest_recommended"), default=earliest)


def _past_due(target: SeriesDose, limits: AgeLimits, progress: Progress) -> int | None:
    """FORECASTDT-3: by age, else by interval, else never."""
    if limits.latest_recommended != FOR_LIFE:
        return progress.patient.dates[limits.latest_recommended] - 1
    days = _interval_days(target, progress, "latest_recommended")
    return max(days) - 1 if days else None


def dose_number(progress: Progress) -> int:
    """FORECASTDN-1: in a season, only doses of that season count."""
    return 1 + sum(record.day >= target.season_start for target, record in progress.satisfied)

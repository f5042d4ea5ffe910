"""Chapter 8: which paths are the best for this child?

Within a series group the paths compete: first those that cannot win are put aside (8.1), then one may stand out
(8.2), else points decide (8.3 to 8.7). Between the groups of an antigen, one may make another unnecessary (8.8).
"""

from collections.abc import Callable, Sequence

from service.forecasting.durations import Duration
from service.forecasting.forecast import SeriesForecast, limits_of
from service.forecasting.model import SeriesType
from service.forecasting.values import SeriesStatus

Forecasts = Sequence[SeriesForecast]


def best_series(forecasts: Forecasts) -> list[SeriesForecast]:
    """The best patient series of one antigen, one at most for each series group (table 8-1)."""
    groups: dict[str, list[SeriesForecast]] = {}
    for forecast in forecasts:
        groups.setdefault(forecast.series.group, []).append(forecast)
    prioritized = {name: one for name, members in groups.items() if (one := prioritized_series(members))}
    return [one for one in prioritized.values() if is_best(one, prioritized)]


def is_best(one: SeriesForecast, prioritized: dict[str, SeriesForecast]) -> bool:
    """Is the prioritized patient series the best patient series for the series group? Table 8-14."""
    if is_complete(one):
        return True
    equivalent = [prioritized[g] for g in one.series.equivalent_groups if g in prioritized]
    if any(map(is_complete, equivalent)) or one.series.type is SeriesType.EVALUATION_ONLY:
        return False
    return one.series.type is SeriesType.RISK or all(e.series.type is not SeriesType.RISK for e in equivalent)


def prioritized_series(group: Forecasts) -> SeriesForecast | None:
    """The one prioritized patient series of a series group: tables 8-3 and 8-5."""
    scorable = [forecast for forecast in group if is_scorable(forecast, group)]
    if len(scorable) == 1:
        return scorable[0]
    defaults = [forecast for forecast in group if forecast.series.default]
    default = defaults[0] if len(defaults) == 1 else None
    if not scorable:
        return default
    complete = [forecast for forecast in scorable if is_complete(forecast)]
    if complete:
        return complete[0] if len(complete) == 1 else _highest(complete, _points_complete)
    in_process = [forecast for forecast in scorable if is_in_process(forecast)]
    if in_process:
        return in_process[0] if len(in_process) == 1 else _highest(in_process, _points_in_process)
    if default:
        return default
    # Table 8-5 scores those without valid doses. It is silent where all others have aged out or the like.
    without_doses = [forecast for forecast in scorable if not valid_doses(forecast)]
    return _highest(without_doses or scorable, _points_no_valid_doses)


def is_scorable(one: SeriesForecast, group: Forecasts) -> bool:
    """SELECTSCORE-2, table 8-2."""
    if one.series.type is SeriesType.EVALUATION_ONLY:
        return is_complete(one)
    if not _is_candidate(one, group):
        return False
    if one.series.type is SeriesType.RISK:
        # A is the highest priority.
        return all(one.series.priority <= other.series.priority for other in group)
    if one.progress.satisfied:
        first = min(record.day for _, record in one.progress.satisfied)
        return first < one.progress.patient.dates[one.series.max_age_to_start]
    return not any(map(valid_doses, group)) and not any(other.series.default for other in group)


def _is_candidate(one: SeriesForecast, group: Forecasts) -> bool:
    """SELECTB-24, table 8-2."""
    contraindicated = SeriesStatus.CONTRAINDICATED
    return one.status is not contraindicated or all(other.status is contraindicated for other in group)


def is_complete(one: SeriesForecast) -> bool:
    """SELECTB-6."""
    return one.status is SeriesStatus.COMPLETE


def is_in_process(one: SeriesForecast) -> bool:
    """SELECTB-16."""
    return bool(one.progress.satisfied) and one.status is SeriesStatus.NOT_COMPLETE


def valid_doses(one: SeriesForecast) -> int:
    """SELECTB-21."""
    return len(one.progress.satisfied)


def _highest(scored: Forecasts, points: Callable[[SeriesForecast, Forecasts], int]) -> SeriesForecast:
    """The highest score, then the best ranked preference: SELECTBEST-1 and -2, table 8-13."""
    return min(scored, key=lambda one: (-points(one, scored), one.series.preference))


def _points_complete(one: SeriesForecast, scored: Forecasts) -> int:
    """Table 8-7."""
    return _compared(valid_doses(one), list(map(valid_doses, scored)), 1)


def _points_in_process(one: SeriesForecast, scored: Forecasts) -> int:
    """Table 8-9."""
    points = 2 if one.series.product and has_all_valid_doses(one) else -2
    points += 3 if is_completable(one) else -3
    points += _compared(valid_doses(one), list(map(valid_doses, scored)), 2)
    # SELECTB-5: fewest not satisfied, so the largest negative number.
    points += _compared(-not_satisfied(one), [-not_satisfied(other) for other in scored], 2)
    return points + _finishes_earliest(one, scored)


def _points_no_valid_doses(one: SeriesForecast, scored: Forecasts) -> int:
    """Table 8-11."""
    starts = [-other.earliest for other in scored if other.has_start]
    points = _compared(-one.earliest, starts, 1) if one.has_start else -1  # SELECTB-14
    points += 1 if is_completable(one) else -1
    return points + (-1 if one.series.product else 1)


def _compared(mine: int, all_of_them: list[int], points: int) -> int:
    """The points of a condition "has the most": won alone, shared, or lost."""
    if mine < max(all_of_them):
        return -points
    return points if all_of_them.count(mine) == 1 else 0


def _finishes_earliest(one: SeriesForecast, scored: Forecasts) -> int:
    """SELECTB-11: only completable series run this race."""
    if not is_completable(one):
        return -1
    return _compared(-finish_date(one), [-finish_date(other) for other in scored if is_completable(other)], 1)


def has_all_valid_doses(one: SeriesForecast) -> bool:
    """SELECTB-2: every dose evaluated on this path is valid."""
    return len(one.progress.satisfied) == len(one.progress.records)


def not_satisfied(one: SeriesForecast) -> int:
    """The number of target doses that are still open (SELECTB-5)."""
    return len(one.series.doses) - one.place


def is_completable(one: SeriesForecast) -> bool:
    """SELECTB-3: it can be finished before the last dose's maximum age. Without a start there is no finish."""
    if not one.has_start:
        return False
    patient = one.progress.patient
    return finish_date(one) < patient.dates[limits_of(one.series.doses[-1], patient.on).maximum]


def finish_date(one: SeriesForecast) -> int:
    """The forecast finish date: SELECTB-12."""
    on = one.progress.patient.on
    remaining = (
        interval.minimum or Duration()
        for dose in one.series.doses[one.place + 1 :]
        for interval in dose.intervals
        if interval.effective <= on <= interval.cessation
    )
    return max((minimum.after(one.earliest) for minimum in remaining), default=one.earliest)

"""Chapter 8: which paths are the best for this child?

Within a series group the paths compete: first those that cannot win are put aside (8.1), then one may stand
out (8.2), else points decide (8.3 to 8.7). Between the groups of an antigen, one may make another unnecessary
(8.8).
"""

from collections.abc import Callable, Sequence

from service.forecasting.forecast import SeriesForecast, limits_of
from service.forecasting.intervals import in_force
from service.forecasting.model import Series, SeriesType
from service.forecasting.values import SeriesStatus

Forecasts = Sequence[SeriesForecast]


def best_series(forecasts: Forecasts) -> list[SeriesForecast]:
    """The best patient series of one antigen, one at most for each series group (table 8-1)."""
    groups: dict[str, list[SeriesForecast]] = {}
    for forecast in forecasts:
        groups.setdefault(forecast.series.group, []).append(forecast)
    prioritized = {name: one for name, members in groups.items() if (one := prioritized_series(members))}
    return [one for one in prioritized.values() if is_best(one, prioritized)]


def worth_walking(relevant: Sequence[Series]) -> list[Series]:
    """The paths that can win for an antigen of which no dose was given, so that the others need no walk.

    Without a valid dose a standard series is scorable only where its group has no default, and one for
    evaluation only must be complete (SELECTSCORE-2); a group that also holds risk series is left as it is.
    """
    with_default = {series.group for series in relevant if series.default}
    with_risk = {series.group for series in relevant if series.type is SeriesType.RISK}
    return [s for s in relevant if s.default or s.group in with_risk or s.group not in with_default]


def is_best(one: SeriesForecast, prioritized: dict[str, SeriesForecast]) -> bool:
    """Is the prioritized patient series the best patient series for the series group? Table 8-14."""
    if is_complete(one):
        return True
    equivalent = [prioritized[g] for g in one.series.equivalent_groups if g in prioritized]
    if any(map(is_complete, equivalent)) or one.series.type is SeriesType.EVALUATION_ONLY:
        return False
    return one.series.type is SeriesType.RISK or all(e.series.type is not SeriesType.RISK for e in equivalent)


def prioritized_series(group: Forecasts) -> SeriesForecast | None:
    """The one prioritized patient series of a series group: table 8-3."""
    if len(group) == 1 and group[0].series.default:
        return group[0]  # scorable or not, there is no other
    defaults = [forecast for forecast in group if forecast.series.default]
    scorable = scorable_series(group, has_default=bool(defaults))
    if len(scorable) == 1:
        return scorable[0]
    default = defaults[0] if len(defaults) == 1 else None
    return highest_scored(scorable, default) if scorable else default


def highest_scored(scorable: Forecasts, default: SeriesForecast | None) -> SeriesForecast:
    """Which of several paths, by how far the child is on them: tables 8-3 and 8-5."""
    if complete := [forecast for forecast in scorable if is_complete(forecast)]:
        return _highest(complete, _points_complete)
    if in_process := [forecast for forecast in scorable if is_in_process(forecast)]:
        return _highest(in_process, _points_in_process)
    if default:
        return default
    # Table 8-5 scores those without valid doses. It is silent where all others have aged out or the like.
    without_doses = [forecast for forecast in scorable if not valid_doses(forecast)]
    return _highest(without_doses or scorable, _points_no_valid_doses)


def scorable_series(group: Forecasts, *, has_default: bool) -> list[SeriesForecast]:
    """SELECTSCORE-2, table 8-2."""
    may_start = not has_default and not any(one.progress.satisfied for one in group)
    highest = min(one.series.priority for one in group)  # A is the highest priority.
    all_contraindicated = all(one.status is SeriesStatus.CONTRAINDICATED for one in group)
    scorable = []
    for one in group:
        # SELECTB-24: contraindicated paths compete only where all are.
        candidate = all_contraindicated or one.status is not SeriesStatus.CONTRAINDICATED
        if one.series.type is SeriesType.EVALUATION_ONLY:
            chosen = is_complete(one)
        elif one.series.type is SeriesType.RISK:
            chosen = candidate and one.series.priority == highest
        else:
            chosen = candidate and (in_time(one) if one.progress.satisfied else may_start)
        if chosen:
            scorable.append(one)
    return scorable


def in_time(one: SeriesForecast) -> bool:
    """The first valid dose was given before the maximum age to start (SELECTSCORE-2)."""
    first = min(record.day for _, record in one.progress.satisfied)
    return first < one.progress.patient.dates[one.series.max_age_to_start]


def is_complete(one: SeriesForecast) -> bool:
    """SELECTB-6."""
    return one.status is SeriesStatus.COMPLETE


def is_in_process(one: SeriesForecast) -> bool:
    """SELECTB-16."""
    return bool(one.progress.satisfied) and one.status is SeriesStatus.NOT_COMPLETE


def valid_doses(one: SeriesForecast) -> int:
    """SELECTB-21."""
    return len(one.progress.satisfied)


def _highest(scored: Forecasts, points_of: Callable[[Forecasts], list[int]]) -> SeriesForecast:
    """The highest score, then the best ranked preference: SELECTBEST-1 and -2, table 8-13."""
    if len(scored) == 1:
        return scored[0]
    points = points_of(scored)
    return min(zip(points, scored, strict=True), key=lambda each: (-each[0], each[1].series.preference))[1]


def _points_complete(scored: Forecasts) -> list[int]:
    """Table 8-7, with SELECTB-19."""
    return _most([valid_doses(one) for one in scored], 1)


def _points_in_process(scored: Forecasts) -> list[int]:
    """Table 8-9."""
    finishes = [finish_date(one) for one in scored]
    return _sums(
        [2 if one.series.product and has_all_valid_doses(one) else -2 for one in scored],
        [-3 if finish is None else 3 for finish in finishes],
        _most([valid_doses(one) for one in scored], 2),
        _least([not_satisfied(one) for one in scored], 2),  # SELECTB-5
        _least(finishes, 1),  # SELECTB-11
    )


def _points_no_valid_doses(scored: Forecasts) -> list[int]:
    """Table 8-11."""
    return _sums(
        _least([one.earliest if one.has_start else None for one in scored], 1),  # SELECTB-14
        [-1 if finish_date(one) is None else 1 for one in scored],
        [-1 if one.series.product else 1 for one in scored],  # SELECTB-23
    )


def _sums(*points: list[int]) -> list[int]:
    """The score of each: SELECTBEST-1."""
    return [sum(each) for each in zip(*points, strict=True)]


def _least(values: Sequence[int | None], points: int) -> list[int]:
    """The points for the least: won alone, shared, or lost; who has no value loses."""
    return _most([None if value is None else -value for value in values], points)


def _most(values: Sequence[int | None], points: int) -> list[int]:
    """The points for the most, by the three columns of tables 8-7, 8-9 and 8-11."""
    known = [value for value in values if value is not None]
    most = max(known, default=0)
    won = points if known.count(most) == 1 else 0
    return [won if value == most else -points for value in values]


def has_all_valid_doses(one: SeriesForecast) -> bool:
    """SELECTB-2: every dose evaluated on this path is valid."""
    return len(one.progress.satisfied) == len(one.progress.records)


def not_satisfied(one: SeriesForecast) -> int:
    """The number of target doses that are still open (SELECTB-5)."""
    return len(one.series.doses) - one.place


def finish_date(one: SeriesForecast) -> int | None:
    """The forecast finish date (SELECTB-12) of a completable series (SELECTB-3), else None.

    A path that no rule gives a start has no finish either.
    """
    if not one.has_start:
        return None
    patient, doses = one.progress.patient, one.series.doses
    finish = one.earliest
    for dose in doses[one.place + 1 :]:
        for interval in in_force(dose.intervals, patient.on):
            if interval.minimum is not None:
                finish = max(finish, interval.minimum.after(one.earliest))
    return finish if finish < patient.dates[limits_of(doses[-1], patient.on).maximum] else None

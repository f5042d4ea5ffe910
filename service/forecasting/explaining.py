"""Why a forecast says what it says: structured steps, each with its rule, that can be said in sentences.

The steps are worked out when somebody asks and not before: a nightly run over all children asks for dates.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from service.forecasting.forecast import (
    EARLIEST_RECOMMENDED,
    MINIMUM,
    SeriesForecast,
    dates_of,
    interval_days,
    limits_of,
)
from service.forecasting.model import FROM_BIRTH, SeriesDose
from service.forecasting.values import DoseStatus, SeriesStatus

Value = str | int | date


class Step(Struct, frozen=True):
    """One step of an explanation: what was found, by which rule, from which values."""

    rule: str
    what: str
    values: dict[str, Value]


_SENTENCES = {
    "counted": "{series}: {count} of the doses given count.",
    "not_counted": "The dose of {day} does not count: {reason}.",
    "next": "{label} is next.",
    "earliest": "It can be given from {day}, {because}.",
    "recommended": "It is recommended on {day}, {because}.",
    "past_due": "It is overdue after {day}.",
    "latest": "It can be given until {day}.",
    "complete": "{antigen}: all doses that are needed have been given.",
    "immune": "{antigen}: there is evidence of immunity.",
    "contraindicated": "{antigen}: vaccination is contraindicated ({reasons}).",
    "aged_out": "{antigen}: the maximum age is reached on {day}, before another dose can be given.",
    "not_recommended": "{antigen}: no dose is recommended at this time.",
}


def say(steps: Iterable[Step]) -> str:
    """Steps in English."""
    return " ".join(_SENTENCES[step.what].format(**step.values) for step in steps)


def why(basis: Sequence[SeriesForecast]) -> tuple[Step, ...]:
    """The steps behind a vaccine group forecast, antigen by antigen; the same step is told once."""
    steps = (step for one in basis for step in (*_history(one), *_outcome(one)))
    seen: dict[str, Step] = {}
    for step in steps:
        seen.setdefault(say([step]), step)
    return tuple(seen.values())


def _history(one: SeriesForecast) -> Iterable[Step]:
    """What the doses given count for on this path (chapter 6)."""
    progress = one.progress
    if progress.records:
        yield Step("SELECTB-21", "counted", {"series": one.series.name, "count": len(progress.satisfied)})
    for record, evaluation in zip(progress.records, progress.evaluations, strict=True):
        if evaluation.status is not DoseStatus.VALID:
            values: dict[str, Value] = {"day": _date(record.day), "reason": evaluation.reason}
            yield Step(evaluation.rule, "not_counted", values)


def _outcome(one: SeriesForecast) -> Iterable[Step]:
    """Where the path leads (chapter 7)."""
    if one.status is SeriesStatus.NOT_COMPLETE and one.target:
        yield from _dated(one, one.target)
        return
    values: dict[str, Value] = {"antigen": one.series.antigen}
    if one.status is SeriesStatus.AGED_OUT and one.target:
        patient = one.progress.patient
        values["day"] = _date(patient.dates[limits_of(one.target, patient.on).maximum])
    if one.status is SeriesStatus.CONTRAINDICATED:
        values["reasons"] = _contraindications(one)
    yield Step("table 7-10", one.status.lower().replace(" ", "_"), values)


def _contraindications(one: SeriesForecast) -> str:
    patient = one.progress.patient
    known = patient.schedule.antigens[one.series.antigen].contraindications
    return "; ".join(sorted({c.text.rstrip(".") or c.code for c in known if c.code in patient.observed}))


def _dated(one: SeriesForecast, target: SeriesDose) -> Iterable[Step]:
    """The dates, and which of the candidates decided (tables 7-11 and 7-13)."""
    dates = dates_of(one)
    yield Step("FORECASTDN-1", "next", {"label": target.label, "number": dates.number})
    yield _step("FORECASTDTCAN-1", "earliest", dates.earliest, _why_earliest(one, target))
    yield _step(
        "FORECASTDT-5", "recommended", dates.recommended, _why_recommended(one, target, dates.recommended)
    )
    if dates.past_due is not None:
        yield Step("FORECASTDT-6", "past_due", {"day": _date(dates.past_due)})
    if dates.latest is not None:
        yield Step("FORECASTDT-4", "latest", {"day": _date(dates.latest)})


def _step(rule: str, what: str, day: int, because: str) -> Step:
    return Step(rule, what, {"day": _date(day), "because": because})


def _why_earliest(one: SeriesForecast, target: SeriesDose) -> str:
    """The candidate that is the latest: FORECASTDTCAN-1."""
    progress, patient = one.progress, one.progress.patient
    limits = limits_of(target, patient.on)
    candidates = {
        "by the minimum age": [patient.dates[limits.minimum]],
        "by the minimum interval": interval_days(target.intervals, progress, MINIMUM),
        "after another live vaccine": [patient.conflict_ends.get(cvx, 0) for cvx in target.preferable],
        "when the season begins": [target.season_start],
        "after the last dose given": [record.day for record in progress.records[-1:]],
    }
    for because, days in candidates.items():
        if one.earliest in days:
            return because
    return "from birth"


def _why_recommended(one: SeriesForecast, target: SeriesDose, day: int) -> str:
    """FORECASTDT-2 and FORECASTDT-5."""
    progress, patient = one.progress, one.progress.patient
    recommended = limits_of(target, patient.on).earliest_recommended
    if recommended != FROM_BIRTH and patient.dates[recommended] == day:
        return "the recommended age"
    if recommended == FROM_BIRTH and day in interval_days(target.intervals, progress, EARLIEST_RECOMMENDED):
        return "the recommended interval"
    return "as soon as it can be given"


def _date(day: int) -> date:
    return date.fromordinal(day)

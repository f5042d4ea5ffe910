"""A schedule as a card that a nurse can read and correct."""

from collections.abc import Iterator

from service.forecasting.durations import Duration, said
from service.forecasting.model import FOR_LIFE, FROM_BIRTH, AgeLimits, Schedule, Series, SeriesDose


def card(schedule: Schedule) -> str:
    """The whole schedule in lines of text."""
    return "\n".join(_lines(schedule)) + "\n"


def _lines(schedule: Schedule) -> Iterator[str]:
    yield f"{schedule.name} ({schedule.id}, version {schedule.version})"
    if schedule.valid_from:
        yield f"Valid from {schedule.valid_from.isoformat()}"
    yield from (f"Source: {source}" for source in schedule.source)
    if schedule.certainty:
        yield f"Certainty: {schedule.certainty}"
    if schedule.advice:
        yield schedule.advice
    for antigen in schedule.antigens.values():
        for series in antigen.series:
            yield ""
            yield _title(series, antigen.group)
            yield from (f"  {_dose(dose, schedule)}" for dose in series.doses)


def _title(series: Series, group: str) -> str:
    parts = [] if series.name == group else [group]
    parts += [series.name, str(series.type) if series.type != "Standard" else "", *sorted(series.genders)]
    parts += sorted(i.code for i in series.indications)[:3]
    return " · ".join(part for part in parts if part)


def _dose(dose: SeriesDose, schedule: Schedule) -> str:
    limits = dose.ages[-1] if dose.ages else AgeLimits()
    return f"{dose.label}: " + (", ".join([*_ages(limits, schedule.ages), *_intervals(dose)]) or "no limits")


def _ages(limits: AgeLimits, ages: tuple[Duration, ...]) -> Iterator[str]:
    if limits.earliest_recommended != FROM_BIRTH:
        yield f"due at {said(ages[limits.earliest_recommended])}"
    if limits.minimum not in {FROM_BIRTH, limits.earliest_recommended}:
        yield f"from {said(ages[limits.minimum])}"
    if limits.maximum != FOR_LIFE:
        yield f"before {said(ages[limits.maximum])}"


def _intervals(dose: SeriesDose) -> Iterator[str]:
    for interval in dose.intervals:
        if interval.minimum and interval.from_previous:
            yield f"{said(interval.minimum)} after the dose before"
        elif interval.minimum and interval.from_target:
            yield f"{said(interval.minimum)} after dose {interval.from_target}"

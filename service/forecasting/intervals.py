"""Which intervals apply, and from which day they run (tables 3-5 and 3-7)."""

from collections.abc import Iterable

from service.forecasting.model import Interval
from service.forecasting.progress import Progress


def in_force(intervals: Iterable[Interval], day: int) -> list[Interval]:
    """The intervals that were the rule on that day: RELEVANT-1 and RELEVANT-2, table 3-5."""
    return [interval for interval in intervals if interval.effective <= day <= interval.cessation]


def reference_day(interval: Interval, progress: Progress, before: int) -> int | None:
    """The reference dose date of an interval, or None when there is no such dose or observation."""
    if interval.from_previous:
        # CALCDTINT-1: valid or not valid, but not inadvertent. Progress keeps that day.
        return progress.previous
    if interval.from_target:
        return _satisfied_on(interval.from_target, progress)
    if interval.from_vaccines:
        return _most_recent(interval.from_vaccines, progress, before)
    # CALCDTINT-9: an observation without a date starts no interval.
    return progress.patient.observed.get(interval.from_observation)


def _satisfied_on(number: int, progress: Progress) -> int | None:
    """CALCDTINT-2: when that target dose was satisfied."""
    for target, record in reversed(progress.satisfied):
        if target.number == number:
            return record.day
    return None


def _most_recent(vaccines: frozenset[str], progress: Progress, before: int) -> int | None:
    """CALCDTINT-8: the most recent dose of these vaccines, of whatever antigen, if it was not inadvertent."""
    for record in reversed(progress.patient.history[:before]):
        if record.cvx in vaccines and record.index not in progress.inadvertent:
            return record.day
    return None

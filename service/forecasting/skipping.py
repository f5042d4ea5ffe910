"""Chapter 6.2: may a target dose be skipped?

Asked three times: when a dose given is evaluated, when a forecast is made (7.1), and when that forecast is
held against the day on which the dose could first be given (7.6). Only the reference date differs:
CONDSKIP-2.
"""

from collections.abc import Callable

from msgspec import Struct

from service.forecasting.model import (
    AgeCondition,
    Condition,
    CountCondition,
    IntervalCondition,
    SeriesCondition,
    Skip,
    SkipSet,
)
from service.forecasting.progress import Progress
from service.forecasting.values import DoseStatus

GroupIsComplete = Callable[[str, str, int], bool]
"""Whether an antigen has a complete series in a group, by the doses before that place of the history."""


class Moment(Struct, eq=False, gc=False):
    """For what a skip is asked: the reference date, the day whose rules apply, and the doses that count."""

    progress: Progress
    reference: int
    rules_of: int
    before: int
    """Doses from this place of the history on are not counted: they come after the one in question."""
    group_is_complete: GroupIsComplete


def can_be_skipped(skips: tuple[Skip, ...], moment: Moment) -> bool:
    """Table 6-11, with the sets that are in force (RELEVANT-1 and RELEVANT-2, table 3-5)."""
    for skip in skips:
        sets = [s for s in skip.sets if s.effective <= moment.rules_of <= s.cessation]
        enough = all if skip.needs_all else any
        if sets and enough(is_met(s, moment) for s in sets):
            return True
    return False


def is_met(conditions: SkipSet, moment: Moment) -> bool:
    """Table 6-10."""
    enough = all if conditions.needs_all else any
    return enough(_CONDITIONS[type(c)](c, moment) for c in conditions.conditions)


def _age(condition: AgeCondition, moment: Moment) -> bool:
    """Table 6-6, with CALCDTSKIP-3 and CALCDTSKIP-4."""
    dates = moment.progress.patient.dates
    return dates[condition.begin] <= moment.reference < dates[condition.end]


def _completed_series(condition: SeriesCondition, moment: Moment) -> bool:
    """Table 6-7. When a dose is evaluated, a series that only later doses completed was not complete yet."""
    antigen = moment.progress.series.antigen
    return any(moment.group_is_complete(antigen, group, moment.before) for group in condition.groups)


def _interval(condition: IntervalCondition, moment: Moment) -> bool:
    """Table 6-8, with CALCDTSKIP-5."""
    earlier = [record for record in moment.progress.records if record.index < moment.before]
    return bool(earlier) and moment.reference >= condition.interval.after(earlier[-1].day)


def _count(condition: CountCondition, moment: Moment) -> bool:
    """Table 6-9."""
    count = conditional_doses(condition, moment)
    if condition.comparison == "greater than":
        return count > condition.count
    if condition.comparison == "less than":
        return count < condition.count
    return count == condition.count


def conditional_doses(condition: CountCondition, moment: Moment) -> int:
    """The number of conditional doses administered: CONDSKIP-1, table 6-5."""
    progress, dates = moment.progress, moment.progress.patient.dates
    first = max(dates[condition.begin], condition.start_day)
    end = min(dates[condition.end], condition.end_day)
    vaccines = condition.vaccines
    if condition.only_valid:
        counted = [
            record
            for record, evaluation in zip(progress.records, progress.evaluations, strict=False)
            if evaluation.status is DoseStatus.VALID
        ]
    else:
        # Without a list "any vaccine valid for the antigen is permitted" (glossary), else any in the list.
        counted = progress.patient.history if vaccines else progress.records
    return sum(
        record.index < moment.before
        and first <= record.day < end
        and (not vaccines or record.cvx in vaccines)
        for record in counted
    )


_CONDITIONS: dict[type[Condition], Callable[..., bool]] = {
    AgeCondition: _age,
    SeriesCondition: _completed_series,
    IntervalCondition: _interval,
    CountCondition: _count,
}

"""Chapter 6: is a dose given valid for the target dose that was next?

`evaluate` walks one history along one path (figure 4-6); `against` asks the questions of chapters 6.3 to 6.9
in their order and answers with the first that decides (table 6-31).
"""

from service.forecasting.intervals import in_force, reference_day
from service.forecasting.model import AgeLimits, DoseVaccine, Interval, Series, SeriesDose
from service.forecasting.patient import Patient, Record
from service.forecasting.progress import (
    EXPIRED_OR_SPOILT,
    IN_CONFLICT,
    IN_GRACE_PERIOD,
    INADVERTENT,
    LESS_VOLUME,
    SERIES_COMPLETE,
    TOO_OLD,
    TOO_SOON,
    TOO_YOUNG,
    VALID,
    WRONG_AGE_FOR_VACCINE,
    WRONG_VACCINE,
    Evaluation,
    Progress,
)
from service.forecasting.skipping import GroupIsComplete, Moment, can_be_skipped
from service.forecasting.values import DoseStatus


def evaluate(series: Series, patient: Patient, group_is_complete: GroupIsComplete) -> Progress:
    """Evaluate a child's history on one path (chapter 4.4, figure 4-6)."""
    progress = Progress(series, patient, patient.records.get(series.antigen, []))
    for record in progress.records:
        target = next_target(progress, record, group_is_complete)
        if target is None:
            evaluation = SERIES_COMPLETE
        elif not record.usable:
            evaluation = EXPIRED_OR_SPOILT
        else:
            evaluation = against(target, record, progress)
        progress.note(record, target, evaluation)
    return progress


def next_target(progress: Progress, record: Record, group_is_complete: GroupIsComplete) -> SeriesDose | None:
    """The target dose for this record, after those that it lets skip (chapter 6.2)."""
    doses = progress.series.doses
    while progress.next < len(doses):
        target = doses[progress.next]
        # A dose that cannot be evaluated skips nothing either: 6.1 comes before 6.2.
        if not target.skips_in_evaluation or not record.usable:
            return target
        moment = Moment(progress, record.day, record.day, record.index, group_is_complete)
        if not can_be_skipped(target.skips_in_evaluation, moment):
            return target
        progress.next += 1
    return None


def against(target: SeriesDose, record: Record, progress: Progress) -> Evaluation:
    """Evaluate one dose against one target dose: table 6-31."""
    if record.cvx in target.inadvertent:
        return INADVERTENT  # table 6-13
    age = at_age(target, record, progress.patient.dates)
    if age.status is not DoseStatus.VALID:
        return age
    interval = at_intervals(target, record, progress)
    if interval.status is not DoseStatus.VALID:
        return interval
    if record.disturbances and in_conflict(record, progress):
        return IN_CONFLICT
    vaccine = with_vaccine(target, record, progress.patient.dates)
    if vaccine is not VALID:
        return vaccine
    return age if age is not VALID else interval


def at_age(target: SeriesDose, record: Record, dates: list[int]) -> Evaluation:
    """Was it given at a valid age? Table 6-15."""
    limits = limits_in_force(target.ages, record.day)
    if limits is None:
        return VALID
    if record.day < dates[limits.absolute_minimum]:
        return TOO_YOUNG
    if record.day >= dates[limits.maximum]:
        return TOO_OLD
    return VALID if record.day >= dates[limits.minimum] else IN_GRACE_PERIOD


def limits_in_force(ages: tuple[AgeLimits, ...], day: int) -> AgeLimits | None:
    """The age limits that were the rule on that day: RELEVANT-1 and RELEVANT-2, table 3-5."""
    for limits in ages:
        if limits.effective <= day <= limits.cessation:
            return limits
    return None


def at_intervals(target: SeriesDose, record: Record, progress: Progress) -> Evaluation:
    """Did it satisfy all preferable or all allowable intervals? Tables 6-18, 6-21 and 6-31."""
    found = VALID
    for interval in in_force(target.intervals, record.day):
        one = after_interval(interval, record, progress)
        if one is TOO_SOON:
            return IN_GRACE_PERIOD if _allowable(target, record, progress) else TOO_SOON
        if one is IN_GRACE_PERIOD:
            found = one
    return found


def after_interval(interval: Interval, record: Record, progress: Progress) -> Evaluation:
    """One interval: table 6-18, with CALCDTINT-3 and CALCDTINT-4."""
    reference = reference_day(interval, progress, record.index)
    if reference is None:
        return VALID
    if interval.absolute_minimum is not None and record.day < interval.absolute_minimum.after(reference):
        return TOO_SOON
    if interval.minimum is not None and record.day < interval.minimum.after(reference):
        return IN_GRACE_PERIOD
    return VALID


def _allowable(target: SeriesDose, record: Record, progress: Progress) -> bool:
    """Table 6-21: where no allowable interval is given, none is satisfied (chapter 6.6)."""
    allowable = in_force(target.allowable_intervals, record.day)
    return bool(allowable) and all(after_interval(i, record, progress) is not TOO_SOON for i in allowable)


def in_conflict(record: Record, progress: Progress) -> bool:
    """Is it an impacted dose? CALCDTCONFLICT-2 and CONFLICT-3, table 6-24."""
    for disturbance in record.disturbances:
        status = progress.status_of(disturbance.index)
        counted = status is None or status is DoseStatus.VALID
        if record.day < (disturbance.minimum_end if counted else disturbance.end):
            return True
    return False


def with_vaccine(target: SeriesDose, record: Record, dates: list[int]) -> Evaluation:
    """Was it a preferable or an allowable vaccine? Tables 6-26 and 6-29."""
    preferable = target.preferable.get(record.cvx, ())
    for vaccine in preferable:
        if _at_age_of(vaccine, record, dates) and (not vaccine.mvx or vaccine.mvx == record.mvx):
            too_little = record.volume is not None and record.volume < vaccine.volume
            return LESS_VOLUME if too_little else VALID
    allowable = target.allowable.get(record.cvx, ())
    if any(_at_age_of(vaccine, record, dates) for vaccine in allowable):
        return VALID
    return WRONG_AGE_FOR_VACCINE if preferable or allowable else WRONG_VACCINE


def _at_age_of(vaccine: DoseVaccine, record: Record, dates: list[int]) -> bool:
    """CALCDTPREF-1 and -2, CALCDTALLOW-1 and -2."""
    return dates[vaccine.begin] <= record.day < dates[vaccine.end]

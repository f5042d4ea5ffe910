"""What to give at one visit: every dose whose earliest date has come, each vaccine once.

It stands above the engine and asks nothing but its forecasts for the day of the visit, which already keep
live vaccines apart from those given before; on one day they may be given together (chapter 6.7).
"""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from service.forecasting.assessing import Assessment
from service.forecasting.groups import GroupForecast, foremost
from service.forecasting.model import Schedule
from service.forecasting.values import SeriesStatus


class VisitDose(Struct, frozen=True):
    """A vaccine to be given at a visit, and which doses of the schedule it serves as."""

    cvx: str
    label: str
    antigens: tuple[str, ...]
    """The diseases it protects against."""


def shown(assessment: Assessment) -> list[GroupForecast]:
    """One forecast for each vaccine group, in the schedule's order."""
    by_group: dict[str, list[GroupForecast]] = {}
    for forecast in assessment.groups:
        by_group.setdefault(forecast.group, []).append(forecast)
    return [foremost(several, assessment.on) for several in by_group.values()]


def is_to_come(forecast: GroupForecast) -> bool:
    """Whether a dose of the group is still to be given."""
    return forecast.status is SeriesStatus.NOT_COMPLETE and forecast.recommended is not None


def first_recommended(forecasts: Iterable[GroupForecast]) -> date | None:
    """When the next dose of any group is recommended; None when nothing is to come."""
    return min((one.recommended for one in forecasts if is_to_come(one) and one.recommended), default=None)


def doses_for_visit(assessment: Assessment, schedule: Schedule) -> list[VisitDose]:
    """The doses that can be given on the day of the assessment.

    A vaccine that serves several groups is given once; otherwise the schedule's first one serves.
    """
    labels: dict[str, list[str]] = {}
    for forecast in shown(assessment):
        if not can_be_given(forecast, assessment.on):
            continue
        serving = forecast.vaccines
        cvx = next((cvx for cvx in serving if cvx in labels), serving[0])
        labels.setdefault(cvx, []).append(forecast.dose_label or forecast.group)
    return [
        VisitDose(cvx, ", ".join(dict.fromkeys(served)), schedule.protects_against(cvx))
        for cvx, served in labels.items()
    ]


def can_be_given(forecast: GroupForecast, day: date) -> bool:
    """Whether the next dose of a group may be given that day, and some vaccine serves."""
    if not is_to_come(forecast) or forecast.earliest is None or not forecast.vaccines:
        return False
    return forecast.earliest <= day and (forecast.latest is None or day <= forecast.latest)

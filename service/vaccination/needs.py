"""What a child needs, with the reasons, and the card of what it has had: worked out when somebody asks.

The dates are those that are stored; the reasons are not stored, since hardly anybody asks for them.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from service.access.actor import Actor
from service.forecasting import Assessment, Schedule, SeriesStatus, Step, assess, say
from service.forecasting.forecast import SeriesForecast, dates_of
from service.forecasting.groups import GroupForecast
from service.forecasting.visits import is_to_come, shown
from service.vaccination.immunizations import ImmunizationView, history
from service.vaccination.in_force import schedules_for
from service.vaccination.records import Record, record_of

Standing = Literal[
    "not_yet", "due", "overdue", "complete", "immune", "contraindicated", "aged_out", "not_recommended"
]


class ScheduleName(msgspec.Struct, frozen=True):
    """The schedule version that a forecast comes from."""

    id: UUID
    name: str
    version: str


class AntigenForecast(msgspec.Struct, frozen=True):
    """Where a child stands against one disease; CDC's words for the status."""

    antigen: str
    series: str
    series_status: str
    dose_number: int | None = None
    earliest: date | None = None
    recommended: date | None = None
    past_due: date | None = None
    latest: date | None = None


class NamedVaccine(msgspec.Struct, frozen=True):
    """A vaccine by code and name."""

    cvx: str
    name: str


class Reason(msgspec.Struct, frozen=True):
    """One step of an explanation: what was found, by which of CDC's rules, from which values."""

    rule: str
    what: str
    values: dict[str, str | int]


class VaccineGroupForecast(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed next of one vaccine group.

    Attributes:
        standing: Due from the recommended day on, overdue after the past due day.
        series_status: CDC's word.
        vaccines: Those that would serve, the schedule's first one first.
        why: The reasons in sentences; `steps` are the same as values.
        guidance: What the schedule tells whoever gives the dose.
    """

    vaccine_group: str
    standing: Standing
    series_status: str
    dose_number: int | None
    dose: str | None
    earliest: date | None
    recommended: date | None
    past_due: date | None
    latest: date | None
    vaccines: list[NamedVaccine]
    antigens: list[AntigenForecast]
    why: str
    steps: list[Reason]
    guidance: list[str]


class ForecastView(msgspec.Struct, frozen=True, kw_only=True):
    """What a child needs, on a day; no groups where no schedule is in force."""

    child_id: UUID
    assessed_on: date
    schedule: ScheduleName | None
    groups: list[VaccineGroupForecast]


class CardLine(msgspec.Struct, frozen=True):
    """A dose given, or one to come."""

    vaccine: str
    dose: str
    on: date
    state: Literal["given", "does_not_count", "overdue", "due", "to_come"]
    note: str


class CardView(msgspec.Struct, frozen=True, kw_only=True):
    """A child's vaccination card: what was given, by day, then what comes next."""

    child_id: UUID
    as_of: date
    schedule: ScheduleName | None
    given: list[CardLine]
    to_come: list[CardLine]


async def forecast_of(child_id: UUID, *, actor: Actor, now: datetime) -> ForecastView:
    """What a child needs today, and why.

    Raises:
        NotFound: there is no such child, or it is not the actor's.
    """
    record = await record_of(child_id, actor=actor, now=now)
    (in_force,) = await schedules_for([record])
    if in_force is None:
        return ForecastView(child_id=child_id, assessed_on=record.today, schedule=None, groups=[])
    version_id, schedule = in_force
    assessment = assess(record.child, record.doses, record.today, schedule)
    return ForecastView(
        child_id=child_id,
        assessed_on=record.today,
        schedule=ScheduleName(version_id, schedule.name, schedule.version),
        groups=[_group(one, record.today, schedule) for one in shown(assessment)],
    )


async def card_of(child_id: UUID, *, actor: Actor, now: datetime) -> CardView:
    """A child's vaccination card.

    Raises:
        NotFound: there is no such child, or it is not the actor's.
    """
    record = await record_of(child_id, actor=actor, now=now)
    doses = await history(child_id, actor=actor, now=now)
    (in_force,) = await schedules_for([record])
    return CardView(
        child_id=child_id,
        as_of=record.today,
        schedule=in_force and ScheduleName(in_force[0], in_force[1].name, in_force[1].version),
        given=[_given(dose) for dose in doses],
        to_come=_to_come(record, in_force[1]) if in_force else [],
    )


def standing(status: SeriesStatus, recommended: date | None, past_due: date | None, on: date) -> Standing:
    """Where a child stands in one word, on a day."""
    if status is not SeriesStatus.NOT_COMPLETE:
        words: dict[SeriesStatus, Standing] = {
            SeriesStatus.COMPLETE: "complete",
            SeriesStatus.IMMUNE: "immune",
            SeriesStatus.CONTRAINDICATED: "contraindicated",
            SeriesStatus.AGED_OUT: "aged_out",
            SeriesStatus.NOT_RECOMMENDED: "not_recommended",
        }
        return words[status]
    if past_due is not None and past_due < on:
        return "overdue"
    return "due" if recommended is not None and recommended <= on else "not_yet"


def _group(one: GroupForecast, on: date, schedule: Schedule) -> VaccineGroupForecast:
    return VaccineGroupForecast(
        vaccine_group=one.group,
        standing=standing(one.status, one.recommended, one.past_due, on),
        series_status=one.status,
        dose_number=one.dose_number,
        dose=one.dose_label or None,
        earliest=one.earliest,
        recommended=one.recommended,
        past_due=one.past_due,
        latest=one.latest,
        vaccines=[NamedVaccine(cvx, schedule.vaccines.get(cvx, "")) for cvx in one.vaccines],
        antigens=[_antigen(basis) for basis in one.basis],
        why=say(one.why),
        steps=[_reason(step) for step in one.why],
        guidance=list(one.guidance),
    )


def _reason(step: Step) -> Reason:
    values = {name: v if isinstance(v, int | str) else v.isoformat() for name, v in step.values.items()}
    return Reason(step.rule, step.what, values)


def _antigen(one: SeriesForecast) -> AntigenForecast:
    antigen, series = one.series.antigen, one.series.name
    if one.status is not SeriesStatus.NOT_COMPLETE:
        return AntigenForecast(antigen, series, one.status)
    dates = dates_of(one)
    days = (dates.earliest, dates.recommended, dates.past_due, dates.latest)
    known = [None if day is None else date.fromordinal(day) for day in days]
    return AntigenForecast(antigen, series, one.status, dates.number, *known)


def _given(dose: ImmunizationView) -> CardLine:
    name = dose.vaccine or f"CVX {dose.cvx}"
    if dose.evaluation is None:
        return CardLine(name, "", dose.given_on, "given", "")
    labels = ", ".join(dict.fromkeys(each.dose for each in dose.evaluation.groups if each.dose))
    if dose.evaluation.status == "Valid":
        return CardLine(name, labels, dose.given_on, "given", "")
    return CardLine(name, labels, dose.given_on, "does_not_count", dose.evaluation.reason)


def _to_come(record: Record, schedule: Schedule) -> list[CardLine]:
    assessment = assess(record.child, record.doses, record.today, schedule)
    return sorted(_lines(assessment, schedule), key=lambda line: (line.on, line.vaccine))


def _lines(assessment: Assessment, schedule: Schedule) -> Iterable[CardLine]:
    for one in shown(assessment):
        if is_to_come(one) and one.recommended:
            state = standing(one.status, one.recommended, one.past_due, assessment.on)
            serving = one.vaccines
            name = schedule.vaccines.get(serving[0], serving[0]) if serving else one.group
            until = f"until {one.latest.isoformat()}" if one.latest else ""
            yield CardLine(
                name,
                one.dose_label or one.group,
                one.recommended,
                "to_come" if state == "not_yet" else "overdue" if state == "overdue" else "due",
                until,
            )

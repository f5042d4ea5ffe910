"""Chapter 9: from antigens to the vaccine groups that families and clinics speak of.

One vaccine group forecast is made for each series group (DEFFORECAST-012), so that a traveller's early dose
of MMR stands beside the routine one and is not blended with it.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from service.forecasting.explaining import Step, why
from service.forecasting.forecast import ForecastDates, SeriesForecast, dates_of
from service.forecasting.intervals import in_force
from service.forecasting.model import DoseVaccine, Schedule, SeriesType, VaccineGroup
from service.forecasting.need import contraindications
from service.forecasting.patient import Patient
from service.forecasting.values import SeriesStatus

_ANY_DECIDES = (
    SeriesStatus.CONTRAINDICATED,
    SeriesStatus.AGED_OUT,
    SeriesStatus.NOT_RECOMMENDED,
    SeriesStatus.NOT_COMPLETE,
)


class GroupForecast(Struct, frozen=True, gc=False):
    """When the next dose of a vaccine group is due, or why none is."""

    group: str
    type: SeriesType
    status: SeriesStatus
    basis: tuple[SeriesForecast, ...]
    """The best patient series whose forecasts are contained in this one (FORECASTVG-1)."""
    dose_number: int | None = None
    earliest: date | None = None
    recommended: date | None = None
    past_due: date | None = None
    latest: date | None = None
    antigens: tuple[str, ...] = ()
    """Recommended antigens: FORECASTVG-8."""

    @property
    def why(self) -> tuple[Step, ...]:
        """The steps that led here: FORECASTVG-7."""
        return why(self.basis)

    @property
    def dose_label(self) -> str:
        """What the schedule calls the next dose."""
        return next((one.target.label for one in self.basis if self.earliest and one.target), "")

    @property
    def vaccines(self) -> tuple[str, ...]:
        """The vaccines that would serve, on the day of assessment or later, in the schedule's order."""
        found = (v.cvx for one in self.basis for v in serving_vaccines(one, since=one.progress.patient.on))
        return tuple(dict.fromkeys(found))

    @property
    def guidance(self) -> tuple[str, ...]:
        """What the schedule tells whoever gives the dose: FORECASTGUIDANCE-1."""
        found = (text for one in self.basis for text in guidance(one))
        return tuple(dict.fromkeys(text for text in found if text))

    @property
    def recommended_vaccines(self) -> tuple[str, ...]:
        """Those that are recommended by name: FORECASTVG-9 and FORECASTRECVAC-1."""
        found = (v.cvx for one in self.basis for v in serving_vaccines(one, since=0) if v.forecast)
        return tuple(dict.fromkeys(found))


def group_forecasts(
    best: Iterable[SeriesForecast], schedule: Schedule, patient: Patient
) -> list[GroupForecast]:
    """All vaccine group forecasts of a child (figure 4-8)."""
    contained: dict[tuple[str, str], list[SeriesForecast]] = {}
    for one in best:
        group = schedule.antigens[one.series.antigen].group
        contained.setdefault((group, one.series.group), []).append(one)
    return [one_group(schedule.groups[name], basis, patient) for (name, _), basis in contained.items()]


def one_group(group: VaccineGroup, basis: Sequence[SeriesForecast], patient: Patient) -> GroupForecast:
    """Combine the forecasts of one group: tables 9-2, 9-3 and 9-5."""
    status = group_status(group, [one.status for one in basis])
    kind = basis[0].series.type
    if status is not SeriesStatus.NOT_COMPLETE:
        return GroupForecast(group.name, kind, status, tuple(basis))
    due = [one for one in basis if one.status is SeriesStatus.NOT_COMPLETE]
    dates = dates_of(due[0]) if len(group.antigens) == 1 else combined(group, due, patient)
    return GroupForecast(
        group.name,
        kind,
        status,
        tuple(basis),
        dates.number,
        date.fromordinal(dates.earliest),
        date.fromordinal(dates.recommended),
        None if dates.past_due is None else date.fromordinal(dates.past_due),
        None if dates.latest is None else date.fromordinal(dates.latest),
        tuple(one.series.antigen for one in due),
    )


def combined(group: VaccineGroup, due: Sequence[SeriesForecast], patient: Patient) -> ForecastDates:
    """The dates of several forecasts as one: tables 9-2 and 9-5."""
    each = [dates_of(one) for one in due]
    earliest = earliest_of_several(group, due, patient)
    past_due = _sooner(one.past_due for one in each)
    return ForecastDates(
        number=(min if group.full else max)(one.number for one in each),  # FORECASTDN-2
        earliest=earliest,
        recommended=max(earliest, min(one.recommended for one in each)),  # FORECASTVG-2
        past_due=None if past_due is None else max(earliest, past_due),  # FORECASTVG-3
        latest=_sooner(one.latest for one in each),  # FORECASTVG-4
    )


def _sooner(days: Iterable[int | None]) -> int | None:
    return min((day for day in days if day is not None), default=None)


def group_status(group: VaccineGroup, statuses: Sequence[SeriesStatus]) -> SeriesStatus:
    """SINGLEANTVG-1 and table 9-4: the first that occurs decides, else all are immune, else complete.

    A contraindicated antigen decides for the others only where all are recommended at the same time, as the
    administer full vaccine group flag says (glossary). Where they are not, what is still needed stays needed:
    a child who must not have pertussis vaccine again goes on with DT, which CDC's data leave free for that.
    """
    if not group.full and SeriesStatus.NOT_COMPLETE in statuses:
        statuses = [status for status in statuses if status is not SeriesStatus.CONTRAINDICATED]
    for status in _ANY_DECIDES:
        if status in statuses:
            return status
    return SeriesStatus.COMPLETE if SeriesStatus.COMPLETE in statuses else SeriesStatus.IMMUNE


def earliest_of_several(group: VaccineGroup, due: Sequence[SeriesForecast], patient: Patient) -> int:
    """MULTIANTVG-1: the latest, unless an interval takes priority and asks for the sooner date."""
    if not any(is_priority(one, patient.on) for one in due):
        return max(one.earliest for one in due)
    given = (patient.records.get(antigen, ()) for antigen in group.antigens)
    last = max((records[-1].day for records in given if records), default=0)
    return max(last, min(one.earliest for one in due))


def is_priority(one: SeriesForecast, on: int) -> bool:
    """FORECASTPRIORITY-1, table 9-5."""
    intervals = in_force(one.target.intervals, on) if one.target else []
    return bool(intervals) and all(interval.priority for interval in intervals)


def serving_vaccines(one: SeriesForecast, *, since: int) -> list[DoseVaccine]:
    """FORECASTRECVAC-1 but for its flag: preferable, not contraindicated, of the right age."""
    if one.status is not SeriesStatus.NOT_COMPLETE or one.target is None:
        return []
    patient = one.progress.patient
    contraindicated = contraindications(patient.schedule.antigens[one.series.antigen], patient)
    days = (max(since, one.earliest), max(since, dates_of(one).recommended))
    return [
        vaccine
        for vaccines in one.target.preferable.values()
        for vaccine in vaccines
        if vaccine.cvx not in contraindicated
        if any(patient.dates[vaccine.begin] <= day < patient.dates[vaccine.end] for day in days)
    ]


def guidance(one: SeriesForecast) -> Iterable[str]:
    """FORECASTGUIDANCE-1: for the series, for what indicates it, and for what stands against the antigen."""
    patient = one.progress.patient
    if one.status is SeriesStatus.NOT_COMPLETE:
        yield from one.series.guidance
    yield from (i.guidance for i in one.series.indications if i.code in patient.observed)
    known = patient.schedule.antigens[one.series.antigen].contraindications
    yield from (c.guidance for c in known if c.code in patient.observed)


_SAID_LATER = (SeriesStatus.AGED_OUT, SeriesStatus.NOT_RECOMMENDED)


def foremost(forecasts: Iterable[GroupForecast], on: date) -> GroupForecast:
    """The one to show where only one of a group can be shown.

    The specification leaves several forecasts of one group side by side. What is due for the child's own risk
    stands before the routine; what has aged out, or is more than ten years away (the pneumococcal dose of a
    grandmother, forecast for a toddler), stands last. Between two of a kind the sooner one is shown.
    """
    far = on.toordinal() + 3653

    def order(one: GroupForecast) -> tuple[int, bool, int]:
        day = one.earliest.toordinal() if one.earliest else 0
        later = 2 if day > far else int(one.status in _SAID_LATER)
        return later, one.type is not SeriesType.RISK, day or far

    return min(forecasts, key=order)

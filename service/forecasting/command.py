"""`doseline forecast` and `doseline schedule check`: the engine for a terminal, a pipe, a comparison."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from service.forecasting.assessing import Assessment, EvaluatedDose, assess
from service.forecasting.card import card
from service.forecasting.durations import DISTANT_FUTURE, DISTANT_PAST
from service.forecasting.explaining import say
from service.forecasting.faults import ScheduleFaults
from service.forecasting.groups import GroupForecast, foremost
from service.forecasting.loading import load
from service.forecasting.model import Schedule
from service.forecasting.values import Child, DoseGiven, Observation

Write = Callable[[str], object]

NAMES_IN_CASES = {
    "DTaP/Tdap/Td": ("DTAP", "DTaP"),
    "Polio": ("POL", "IPOL"),
    "Hib": ("HIB", "Hib"),
    "Pneumococcal": ("PCV", "Pneumococcal"),
    "Varicella": ("VAR",),
    "Rotavirus": ("ROTA", "Rota"),
    "Meningococcal": ("MCV", "Meningococcal"),
    "Meningococcal B": ("MENB", "Meningococcal B"),
    "Influenza": ("FLU", "Flu"),
    "Zoster": ("ZOSTER", "Zoster"),
}
"""What CDC's two suites of cases call a vaccine group, where it is not the name in the supporting data."""

_GENDERS = {"F": "Female", "M": "Male"}


class DoseLine(Struct, rename={"on": "date"}):
    """A dose given, as CDC's cases write it."""

    on: date
    cvx: str | int
    mvx: str | None = None
    volume: float | None = None
    lot_expires: date | None = None
    spoilt: bool = False


class ObservationLine(Struct, rename={"on": "date"}):
    """An observation, as CDC's cases write it."""

    code: str | int
    on: date | None = None


class CaseLine(Struct):
    """One child on one line; a field that is null is one that is not there."""

    id: str | int
    dob: date
    assessment_date: date
    gender: str | None = None
    doses: list[DoseLine] | None = None
    observations: list[ObservationLine] | None = None
    birth_country: str | None = None
    vaccine_group: Any = None
    """Which group is asked about. A dose of a combined vaccine counts for each group by itself."""


def main(lines: Iterable[str], write: Write, schedule_path: Path) -> None:
    """One line of JSON out for each line in, in order; a bad line does not stop the rest.

    Raises:
        ScheduleFaults: the schedule cannot be used.
    """
    schedule = load(schedule_path)
    for line in lines:
        if line.strip():
            write(msgspec.json.encode(answer(line, schedule)).decode() + "\n")


def check(path: Path, write: Write) -> int:
    """Print a schedule as a card, or all its faults; the exit code says which."""
    try:
        write(card(load(path)))
    except ScheduleFaults as faults:
        write(f"{faults}\n")
        return 1
    return 0


def answer(line: str, schedule: Schedule) -> dict[str, Any]:
    """What the schedule says about the child on this line."""
    try:
        case = msgspec.json.decode(line, type=CaseLine)
    except (msgspec.DecodeError, RecursionError) as error:
        return {"id": _id_of(line), "error": str(error)}
    if wrong := _impossible(case):
        return {"id": case.id, "error": wrong}
    given = [
        DoseGiven(d.on, _code(d.cvx, 2), d.mvx or "", d.volume, d.lot_expires, d.spoilt)
        for d in case.doses or ()
    ]
    observed = tuple(Observation(_code(o.code, 3), o.on) for o in case.observations or ())
    sex = _GENDERS.get((case.gender or "").strip()[:1].upper(), "Unknown")
    child = Child(case.dob, sex, observed, case.birth_country or "")
    assessment = assess(child, given, case.assessment_date, schedule)
    return {
        "id": case.id,
        "doses": [_dose(dose, case.vaccine_group) for dose in assessment.doses],
        "groups": _groups(assessment),
    }


def _code(written: str | int, digits: int) -> str:
    """A code with as many digits as CDC writes: a spreadsheet loses the zeros in front."""
    code = str(written).strip()
    return code.lstrip("0").zfill(digits) if code.isdecimal() else code


def _impossible(case: CaseLine) -> str:
    """Days outside of the span that the specification assumes where it knows none."""
    days = [case.dob, case.assessment_date, *(dose.on for dose in case.doses or ())]
    days += [observation.on for observation in case.observations or () if observation.on]
    if not all(DISTANT_PAST <= day.toordinal() <= DISTANT_FUTURE for day in days):
        return "a date is before 1900 or after 2999"
    return "dob is after assessment_date" if case.dob > case.assessment_date else ""


def _id_of(line: str) -> str | None:
    try:
        read = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None
    return read.get("id") if isinstance(read, dict) else None


def _dose(dose: EvaluatedDose, asked: object) -> dict[str, Any]:
    """What a dose counts for: for the group that is asked about, else at its best."""
    found = next((one for one in dose.groups if asked in names_of(one.group)), None)
    status, reason = (found.status, found.reason) if found else (dose.status, dose.reason)
    return {
        "status": status,
        "reason": reason or None,
        "groups": {one.group: {"status": one.status, "reason": one.reason or None} for one in dose.groups},
    }


def _groups(assessment: Assessment) -> dict[str, Any]:
    by_group: dict[str, list[GroupForecast]] = {}
    for forecast in assessment.groups:
        by_group.setdefault(forecast.group, []).append(forecast)
    return {
        name: _group(forecasts, assessment.on)
        for group, forecasts in by_group.items()
        for name in names_of(group)
    }


def names_of(group: str) -> Sequence[str]:
    """A group's names in the cases."""
    return NAMES_IN_CASES.get(group, (group,))


def _group(forecasts: Sequence[GroupForecast], on: date) -> dict[str, Any]:
    first = foremost(forecasts, on)
    shown = _forecast(first)
    others = [_forecast(other) for other in forecasts if other is not first]
    return shown | ({"also": others} if others else {})


def _forecast(one: GroupForecast) -> dict[str, Any]:
    return {
        "series_status": one.status,
        "dose_number": None if one.dose_number is None else str(one.dose_number),
        "earliest": one.earliest,
        "recommended": one.recommended,
        "past_due": one.past_due,
        "latest": one.latest,
        "why": say(one.why),
        "steps": one.why,
        "series_type": one.type,
        "dose": one.dose_label or None,
        "vaccines": one.vaccines,
        "guidance": one.guidance,
    }

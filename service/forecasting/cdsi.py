"""Reads CDC's supporting data as they are published: one XML file for the schedule, one per antigen.

The XML stays with the operator, who downloads it from CDC; nothing of it is part of Doseline. Element names
are those of the XSDs; their meaning is in chapters 3 to 9 of the logic specification.
"""

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from service.forecasting.durations import DISTANT_FUTURE, DISTANT_PAST
from service.forecasting.faults import Reading
from service.forecasting.model import (
    FOR_LIFE,
    FROM_BIRTH,
    AgeCondition,
    AgeLimits,
    Antigen,
    Association,
    BirthImmunity,
    Condition,
    Conflict,
    ConflictTable,
    Contraindication,
    CountCondition,
    DoseVaccine,
    Indication,
    Interval,
    IntervalCondition,
    Schedule,
    Series,
    SeriesCondition,
    SeriesDose,
    SeriesType,
    Skip,
    SkipSet,
    VaccineGroup,
    turned,
)

_SEPARATORS = re.compile(r"[\s;,]+")
_AMERICAN_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})")


def read(files: Mapping[str, bytes], version: str, reading: Reading) -> Schedule | None:
    """The schedule in these files, or None when a file cannot be read at all."""
    roots = {name: root for name in sorted(files) if (root := _root(name, files[name], reading)) is not None}
    antigens: dict[str, Antigen] = {}
    schedule: Element | None = None
    for name, root in roots.items():
        reading.file = name
        if root.tag == "scheduleSupportingData":
            schedule = root
        else:
            antigen = _antigen(root, reading)
            antigens[antigen.name] = antigen
    if schedule is None:
        reading.file = "."
        reading.fault("folder", "no file holds scheduleSupportingData")
        return None
    reading.file = next(name for name, root in roots.items() if root is schedule)
    return _schedule(schedule, antigens, version, reading)


def _root(name: str, content: bytes, reading: Reading) -> Element | None:
    reading.file = name
    try:
        root = ET.fromstring(content)  # noqa: S314 - the operator's own file, named by the operator
    except ET.ParseError as error:
        reading.fault("file", f"no XML: {error}")
        return None
    if root.tag in {"scheduleSupportingData", "antigenSupportingData"}:
        return root
    reading.fault("file", f"unknown root element {root.tag}")
    return None


def _schedule(root: Element, antigens: dict[str, Antigen], version: str, reading: Reading) -> Schedule:
    groups = {
        _text(m, "name"): tuple(a.text.strip() for a in m.findall("antigen") if a.text)
        for m in root.iterfind("vaccineGroupToAntigenMap/vaccineGroupMap")
    }
    full = {_text(g, "name"): _text(g, "administerFullVaccineGroup") for g in root.iter("vaccineGroup")}
    group_of = {antigen: name for name, members in groups.items() for antigen in members}
    for name in antigens.keys() - group_of.keys():
        reading.fault(name, "belongs to no vaccine group")
    maps = list(root.iterfind("cvxToAntigenMap/cvxMap"))
    conflicts, named = _conflicts(root, reading)
    return Schedule(
        id="us-cdsi",
        name="CDC's Clinical Decision Support for Immunization",
        version=version,
        antigens={n: Antigen(n, group_of.get(n, n), *_rest(a)) for n, a in antigens.items()},
        groups={n: VaccineGroup(n, members, full.get(n) == "Yes") for n, members in groups.items()},
        vaccines=named | {_text(m, "cvx"): _text(m, "shortDescription") for m in maps},
        associations={_text(m, "cvx"): tuple(_associations(m, reading)) for m in maps},
        conflicts=conflicts,
        disturbs=turned(conflicts),
        ages=reading.ages(),
        country="US",
        source=("CDC, Clinical Decision Support for Immunization (CDSi), supporting data",),
        certainty="as published",
    )


def _rest(antigen: Antigen) -> tuple:  # type: ignore[type-arg] # the fields after name and group, in order
    return antigen.series, antigen.immunity_codes, antigen.birth_immunity, antigen.contraindications


def _associations(element: Element, reading: Reading) -> Iterator[Association]:
    place = f"CVX {_text(element, 'cvx')}"
    for a in element.iterfind("association"):
        begin = reading.age(_text(a, "associationBeginAge"), place, FROM_BIRTH)
        yield Association(
            _text(a, "antigen"), begin, reading.age(_text(a, "associationEndAge"), place, FOR_LIFE)
        )


def _conflicts(root: Element, reading: Reading) -> tuple[ConflictTable, dict[str, str]]:
    conflicts: ConflictTable = {}
    named: dict[str, str] = {}
    for element in root.iterfind("liveVirusConflicts/liveVirusConflict"):
        previous, current = _text(element, "previous/cvx"), _text(element, "current/cvx")
        place = f"conflict of CVX {current} with {previous}"
        lengths = [
            reading.duration(_text(element, tag), place)
            for tag in ("conflictBeginInterval", "minConflictEndInterval", "conflictEndInterval")
        ]
        if None in lengths:
            reading.fault(place, "has an empty interval")
        else:
            conflicts.setdefault(current, {})[previous] = Conflict(*lengths)  # type: ignore[arg-type]
        named[current] = _text(element, "current/vaccineType")
    return conflicts, named


def _antigen(root: Element, reading: Reading) -> Antigen:
    series = tuple(_series(element, reading) for element in root.iterfind("series"))
    name = series[0].antigen if series else ""
    return Antigen(
        name=name,
        group="",
        series=series,
        immunity_codes=frozenset(_text(e, "guidelineCode") for e in root.iter("clinicalHistory")),
        birth_immunity=tuple(_birth_immunity(e, reading) for e in root.iterfind("immunity/dateOfBirth")),
        contraindications=(
            *_antigen_contraindications(root, reading),
            *_vaccine_contraindications(root, reading),
        ),
    )


def _birth_immunity(element: Element, reading: Reading) -> BirthImmunity:
    written = _AMERICAN_DATE.sub(r"\3-\1-\2", _text(element, "immunityBirthDate"))
    return BirthImmunity(
        before=reading.day(written, "immunity", DISTANT_PAST),
        country=_text(element, "birthCountry"),
        exclusions=frozenset(_text(e, "exclusionCode") for e in element.iter("exclusion")),
    )


def _antigen_contraindications(root: Element, reading: Reading) -> Iterator[Contraindication]:
    for element in root.iterfind("contraindications/vaccineGroup/contraindication"):
        yield _contraindication(element, element, reading)


def _vaccine_contraindications(root: Element, reading: Reading) -> Iterator[Contraindication]:
    for element in root.iterfind("contraindications/vaccine/contraindication"):
        for vaccine in element.iterfind("contraindicatedVaccine"):
            yield _contraindication(element, vaccine, reading)


def _contraindication(element: Element, at: Element, reading: Reading) -> Contraindication:
    code = _text(element, "observationCode")
    return Contraindication(
        code,
        *_span(at, f"contraindication {code}", reading),
        vaccine=_text(at, "cvx"),
        text=_text(element, "contraindicationText"),
        guidance=_text(element, "contraindicationGuidance"),
    )


def _series(element: Element, reading: Reading) -> Series:
    name = _text(element, "seriesName")
    chosen = element.find("selectSeries")
    select = Element("selectSeries") if chosen is None else chosen
    return Series(
        name=name,
        antigen=_text(element, "targetDisease"),
        type=_series_type(element, name, reading),
        group=_text(select, "seriesGroup"),
        equivalent_groups=_codes(_text(element, "equivalentSeriesGroups")),
        default=_text(select, "defaultSeries") == "Yes",
        product=_text(select, "productPath") == "Yes",
        priority=_text(select, "seriesPriority"),
        preference=reading.number(_text(select, "seriesPreference"), name) or 99,
        max_age_to_start=reading.age(_text(select, "maxAgeToStart"), name, FOR_LIFE),
        genders=frozenset(e.text.strip() for e in element.iterfind("requiredGender") if e.text),
        indications=tuple(_indications(element, name, reading)),
        guidance=tuple(e.text.strip() for e in element.iterfind("seriesAdminGuidance") if e.text),
        doses=tuple(_dose(e, name, reading) for e in element.iterfind("seriesDose")),
    )


def _series_type(element: Element, name: str, reading: Reading) -> SeriesType:
    written = _text(element, "seriesType")
    if written in set(SeriesType):
        return SeriesType(written)
    reading.fault(name, f'unknown series type "{written}"')
    return SeriesType.STANDARD


def _indications(series: Element, name: str, reading: Reading) -> Iterator[Indication]:
    for element in series.iterfind("indication"):
        if code := _text(element, "observationCode/code"):
            span = _span(element, f"{name}, indication {code}", reading)
            yield Indication(code, *span, _text(element, "description"), _text(element, "guidance"))


def _dose(element: Element, series: str, reading: Reading) -> SeriesDose:
    label = _text(element, "doseNumber")
    place = f"{series}, {label}"
    season = element.find("seasonalRecommendation")
    skips = [
        (_text(e, "context"), _skip(e, place, reading)) for e in element.iterfind("conditionalSkip") if len(e)
    ]
    return SeriesDose(
        number=reading.number(label.removeprefix("Dose "), place),
        label=label,
        ages=tuple(_age_limits(e, place, reading) for e in element.iterfind("age")),
        intervals=tuple(_interval(e, place, reading) for e in element.iterfind("interval") if len(e)),
        allowable_intervals=tuple(
            _interval(e, place, reading) for e in element.iterfind("allowableInterval") if len(e)
        ),
        preferable=_vaccines(element, "preferableVaccine", place, reading),
        allowable=_vaccines(element, "allowableVaccine", place, reading),
        inadvertent=frozenset(_text(e, "cvx") for e in element.iterfind("inadvertentVaccine") if len(e)),
        skips_in_evaluation=tuple(skip for context, skip in skips if context in {"Evaluation", "Both"}),
        skips_in_forecast=tuple(skip for context, skip in skips if context in {"Forecast", "Both"}),
        recurring=_text(element, "recurringDose") == "Yes",
        season_start=_date(season, "startDate", place, reading, DISTANT_PAST),
        season_end=_date(season, "endDate", place, reading, DISTANT_FUTURE),
    )


def _age_limits(element: Element, place: str, reading: Reading) -> AgeLimits:
    return AgeLimits(
        absolute_minimum=reading.age(_text(element, "absMinAge"), place, FROM_BIRTH),
        minimum=reading.age(_text(element, "minAge"), place, FROM_BIRTH),
        earliest_recommended=reading.age(_text(element, "earliestRecAge"), place, FROM_BIRTH),
        latest_recommended=reading.age(_text(element, "latestRecAge"), place, FOR_LIFE),
        maximum=reading.age(_text(element, "maxAge"), place, FOR_LIFE),
        effective=_date(element, "effectiveDate", place, reading, DISTANT_PAST),
        cessation=_date(element, "cessationDate", place, reading, DISTANT_FUTURE),
    )


def _interval(element: Element, place: str, reading: Reading) -> Interval:
    return Interval(
        from_previous=_text(element, "fromPrevious") == "Y",
        from_target=reading.number(_text(element, "fromTargetDose"), place),
        from_vaccines=_codes(_text(element, "fromMostRecent")),
        from_observation=_text(element, "fromRelevantObs/code"),
        absolute_minimum=reading.duration(_text(element, "absMinInt"), place),
        minimum=reading.duration(_text(element, "minInt"), place),
        earliest_recommended=reading.duration(_text(element, "earliestRecInt"), place),
        latest_recommended=reading.duration(_text(element, "latestRecInt"), place),
        # The specification's flag is 'Y'; CDC's data write "override".
        priority=_text(element, "intervalPriority") in {"Y", "override"},
        effective=_date(element, "effectiveDate", place, reading, DISTANT_PAST),
        cessation=_date(element, "cessationDate", place, reading, DISTANT_FUTURE),
    )


def _vaccines(dose: Element, tag: str, place: str, reading: Reading) -> dict[str, tuple[DoseVaccine, ...]]:
    found: dict[str, tuple[DoseVaccine, ...]] = {}
    for element in dose.iterfind(tag):
        if not (cvx := _text(element, "cvx")):
            continue
        vaccine = DoseVaccine(
            cvx,
            *_span(element, place, reading),
            # A trade name stands beside its manufacturer, which is what a record of a dose usually has.
            mvx=_text(element, "mvx"),
            volume=float(_text(element, "volume") or 0),
            forecast=_text(element, "forecastVaccineType") == "Y",
        )
        found[cvx] = (*found.get(cvx, ()), vaccine)
    return found


def _skip(element: Element, place: str, reading: Reading) -> Skip:
    sets = tuple(_skip_set(e, place, reading) for e in element.iterfind("set"))
    return Skip(sets, needs_all=_text(element, "setLogic") == "AND")


def _skip_set(element: Element, place: str, reading: Reading) -> SkipSet:
    found = [_condition(e, place, reading) for e in element.iterfind("condition")]
    return SkipSet(
        conditions=tuple(c for c in found if c is not None),
        needs_all=_text(element, "conditionLogic") != "OR",
        description=_text(element, "setDescription"),
        effective=_date(element, "effectiveDate", place, reading, DISTANT_PAST),
        cessation=_date(element, "cessationDate", place, reading, DISTANT_FUTURE),
    )


def _condition(element: Element, place: str, reading: Reading) -> Condition | None:
    match _text(element, "conditionType").lower():
        case "age":
            return AgeCondition(*_span(element, place, reading))
        case "completed series":
            return SeriesCondition(_codes(_text(element, "seriesGroups")))
        case "interval" if interval := reading.duration(_text(element, "interval"), place):
            return IntervalCondition(interval)
        case kind if kind.startswith("vaccine count"):
            return _count_condition(element, place, reading)
        case kind:
            reading.fault(place, f'unknown skip condition "{kind}"')
            return None


def _count_condition(element: Element, place: str, reading: Reading) -> CountCondition:
    begin, end = _span(element, place, reading)
    return CountCondition(
        count=reading.number(_text(element, "doseCount"), place),
        comparison=_text(element, "doseCountLogic").lower(),
        only_valid=_text(element, "doseType").lower() == "valid",
        vaccines=_codes(_text(element, "vaccineTypes")),
        begin=begin,
        end=end,
        start_day=_date(element, "startDate", place, reading, DISTANT_PAST),
        end_day=_date(element, "endDate", place, reading, DISTANT_FUTURE),
    )


def _span(element: Element, place: str, reading: Reading) -> tuple[int, int]:
    begin = reading.age(_text(element, "beginAge"), place, FROM_BIRTH)
    return begin, reading.age(_text(element, "endAge"), place, FOR_LIFE)


def _date(element: Element | None, tag: str, place: str, reading: Reading, empty: int) -> int:
    return empty if element is None else reading.day(_text(element, tag), place, empty)


def _codes(text: str) -> frozenset[str]:
    return frozenset(_SEPARATORS.split(text)) - {""}


def _text(element: Element, tag: str) -> str:
    text = (element.findtext(tag) or "").strip()
    return "" if text.lower() == "n/a" else text

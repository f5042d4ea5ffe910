"""Chapter 5: which paths are relevant for this child?"""

from service.forecasting.model import Antigen, Indication, Series, SeriesType
from service.forecasting.patient import Patient


def relevant_series(antigen: Antigen, patient: Patient) -> list[Series]:
    """The series that are relevant patient series: table 5-5."""
    if patient.observed:
        return [series for series in antigen.series if is_relevant(series, patient)]
    # Most children have no observation, so that no risk series can be meant.
    return [s for s in antigen.series if s.type is not SeriesType.RISK and is_relevant(s, patient)]


def is_relevant(series: Series, patient: Patient) -> bool:
    """Table 5-5; the span of birth dates is ours, for national schedules that change with a cohort."""
    if series.type is SeriesType.RISK and not _is_indicated(series, patient):
        return False
    if series.genders and patient.gender not in series.genders:
        return False
    return series.born_from <= patient.born < series.born_before


def _is_indicated(series: Series, patient: Patient) -> bool:
    return any(applies(indication, patient) for indication in series.indications)


def applies(indication: Indication, patient: Patient) -> bool:
    """Table 5-4, with CALCDTIND-1 and CALCDTIND-2."""
    return (
        indication.code in patient.observed
        and patient.dates[indication.begin] <= patient.on < patient.dates[indication.end]
    )

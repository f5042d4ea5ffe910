"""Chapters 7.2 and 7.3: what speaks against any further dose, whatever the path."""

from service.forecasting.model import Antigen, BirthImmunity, Series
from service.forecasting.patient import Patient


def is_immune(antigen: Antigen, patient: Patient) -> bool:
    """Does the patient have evidence of immunity? Table 7-3."""
    if not antigen.immunity_codes.isdisjoint(patient.observed):
        return True
    return any(_immune_by_birth(immunity, patient) for immunity in antigen.birth_immunity)


def _immune_by_birth(immunity: BirthImmunity, patient: Patient) -> bool:
    """Table 7-3, its last four columns; no country in the schedule means any."""
    return (
        patient.born < immunity.before
        and immunity.exclusions.isdisjoint(patient.observed)
        and immunity.country in {"", patient.country}
    )


def contraindications(antigen: Antigen, patient: Patient) -> frozenset[str]:
    """What is contraindicated: CVX codes, and "" for the antigen as a whole (tables 7-5 and 7-6)."""
    if not patient.observed:
        return frozenset()
    return frozenset(
        c.vaccine
        for c in antigen.contraindications
        if c.code in patient.observed and patient.dates[c.begin] <= patient.on < patient.dates[c.end]
    )


def is_contraindicated(series: Series, contraindicated: frozenset[str]) -> bool:
    """Is the series contraindicated: the antigen is, or all preferable vaccines are? Table 7-7."""
    if not contraindicated:
        return False
    preferable = {cvx for dose in series.doses for cvx in dose.preferable}
    return "" in contraindicated or (bool(preferable) and preferable <= contraindicated)

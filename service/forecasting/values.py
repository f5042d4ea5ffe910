"""What goes into the engine and what comes out of it."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct


class DoseStatus(StrEnum):
    """What a dose given counts for (table 3-1)."""

    VALID = "Valid"
    NOT_VALID = "Not Valid"
    EXTRANEOUS = "Extraneous"
    SUB_STANDARD = "Sub-standard"


class SeriesStatus(StrEnum):
    """How far a child is on a path (table 3-3)."""

    NOT_COMPLETE = "Not Complete"
    COMPLETE = "Complete"
    IMMUNE = "Immune"
    CONTRAINDICATED = "Contraindicated"
    AGED_OUT = "Aged Out"
    NOT_RECOMMENDED = "Not Recommended"


class Observation(Struct, frozen=True):
    """Something known of a child: a condition, an adverse reaction, an immunity, in CDSi's codes."""

    code: str
    on: date | None = None


class Child(Struct, frozen=True):
    """Whose doses these are."""

    born: date
    sex: str = "Unknown"
    """Female, Male or Unknown."""
    observations: Sequence[Observation] = ()
    born_in: str = ""


class DoseGiven(Struct, frozen=True):
    """One vaccine given on one day."""

    on: date
    cvx: str
    mvx: str = ""
    volume: float | None = None
    lot_expires: date | None = None
    spoilt: bool = False
    """The dose condition flag: recalled, misadministered, cold chain broken."""

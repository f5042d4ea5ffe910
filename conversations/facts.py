"""What is true at the moment a text is handled.

The service loads these values afresh for every step, inside the transaction that will apply the
effects. The machine never asks for more and never remembers them: what it must remember is in the
state, and is checked against these facts before anything is done with it.
"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

Sex = Literal["F", "M"]


class Visit(Struct, frozen=True):
    """One appointment of one child: upcoming and still active, or missed.

    `starts_at` is aware and in the facility's zone; `child` is a first name only. `version` grows with
    every change, so that an answer to an older text can be told from an answer to this one.
    """

    appointment_id: UUID
    version: int
    child_id: UUID
    child: str
    starts_at: datetime
    facility: str
    address: str | None = None
    status: Literal["booked", "confirmed", "missed"] = "booked"
    protects_against: tuple[str, ...] = ()
    """The diseases its vaccines are for, where the programme lets texts name them; else empty."""
    promised_by_another: bool = False
    """Whether the last to decide about it was another guardian, who confirmed or moved it."""


class Prompt(Struct, frozen=True):
    """A visit in an automatic text that went to this phone since the conversation's last turn.

    Visits with the same `text_id` stood in one text. A `recall` speaks of a visit that was missed.
    """

    appointment_id: UUID
    version: int
    sent_at: datetime
    text_id: UUID | None = None
    recall: bool = False


class Place(Struct, frozen=True):
    """A clinic session with at least one free place; `starts_at` is aware and in the facility's zone."""

    session_id: UUID
    starts_at: datetime
    facility: str


class NextDue(Struct, frozen=True):
    """The first day on which a dose is recommended for a child; diseases as for a visit."""

    child: str
    on: date
    protects_against: tuple[str, ...] = ()


class ChildFacts(Struct, frozen=True, omit_defaults=True):
    """What tells "my daughter" and "the little one" apart, as far as it is known. `sex` is "F" or "M"."""

    born: date | None = None
    sex: Sex | None = None


class KnownFacility(Struct, frozen=True):
    """A facility that a parent may name; `number` is the one on its posters."""

    facility_id: UUID
    name: str
    number: int | None = None


class Facts(Struct, frozen=True):
    """Everything a step may know.

    `visits` are ordered by time, `prompts` by when they were sent, the newest last. `missed` are visits for
    which nothing has made up yet: no other visit, no dose. `known` says whether
    the phone belongs to a registered guardian; for any other phone the lists are empty.
    """

    now: datetime
    language: str = "en"
    guardian: str | None = None
    known: bool = True
    opted_out: bool = False
    children: tuple[str, ...] = ()
    about: tuple[ChildFacts, ...] = ()
    """On `children`, in the same order; what is said of a name that two of them have is unknown."""
    region: str | None = None
    """The facility's country, ISO 3166 alpha-2: which way round 3/12 is."""
    visits: tuple[Visit, ...] = ()
    missed: tuple[Visit, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    next_due: tuple[NextDue, ...] = ()
    given_up_by_another: tuple[Visit, ...] = ()
    """Visits to come that another guardian has cancelled, with no other visit instead."""
    clinic_phone: str | None = None
    medical_sentence: str | None = None
    """What the facility has decided to say to medical questions."""
    language_offered: bool = False
    """Whether this phone has been offered another language before."""
    may_join: bool = True
    """Whether one more child may be put before staff by this phone."""
    facilities: tuple[KnownFacility, ...] = ()
    """Filled only while a child is being registered and its facility matters."""

    def facility(self, facility_id: UUID) -> KnownFacility | None:
        """The facility with this id, or None once it is gone."""
        return next((one for one in self.facilities if one.facility_id == facility_id), None)

    def visit(self, appointment_id: UUID) -> Visit | None:
        """The active visit with this id, or None once it is cancelled, past or somebody else's."""
        return next((visit for visit in self.visits if visit.appointment_id == appointment_id), None)

    def missed_visit(self, appointment_id: UUID) -> Visit | None:
        """The missed visit with this id, or None where it was not missed or has been made up for."""
        return next((visit for visit in self.missed if visit.appointment_id == appointment_id), None)

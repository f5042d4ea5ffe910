"""What a step asks the service to do.

Effects are applied in order, in the transaction in which the text is handled. The first one that is
refused drops the rest of its step, together with the step's state, and comes back as an event. So a
step may say "confirmed" behind a Confirm: the words are spoken only when the deed is done.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from conversations.facts import Place, Visit
from conversations.joining.births import Birth
from conversations.wish import Wish

Param = (
    str | int | datetime | date | tuple[Place, ...] | tuple[Visit, ...] | tuple[str, ...] | tuple[date, ...]
)
Params = dict[str, Param]


class HandOffReason(StrEnum):
    """Why a person is asked to take over, as staff will read it."""

    URGENT = "urgent"
    MEDICAL = "medical"
    ASKED = "asked"
    NOT_UNDERSTOOD = "not_understood"
    NO_PLACES = "no_places"
    WRONG_NUMBER = "wrong_number"
    ALREADY_VACCINATED = "already_vaccinated"


class Confirm(Struct, frozen=True, tag=True):
    """The parent will come to exactly this version of the appointment. Refused as VisitChanged."""

    appointment_id: UUID
    version: int


class Cancel(Struct, frozen=True, tag=True):
    """The parent gives the place up. Refused as VisitChanged."""

    appointment_id: UUID
    version: int


class Move(Struct, frozen=True, tag=True):
    """Take another place for an active appointment. Refused as PlaceGone or VisitChanged."""

    appointment_id: UUID
    version: int
    session_id: UUID


class BookAgain(Struct, frozen=True, tag=True):
    """A new appointment for the child of one that was given up or missed. Refused as PlaceGone."""

    appointment_id: UUID
    session_id: UUID


class EndRecall(Struct, frozen=True, tag=True):
    """The family has answered about a visit that was missed: no more texts about it."""

    appointment_id: UUID


class LookForPlaces(Struct, frozen=True, tag=True):
    """Find up to three free places near the wish; answered by PlacesFound.

    The appointment may be active, given up or missed: it says for which child and where to look first.
    """

    appointment_id: UUID
    wish: Wish


class SetLanguage(Struct, frozen=True, tag=True):
    """Text this guardian in another language from now on; what the same step says is in it already."""

    language: str


class OfferLanguage(Struct, frozen=True, tag=True):
    """Another language has been offered to this phone: once is enough."""


class ClaimVaccinated(Struct, frozen=True, tag=True):
    """The doses of this appointment were given elsewhere, says the parent: for staff to verify."""

    appointment_id: UUID


class Say(Struct, frozen=True, tag=True):
    """Text the parent this reply of the catalogue; names and dates travel as values, not as words."""

    key: str
    params: Params
    language: str | None = None
    """Where it is not the one on file for the phone."""


class OptOut(Struct, frozen=True, tag=True):
    """Send this phone nothing more, until it opts in."""


class OptIn(Struct, frozen=True, tag=True):
    """This phone wants our texts (again)."""


class RegisterClaim(Struct, frozen=True, tag=True):
    """Put a child before staff as the parent has described it. `agreed_to` is what they said yes to."""

    child: str
    born: Birth
    facility_id: UUID
    language: str
    agreed_to: Say


class HandOff(Struct, frozen=True, tag=True):
    """Put the conversation in front of a person."""

    reason: HandOffReason


Effect = (
    Confirm
    | Cancel
    | Move
    | BookAgain
    | EndRecall
    | LookForPlaces
    | SetLanguage
    | OfferLanguage
    | ClaimVaccinated
    | Say
    | OptOut
    | OptIn
    | RegisterClaim
    | HandOff
)

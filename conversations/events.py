"""What can happen to a conversation.

A parent says something, or nothing for a long time; or the service reports what became of an effect,
within the same transaction.
"""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from conversations.facts import Place

OptOutType = Literal["STOP", "START", "HELP"]


class Said(Struct, frozen=True, tag=True, omit_defaults=True):
    """A text came in.

    `opt_out_type` is set when the carrier has recognised its own word and has answered by itself: then
    nothing is said on top of that, but what was asked is still recorded.
    """

    text: str
    media_count: int = 0
    opt_out_type: OptOutType | None = None


class PlacesFound(Struct, frozen=True, tag=True):
    """The answer to LookForPlaces: at most three free places, nearest to the wish first, possibly none."""

    appointment_id: UUID
    places: tuple[Place, ...]


class PlaceGone(Struct, frozen=True, tag=True):
    """The place that was to be taken had been given away; nothing has changed."""

    appointment_id: UUID


class VisitChanged(Struct, frozen=True, tag=True):
    """The appointment was changed or cancelled by somebody else first; nothing has changed by us."""

    appointment_id: UUID


class NobodyAnswered(Struct, frozen=True, tag=True):
    """A question of ours has stood without an answer for so long that it is asked once more, or dropped."""

    asked_before: bool = False


Event = Said | NobodyAnswered | PlacesFound | PlaceGone | VisitChanged

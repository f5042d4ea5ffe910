"""What a conversation is waiting for.

A state is a small value that is saved between two texts. It names appointments by id and version and
holds no names and no times of visits: those are looked up in the facts of the next step, so that an
answer to something that has changed meanwhile is noticed. `misunderstood` counts the texts in a row that
could not be understood. Only a child that is being registered has its name in the state: it is nowhere
else yet.
"""

from datetime import date
from uuid import UUID

from msgspec import Struct

from conversations.effects import HandOffReason
from conversations.facts import Place
from conversations.intents import Intent
from conversations.joining.births import Birth
from conversations.wish import Wish


class About(Struct, frozen=True):
    """An appointment as it was when we last spoke of it."""

    appointment_id: UUID
    version: int


class Idle(Struct, frozen=True, tag=True, omit_defaults=True):
    """Nothing has been asked."""

    misunderstood: int = 0


class AwaitingConfirmation(Struct, frozen=True, tag=True, omit_defaults=True):
    """Asked whether they come to these visits. `together` in one text, so that a "yes" is for all of them."""

    visits: tuple[About, ...]
    misunderstood: int = 0
    together: bool = False


class Clarifying(Struct, frozen=True, tag=True, omit_defaults=True):
    """Asked, with numbers, what was meant: 1 come, 2 another day, 3 cancel; also for `others`, if any."""

    visit: About
    misunderstood: int = 0
    others: tuple[About, ...] = ()


class ChoosingVisit(Struct, frozen=True, tag=True, omit_defaults=True):
    """Asked which of several visits was meant, once it was clear what should happen to it."""

    visits: tuple[About, ...]
    intent: Intent
    wish: Wish = Wish()
    misunderstood: int = 0


class LookingForPlaces(Struct, frozen=True, tag=True, omit_defaults=True):
    """Waiting for PlacesFound within the same transaction; never waiting for a parent.

    `after_loss` says that the place asked for had just been taken by somebody else; `rest` and `unasked`
    stand for what they do in ChoosingPlace.
    """

    visit: About
    wish: Wish = Wish()
    again: bool = False
    after_loss: bool = False
    rest: tuple[About, ...] = ()
    unasked: bool = False


class ChoosingPlace(Struct, frozen=True, tag=True, omit_defaults=True):
    """Offered these places, numbered from one. `again` means that the old place is given up or was missed.

    `rest` are further missed visits, whose turn comes after this one. `unasked`: the child is ill, and nobody
    has said yet that they want another day.
    """

    visit: About
    offers: tuple[Place, ...]
    wish: Wish = Wish()
    again: bool = False
    misunderstood: int = 0
    rest: tuple[About, ...] = ()
    unasked: bool = False


class Overruling(Struct, frozen=True, tag=True, omit_defaults=True):
    """Asked, with numbers, whether to cancel although another guardian has promised to come: 1 yes, 2 no."""

    visits: tuple[About, ...]
    misunderstood: int = 0


class GaveUpPlace(Struct, frozen=True, tag=True, omit_defaults=True):
    """The parent has cancelled; another day is still one word away."""

    visit: About
    misunderstood: int = 0


class Recalled(Struct, frozen=True, tag=True, omit_defaults=True):
    """Told that these visits were missed; another day is one word away."""

    visits: tuple[About, ...]
    misunderstood: int = 0


class WithPerson(Struct, frozen=True, tag=True, omit_defaults=True):
    """A person has been asked to answer; what the machine does not understand is left to them."""

    reason: HandOffReason


class JoiningName(Struct, frozen=True, tag=True, omit_defaults=True):
    """A child is being registered: asked for its first name. `language` is that of the word JOIN."""

    language: str
    misunderstood: int = 0


class JoiningBirth(Struct, frozen=True, tag=True, omit_defaults=True):
    """Asked when the child was born. `choices`, numbered from one, are what an unclear day can mean."""

    language: str
    child: str
    choices: tuple[date, ...] = ()
    misunderstood: int = 0


class JoiningFacility(Struct, frozen=True, tag=True, omit_defaults=True):
    """Asked for the clinic, by name or number. `choices`, numbered from one, are those that may be meant."""

    language: str
    child: str
    born: Birth
    choices: tuple[UUID, ...] = ()
    misunderstood: int = 0


class JoiningConsent(Struct, frozen=True, tag=True, omit_defaults=True):
    """Read back what was answered, and asked whether to register the child and text about it."""

    language: str
    child: str
    born: Birth
    facility_id: UUID
    misunderstood: int = 0


Joining = JoiningName | JoiningBirth | JoiningFacility | JoiningConsent

State = (
    Idle
    | AwaitingConfirmation
    | Clarifying
    | ChoosingVisit
    | LookingForPlaces
    | ChoosingPlace
    | Overruling
    | GaveUpPlace
    | Recalled
    | WithPerson
    | JoiningName
    | JoiningBirth
    | JoiningFacility
    | JoiningConsent
)

# Questions of ours that lapse when nobody answers; what a reminder or a recall asks has a cadence of its own.
OpenQuestion = Clarifying | ChoosingVisit | ChoosingPlace | Overruling

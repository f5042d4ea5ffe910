"""The shape of a step: what a handler gives back, and the small words all handlers share.

Apart from the table so that handlers can be written without knowing where they stand in it.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct, structs

from conversations.effects import Effect, Params, Say
from conversations.facts import Facts, Visit
from conversations.states import About, AwaitingConfirmation, Idle, State
from conversations.understanding.reading import Reading, Scene


class Step(Struct, frozen=True):
    """What follows: the next state, the effects in order, and how the text was read (None for reports).

    `scene` is what it was read in; None where the carrier has read it for us.
    """

    state: State
    effects: tuple[Effect, ...] = ()
    reading: Reading | None = None
    scene: Scene | None = None


# A handler takes the state it stands for in the table, so its first parameter is that state's own type.
Handler = Callable[..., Step]


def about(visit: Visit) -> About:
    """The visit as it is now, to be checked when an answer comes."""
    return About(visit.appointment_id, visit.version)


def awaiting(visits: Sequence[Visit]) -> State:
    """Waiting to hear whether they come to these; idle where there are none."""
    return AwaitingConfirmation(tuple(map(about, visits))) if visits else Idle()


def say(key: str, **params: str | None) -> Say:
    """A reply without a visit; what is not known is left out."""
    return Say(key, {name: value for name, value in params.items() if value})


def of(visit: Visit) -> Params:
    """A visit's part of a reply."""
    return {"child": visit.child, "starts_at": visit.starts_at, "facility": visit.facility}


def say_of(key: str, visits: Sequence[Visit]) -> Say:
    """A reply about one visit, or about several in its `_all` form."""
    if len(visits) == 1:
        return Say(key, of(visits[0]))
    return Say(f"{key}_all", {"visits": tuple(visits)})


def stay(state: State, *effects: Effect) -> Step:
    """Answer, and go on waiting for the same thing. The text was understood, so the count starts anew."""
    return Step(
        structs.replace(state, misunderstood=0) if hasattr(state, "misunderstood") else state, effects
    )


def with_phone(key: str, facts: Facts) -> Say:
    """A reply that also names the clinic's telephone where it is known."""
    return Say(f"{key}_phone", {"phone": facts.clinic_phone}) if facts.clinic_phone else Say(key, {})

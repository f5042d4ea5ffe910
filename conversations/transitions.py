"""What follows from what a parent says (being written)."""

from msgspec import Struct

from conversations.effects import Effect
from conversations.events import Event
from conversations.facts import Facts
from conversations.states import State
from conversations.understanding.reading import Reading


class Step(Struct, frozen=True):
    """What follows: the next state, the effects in order, and how the text was read (None for reports)."""

    state: State
    effects: tuple[Effect, ...] = ()
    reading: Reading | None = None


def step(state: State, event: Event, facts: Facts) -> Step:
    """Move the conversation by one event. Pure and total: any text, state and facts give a step."""
    return Step(state, ())

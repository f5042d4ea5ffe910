"""When nobody answers: a question is asked once more, if it still makes sense, and then dropped.

After that a bare "yes" or "2" is no answer to it any more.
"""

from msgspec import structs

from conversations.events import NobodyAnswered
from conversations.facts import Facts
from conversations.families import abouts, changed_since, visits_spoken_of
from conversations.handlers.moving import offer
from conversations.handlers.people import question
from conversations.states import ChoosingPlace, Idle, OpenQuestion, State
from conversations.step import Step, say


def ask_once_more(state: State, event: NobodyAnswered, facts: Facts) -> Step:
    """The same question again; nothing where it is settled, was repeated, or a newer text has gone out."""
    if not isinstance(state, OpenQuestion):
        return Step(state)
    if event.asked_before or facts.opted_out or not facts.known or facts.prompts:
        return Step(Idle())
    if isinstance(state, ChoosingPlace):
        ahead = tuple(place for place in state.offers if place.starts_at > facts.now)
        state = structs.replace(state, offers=ahead)
    if not _makes_sense(state, facts):
        return Step(Idle())
    asked = offer(state) if isinstance(state, ChoosingPlace) else question(state, facts)
    return Step(state, (say("asked_again"), asked))


def _makes_sense(state: OpenQuestion, facts: Facts) -> bool:
    """Whether what it is about is as it was when we asked."""
    if isinstance(state, ChoosingPlace) and not state.offers:
        return False
    if isinstance(state, ChoosingPlace) and state.again:
        # A visit that was given up has left no name: any that is planned may be the one instead of it.
        return facts.missed_visit(state.visit.appointment_id) is not None or not facts.visits
    visits = visits_spoken_of(state, facts)
    return len(visits) == len(abouts(state)) and not changed_since(state, visits)

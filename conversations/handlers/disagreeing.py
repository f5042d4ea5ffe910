"""Two guardians who answer differently: the later one is told what the other has decided, and is asked.

Neither is named: who else answers for a child may be known to the clinic only.
"""

from conversations.facts import Facts
from conversations.families import changed_since, nothing_left, tell_what_is_true, visits_spoken_of
from conversations.handlers.coming import cancel
from conversations.handlers.people import ask_again
from conversations.states import Idle, Overruling, State
from conversations.step import Step, say_of
from conversations.understanding.reading import Reading

CANCEL = 1


def choose(state: Overruling, reading: Reading, facts: Facts) -> Step:
    """1 cancel all the same, 2 keep."""
    return _settle(state, facts, give_up=reading.choice == CANCEL)


def keep(state: Overruling, reading: Reading, facts: Facts) -> Step:
    """They come after all. A bare "yes" does not say to what."""
    if reading.rule in {"yes", "ok"}:
        return ask_again(state, reading, facts)
    return _settle(state, facts, give_up=False)


def give_up(state: Overruling, reading: Reading, facts: Facts) -> Step:
    """They do not come, in words. A bare "no" does not say to what."""
    if reading.rule == "no":
        return ask_again(state, reading, facts)
    return _settle(state, facts, give_up=True)


def _settle(state: Overruling, facts: Facts, *, give_up: bool) -> Step:
    visits = visits_spoken_of(state, facts)
    if not visits:
        return nothing_left(facts)
    if len(visits) < len(state.visits) or changed_since(state, visits):
        return tell_what_is_true(visits)
    if give_up:
        return cancel(state, visits, facts)
    after: State = Idle()
    return Step(after, (say_of("visit_stays", visits),))

"""After a missed visit: another day, one child after the other, or being left in peace."""

from msgspec import structs

from conversations.effects import Effect
from conversations.facts import Facts
from conversations.families import leave_in_peace, missed_meant, missed_spoken_of
from conversations.handlers import coming, moving
from conversations.states import GaveUpPlace, LookingForPlaces, Recalled, State
from conversations.step import Step, about, say
from conversations.understanding.reading import Reading


def find_new_day(state: Recalled, reading: Reading, facts: Facts) -> Step:
    """Another day after a miss, from today on. Several children get theirs one after the other."""
    missed = missed_meant(state, reading, facts)
    if not missed:
        # Somebody has booked meanwhile, or the dose was given.
        return coming.ask_about_next_visit(state, reading, facts)
    first, *rest = missed
    found = moving.offer_places_again(GaveUpPlace(about(first)), reading, facts)
    assert isinstance(found.state, LookingForPlaces)
    looking = structs.replace(found.state, rest=tuple(map(about, rest)))
    named: tuple[Effect, ...] = (say("missed_first", child=first.child),) if rest else ()
    return Step(looking, (*named, *found.effects))


def find_day(state: State, reading: Reading, facts: Facts) -> Step:
    """Another day is wanted, and nothing was asked: for a visit to come, or else for one that was missed."""
    recalled = Recalled(tuple(map(about, facts.missed)))
    named = {visit.child for visit in facts.visits} & set(reading.children)
    if missed_meant(recalled, reading, facts) and not (named if reading.children else facts.visits):
        return find_new_day(recalled, reading, facts)
    return moving.offer_places(state, reading, facts)


def accept_no(state: Recalled, reading: Reading, facts: Facts) -> Step:
    """No other day is wanted after a miss: that settles it."""
    missed = missed_meant(state, reading, facts)
    rest = tuple(visit for visit in missed_spoken_of(state, facts) if visit not in missed)
    return leave_in_peace(missed, rest)

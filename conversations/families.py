"""Which visit a text is about, when a family has several children or several texts are open.

The order of trust: a child named; a day named that only one visit has; the one visit that was asked
about. When more than one remains, the parent is asked, never guessed at.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct

from conversations.effects import EndRecall, Say
from conversations.facts import Facts, Visit
from conversations.intents import Intent
from conversations.states import (
    About,
    AwaitingConfirmation,
    ChoosingPlace,
    ChoosingVisit,
    Clarifying,
    GaveUpPlace,
    Idle,
    Overruling,
    Recalled,
    State,
)
from conversations.step import Step, about, awaiting, of, say, say_of
from conversations.understanding.reading import Reading


class Meant(Struct, frozen=True):
    """The visits a text is about; or, where that is not settled, the step that settles it."""

    visits: tuple[Visit, ...] = ()
    instead: Step | None = None


def abouts(state: State) -> tuple[About, ...]:
    """The appointments that a state speaks of."""
    if isinstance(state, AwaitingConfirmation | ChoosingVisit | Overruling | Recalled):
        return state.visits
    if isinstance(state, Clarifying):
        return (state.visit, *state.others)
    if isinstance(state, ChoosingPlace):
        return (state.visit,)
    return ()


def visits_spoken_of(state: State, facts: Facts) -> tuple[Visit, ...]:
    """Those of them that are still active, as they are now; every upcoming one where none was named."""
    named = abouts(state)
    return (
        tuple(visit for one in named if (visit := facts.visit(one.appointment_id))) if named else facts.visits
    )


def visits_meant(state: State, reading: Reading, facts: Facts, intent: Intent) -> Meant:
    """The visits that the text is about, all of them active and unchanged since we asked."""
    if reading.children:
        return _of_children(state, reading, facts, intent)
    visits = visits_spoken_of(state, facts)
    if otherwise := _not_as_asked(state, visits, facts):
        return Meant(instead=otherwise)
    if len(visits) == 1 or reading.all_children:
        return Meant(visits)
    if intent is Intent.CONFIRM and isinstance(state, AwaitingConfirmation) and state.together:
        return Meant(visits)
    on_that_day = tuple(visit for visit in visits if visit.starts_at.date() in reading.wish.dates)
    if len(on_that_day) == 1 and intent is not Intent.RESCHEDULE:
        return Meant(on_that_day)
    return Meant(instead=ask_which(visits, intent, reading))


def _not_as_asked(state: State, visits: Sequence[Visit], facts: Facts) -> Step | None:
    """What to say where the visits that we asked about are not all there, or not as they were."""
    if not visits:
        asked = {one.appointment_id for one in abouts(state)}
        lost = [visit for visit in facts.given_up_by_another if visit.appointment_id in asked]
        return _another_gave_up(lost[0]) if lost else nothing_left(facts)
    if len(visits) < len(abouts(state)):
        # A bare word may have been meant for the one that is gone.
        return tell_what_is_true(visits)
    changed = changed_since(state, visits)
    return tell_what_is_true(changed) if changed else None


def _of_children(state: State, reading: Reading, facts: Facts, intent: Intent) -> Meant:
    """The visits of the children named: among those asked about, or else each child's next one."""
    asked = [visit for visit in visits_spoken_of(state, facts) if visit.child in reading.children]
    missing = [name for name in reading.children if name not in {visit.child for visit in asked}]
    found = (*asked, *(visit for name in missing for visit in next_visits(name, facts)))
    lost = [visit for visit in facts.given_up_by_another if visit.child in reading.children]
    if not found and lost:
        return Meant(instead=_another_gave_up(lost[0]))
    if not found:
        return Meant(instead=Step(state, (say("no_visit_for_child", child=reading.children[0]),)))
    if changed := changed_since(state, found):
        return Meant(instead=tell_what_is_true(changed))
    if share_a_name(found) and not reading.all_children:
        return Meant(instead=ask_which(found, intent, reading))
    return Meant(found)


def next_visits(name: str, facts: Facts) -> Iterable[Visit]:
    """The next visit of each child of this name."""
    following: dict[UUID, Visit] = {}
    for visit in facts.visits:
        if visit.child == name:
            following.setdefault(visit.child_id, visit)
    return following.values()


def share_a_name(visits: Iterable[Visit]) -> bool:
    """Whether a name among these stands for several children, so that it does not say which is meant."""
    children: dict[str, set[UUID]] = {}
    for visit in visits:
        children.setdefault(visit.child, set()).add(visit.child_id)
    return any(len(ids) > 1 for ids in children.values())


def names_another_child(state: State, reading: Reading, facts: Facts) -> bool:
    """Whether a place is being looked for, and the text names other children than the one it is for."""
    if not reading.children or not isinstance(state, ChoosingPlace | GaveUpPlace | Recalled):
        return False
    if isinstance(state, Recalled):
        return not missed_meant(state, reading, facts)
    if missed := facts.missed_visit(state.visit.appointment_id):
        return missed.child not in reading.children
    ours = facts.visit(state.visit.appointment_id)
    if ours:
        return ours.child not in reading.children
    # A visit that is given up has left no name behind: a child that has one is not the one that lost it.
    return any(visit.child in reading.children for visit in facts.visits)


def missed_spoken_of(state: State, facts: Facts) -> tuple[Visit, ...]:
    """The missed visits that a state speaks of, those that nothing has made up for."""
    return tuple(visit for one in abouts(state) if (visit := facts.missed_visit(one.appointment_id)))


def missed_meant(state: State, reading: Reading, facts: Facts) -> tuple[Visit, ...]:
    """Those of them that the text is about: of the children named, or all."""
    missed = missed_spoken_of(state, facts)
    return tuple(visit for visit in missed if not reading.children or visit.child in reading.children)


def leave_in_peace(missed: Sequence[Visit], rest: Sequence[Visit]) -> Step:
    """No other day is wanted for these visits: say so once, and ask on about the rest."""
    ended = tuple(EndRecall(visit.appointment_id) for visit in missed)
    if rest:
        asked = Say("missed_no_but_open", {"visits": tuple(rest)})
        return Step(Recalled(tuple(map(about, rest))), (*ended, asked))
    return Step(Idle(), (*ended, say("missed_no")))


def changed_since(state: State, visits: Sequence[Visit]) -> tuple[Visit, ...]:
    """Those that are no longer as they were when we asked."""
    versions = {one.appointment_id: one.version for one in abouts(state)}
    return tuple(
        visit for visit in visits if versions.get(visit.appointment_id, visit.version) != visit.version
    )


def tell_what_is_true(visits: Sequence[Visit]) -> Step:
    """The answer was to an older text: say how it is now, and ask about that."""
    return Step(awaiting(visits), (say_of("visit_has_changed", visits),))


def nothing_left(facts: Facts) -> Step:
    """What the text was about is cancelled or over. Say so, and what is still planned."""
    if facts.visits:
        return Step(Idle(), (Say("visit_is_gone_but", {"visits": facts.visits}),))
    return Step(Idle(), (Say("visit_is_gone", {}),))


def _another_gave_up(visit: Visit) -> Step:
    """Another guardian has cancelled it meanwhile. A new day is one word away."""
    return Step(GaveUpPlace(about(visit)), (Say("other_gave_up", of(visit)),))


def ask_which(visits: Sequence[Visit], intent: Intent, reading: Reading, misunderstood: int = 0) -> Step:
    """One short question with numbered answers."""
    state = ChoosingVisit(tuple(map(about, visits)), intent, reading.wish, misunderstood)
    return Step(state, (Say("which_visit", {"visits": tuple(visits)}),))


def rest_of(state: State, done: Sequence[Visit], facts: Facts) -> tuple[Visit, ...]:
    """The visits we asked about that this text has left open."""
    if not isinstance(state, AwaitingConfirmation | ChoosingVisit):
        return ()
    ids = {visit.appointment_id for visit in done}
    return tuple(visit for visit in visits_spoken_of(state, facts) if visit.appointment_id not in ids)


def said_about(key: str, done: Sequence[Visit], rest: Sequence[Visit]) -> Say:
    """What was done, and where something is still open, the question about it in the same text."""
    if len(done) == 1 and rest:
        return Say(f"{key}_but_open", {**of(done[0]), "visits": tuple(rest)})
    return say_of(key, done)

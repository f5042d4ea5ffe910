"""What follows from a text that says several things: "yes Zuri, no Juma", "yes, where is it?".

Each thing is followed through the table as if it had been said alone, and one text answers them all. What may
be done beside the chief thing is one table; the rest is left, so that nothing contradictory is done.
"""

from collections.abc import Callable, Iterable, Mapping

from msgspec import structs

from conversations.effects import Effect, LookForPlaces, Say
from conversations.facts import Facts, Visit
from conversations.families import abouts, changed_since, next_visits, tell_what_is_true, visits_spoken_of
from conversations.handlers.asking import tell_address
from conversations.handlers.people import is_medical
from conversations.intents import Intent
from conversations.states import (
    About,
    AwaitingConfirmation,
    ChoosingPlace,
    GaveUpPlace,
    Idle,
    LookingForPlaces,
    Recalled,
    State,
    WithPerson,
)
from conversations.step import Step, about, awaiting, say, say_of
from conversations.understanding.reading import Part, Reading

Follow = Callable[[State, Reading, Facts], Step]

QUESTIONS = frozenset({Intent.QUERY_WHEN, Intent.QUERY_WHERE, Intent.QUERY_WHAT})
COMING = frozenset({Intent.CONFIRM, Intent.KEEP})

# What is done or answered beside the chief thing. A refusal goes alone: the visit asked about is gone then.
BESIDE: Mapping[Intent, frozenset[Intent]] = {
    **dict.fromkeys((*COMING, *QUESTIONS, Intent.CHOOSE, Intent.RESCHEDULE, Intent.UNSURE), QUESTIONS),
    **dict.fromkeys((Intent.SICK_CHILD, Intent.HUMAN, Intent.LANGUAGE_SWITCH), QUESTIONS | COMING),
    Intent.ALREADY_VACCINATED: QUESTIONS,
}
# With these nothing was asked, so a "yes" and a "no" are asked about, for all the children named at once.
_TO_BE_ASKED = frozenset({*COMING, Intent.DECLINE, Intent.UNSURE})


def follow_all(state: State, reading: Reading, facts: Facts, follow: Follow) -> Step:
    """Follow all that a text says."""
    if _differs_by_child(reading) and not isinstance(state, GaveUpPlace):
        return _each_child(state, reading, facts, follow)
    chief, *others = reading.parts or (None,)
    if chief is None or not others:
        return follow(state, reading, facts)
    allowed = BESIDE.get(reading.intent, frozenset())
    beside = [part for part in others if part.intent in allowed]
    if reading.intent is Intent.HUMAN and is_medical(reading):
        # "Yes, but is it safe?": the doubt comes first, and a person answers it.
        beside = [part for part in beside if part.intent not in COMING]
    after = _act(state, reading, beside, facts, follow)
    return _answered(after, state, reading, beside, facts, follow)


# --- one thing after another ----------------------------------------------------------------------


def _act(state: State, reading: Reading, beside: Iterable[Part], facts: Facts, follow: Follow) -> Step:
    """The chief thing, together with a promise to come."""
    chief = alone(reading, reading.parts[0])
    promise = next((part for part in beside if part.intent in COMING), None)
    if promise is None:
        return follow(state, chief, facts)
    if chief.intent is Intent.SICK_CHILD:
        first = Step(state, (say("get_well"),))
        return _then(first, follow(state, alone(reading, promise), facts))
    if chief.intent is Intent.LANGUAGE_SWITCH:
        effects = follow(state, chief, facts).effects
        changed = tuple(effect for effect in effects if not _asks_anew(effect))
        return _then(Step(state, changed), follow(state, alone(reading, promise), facts))
    promised = follow(state, alone(reading, promise), facts)
    return _then(promised, follow(promised.state, chief, facts))


def _asks_anew(effect: Effect) -> bool:
    """What a change of language repeats is answered already by a promise beside it."""
    return isinstance(effect, Say) and not effect.key.startswith("language_")


def _then(first: Step, second: Step) -> Step:
    return Step(second.state, (*first.effects, *second.effects))


def _answered(
    after: Step, state: State, reading: Reading, beside: Iterable[Part], facts: Facts, follow: Follow
) -> Step:
    """The step, with answers to what was asked beside it. The calendar is asked last: it answers."""
    asked = {part.intent: part for part in beside if part.intent in QUESTIONS}
    acted = reading.intent not in QUESTIONS
    if Intent.QUERY_WHERE in {reading.intent, *asked} or (acted and reading.intent in _SAYS_WHEN):
        asked.pop(Intent.QUERY_WHEN, None)
    if reading.intent is Intent.QUERY_WHEN and Intent.QUERY_WHERE in asked:
        after = Step(after.state)  # the place is told with the time
    answers: list[Effect] = []
    for intent, part in asked.items():
        one = alone(reading, part)
        told = tell_address if acted and intent is Intent.QUERY_WHERE else follow
        answers += told(state, one, facts).effects
    last = tuple(effect for effect in after.effects if isinstance(effect, LookForPlaces))
    done = tuple(effect for effect in after.effects if effect not in last)
    return structs.replace(after, effects=(*done, *answers, *last))


# Their own answer holds the day and the hour.
_SAYS_WHEN = frozenset({*COMING, Intent.UNSURE})


def alone(reading: Reading, part: Part) -> Reading:
    """The reading of one part, as if nothing else had been said."""
    fields = {name: getattr(part, name) for name in Part.__struct_fields__}
    return structs.replace(reading, **fields, parts=(part,))


# --- each child its own ---------------------------------------------------------------------------


def _differs_by_child(reading: Reading) -> bool:
    """Whether different things are said of different children."""
    return len({part.children for part in reading.parts if part.children}) > 1


def _each_child(state: State, reading: Reading, facts: Facts, follow: Follow) -> Step:
    """Each child gets what is said of it, and one answer says all. Who is left out is still asked about."""
    asked = visits_spoken_of(state, facts) if abouts(state) else ()
    named = {child for part in reading.parts for child in part.children}
    concerned = tuple(visit for visit in asked if visit.child in named)
    if changed_since(state, concerned):
        return tell_what_is_true(asked)
    parts = _merged(reading.parts, unasked=isinstance(state, Idle | WithPerson))
    steps = [follow(_narrowed(state, part, facts), alone(reading, part), facts) for part in parts]
    after = _joined(steps)
    rest = tuple(visit for visit in asked if visit.child not in named)
    if not rest or isinstance(state, ChoosingPlace) or not isinstance(after.state, Idle | GaveUpPlace):
        return after
    return Step(awaiting(rest), (*after.effects, say_of("will_you_come", rest)))


def _merged(parts: Iterable[Part], *, unasked: bool) -> list[Part]:
    """The parts, those of one intent together."""
    merged: dict[Intent, Part] = {}
    for part in parts:
        intent = Intent.CONFIRM if unasked and part.intent in _TO_BE_ASKED else part.intent
        before = merged.get(intent)
        children = (*before.children, *part.children) if before else part.children
        merged[intent] = structs.replace(before or part, intent=intent, children=children)
    return list(merged.values())


def _narrowed(state: State, part: Part, facts: Facts) -> State:
    """The state as if only these children had been spoken of."""
    if isinstance(state, Idle | WithPerson):
        return state
    own = tuple(one for one in abouts(state) if _child_of(one, facts) in part.children)
    if own and isinstance(state, ChoosingPlace):
        return state
    if own and isinstance(state, Recalled):
        return Recalled(own)
    following = (visit for child in part.children for visit in next_visits(child, facts))
    return AwaitingConfirmation(own or tuple(map(about, following)))


def _child_of(one: About, facts: Facts) -> str | None:
    visit: Visit | None = facts.visit(one.appointment_id) or facts.missed_visit(one.appointment_id)
    return visit.child if visit else None


def _joined(steps: Iterable[Step]) -> Step:
    """The steps as one. Only one question can be asked, the one that needs an answer most; it comes last."""
    first, *others = sorted(steps, key=lambda step: -_rank(step.state))
    done = [step for step in others if _rank(step.state) <= _NO_QUESTION]
    done.reverse()
    effects = tuple(effect for step in (*done, first) for effect in step.effects)
    return Step(first.state, effects)


_NO_QUESTION = 2


def _rank(state: State) -> int:
    """How much a state waits for an answer: a place that is looked for most, as the parent asked for it."""
    if isinstance(state, Idle) or not abouts(state):
        return {GaveUpPlace: 1, WithPerson: 2, LookingForPlaces: 5}.get(type(state), 0)
    return 3 if isinstance(state, AwaitingConfirmation) else 4

"""Registering a child by text: name, day of birth, facility, consent; then staff look at it.

Everything said here is what the phone has said itself, or the name of a facility: what is stored about a
child plays no part, so that nobody can find out by registering it whether it is known.
"""

from msgspec import structs

from conversations.effects import Effect, RegisterClaim, Say
from conversations.facts import Facts, KnownFacility
from conversations.handlers.people import give_to_person, has_been_asked_enough
from conversations.intents import Intent
from conversations.joining.answers import Answer
from conversations.joining.births import Birth
from conversations.states import (
    Idle,
    Joining,
    JoiningBirth,
    JoiningConsent,
    JoiningFacility,
    JoiningName,
    State,
)
from conversations.step import Step, say, stay
from conversations.understanding.reading import Reading


def begin(state: State, reading: Reading, facts: Facts) -> Step:
    """A child is to be registered: ask for its name, or go on where the questions stand."""
    if isinstance(state, Joining):
        return stay(state, question(state, facts))
    if not facts.may_join:
        return Step(state, (say("joining_enough"),))
    return _ask(JoiningName(reading.language), facts)


def take_name(state: JoiningName, answer: Answer, facts: Facts) -> Step:
    """The child's first name."""
    if answer.name is None:
        return _not_an_answer(state, answer, facts)
    return _ask(JoiningBirth(state.language, answer.name), facts)


def take_birth(state: JoiningBirth, answer: Answer, facts: Facts) -> Step:
    """The day of birth; where it can be read in two ways, ask which, by number."""
    born = _chosen_birth(state, answer)
    if len(born) == 1:
        return _ask(JoiningFacility(state.language, state.child, born[0]), facts)
    if 1 < len(born) <= _MOST_CHOICES and not has_been_asked_enough(state):
        choices = tuple(birth.on for birth in born)
        return _ask(JoiningBirth(state.language, state.child, choices, state.misunderstood + 1), facts)
    return _not_an_answer(state, answer, facts)


def take_facility(state: JoiningFacility, answer: Answer, facts: Facts) -> Step:
    """The facility; where several fit, ask which, by number."""
    named = _chosen_facilities(state, answer, facts)
    if len(named) == 1:
        consent = JoiningConsent(state.language, state.child, state.born, named[0].facility_id)
        return _ask(consent, facts)
    if named and not has_been_asked_enough(state):
        choices = tuple(one.facility_id for one in named)
        return _ask(structs.replace(state, choices=choices, misunderstood=state.misunderstood + 1), facts)
    return _not_an_answer(state, answer, facts)


def take_consent(state: JoiningConsent, answer: Answer, facts: Facts) -> Step:
    """Yes: staff look at it. What was agreed to goes with it, word for word."""
    facility = facts.facility(state.facility_id)
    if facility is None:
        # It was removed since it was named.
        return _ask(JoiningFacility(state.language, state.child, state.born), facts)
    if answer.meant is not Intent.CONFIRM:
        return _not_an_answer(state, answer, facts)
    if not facts.may_join:
        return Step(Idle(), (say("joining_enough"),))
    asked = question(state, facts)
    claim = RegisterClaim(state.child, state.born, state.facility_id, state.language, asked)
    return Step(Idle(), (claim, say("joined", child=state.child, facility=facility.name)))


def help_on_the_way(state: Joining, facts: Facts) -> Step:
    """Who we are, in the middle of the questions; then the question again."""
    return stay(state, say("joining_help"), question(state, facts))


def question(state: Joining, facts: Facts) -> Say:
    """What this state asks."""
    match state:
        case JoiningName():
            asked = say("joining_name")
        case JoiningBirth(choices=()):
            asked = say("joining_birth", child=state.child)
        case JoiningBirth():
            asked = Say("joining_which_birth", {"child": state.child, "days": state.choices})
        case JoiningFacility(choices=()):
            asked = say("joining_facility", child=state.child)
        case JoiningFacility():
            named = tuple(one.name for id_ in state.choices if (one := facts.facility(id_)))
            asked = Say("joining_which_facility", {"facilities": named})
        case JoiningConsent():
            asked = _read_back(state, facts.facility(state.facility_id))
    return structs.replace(asked, language=state.language)


def in_its_language(after: Step, before: State) -> Step:
    """The step with its words in the language in which the child is being registered, if one is."""
    speaking = before if isinstance(before, Joining) else after.state
    if not isinstance(speaking, Joining):
        return after
    language = speaking.language
    effects: tuple[Effect, ...] = tuple(
        structs.replace(effect, language=language) if isinstance(effect, Say) else effect
        for effect in after.effects
    )
    return structs.replace(after, effects=effects)


_MOST_CHOICES = 3
# Each question once more, said more plainly.
_AGAIN: dict[type[Joining], str] = {
    JoiningName: "joining_name_again",
    JoiningBirth: "joining_birth_again",
    JoiningFacility: "joining_facility_again",
}


def _ask(state: Joining, facts: Facts) -> Step:
    return Step(state, (question(state, facts),))


def _not_an_answer(state: Joining, answer: Answer, facts: Facts) -> Step:
    """No leaves it. Anything else is asked once more, more plainly; the second time a person is asked."""
    if answer.meant is Intent.DECLINE:
        return Step(Idle(), (say("joining_left"),))
    if has_been_asked_enough(state):
        return give_to_person(facts)
    counted = structs.replace(state, misunderstood=state.misunderstood + 1)
    if isinstance(state, JoiningConsent):
        return _ask(counted, facts)
    key = "joining_birth_impossible" if answer.impossible else _AGAIN[type(state)]
    again = say(key, child=None if isinstance(state, JoiningName) else state.child)
    return Step(counted, (again,))


def _chosen_birth(state: JoiningBirth, answer: Answer) -> tuple[Birth, ...]:
    return (Birth(state.choices[answer.choice - 1]),) if answer.choice else answer.born


def _chosen_facilities(state: JoiningFacility, answer: Answer, facts: Facts) -> tuple[KnownFacility, ...]:
    ids = (state.choices[answer.choice - 1],) if answer.choice else answer.facilities
    return tuple(one for id_ in ids if (one := facts.facility(id_)))


def _read_back(state: JoiningConsent, facility: KnownFacility | None) -> Say:
    key = "joining_consent_about" if state.born.about else "joining_consent"
    name = facility.name if facility else ""
    return Say(key, {"child": state.child, "born": state.born.on, "facility": name})

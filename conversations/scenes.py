"""The scene in which a text is read: what we asked, and what an answer can refer to.

A reply belongs to the text it answers. When a reminder has gone out since the last turn, that reminder is
what the parent is answering, except where a bare number can only belong to a list shown before it.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import structs

from conversations.effects import HandOffReason
from conversations.events import Said
from conversations.facts import ChildFacts, Facts, Prompt
from conversations.families import abouts, missed_spoken_of, visits_spoken_of
from conversations.intents import Intent
from conversations.joining.answers import days_of_birth
from conversations.states import (
    About,
    AwaitingConfirmation,
    ChoosingPlace,
    ChoosingVisit,
    Clarifying,
    GaveUpPlace,
    Idle,
    Joining,
    JoiningBirth,
    JoiningConsent,
    JoiningFacility,
    JoiningName,
    LookingForPlaces,
    Overruling,
    Recalled,
    State,
    WithPerson,
)
from conversations.understanding.reader import understand
from conversations.understanding.reading import Question, Reading, Scene

_QUESTIONS: dict[type[State], Question] = {
    AwaitingConfirmation: Question.WILL_YOU_COME,
    Clarifying: Question.WHICH_MEANING,
    ChoosingVisit: Question.WHICH_VISIT,
    ChoosingPlace: Question.WHICH_PLACE,
    Overruling: Question.CANCEL_OR_KEEP,
    GaveUpPlace: Question.ANOTHER_DAY,
    JoiningName: Question.WILL_YOU_COME,
    JoiningBirth: Question.WILL_YOU_COME,
    JoiningFacility: Question.WILL_YOU_COME,
    JoiningConsent: Question.WILL_YOU_COME,
    Recalled: Question.ANOTHER_DAY,
}


def bound(state: State, said: Said, facts: Facts) -> State:
    """The state that this text answers."""
    if isinstance(state, LookingForPlaces):
        # It never outlives its transaction; found here, that transaction was lost.
        state = Idle()
    if state == WithPerson(HandOffReason.WRONG_NUMBER):
        return state  # whoever reads our reminders there is not the guardian
    latest = {prompt.appointment_id: prompt for prompt in facts.prompts}
    if latest and not _picks_from_older_list(state, said, facts, prompted=set(latest)):
        asked = _prompted(tuple(latest.values()), facts)
        return state if isinstance(state, Joining) and not _answers(asked, state, said, facts) else asked
    asked_about = state.visits if isinstance(state, AwaitingConfirmation) else ()
    if asked_about and len(missed_spoken_of(state, facts)) == len(asked_about):
        return Recalled(asked_about)  # asked before the day, answered after it
    return state


def _answers(asked: State, state: Joining, said: Said, facts: Facts) -> bool:
    """Whether a text in the middle of a registration is about the visit that was reminded of meanwhile."""
    if isinstance(state, JoiningBirth) and days_of_birth(said.text, state.language, facts):
        return False
    reading = understand(said.text, scene_of(asked, facts))
    return reading.intent in {Intent.CONFIRM, Intent.KEEP, Intent.DECLINE, Intent.RESCHEDULE}


def _prompted(prompts: tuple[Prompt, ...], facts: Facts) -> State:
    """What the newest text asks: about visits to come, or for another day after a miss."""
    missed = [prompt for prompt in prompts if prompt.recall or facts.missed_visit(prompt.appointment_id)]
    to_come = [prompt for prompt in prompts if prompt not in missed]
    if not to_come or (missed and _newest(missed) > _newest(to_come)):
        return Recalled(_abouts(missed))
    in_one = len({prompt.text_id for prompt in to_come}) == 1 and to_come[0].text_id is not None
    return AwaitingConfirmation(_abouts(to_come), together=in_one and len(to_come) > 1)


def _newest(prompts: Iterable[Prompt]) -> datetime:
    return max(prompt.sent_at for prompt in prompts)


def _abouts(prompts: Iterable[Prompt]) -> tuple[About, ...]:
    return tuple(About(prompt.appointment_id, prompt.version) for prompt in prompts)


def _picks_from_older_list(state: State, said: Said, facts: Facts, prompted: set[object]) -> bool:
    """A number cannot answer a reminder; it can answer the list before it, if that is about another visit."""
    if not _choices(state) or any(one.appointment_id in prompted for one in abouts(state)):
        return False
    reading = understand(said.text, scene_of(state, facts))
    return reading.intent is Intent.CHOOSE and reading.choice is not None


def scene_of(state: State, facts: Facts) -> Scene:
    """What there is to know for reading a text in this state."""
    question = Question.TEXTS_AGAIN if facts.opted_out else _QUESTIONS.get(type(state), Question.NOTHING)
    children = tuple(dict.fromkeys((*facts.children, *(visit.child for visit in facts.visits))))
    known = dict(zip(facts.children, facts.about, strict=False))
    return Scene(
        now=facts.now,
        language=facts.language,
        question=question,
        guardian=facts.guardian,
        children=children,
        about=tuple(known.get(name, ChildFacts()) for name in children) if known else (),
        region=facts.region,
        visits_at=tuple(visit.starts_at for visit in visits_spoken_of(state, facts)),
        offers=tuple(place.starts_at for place in state.offers) if isinstance(state, ChoosingPlace) else (),
        choices=_choices(state),
    )


def read(text: str, scene: Scene) -> Reading:
    """How a text is read in its scene. Whoever sends no words has sent a picture."""
    reading = understand(text, scene)
    return structs.replace(reading, intent=Intent.PICTURE) if reading.rule == "empty" else reading


def _choices(state: State) -> int:
    """How many numbered answers there are."""
    if isinstance(state, ChoosingPlace):
        return len(state.offers)
    if isinstance(state, ChoosingVisit):
        return len(state.visits)
    if isinstance(state, Overruling):
        return len(("cancel", "keep"))
    return len(("come", "another day", "cancel")) if isinstance(state, Clarifying) else 0

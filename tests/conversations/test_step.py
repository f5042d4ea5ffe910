"""The machine as a whole: what holds for any text, state and facts."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from conversations.documentation import LEADS_TO
from conversations.effects import (
    Confirm,
    EndRecall,
    HandOff,
    Move,
    OptIn,
    OptOut,
    RegisterClaim,
    Say,
)
from conversations.events import Event, NobodyAnswered, Said
from conversations.facts import Facts
from conversations.intents import Intent
from conversations.replies import render
from conversations.scenes import bound
from conversations.states import (
    Joining,
    JoiningConsent,
    State,
)
from conversations.transitions import TRANSITIONS, handler_for, step
from tests.conversations.stepping import (
    JUMA,
    ZURI,
    changes,
    events,
    facts,
    joining,
    said,
    settled,
    states,
    texts,
)


@settings(max_examples=400, deadline=None)
@given(states, events, facts)
def test_any_event_in_any_state_gives_a_step_and_always_the_same(
    state: State, event: Event, facts: Facts
) -> None:
    after = step(state, event, facts)
    assert after == step(state, event, facts)
    assert all(render(effect, language=facts.language) for effect in after.effects if isinstance(effect, Say))


@settings(max_examples=400, deadline=None)
@given(states, said, facts)
def test_nothing_changes_but_what_is_still_true(state: State, said: Said, facts: Facts) -> None:
    current = {(visit.appointment_id, visit.version) for visit in facts.visits}
    for effect in step(state, said, facts).effects:
        if isinstance(effect, Confirm | Move) or type(effect).__name__ == "Cancel":
            assert (effect.appointment_id, effect.version) in current  # type: ignore[union-attr]


@settings(max_examples=300, deadline=None)
@given(states, said, facts.map(lambda facts: structs.replace(facts, opted_out=True)))
def test_a_phone_that_is_opted_out_changes_nothing_and_hears_nothing_unless_it_opts_in(
    state: State, said: Said, facts: Facts
) -> None:
    effects = step(state, said, facts).effects
    assert not changes(effects)
    if not any(isinstance(effect, OptIn) for effect in effects):
        assert not any(isinstance(effect, Say) for effect in effects)


@settings(max_examples=300, deadline=None)
@given(settled, said, facts.map(lambda facts: structs.replace(facts, known=False)))
def test_a_stranger_changes_nothing_and_learns_no_name(state: State, said: Said, facts: Facts) -> None:
    effects = step(state, said, facts).effects
    assert not changes(effects)
    assert all(set(effect.params) <= {"phone"} for effect in effects if isinstance(effect, Say))


@settings(max_examples=400, deadline=None)
@given(joining, said, facts)
def test_registering_a_child_tells_nobody_what_is_stored(state: State, said: Said, facts: Facts) -> None:
    """The same answers with all that we know of children as with none of it."""
    facts = structs.replace(facts, prompts=(), visits=(), children=(), guardian=None)
    known = structs.replace(facts, known=True, children=("Zuri", "Juma"), visits=(ZURI, JUMA))
    mine, theirs = step(state, said, facts), step(state, said, known)
    assert (mine.reading and theirs.reading) or said.opt_out_type
    if isinstance(theirs.state, Joining):
        assert (mine.state, mine.effects) == (theirs.state, theirs.effects)
    claims = [effect for effect in theirs.effects if isinstance(effect, RegisterClaim)]
    assert not claims or (isinstance(state, JoiningConsent) and facts.may_join)


@settings(max_examples=300, deadline=None)
@given(states, said, facts)
def test_what_the_carrier_has_answered_is_not_answered_again(state: State, said: Said, facts: Facts) -> None:
    after = step(state, structs.replace(said, opt_out_type="STOP"), facts)
    assert after.effects == (OptOut(),)


@settings(max_examples=400, deadline=None)
@given(states, texts, facts)
def test_the_diagram_shows_every_way_a_conversation_can_go(state: State, text: str, facts: Facts) -> None:
    facts = structs.replace(facts, known=True, opted_out=False, prompts=())
    state = bound(state, Said(text), facts)
    after = step(state, Said(text), facts)
    assert after.reading
    if (type(state), after.reading.intent) not in TRANSITIONS or len(after.reading.parts) > 1:
        return
    handler = handler_for(state, after.reading, facts)
    everywhere = {type(state).__name__, "Idle", "AwaitingConfirmation", "WithPerson"}
    drawn = everywhere | set(LEADS_TO.get(handler.__name__, ()))
    if "ChoosingPlace" in drawn:
        drawn.add("LookingForPlaces")
    if any(isinstance(effect, Say) and effect.key == "other_gave_up" for effect in after.effects):
        drawn.add("GaveUpPlace")
    assert type(after.state).__name__ in drawn


@settings(max_examples=200, deadline=None)
@given(states, texts, facts)
def test_a_person_is_asked_at_most_once_for_what_is_not_understood(
    state: State, text: str, facts: Facts
) -> None:
    facts = structs.replace(facts, prompts=())
    asked = 0
    for _ in range(4):
        after = step(state, Said(text), facts)
        if after.reading is None or after.reading.intent not in {Intent.UNKNOWN, Intent.UNSURE}:
            return
        asked += any(isinstance(effect, HandOff) for effect in after.effects)
        state = after.state
    assert asked <= 1


@settings(max_examples=300, deadline=None)
@given(settled, texts, facts)
def test_one_text_never_does_two_things_to_one_visit(state: State, text: str, facts: Facts) -> None:
    effects = changes(step(state, Said(text), facts).effects)
    # That a recall ends is a part of the claim, or the "no", that answers it.
    touched = [
        effect.appointment_id
        for effect in effects
        if hasattr(effect, "appointment_id") and not isinstance(effect, EndRecall)
    ]
    assert len(touched) == len(set(touched))


@settings(max_examples=300, deadline=None)
@given(states, st.booleans(), facts)
def test_silence_changes_nothing_and_is_no_question_twice(
    state: State,
    asked_before: bool,  # noqa: FBT001 - drawn
    facts: Facts,
) -> None:
    after = step(state, NobodyAnswered(asked_before), facts)
    assert all(isinstance(effect, Say) for effect in after.effects)
    assert not (after.effects and (asked_before or facts.opted_out or not facts.known))

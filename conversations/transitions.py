"""What follows from what a parent says.

A text moves a conversation by one step. `step` is pure: the same state, event and facts give the same
result, so a dialogue can be replayed, explained and tested with no clock, database or phone. States say
what we are waiting for; intents say what the parent meant; a handler says what happens. Words that mean
the same everywhere (STOP, HELP, "who is this") stand in ANYWHERE and go first.
"""

from msgspec import structs

from conversations.effects import HandOffReason
from conversations.events import Event, NobodyAnswered, PlaceGone, PlacesFound, Said, VisitChanged
from conversations.facts import Facts
from conversations.families import names_another_child, nothing_left, tell_what_is_true, visits_spoken_of
from conversations.handlers import (
    asking,
    coming,
    consent,
    disagreeing,
    joining,
    language,
    moving,
    people,
    recalling,
    silence,
)
from conversations.intents import Intent
from conversations.joining.answers import as_answer
from conversations.scenes import bound, read, scene_of
from conversations.several import follow_all
from conversations.states import (
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
from conversations.step import Handler, Step
from conversations.understanding.reading import Reading

__all__ = ["ANOTHER_CHILD", "ANYWHERE", "LEANINGS", "OTHERWISE", "TRANSITIONS", "Step", "step"]

# The same in every state.
ANYWHERE: dict[Intent, Handler] = {
    Intent.STOP: consent.opt_out,
    Intent.START: consent.opt_in,
    Intent.HELP: consent.give_help,
    Intent.WRONG_NUMBER: people.release_number,
    Intent.HUMAN: people.hand_over,
    Intent.ALREADY_VACCINATED: people.check_claim,
    Intent.SICK_CHILD: moving.offer_later_places,
    Intent.LANGUAGE_SWITCH: language.switch,
    Intent.QUERY_WHEN: asking.tell_when,
    Intent.QUERY_WHERE: asking.tell_where,
    Intent.QUERY_WHAT: asking.tell_what,
    Intent.PICTURE: people.answer_wordless,
    Intent.NOTHING: people.let_pass,
    Intent.JOIN: joining.begin,
}

# What an intent means where we are.
TRANSITIONS: dict[tuple[type[State], Intent], Handler] = {
    (Idle, Intent.CONFIRM): coming.ask_about_next_visit,
    (Idle, Intent.KEEP): coming.ask_about_next_visit,
    (Idle, Intent.DECLINE): people.clarify,
    (Idle, Intent.RESCHEDULE): recalling.find_day,
    (Idle, Intent.SMALLTALK): coming.answer_thanks,
    (Idle, Intent.UNSURE): people.clarify,
    (AwaitingConfirmation, Intent.CONFIRM): coming.confirm_visit,
    (AwaitingConfirmation, Intent.KEEP): coming.confirm_visit,
    (AwaitingConfirmation, Intent.DECLINE): coming.give_up_place,
    (AwaitingConfirmation, Intent.RESCHEDULE): moving.offer_places,
    (AwaitingConfirmation, Intent.SMALLTALK): coming.answer_thanks,
    (AwaitingConfirmation, Intent.UNSURE): people.clarify,
    (Clarifying, Intent.CHOOSE): asking.choose_meaning,
    (Clarifying, Intent.CONFIRM): coming.confirm_visit,
    (Clarifying, Intent.KEEP): coming.confirm_visit,
    (Clarifying, Intent.DECLINE): coming.give_up_place,
    (Clarifying, Intent.RESCHEDULE): moving.offer_places,
    (Clarifying, Intent.UNSURE): people.clarify,
    (ChoosingVisit, Intent.CHOOSE): asking.choose_visit,
    (ChoosingVisit, Intent.CONFIRM): asking.choose_other_meaning,
    (ChoosingVisit, Intent.KEEP): asking.choose_other_meaning,
    (ChoosingVisit, Intent.DECLINE): asking.choose_other_meaning,
    (ChoosingVisit, Intent.RESCHEDULE): asking.choose_other_meaning,
    (ChoosingPlace, Intent.CHOOSE): moving.choose_place,
    (ChoosingPlace, Intent.CONFIRM): coming.accept_or_keep,
    (ChoosingPlace, Intent.RESCHEDULE): moving.narrow_places,
    (ChoosingPlace, Intent.KEEP): coming.keep_visit,
    (ChoosingPlace, Intent.DECLINE): coming.decline_while_choosing,
    (Overruling, Intent.CHOOSE): disagreeing.choose,
    (Overruling, Intent.KEEP): disagreeing.keep,
    (Overruling, Intent.CONFIRM): disagreeing.keep,
    (Overruling, Intent.DECLINE): disagreeing.give_up,
    (Overruling, Intent.RESCHEDULE): moving.offer_places,
    (GaveUpPlace, Intent.RESCHEDULE): moving.offer_places_again,
    (GaveUpPlace, Intent.CONFIRM): moving.offer_places_again,
    (GaveUpPlace, Intent.KEEP): moving.offer_places_again,
    (GaveUpPlace, Intent.DECLINE): coming.stay_cancelled,
    (GaveUpPlace, Intent.SMALLTALK): people.let_pass,
    (Recalled, Intent.RESCHEDULE): recalling.find_new_day,
    (Recalled, Intent.CONFIRM): recalling.find_new_day,
    (Recalled, Intent.KEEP): recalling.find_new_day,
    (Recalled, Intent.DECLINE): recalling.accept_no,
    (Recalled, Intent.SMALLTALK): people.let_pass,
    (WithPerson, Intent.CONFIRM): coming.ask_about_next_visit,
    (WithPerson, Intent.RESCHEDULE): recalling.find_day,
    (WithPerson, Intent.SMALLTALK): people.let_pass,
    (WithPerson, Intent.UNSURE): people.let_pass,
    (WithPerson, Intent.UNKNOWN): people.let_pass,
    (JoiningName, Intent.ANSWER): joining.take_name,
    (JoiningBirth, Intent.ANSWER): joining.take_birth,
    (JoiningFacility, Intent.ANSWER): joining.take_facility,
    (JoiningConsent, Intent.ANSWER): joining.take_consent,
}

# A new day is being looked for one child, and the text names another: it goes before the rows above.
ANOTHER_CHILD: dict[tuple[type[State], Intent], Handler] = {
    (ChoosingPlace, Intent.CHOOSE): people.ask_again,
    (ChoosingPlace, Intent.CONFIRM): coming.ask_about_next_visit,
    (ChoosingPlace, Intent.RESCHEDULE): moving.offer_places,
    (GaveUpPlace, Intent.RESCHEDULE): moving.offer_places,
    (GaveUpPlace, Intent.CONFIRM): coming.ask_about_next_visit,
    (GaveUpPlace, Intent.KEEP): coming.ask_about_next_visit,
    (GaveUpPlace, Intent.DECLINE): people.clarify,
    (Recalled, Intent.RESCHEDULE): moving.offer_places,
    (Recalled, Intent.CONFIRM): coming.ask_about_next_visit,
    (Recalled, Intent.KEEP): coming.ask_about_next_visit,
    (Recalled, Intent.DECLINE): people.clarify,
}

# Not understood, but most like one of these: a short question about it.
LEANINGS: dict[Intent, Handler] = {
    Intent.STOP: people.ask_whether_to_stop,
    Intent.WRONG_NUMBER: people.ask_whose_number,
    Intent.LANGUAGE_SWITCH: language.name_languages,
}

# Where no row applies, the text was not understood in this place.
OTHERWISE: Handler = people.ask_again


def step(state: State, event: Event, facts: Facts) -> Step:
    """Move the conversation by one event. Pure and total: any text, state and facts give a step."""
    match event:
        case Said():
            return hear(state, event, facts)
        case NobodyAnswered():
            return silence.ask_once_more(state, event, facts)
        case PlacesFound() if isinstance(state, LookingForPlaces):
            return moving.show_places(state, event, facts)
        case PlaceGone():
            return moving.place_was_taken(state, event, facts)
        case VisitChanged(appointment_id):
            visit = facts.visit(appointment_id)
            together = visits_spoken_of(state, facts) if isinstance(state, AwaitingConfirmation) else ()
            visits = together if visit in together else (visit,) if visit else ()
            return tell_what_is_true(visits) if visits else nothing_left(facts)
    return Step(state)


def hear(state: State, said: Said, facts: Facts) -> Step:
    """Read a text in the place where it belongs, and follow the table from there."""
    if said.opt_out_type:
        return consent.carrier_has_answered(state, said)
    state = bound(state, said, facts)
    scene = scene_of(state, facts)
    reading = as_answer(said.text, state, read(said.text, scene), facts)
    after = language.offered(respond(state, reading, facts), said.text, reading, facts)
    return structs.replace(joining.in_its_language(after, state), reading=reading, scene=scene)


def respond(state: State, reading: Reading, facts: Facts) -> Step:
    """What follows from all that a text says; from the chief thing only, where little may be answered."""
    guarded = facts.opted_out or not facts.known or state == WithPerson(HandOffReason.WRONG_NUMBER)
    if guarded or isinstance(state, Joining):
        return follow(state, reading, facts)
    return follow_all(state, reading, facts, follow)


def follow(state: State, reading: Reading, facts: Facts) -> Step:
    """What follows from one thing."""
    return handler_for(state, reading, facts)(state, reading, facts)


def handler_for(state: State, reading: Reading, facts: Facts) -> Handler:
    """The row that applies. Who is writing goes before what is written."""
    if facts.opted_out:
        return consent.answer_opted_out
    if not facts.known and not _registers_a_child(state, reading):
        return consent.answer_stranger
    if state == WithPerson(HandOffReason.WRONG_NUMBER) and reading.intent not in {
        Intent.STOP,
        Intent.START,
        Intent.HELP,
    }:
        return people.let_pass
    if reading.intent in {Intent.UNKNOWN, Intent.UNSURE} and reading.leaning in LEANINGS:
        return LEANINGS[reading.leaning]
    row = (type(state), reading.intent)
    another = ANOTHER_CHILD.get(row) if names_another_child(state, reading, facts) else None
    return ANYWHERE.get(reading.intent) or another or TRANSITIONS.get(row) or OTHERWISE


def _registers_a_child(state: State, reading: Reading) -> bool:
    """What a phone may do that nobody has registered yet. A wrong number is then nobody's business."""
    return reading.intent is Intent.JOIN or (
        isinstance(state, Joining) and reading.intent is not Intent.WRONG_NUMBER
    )

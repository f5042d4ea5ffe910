"""What a conversation waits for, in words for whoever takes it over."""

from conversations import states
from conversations.effects import HandOffReason
from conversations.states import State

WAITING: dict[type[State], str] = {
    states.Idle: "Nothing is open.",
    states.AwaitingConfirmation: "Asked whether they come.",
    states.Clarifying: "Asked what was meant: come, another day, or cancel.",
    states.ChoosingVisit: "Asked which visit was meant.",
    states.LookingForPlaces: "Another day is being looked for.",
    states.ChoosingPlace: "Other days were offered.",
    states.Overruling: "Told that the other guardian has said they come; asked whether to cancel.",
    states.GaveUpPlace: "The visit was cancelled; another day is one word away.",
    states.Recalled: "Told of a missed visit; asked for another day.",
    states.JoiningName: "Registering a child: asked for its name.",
    states.JoiningBirth: "Registering a child: asked for the day of birth.",
    states.JoiningFacility: "Registering a child: asked for the clinic.",
    states.JoiningConsent: "Registering a child: asked for consent.",
}
WAITS_FOR_PERSON: dict[HandOffReason, str] = {
    HandOffReason.URGENT: "Waits for a person: it may be an emergency.",
    HandOffReason.MEDICAL: "Waits for a health worker: a medical question.",
    HandOffReason.ASKED: "Waits for a person, as asked.",
    HandOffReason.NOT_UNDERSTOOD: "Waits for a person: not understood twice.",
    HandOffReason.NO_PLACES: "Waits for a person: no other place was free.",
    HandOffReason.WRONG_NUMBER: "Waits for a person: the number may be somebody else's; no names go to it.",
    HandOffReason.ALREADY_VACCINATED: "Waits for a person: says that the child was vaccinated elsewhere.",
}


def in_words(state: State) -> str:
    """One sentence for staff."""
    if isinstance(state, states.WithPerson):
        return WAITS_FOR_PERSON[state.reason]
    return WAITING[type(state)]

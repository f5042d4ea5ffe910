"""What a person should see: requests for one, and what we cannot make sense of."""

from collections.abc import Sequence

from msgspec import structs

from conversations.effects import ClaimVaccinated, EndRecall, HandOff, HandOffReason, Say
from conversations.facts import Facts, Visit
from conversations.families import ask_which, missed_meant, missed_spoken_of, visits_spoken_of
from conversations.intents import Intent
from conversations.states import (
    AwaitingConfirmation,
    ChoosingPlace,
    ChoosingVisit,
    Clarifying,
    Overruling,
    Recalled,
    State,
    WithPerson,
)
from conversations.step import Step, about, say, say_of, with_phone
from conversations.understanding.reading import Reading

# The rules that find a question which only a health worker may answer.
_MEDICAL = frozenset({"urgent", "ill_after_vaccine", "medical_question"})


def is_medical(reading: Reading) -> bool:
    """Whether a text asks what a machine must not answer."""
    return reading.rule in _MEDICAL


# The first time we ask more plainly, the second time a person is asked.
MISUNDERSTOOD_UNTIL_A_PERSON = 2


def hand_over(state: State, reading: Reading, facts: Facts) -> Step:
    """The parent wants a person, or asks what only a health worker may answer."""
    if not is_medical(reading):
        return _hand_over(state, HandOffReason.ASKED, with_phone("person_will_answer", facts))
    reason = HandOffReason.URGENT if reading.urgent else HandOffReason.MEDICAL
    return _hand_over(state, reason, medical_reply(facts))


def medical_reply(facts: Facts) -> Say:
    """The facility's own sentence, or where there is none, where to find help. Never any advice."""
    if facts.medical_sentence:
        return Say("medical_own", {"sentence": facts.medical_sentence})
    return with_phone("medical", facts)


def check_claim(state: State, reading: Reading, facts: Facts) -> Step:
    """Already vaccinated elsewhere: staff check that. The visit stays until then; a recall is answered."""
    if missed := missed_meant(state, reading, facts):
        ended = tuple(EndRecall(visit.appointment_id) for visit in missed)
        claimed = claim_for(state, missed, "missed_vaccinated")
        return structs.replace(claimed, effects=(*ended, *claimed.effects))
    visits = tuple(visit for visit in visits_spoken_of(state, facts) if _is_named(visit, reading))
    if len({visit.child_id for visit in visits}) > 1 and not (reading.children or reading.all_children):
        return ask_which(visits, Intent.ALREADY_VACCINATED, reading)
    return claim_for(state, visits)


def claim_for(state: State, visits: Sequence[Visit], key: str = "already_vaccinated") -> Step:
    """Put it before staff that the doses of these visits were given elsewhere."""
    claims = tuple(ClaimVaccinated(visit.appointment_id) for visit in visits)
    after = _hand_over(state, HandOffReason.ALREADY_VACCINATED, say(key))
    return structs.replace(after, effects=(*claims, *after.effects))


def release_number(state: State, reading: Reading, facts: Facts) -> Step:
    """Somebody else has this phone: from now on nobody is named to it until staff have looked."""
    del reading, facts
    return _hand_over(state, HandOffReason.WRONG_NUMBER, say("wrong_number"))


def _hand_over(state: State, reason: HandOffReason, reply: Say) -> Step:
    """Ask a person once; one who has been asked need not be asked again."""
    if state == WithPerson(reason):
        return Step(state, (reply,))
    return Step(WithPerson(reason), (HandOff(reason), reply))


def clarify(state: State, reading: Reading, facts: Facts) -> Step:
    """Two readings remain: ask with numbers instead of guessing."""
    visits = tuple(visit for visit in visits_spoken_of(state, facts) if _is_named(visit, reading))
    if not visits or isinstance(state, ChoosingPlace | ChoosingVisit | WithPerson):
        return ask_again(state, structs.replace(reading, children=(), all_children=False), facts)
    if has_been_asked_enough(state):
        return give_to_person(facts)
    first, *others = map(about, visits)
    asked = Clarifying(first, misunderstood=_misunderstood(state) + 1, others=tuple(others))
    return Step(asked, (say_of("which_meaning", visits),))


def _is_named(visit: Visit, reading: Reading) -> bool:
    return not reading.children or visit.child in reading.children


def ask_again(state: State, reading: Reading, facts: Facts) -> Step:
    """Not understood. Ask once more, more plainly; the second time, a person is asked.

    Children and nothing else ("both", "the little one") are asked about by number.
    """
    if isinstance(state, AwaitingConfirmation) and (reading.children or reading.all_children):
        return clarify(state, reading, facts)
    if isinstance(state, WithPerson):
        return Step(state)
    if has_been_asked_enough(state):
        return give_to_person(facts)
    counted = structs.replace(state, misunderstood=_misunderstood(state) + 1)
    return Step(counted, (question(state, facts),))


def ask_whether_to_stop(state: State, reading: Reading, facts: Facts) -> Step:
    """Perhaps no more texts are wanted: one word makes it certain."""
    del reading
    return ask_or_give_to_person(state, say("stop_meant"), facts)


def ask_whose_number(state: State, reading: Reading, facts: Facts) -> Step:
    """Perhaps somebody else has this phone: one word makes it certain."""
    del reading
    return ask_or_give_to_person(state, say("wrong_number_meant"), facts)


def ask_or_give_to_person(state: State, asked: Say, facts: Facts) -> Step:
    """One short question instead of "not understood"; the second time in a row, a person is asked."""
    if isinstance(state, WithPerson):
        return Step(state, (asked,))
    if has_been_asked_enough(state):
        return give_to_person(facts)
    return Step(structs.replace(state, misunderstood=_misunderstood(state) + 1), (asked,))


def answer_wordless(state: State, reading: Reading, facts: Facts) -> Step:
    """A picture, or nothing at all."""
    del reading, facts
    return Step(state, (say("cannot_read"),))


def let_pass(state: State, reading: Reading, facts: Facts) -> Step:
    """Nothing that asks for an answer."""
    del reading, facts
    return Step(state)


def _misunderstood(state: State) -> int:
    return getattr(state, "misunderstood", 0)


def has_been_asked_enough(state: State) -> bool:
    """Whether one more misunderstanding is one too many."""
    return _misunderstood(state) + 1 >= MISUNDERSTOOD_UNTIL_A_PERSON


def give_to_person(facts: Facts) -> Step:
    """The machine is at its end."""
    reason = HandOffReason.NOT_UNDERSTOOD
    return Step(WithPerson(reason), (HandOff(reason), with_phone("person_will_answer", facts)))


# What is asked about visits, once more.
_ASKED_OF: dict[type[State], str] = {
    Clarifying: "which_meaning",
    Overruling: "other_promised",
    AwaitingConfirmation: "not_understood_visit",
}


def question(state: State, facts: Facts) -> Say:
    """What we asked, said more plainly."""
    visits = visits_spoken_of(state, facts)
    if isinstance(state, ChoosingPlace):
        return Say("which_place", {"offers": state.offers})
    if isinstance(state, Recalled) and (missed := missed_spoken_of(state, facts)):
        return Say("missed_open", {"visits": missed})
    if isinstance(state, ChoosingVisit) and visits:
        return Say("which_visit", {"visits": visits})
    if (key := _ASKED_OF.get(type(state))) and visits:
        return say_of(key, visits)
    return with_phone("not_understood", facts)


def anew(state: State, facts: Facts) -> tuple[Say, ...]:
    """What was asked last, to be asked again in another language; nothing where nothing was."""
    if isinstance(state, AwaitingConfirmation) and (visits := visits_spoken_of(state, facts)):
        return (say_of("will_you_come", visits),)
    asked = question(state, facts)
    return () if asked.key.startswith("not_understood") else (asked,)

"""What a text says to the question of a registration that was asked last.

Whatever means the same everywhere (STOP, HELP, "who is this") has been found before; what is left is read
as an answer here, because a child can be called Will and a birthday looks like a day to come.
"""

from uuid import UUID

from msgspec import structs

from conversations.facts import Facts
from conversations.intents import Intent
from conversations.joining.births import Birth, births, plausible
from conversations.joining.likeness import facilities_named
from conversations.joining.names import first_name
from conversations.joining.words import in_order, join_language, words_of
from conversations.states import Joining, JoiningBirth, JoiningFacility, JoiningName, State
from conversations.understanding.reading import Reading

# Found in any state, and never an answer.
_ANYWHERE = frozenset(
    {Intent.STOP, Intent.START, Intent.HELP, Intent.HUMAN, Intent.WRONG_NUMBER, Intent.NOTHING}
)
# What is said by these is no name.
_SAID_INSTEAD = frozenset(
    {
        Intent.CONFIRM,
        Intent.KEEP,
        Intent.DECLINE,
        Intent.SMALLTALK,
        Intent.PICTURE,
        Intent.QUERY_WHEN,
        Intent.QUERY_WHERE,
        Intent.QUERY_WHAT,
        Intent.SICK_CHILD,
        Intent.ALREADY_VACCINATED,
    }
)


class Answer(Reading, frozen=True, omit_defaults=True):
    """What was understood as an answer; `meant` is what the words mean by themselves.

    `born` are the days of birth that can be; `impossible` says that a day was named that cannot.
    """

    meant: Intent = Intent.UNKNOWN
    name: str | None = None
    born: tuple[Birth, ...] = ()
    impossible: bool = False
    facilities: tuple[UUID, ...] = ()


def as_answer(text: str, state: State, reading: Reading, facts: Facts) -> Reading:
    """The reading again; or, where a child is being registered or is to be, what the text says to that."""
    if reading.intent is Intent.STOP:
        return reading
    if language := join_language(text, facts.language):
        return Reading(Intent.JOIN, language, rule="asks_to_join", confidence=1.0)
    if not isinstance(state, Joining) or reading.intent in _ANYWHERE:
        return reading
    fields = {name: getattr(reading, name) for name in Reading.__struct_fields__}
    answer = Answer(**fields | {"intent": Intent.ANSWER, "language": state.language}, meant=reading.intent)
    return _filled(answer, text, state, facts)


def _filled(answer: Answer, text: str, state: Joining, facts: Facts) -> Answer:
    """The answer with what its question asks for, or with the number of the list that was picked."""
    if choice := _choice(text, len(getattr(state, "choices", ()))):
        return structs.replace(answer, choice=choice)
    match state:
        case JoiningName() if answer.meant not in _SAID_INSTEAD:
            return structs.replace(answer, name=first_name(text, state.language))
        case JoiningBirth():
            return _born(answer, text, state.language, facts)
        case JoiningFacility():
            named = facilities_named(text, facts.facilities, state.language)
            return structs.replace(answer, facilities=tuple(one.facility_id for one in named))
    return answer


def days_of_birth(text: str, home: str, facts: Facts) -> tuple[Birth, ...]:
    """The days of birth in a text, by the language of the conversation or else by another."""
    readings = (births(text, code, facts.now.date()) for code in in_order(home))
    return next((found for found in readings if found), ())


def _born(answer: Answer, text: str, home: str, facts: Facts) -> Answer:
    found = days_of_birth(text, home, facts)
    born = tuple(birth for birth in found if plausible(birth.on, facts.now.date()))
    return structs.replace(answer, born=born, impossible=bool(found) and not born)


def _choice(text: str, choices: int) -> int | None:
    """A number of the list, and nothing else."""
    words = words_of(text)
    number = int(words[0]) if len(words) == 1 and words[0].isdecimal() and len(words[0]) == 1 else 0
    return number if 1 <= number <= choices else None

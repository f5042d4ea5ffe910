"""In which language we write: changed at the parent's word, never unasked.

Who writes in another language than the one on file is offered it once, in that language. To change it
unasked would be quicker, but many families mix languages, and some share a phone: a "yes please" says little
about what the next reader of our texts reads best. One word is enough to accept.
"""

from msgspec import structs

from conversations.effects import OfferLanguage, Say, SetLanguage
from conversations.facts import Facts
from conversations.handlers.people import anew, ask_or_give_to_person
from conversations.intents import Intent
from conversations.states import Joining, State
from conversations.step import Step, say, stay
from conversations.understanding.languages import languages
from conversations.understanding.reading import Reading

# Fewer words say little about which language somebody prefers.
ENOUGH_WORDS = 3
# What is weightier than its language is answered by itself; what is not understood tells no language.
_ORDINARY = frozenset(
    {
        Intent.CONFIRM,
        Intent.KEEP,
        Intent.DECLINE,
        Intent.RESCHEDULE,
        Intent.QUERY_WHEN,
        Intent.QUERY_WHERE,
        Intent.QUERY_WHAT,
    }
)


def switch(state: State, reading: Reading, facts: Facts) -> Step:
    """Texts in another language; what was asked last is asked anew in it. One we do not have is told so."""
    asked = reading.language_asked
    if not asked:
        return stay(state, Say("language_unknown", {"languages": languages()}))
    if asked == facts.language:
        return stay(state, say("language_kept"))
    return stay(state, SetLanguage(asked), say("language_changed"), *anew(state, facts))


def name_languages(state: State, reading: Reading, facts: Facts) -> Step:
    """Another language may be wanted, but it is not clear which: say which there are."""
    del reading
    return ask_or_give_to_person(state, Say("language_unknown", {"languages": languages()}), facts)


def offered(after: Step, text: str, reading: Reading, facts: Facts) -> Step:
    """The step; with the offer to write in the parent's language, once, where it seems to be another."""
    other = reading.language in languages() and reading.language != facts.language
    clear = other and reading.intent in _ORDINARY and len(text.split()) >= ENOUGH_WORDS
    answered = bool(after.effects) and all(isinstance(effect, Say) for effect in after.effects[-1:])
    wanted = facts.known and not facts.opted_out and not facts.language_offered
    if not (clear and answered and wanted) or isinstance(after.state, Joining):
        return after
    offer = (Say("language_offer", {}, reading.language), OfferLanguage())
    return structs.replace(after, effects=(*after.effects, *offer))

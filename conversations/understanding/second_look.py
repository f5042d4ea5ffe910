"""What the rules concluded, held against what everything in the text speaks for.

Where they differ, nothing is done that could not be undone: the parent is asked. Only among answers that do
no harm to anybody, such as what to bring instead of where to go, the likelier is given at once.
"""

from msgspec import structs

from conversations.intents import Intent
from conversations.understanding.findings import Findings
from conversations.understanding.lexicon import Languages
from conversations.understanding.reading import Question, Scene
from conversations.understanding.rules import Verdict, everything_said
from conversations.understanding.weighing import Likely, evidence_in, learned, named

ABOUT_A_VISIT = frozenset({Intent.CONFIRM, Intent.KEEP, Intent.DECLINE, Intent.RESCHEDULE})
# Whether texts are wanted, from whom and in which language, is not asked about on a faint likeness.
_NOT_FAINTLY = frozenset({Intent.STOP, Intent.START, Intent.WRONG_NUMBER, Intent.LANGUAGE_SWITCH})
_FAINT = 0.4
# From these shares on, something else is believed rather than the rules.
_CONTESTED, _OPT_OUT_OVERLOOKED = 0.6, 0.4
# "Stop texting", "don't cancel": phrases of several words that mean little else.
_PLAINLY_SAID = frozenset({Intent.STOP, Intent.KEEP})
_PLAINLY_SAID_CONTESTED = 0.9
# Who means one of these does not come that day in any case, so that more is needed to tell them apart.
_NOT_THAT_DAY = frozenset({Intent.DECLINE, Intent.RESCHEDULE, Intent.SICK_CHILD})
_NOT_THAT_DAY_EITHER = 0.8
# These may stand beside anything.
_TALK = frozenset({"thanks", "greeting", "nothing"})
# Giving the wrong one of these harms nobody.
_HARMLESS = frozenset(
    {Intent.QUERY_WHEN, Intent.QUERY_WHERE, Intent.QUERY_WHAT, Intent.HELP, Intent.SMALLTALK, Intent.HUMAN}
)
_SURE = 0.75
# What may be urgent goes to a person, whatever it looks like.
_FOR_PEOPLE = frozenset({"urgent", "ill_after_vaccine", "medical_question"})
# The bare word, and what was picked from a list, mean one thing only.
_UNMISTAKABLE = frozenset({"any_of_these", "child", "number", "opt_out_word"})
_CHOOSING = frozenset({Question.WHICH_PLACE, Question.ANOTHER_DAY})


def second_look(verdict: Verdict, found: Findings, words: str, scene: Scene, spoken: Languages) -> Verdict:
    """The verdict that stands; what is settled against all likeness becomes a question."""
    if verdict.rule in _UNMISTAKABLE | _FOR_PEOPLE or _is_plain(found):
        return verdict
    alike = spoken.likeness.to(words)
    if alike is None:
        return verdict
    likely = learned().likeliest(evidence_in(found, verdict, scene, alike))
    evidence = spoken.likeness.evidence(alike, likely.intent)
    if verdict.intent in {Intent.UNSURE, Intent.UNKNOWN}:
        return _leaning(verdict, likely, evidence)
    if likely.intent is named(verdict) or not _is_contested(verdict, likely, found, scene):
        return verdict
    if {verdict.intent, likely.intent} <= _HARMLESS:
        return Verdict(likely.intent, "like_examples", evidence, likely.share)
    leaning = None if likely.intent is Intent.UNKNOWN else likely.intent
    return Verdict(Intent.UNSURE, "unlike_examples", evidence, likely.share / 2, leaning)


def _is_plain(found: Findings) -> bool:
    """Whether the text is one phrase and nothing but politeness beside it: "no", "ok thank you"."""
    said = [act for act in found.acts if act.name not in _TALK] or found.acts
    return bool(said) and all(act.alone for act in said) and not found.unexplained


def _is_contested(verdict: Verdict, likely: Likely, found: Findings, scene: Scene) -> bool:
    """Whether something else is likely enough, and is not said beside it: "yes, where is it?"."""
    needed = _OPT_OUT_OVERLOOKED if likely.intent is Intent.STOP else _CONTESTED
    needed = _PLAINLY_SAID_CONTESTED if verdict.intent in _PLAINLY_SAID else needed
    if verdict.intent is not Intent.DECLINE and {verdict.intent, likely.intent} <= _NOT_THAT_DAY:
        needed = _NOT_THAT_DAY_EITHER
    if likely.share < needed or (found.said("sick") and found.said("move")):
        return False
    if scene.question in _CHOOSING and {named(verdict), likely.intent} == {Intent.CONFIRM, Intent.RESCHEDULE}:
        return False  # "yes" to other places takes one of them
    return all(likely.intent is not one.intent for one in everything_said(found, scene))


def _leaning(verdict: Verdict, likely: Likely, evidence: str) -> Verdict:
    """What no rule has settled leans to the likeliest; it is asked about all the same."""
    if likely.intent in _NOT_FAINTLY and likely.share < _FAINT:
        return verdict
    if verdict.intent is Intent.UNSURE:
        return structs.replace(verdict, leaning=None if likely.intent is Intent.UNKNOWN else likely.intent)
    if likely.intent is Intent.UNKNOWN:
        return verdict
    if likely.intent in _HARMLESS and likely.share >= _SURE:
        return Verdict(likely.intent, "like_examples", evidence, likely.share)
    intent = Intent.UNSURE if likely.intent in ABOUT_A_VISIT else Intent.UNKNOWN
    return Verdict(intent, "like_examples", evidence, likely.share / 2, likely.intent)

"""What the rules concluded, held against what everything in the text speaks for.

Where they differ, nothing is done that could not be undone: the parent is asked. Only among answers that do
no harm to anybody, such as what to bring instead of where to go, the likelier is given at once.
"""

from msgspec import structs

from conversations.intents import Intent
from conversations.understanding.acts import TALK
from conversations.understanding.children import names_in
from conversations.understanding.findings import Findings
from conversations.understanding.languages import Languages
from conversations.understanding.likeness import Shares
from conversations.understanding.reading import Question, Scene
from conversations.understanding.rules import Verdict, everything_said
from conversations.understanding.weighing import evidence_in, learned, named

ABOUT_A_VISIT = frozenset({Intent.CONFIRM, Intent.KEEP, Intent.DECLINE, Intent.RESCHEDULE})
# Giving the wrong one of these harms nobody.
_HARMLESS = frozenset(
    {Intent.QUERY_WHEN, Intent.QUERY_WHERE, Intent.QUERY_WHAT, Intent.HELP, Intent.SMALLTALK, Intent.HUMAN}
)
# Whoever means one of these does not come that day.
_NOT_THAT_DAY = frozenset({Intent.DECLINE, Intent.RESCHEDULE, Intent.SICK_CHILD})
# Only one of these can be meant of a visit, though words for two may be said.
_ABOUT_COMING = frozenset({Intent.CONFIRM, Intent.DECLINE, Intent.RESCHEDULE})
_WOULD_NOT_COME = _NOT_THAT_DAY | {Intent.ALREADY_VACCINATED, Intent.STOP, Intent.WRONG_NUMBER}
# Whom it harms that this is done: a place kept in vain, a place given away.
_HARMED_BY: dict[Intent, frozenset[Intent]] = {
    Intent.CONFIRM: _WOULD_NOT_COME,
    Intent.KEEP: _WOULD_NOT_COME,
    Intent.DECLINE: _HARMLESS | {Intent.CONFIRM, Intent.RESCHEDULE, Intent.SICK_CHILD, Intent.START},
}
# So likely must it be that somebody is harmed, or that the rules are wrong, for a question to be asked.
_HARM, _WRONG = 0.2, 0.5
_OPT_OUT_OVERLOOKED, _PLAIN_OPT_OUT = 0.4, 0.9
# A day is named, or at least not coming is heard: whether another is wished is found out by the offer of one.
_ANOTHER_DAY_IN_VAIN = 0.8
_HARDLY_ANY = 1
# Words of a text that can be no more than a day.
_ONLY_A_DAY = 3
# Whether texts are wanted, from whom and in which language, is not asked about on a faint likeness.
_NOT_FAINTLY = frozenset({Intent.STOP, Intent.START, Intent.WRONG_NUMBER, Intent.LANGUAGE_SWITCH})
_FAINT = 0.4
_SURE = 0.75
# Below this nothing but a word speaks for it.
_AT_LEAST = 0.1
# Said beside an opt-out these only tell why.
_BESIDE_AN_OPT_OUT = frozenset(
    {Intent.WRONG_NUMBER, Intent.ALREADY_VACCINATED, Intent.SICK_CHILD, Intent.HELP, Intent.SMALLTALK}
)
# A number that was picked means one thing only; what may be urgent goes to a person, whatever it looks like.
_UNCONTESTED = frozenset(
    {
        "any_of_these",
        "none_but_the_old_day",
        "child",
        "number",
        "opt_out_word",
        "opt_out_with_a_reason",
        "urgent",
        "ill_after_vaccine",
        "medical_question",
    }
)
# The rules of what likeness has changed.
BY_LIKENESS = frozenset({"like_examples", "unlike_examples"})
_CHOOSING = frozenset({Question.WHICH_PLACE, Question.ANOTHER_DAY})


def second_look(verdict: Verdict, found: Findings, words: str, scene: Scene, spoken: Languages) -> Verdict:
    """The verdict that stands; what is settled against all likeness becomes a question."""
    plain = (_is_plain(found) and verdict.intent is not Intent.STOP) or _is_only_days(verdict, found)
    if verdict.rule in _UNCONTESTED or plain:
        return verdict
    alike = spoken.likeness.to(words, {name for name in names_in(scene) if not spoken.is_a_word(name)})
    if alike is None:
        return verdict
    shares = learned().shares(evidence_in(found, verdict, scene, alike))
    likely = max(shares, key=shares.__getitem__)
    if verdict.intent in {Intent.UNSURE, Intent.UNKNOWN}:
        return (
            verdict
            if _stays(verdict, likely, shares, found)
            else _leaning(verdict, likely, shares[likely], spoken.likeness.evidence(alike, likely))
        )
    # Ill, and what should happen is said: either way another day is offered.
    settled = found.said("sick") and found.said("move")
    if settled or not (
        _is_contested(verdict, likely, shares, found, scene) or _harms(verdict, shares, found, scene)
    ):
        return verdict
    return _doubted(verdict, likely, shares[likely], spoken.likeness.evidence(alike, likely))


def _doubted(verdict: Verdict, likely: Intent, share: float, evidence: str) -> Verdict:
    """A question in place of a settled verdict; between harmless answers, the likelier."""
    if {verdict.intent, likely} <= _HARMLESS:
        return Verdict(likely, "like_examples", evidence, share)
    doubted = f"{verdict.evidence}; {evidence}" if verdict.evidence else evidence
    return Verdict(Intent.UNSURE, "unlike_examples", doubted, share / 2, _rather(verdict, likely, share))


def _rather(verdict: Verdict, likely: Intent, share: float) -> Intent | None:
    """What a doubted text leans to; whether texts are wanted, and by whom, is asked first."""
    if verdict.intent in {Intent.STOP, Intent.WRONG_NUMBER} and share < _SURE:
        return verdict.intent
    return None if likely is Intent.UNKNOWN else likely


def _is_plain(found: Findings) -> bool:
    """Whether the text is one phrase and nothing but politeness beside it: "no", "ok thank you"."""
    said = [act for act in found.acts if act.name not in TALK] or found.acts
    in_one_clause = len({act.clause for act in said}) == 1
    return in_one_clause and all(act.alone for act in said) and not (found.unexplained or found.when)


def _is_only_days(verdict: Verdict, found: Findings) -> bool:
    """Whether the text is another day and hardly anything beside it: "in January"."""
    only = found.words <= _ONLY_A_DAY and not (found.acts or found.unexplained or found.asks)
    return verdict.intent is Intent.RESCHEDULE and only and not found.when.doubtful


def _harms(verdict: Verdict, shares: Shares, found: Findings, scene: Scene) -> bool:
    """Whether it is likely enough that what would be done harms somebody."""
    if scene.question in _CHOOSING and verdict.intent is Intent.CONFIRM:
        return False  # "yes" to other places takes one of them
    harmed = _HARMED_BY.get(verdict.intent, frozenset())
    if found.when.dates and set(found.when.dates) <= scene.visit_days:
        harmed -= {Intent.RESCHEDULE}  # the day that is named is the visit's own
    needed = _WRONG if verdict.intent is Intent.KEEP else _HARM
    return sum(shares.get(intent, 0.0) for intent in harmed) >= needed


def _is_contested(verdict: Verdict, likely: Intent, shares: Shares, found: Findings, scene: Scene) -> bool:
    """Whether something else is likely enough, and is not said beside it: "yes, where is it?"."""
    rather = {named(verdict), likely}
    if len(rather) == 1 or shares[likely] < _share_needed(verdict, likely, found):
        return False
    if scene.question in _CHOOSING and rather == {Intent.CONFIRM, Intent.RESCHEDULE}:
        return False  # as above
    if (verdict.intent is Intent.STOP and likely not in _BESIDE_AN_OPT_OUT) or rather <= _ABOUT_COMING:
        return True  # "not in Spanish, English please", "enough of moving it, this time I bring her"
    return all(likely is not one.intent for one in everything_said(found, scene))


def _share_needed(verdict: Verdict, likely: Intent, found: Findings) -> float:
    """How likely something else must be for a settled verdict to be doubted."""
    if likely is Intent.STOP:
        # "Today" stands in complaints as well; whoever names another day wants the visit.
        another = any(one.meaning != "ahead" for one in found.when.wished)
        said = found.said("stop", "bare_stop") or found.negated("stop", "bare_stop", "start")
        moves = verdict.intent is Intent.RESCHEDULE and another
        plain = verdict.intent in {Intent.START, Intent.HUMAN} and not found.unexplained
        return _SURE if (moves or plain) and not said else _OPT_OUT_OVERLOOKED
    if verdict.intent is Intent.STOP:
        act = found.said("stop")
        return _PLAIN_OPT_OUT if _is_plain(found) or (act and act.alone) else _WRONG
    if verdict.intent is Intent.HUMAN:
        return _SURE  # a person is hardly ever the wrong one to ask
    few = found.unexplained <= _HARDLY_ANY
    names_a_day = verdict.intent is Intent.RESCHEDULE and found.when.wished and few
    not_that_day = verdict.intent in {Intent.RESCHEDULE, Intent.SICK_CHILD} and likely in _NOT_THAT_DAY
    return _ANOTHER_DAY_IN_VAIN if names_a_day or not_that_day else _WRONG


def _stays(verdict: Verdict, likely: Intent, shares: Shares, found: Findings) -> bool:
    """Whether an open verdict keeps what it leans to, or leans to nothing."""
    if likely in _NOT_FAINTLY and shares[likely] < _FAINT:
        return True
    if likely is Intent.STOP and found.when.wished and not found.acts:
        return True  # nothing but a day
    leaning = verdict.leaning
    if leaning not in _NOT_FAINTLY:
        return False
    return shares[likely] < (_SURE if shares.get(leaning, 0.0) >= _AT_LEAST else _FAINT)


def _leaning(verdict: Verdict, likely: Intent, share: float, evidence: str) -> Verdict:
    """What no rule has settled leans to the likeliest; it is asked about all the same."""
    if verdict.intent is Intent.UNSURE:
        return structs.replace(verdict, leaning=None if likely is Intent.UNKNOWN else likely)
    if likely is Intent.UNKNOWN:
        return verdict
    if likely in _HARMLESS and share >= _SURE:
        return Verdict(likely, "like_examples", evidence, share)
    about_a_visit = likely in ABOUT_A_VISIT and share >= _WRONG
    intent = Intent.UNSURE if about_a_visit else Intent.UNKNOWN
    return Verdict(intent, "like_examples", evidence, share / 2, likely)

"""Will not come, and will come."""

from conversations.intents import Intent
from conversations.understanding.acts import Act
from conversations.understanding.findings import Findings
from conversations.understanding.reading import Question, Scene
from conversations.understanding.rules.another_day import keeps_to_the_visit, suits_the_visit
from conversations.understanding.rules.verdict import (
    UNEXPLAINED_BESIDE_A_PROMISE,
    UNEXPLAINED_BESIDE_OK,
    UNEXPLAINED_BESIDE_THANKS,
    UNEXPLAINED_BESIDE_YES,
    UNEXPLAINED_ELSEWHERE,
    Verdict,
    unsure,
    verdict,
)


def refuses(found: Findings, scene: Scene) -> Verdict | None:
    """Will not come. A bare "cancel" or a question is checked first; a day that is not the visit's, too."""
    act = found.refusal
    if act is None or act.name == "no":
        return None
    if act.name == "cancel" and scene.question is not Question.WHICH_MEANING and not found.said("not_coming"):
        return unsure("bare_cancel", act, Intent.DECLINE, 0.6)
    if act.asked or (act.opened and act.name != "cancel_visit"):
        return unsure("asks_about_refusing", act, Intent.DECLINE)
    if act.name == "cant" and (found.unexplained or found.figures):
        return unsure("cannot_what", act, Intent.DECLINE)
    return _refuses_another_time(found, scene, act) or verdict(Intent.DECLINE, "refusal", act)


def _refuses_another_time(found: Findings, scene: Scene, act: Act) -> Verdict | None:
    """A day that is not the visit's, or an hour: the visit itself is not refused."""
    refused = found.when.refused
    if not refused or any(found.when.refuses_day_of(at) for at in scene.visits_at):
        return None
    if any(mention.names_a_day for mention in refused) and not any(
        mention.leaves_days for mention in refused
    ):
        return unsure("refuses_another_time", act, Intent.RESCHEDULE)
    return verdict(Intent.RESCHEDULE, "refuses_another_time", act, 0.5)


def says_no(found: Findings, scene: Scene) -> Verdict | None:
    """A plain "no": what it refuses depends on what was asked."""
    act = found.said("no")
    if act is None:
        return None
    plain = act.alone and not found.unexplained
    if plain and scene.question in {Question.WILL_YOU_COME, Question.ANOTHER_DAY}:
        return verdict(Intent.DECLINE, "no", act)
    answers = scene.question is Question.WILL_YOU_COME and found.unexplained <= UNEXPLAINED_BESIDE_YES
    return unsure("no_to_what", act, Intent.DECLINE if answers else None, confidence=0.4)


def keeps(found: Findings, scene: Scene) -> Verdict | None:
    """Don't cancel, leave it as it is; or, when other places were offered, the day it already is."""
    act = found.said("keep")
    if act and scene.question is Question.ANOTHER_DAY:
        return unsure("keeps_what", act, Intent.DECLINE)  # the visit is past: nothing is left to keep
    another_hour = found.when.at and not any(found.when.names_hour_of(at) for at in scene.visits_at)
    if scene.question is Question.WHICH_PLACE and keeps_to_the_visit(found) and not found.asks:
        return verdict(Intent.KEEP, "none_but_the_old_day", act)
    if act and not act.asked and not (another_hour and scene.visits_at):
        return verdict(Intent.KEEP, "keep", act)
    if scene.question is Question.WHICH_PLACE and found.when.wished and found.promise:
        old = any(found.when.names_day_of(at) for at in scene.visits_at)
        new = any(found.when.names_day_of(at) for at in scene.offers)
        if old and not new:
            return verdict(Intent.KEEP, "keeps_old_day", found.promise)
    return None


def promises(found: Findings, scene: Scene) -> Verdict | None:
    """Says that they will come. A question promises nothing."""
    act = found.said("coming")
    if act is None and suits_the_visit(found, scene):
        act = found.said("free")
    if act is None or (found.query and (act.asked or act.opened)):
        return None
    if act.asked or act.opened or act.beside > UNEXPLAINED_BESIDE_A_PROMISE:
        return unsure("promise_not_certain", act)
    return verdict(Intent.CONFIRM, "promise", act)


def agrees(found: Findings, scene: Scene) -> Verdict | None:
    """Yes; or OK, where something was asked and nothing else is being asked back."""
    if scene.choices and found.figures:
        return unsure("number_not_offered", found.promise) if found.promise else None
    # "Yes we come and where is it?": there the question is answered.
    if (act := found.said("yes")) and not (found.query and act.asked):
        if scene.question is Question.WHICH_MEANING:
            return unsure("yes_to_which", act)
        return _agreement(act, found, scene, UNEXPLAINED_BESIDE_YES, 0.95)
    act = found.said("ok")
    if (
        act is None
        or found.said("complaint", "forgot")
        or (found.query and not _is_answered_apart(act, found.query))
    ):
        return None  # "received" is an answer, but not in "why have I received no more"
    if scene.question in {Question.NOTHING, Question.ANOTHER_DAY, Question.TEXTS_AGAIN}:
        return verdict(Intent.SMALLTALK, "ok_after_the_fact", act, 0.7)
    return _agreement(act, found, scene, UNEXPLAINED_BESIDE_OK, 0.8)


def _is_answered_apart(agreed: Act, query: Act) -> bool:
    """Whether a question only follows an agreement: "ok. Should I bring the card?"."""
    return query.name == "what" and agreed.clause < query.clause and not (agreed.asked or agreed.opened)


def _agreement(act: Act, found: Findings, scene: Scene, beside: int, confidence: float) -> Verdict:
    if act.name == "ok" and found.when.only_a_range and scene.question is Question.WILL_YOU_COME:
        return unsure("ok_to_a_range", act, Intent.RESCHEDULE)  # "any day until the 25th is fine"
    if not (act.asked or act.opened) and _is_plain(act, found, beside):
        return verdict(Intent.CONFIRM, act.name, act, confidence)
    return unsure(f"{act.name}_and_more", act, _likely_coming(found, scene))


def _likely_coming(found: Findings, scene: Scene) -> Intent | None:
    """A few strange words beside an agreement take little from it: "that's fine, petal"."""
    few = found.unexplained <= UNEXPLAINED_BESIDE_THANKS and not found.asks and len(found.acts) == 1
    return Intent.CONFIRM if few and scene.question is Question.WILL_YOU_COME else None


def _is_plain(act: Act, found: Findings, beside: int) -> bool:
    """Whether few enough words are unexplained, in its own clause and in the others.

    What follows a "yes" may be all that was meant: "sí, anúlamela".
    """
    if any(number > act.clause for number in found.dark) and not found.said("coming"):
        return False
    return act.beside <= beside and found.unexplained <= UNEXPLAINED_ELSEWHERE + beside

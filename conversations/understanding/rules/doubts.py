"""Two readings remain: ask."""

from conversations.intents import Intent
from conversations.understanding.acts import Act
from conversations.understanding.findings import Findings
from conversations.understanding.reading import Question, Scene
from conversations.understanding.rules.another_day import wants_to_move
from conversations.understanding.rules.verdict import Verdict, unsure


def hesitates(found: Findings, scene: Scene) -> Verdict | None:
    """Maybe, I hope so, if I get a ride: neither yes nor no, unless another day is asked for."""
    act = found.said("hedge")
    obstacle = found.said("obstacle")
    if wants_to_move(found, scene) or not (act or obstacle) or found.said("keep"):
        return None
    if act is None and found.refusal:
        return None  # "can't come, I am working": the obstacle only says why
    if found.query and not found.promise and not found.refusal:
        return None
    # Said with a reason only, they most likely come; with a "maybe" nobody knows.
    coming = found.said("coming")
    likely = Intent.CONFIRM if coming and (act is None or act.clause != coming.clause) else None
    if act is None and not found.promise and not found.asks and scene.question is Question.WILL_YOU_COME:
        likely = Intent.DECLINE
    return unsure("hesitation", act or obstacle, likely, confidence=0.6)


def wants_no_other_day(found: Findings, scene: Scene) -> Verdict | None:
    """Asked for another day after a missed visit: "no need to book again", "leave it"."""
    if scene.question is not Question.ANOTHER_DAY or found.promise or found.when.wished or found.said("move"):
        return None
    act = found.said("keep") or found.negated("move")
    return unsure("wants_no_other_day", act, Intent.DECLINE) if act else None


def contradicts(found: Findings, scene: Scene) -> Verdict | None:
    """A promise and a refusal in one text."""
    if wants_to_move(found, scene):
        return None
    refusal = found.refusal
    promise = found.said("coming", "keep")
    agreed = found.said("yes")
    if refusal and refusal.name != "no" and not promise and agreed and agreed.clause > refusal.clause:
        promise = agreed  # "I thought of cancelling, but yes"
    if refusal and refusal.name != "no" and promise:
        return unsure("promise_and_refusal", refusal, _last_word(promise, refusal))
    no = found.said("no")
    if no and found.promise and not found.said("keep"):
        return unsure("yes_and_no", no, _last_word(found.promise, no))
    if found.when.refused and found.promise and not refusal:
        return unsure("yes_but_not_then", found.promise, Intent.RESCHEDULE)
    return _negates_what(found)


def _negates_what(found: Findings) -> Verdict | None:
    """A "not" before something that is not said so: "won't fail to come" is a promise, most likely."""
    if negated := found.negated("coming", "cancel", "cancel_visit", "move", "yes", "ok", "keep"):
        return unsure("negation_not_understood", negated)
    negated = found.negated("not_coming", "cant")
    return unsure("negation_not_understood", negated, Intent.CONFIRM) if negated else None


def _last_word(promise: Act, refusal: Act) -> Intent | None:
    """What was said last is likelier: "my husband said no but I am bringing him"."""
    if promise.clause == refusal.clause:
        return None
    return Intent.CONFIRM if promise.clause > refusal.clause else Intent.DECLINE

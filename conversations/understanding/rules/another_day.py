"""Another day, or another hour."""

from conversations.intents import Intent
from conversations.understanding.findings import Findings
from conversations.understanding.reading import Question, Scene
from conversations.understanding.rules.verdict import Verdict, unsure, verdict

_CHOOSING = frozenset({Question.WHICH_PLACE, Question.ANOTHER_DAY})


def asks_to_move(found: Findings, scene: Scene) -> Verdict | None:
    """Another day or hour, in words or by naming one that is not the visit's."""
    if not wants_to_move(found, scene):
        return None
    act = found.said("move", "unsuitable", "none_of_these", "free", "same_day", "later", "sooner", "no")
    return verdict(Intent.RESCHEDULE, "another_day", act)


def wants_to_move(found: Findings, scene: Scene) -> bool:
    """Whether another day is asked for, or another place than those offered."""
    if found.said("move", "unsuitable"):
        return True
    if found.said("keep") and not _names_an_offer(found, scene):
        return False
    if scene.question in _CHOOSING and (
        found.said("free", "later", "sooner")
        or (found.said("none_of_these") and not _decides_beside_them(found))
        or _turns_offers_down(found, scene)
    ):
        return True
    if found.said("same_day", "later", "sooner") and scene.visits_at and not (found.query or found.refusal):
        return True
    return _names_another_day(found, scene) or _refuses_only_the_day(found, scene)


def _decides_beside_them(found: Findings) -> bool:
    """Whether who wants none of the places says what else: not to come, or to come as it is."""
    return found.said("cancel", "cancel_visit", "not_coming") is not None or keeps_to_the_visit(found)


def keeps_to_the_visit(found: Findings) -> bool:
    """Whether offers are turned down for the visit as it is: "none of these, leave it as it was"."""
    kept = found.said("keep")
    plainly = kept is not None and " " in kept.words  # "none, we keep missing work"
    return plainly and found.said("none_of_these") is not None and not found.when.wished


def _refuses_only_the_day(found: Findings, scene: Scene) -> bool:
    """Whether the day is refused and not the visit: "not Thursday", "yes but not Thursday"."""
    refusal = found.refusal
    named = any(found.when.refuses_day_of(at) for at in (*scene.visits_at, *scene.offers))
    if refusal is not None and refusal.name != "no":
        return False
    # "Not this week please" asks for another, whichever it is.
    return named or (bool(found.when.refused) and not found.when.wished and not found.promise)


def _turns_offers_down(found: Findings, scene: Scene) -> bool:
    """A plain "no" to offers asks for others."""
    act = found.said("no")
    if act is None or found.said("not_coming", "cancel_visit"):
        return False
    return scene.question is Question.WHICH_PLACE and act.alone and not found.unexplained


def _names_another_day(found: Findings, scene: Scene) -> bool:
    """A day is wished, and it is not a visit's day; or an hour of the same day, with no promise to come."""
    if not found.when.wished or found.query or _asks_which_day(found, scene):
        return False
    if found.said("free") or _names_another_part(found, scene):
        return not (found.said("free") and suits_the_visit(found, scene))
    if scene.question is Question.NOTHING and not scene.visits_at:
        return False  # "kal": there is nothing that another day could be meant instead of
    if (found.when.only_a_range and not found.promise) or _describes_an_offer(found, scene):
        return True  # "next week?" asks for another day even when the visit is in that week
    if any(found.when.fits(at) for at in scene.visits_at):
        return False
    same_day = any(found.when.names_day_of(at) for at in scene.visits_at)
    refusal = found.refusal
    only_the_hour = refusal is not None and refusal.name == "no" and bool(found.when.refused)
    return not (same_day and (found.promise or (refusal and not only_the_hour)))


def _names_an_offer(found: Findings, scene: Scene) -> bool:
    """Whether one of the places offered is named: "I keep Tuesday the 10th"."""
    offered = any(found.when.fits(at) for at in scene.offers) and not any(
        found.when.fits(at) for at in scene.visits_at
    )
    return scene.question is Question.WHICH_PLACE and bool(found.when.wished) and offered


def suits_the_visit(found: Findings, scene: Scene) -> bool:
    """Whether the day that is called free is the visit's own, as in "Thursday is good for me"."""
    if scene.question in _CHOOSING or found.asks or found.query or found.refusal:
        return False
    only_its_day = set(found.when.dates) == scene.visit_days
    return only_its_day and any(found.when.fits(at) for at in scene.visits_at)


def _asks_which_day(found: Findings, scene: Scene) -> bool:
    """Asks about the visit's own day or hour: "this Thursday or the next?", "8:30 in the morning?"."""
    if not found.asks or found.acts:
        return False
    if found.when.dates:
        return {day.weekday() for day in found.when.dates} <= {at.weekday() for at in scene.visits_at}
    return found.when.at in {at.time() for at in scene.visits_at}


def _describes_an_offer(found: Findings, scene: Scene) -> bool:
    """Names a part of the day or an hour that was offered: "the morning one"."""
    return not found.when.dates and any(found.when.fits(at) for at in scene.offers)


def _names_another_part(found: Findings, scene: Scene) -> bool:
    """Only hours are named: of those offered ("the one in the morning"), or instead of those refused."""
    if any(one.names_a_day for one in found.when.wished):
        return False
    hours = {one.at for one in found.when.wished if one.at}
    if len(hours) > 1 and hours & {at.time() for at in scene.visits_at}:
        return not found.said("coming", "yes")  # "at 10 I am at the market, 2 pm is fine"
    if scene.question is Question.WHICH_PLACE and not found.refusal:
        return True
    instead = any(not one.names_a_day for one in found.when.refused)
    return instead and not any(found.when.fits(at) for at in scene.visits_at)


def promises_another_hour(found: Findings, scene: Scene) -> Verdict | None:
    """Says "we will come at 3" when the visit is at 10: a mistake or a wish, so ask."""
    if not found.when.wished or not scene.visits_at or any(found.when.fits(at) for at in scene.visits_at):
        return None
    act = found.promise
    return unsure("another_hour", act, Intent.RESCHEDULE) if act else None

"""Words that mean the same everywhere, picking from what was offered, and what is for people."""

from collections.abc import Sequence

from conversations.intents import Intent
from conversations.understanding.acts import TALK, Act
from conversations.understanding.findings import Findings
from conversations.understanding.reading import Question, Scene
from conversations.understanding.rules.verdict import Verdict, unsure, verdict

# Who says one of these means a visit, and may have said "stop" to what was proposed.
_ABOUT_THE_VISIT = (
    "move",
    "cant",
    "not_coming",
    "cancel_visit",
    "unsuitable",
    "free",
    "none_of_these",
)
_TOO_MUCH_BESIDE_A_STOP = 3
_TELLS_PLAINLY = frozenset({"who", "who_is", "wrong_number", "already"})
_TELLS_WHY = _TELLS_PLAINLY | {"sick", "obstacle", "unsuitable", "help", "bare_help", "human", "complaint"}
_MORE_THAN_START = (
    "language",
    "coming",
    "yes",
    "move",
    "not_coming",
    "cancel_visit",
    "keep",
    "sick",
    "already",
    "human",
)


def opt_out(found: Findings, scene: Scene) -> Verdict | None:
    """Any reasonable wording counts (47 CFR 64.1200(a)(10)); the bare word only where it stands alone."""
    act = found.said("stop")
    if act is None:
        return _bare_opt_out(found, scene)
    again = found.said("start") or _bare_start(found)
    if again and again.clause >= act.clause and scene.question is Question.TEXTS_AGAIN:
        return None  # "I said no more messages, but now I want them back"
    if again and again.clause > act.clause:
        return unsure("stop_and_start", act, Intent.STOP)  # "don't call me, text me"
    if _only_at_some_hours(found):
        return unsure("stop_at_some_hours", act, Intent.STOP)  # "don't text me before 8"
    if 0 < act.of_children < len(scene.children):
        return unsure("stop_for_one_child", act, Intent.DECLINE)  # "remove Juma, Zuri is coming"
    return verdict(Intent.STOP, "opt_out", act, 0.95)


def _bare_opt_out(found: Findings, scene: Scene) -> Verdict | None:
    """STOP, or another word that is an opt-out only by itself."""
    bare = [act for act in found.acts if act.name == "bare_stop" and not act.negated]
    act = next((act for act in bare if act.alone), None)
    if act is None:
        # Who is opted out tells of it: "I had stopped them, but now I want them".
        return None if scene.question is Question.TEXTS_AGAIN else _opt_out_with_a_reason(found, bare)
    if found.said("coming", "keep"):
        return unsure("stop_beside_a_promise", act, Intent.STOP)
    if found.said(*_ABOUT_THE_VISIT) or found.when or found.unexplained >= _TOO_MUCH_BESIDE_A_STOP:
        return unsure("stop_and_more", act, Intent.STOP)  # "Pare! On the 12th I can't"
    return verdict(Intent.STOP, "opt_out_word", act, 1.0)


def _only_at_some_hours(found: Findings) -> bool:
    """Whether hours are named and no day, or another number: then texts may be wanted otherwise."""
    named = (*found.when.wished, *found.when.refused)
    return found.figures or (bool(named) and not any(one.names_a_day for one in named))


def _opt_out_with_a_reason(found: Findings, bare: Sequence[Act]) -> Verdict | None:
    """STOP in one clause with what only tells why: "who is this STOP", "wrong number stop"."""
    others = {act.name for act in found.acts} - {"bare_stop", *TALK}
    if not bare or not others or found.unexplained or found.when or not others <= _TELLS_WHY:
        return None
    if others <= _TELLS_PLAINLY and not found.figures and bare[0].in_phrases:
        return verdict(Intent.STOP, "opt_out_with_a_reason", bare[0], 0.9)
    return unsure("stop_and_more", bare[0], Intent.STOP)


def opt_in(found: Findings, scene: Scene) -> Verdict | None:
    """START, or YES from a phone that is opted out (the carrier takes that for START as well)."""
    act = found.said("start") or _bare_start(found)
    if act and not (scene.question is not Question.TEXTS_AGAIN and _says_more_than_start(found)):
        return verdict(Intent.START, "opt_in", act, 0.95)
    if scene.question is Question.TEXTS_AGAIN:
        act = found.said("yes")
        if act and act.alone and not found.unexplained:
            return verdict(Intent.START, "yes_while_opted_out", act)
    return None


def _bare_start(found: Findings) -> Act | None:
    return next(
        (act for act in found.acts if act.name == "bare_start" and act.alone and not act.negated), None
    )


def _says_more_than_start(found: Findings) -> bool:
    """Who gets texts already and says more than that they are welcome means the rest."""
    return bool(found.when.wished or found.query or found.said(*_MORE_THAN_START))


def wrong_number(found: Findings, scene: Scene) -> Verdict | None:
    """Somebody else has this phone."""
    del scene
    if found.denied:
        return Verdict(Intent.WRONG_NUMBER, "not_the_guardian", found.denied)
    act = found.said("wrong_number")
    if act and found.said("coming"):  # "I'm not the mother, I am her aunt, and I bring him"
        return unsure("wrong_number_and_promise", act, Intent.CONFIRM)
    return verdict(Intent.WRONG_NUMBER, "wrong_number", act) if act else None


def asks_for_help(found: Findings, scene: Scene) -> Verdict | None:
    """HELP by itself, or a question who we are."""
    del scene
    act = found.said("who") or next(
        (act for act in found.acts if act.name in {"bare_help", "who_is"} and act.alone), None
    )
    if act and act.name == "bare_help" and (found.unexplained or found.said("human", "medical", "urgent")):
        return None  # "the vomiting doesn't end, please help"
    return verdict(Intent.HELP, "help", act) if act else None


def picks_a_number(found: Findings, scene: Scene) -> Verdict | None:
    """The text is a number of the list and nothing else."""
    if not scene.choices:
        return None
    if found.choice is None and len(found.picked) > 1:
        return unsure("several_numbers", None)
    if found.choice is None:
        only_figures = found.figures and not (found.acts or found.when or found.unexplained)
        return unsure("number_not_offered", None) if only_figures else None
    return Verdict(Intent.CHOOSE, "number", str(found.choice), 0.95)


def picks_any(found: Findings, scene: Scene) -> Verdict | None:
    """Any of the offered places will do."""
    act = found.said("any_of_these")
    if act is None or scene.question is not Question.WHICH_PLACE:
        return None
    if found.refusal or found.when.wished:  # "tuesday or wednesday, any is fine" is not any of three
        return None
    return verdict(Intent.RESCHEDULE, "any_of_these", act)


def picks_a_child(found: Findings, scene: Scene) -> Verdict | None:
    """Asked which visit, the parent names a child, or says "both"."""
    if scene.question is not Question.WHICH_VISIT or not (found.children or found.all_children):
        return None
    if found.said("hedge", "not_coming", "cancel", "cancel_visit", "move", "cant", "no", "coming", "keep"):
        return None
    return Verdict(Intent.CHOOSE, "child", ", ".join(found.children) or "all")


def wants_a_person(found: Findings, scene: Scene) -> Verdict | None:
    """Asks for somebody, or for what only a health worker may answer."""
    del scene
    if act := found.said("urgent"):
        return verdict(Intent.HUMAN, "urgent", act, 0.95)
    if found.said("sick") and (act := found.said("after_vaccine")):
        return verdict(Intent.HUMAN, "ill_after_vaccine", act)
    act = found.said("medical")
    if act and (found.asks or not found.said("sick")):  # "she has malaria, we are on treatment" asks nothing
        return verdict(Intent.HUMAN, "medical_question", act)
    act = found.said("human")
    return verdict(Intent.HUMAN, "human", act) if act else None


def wants_another_language(found: Findings, scene: Scene) -> Verdict | None:
    """Texts in another language, please."""
    del scene
    act = found.said("language", "not_this_language")
    return verdict(Intent.LANGUAGE_SWITCH, "language", act) if act else None


def has_been_vaccinated(found: Findings, scene: Scene) -> Verdict | None:
    """The dose was given elsewhere. "Already" by itself says so only when nothing else is said."""
    said = [act for act in found.acts if act.name == "already" and not act.negated]
    said = [act for act in said if not (act.asked and found.query)]  # "which one is it? he had one already?"
    act = next((act for act in said if act.line != "already"), None)
    if act is None and said and len(found.acts) == 1 and not found.unexplained:
        act = said[0]
    if act is None:
        return None
    wrong = found.said("complaint")
    if wrong and act.clause < wrong.clause and scene.question is Question.ANOTHER_DAY:
        # "We came yesterday but the gate was locked."
        return unsure("came_or_was_vaccinated", act, Intent.ALREADY_VACCINATED)
    return verdict(Intent.ALREADY_VACCINATED, "already_vaccinated", act)


def child_is_sick(found: Findings, scene: Scene) -> Verdict | None:
    """The child is not well, unless the parent already says what should happen: another day."""
    act = found.said("sick")
    if act is None or found.said("move") or _asks_for_another_day(found, scene):
        return None
    if scene.question is Question.ANOTHER_DAY and found.when.wished:
        return None  # "she was ill yesterday, can we come on Friday?"
    return verdict(Intent.SICK_CHILD, "sick_child", act)


def _asks_for_another_day(found: Findings, scene: Scene) -> bool:
    """Whether a day not the visit's is asked for or promised: "she has fever, can we do the 19th?"."""
    others = set(found.when.dates) - scene.visit_days
    return bool(others) and (found.asks or found.said("free", "coming", "yes", "ok") is not None)

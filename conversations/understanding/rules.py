"""What the evidence in a text means in its scene: one ordered table of rules, the first that applies decides.

The order is the policy. Opt-outs stand first. Whatever could be read two ways becomes UNSURE before any
rule that would act on it: a question too many costs a text, a promise or a refusal that was never made
costs a child its dose.
"""

from collections.abc import Callable

from msgspec import Struct

from conversations.intents import Intent
from conversations.understanding.findings import Act, Findings
from conversations.understanding.reading import Question, Scene

# More words than this that nobody can explain, and a bare word beside them is not an answer.
UNEXPLAINED_BESIDE_A_PROMISE = 5
UNEXPLAINED_BESIDE_YES = 1
UNEXPLAINED_BESIDE_OK = 0
UNEXPLAINED_ELSEWHERE = 6
UNEXPLAINED_BESIDE_THANKS = 2


class Verdict(Struct, frozen=True):
    """An intent, with the rule and the words that led to it; `leaning` is the likelier of two readings."""

    intent: Intent
    rule: str
    evidence: str = ""
    confidence: float = 0.9
    leaning: Intent | None = None


Rule = Callable[[Findings, Scene], Verdict | None]


def decide(found: Findings, scene: Scene) -> Verdict:
    """The meaning of the evidence."""
    for rule in RULES:
        if verdict := rule(found, scene):
            return verdict
    return Verdict(Intent.UNKNOWN, "nothing_applies", confidence=0.0)


def _verdict(intent: Intent, rule: str, act: Act | None, confidence: float = 0.9) -> Verdict:
    return Verdict(intent, rule, act.words if act else "", confidence)


def _unsure(rule: str, act: Act | None, leaning: Intent | None = None, confidence: float = 0.5) -> Verdict:
    return Verdict(Intent.UNSURE, rule, act.words if act else "", confidence, leaning)


def everything_said(found: Findings, scene: Scene) -> tuple[Verdict, ...]:
    """All that could be answered in a text, beside what decides it: a promise and a question, say."""
    said = (rule(found, scene) for rule in SAID_BESIDE)
    return tuple(verdict for verdict in said if verdict and verdict.intent is not Intent.UNSURE)


def is_urgent(found: Findings) -> bool:
    """Whether a person must look at once."""
    return found.said("urgent") is not None


# --- words that mean the same everywhere ----------------------------------------------------------


def opt_out(found: Findings, scene: Scene) -> Verdict | None:
    """Any reasonable wording counts (47 CFR 64.1200(a)(10)); the bare word only where it stands alone."""
    if act := found.said("stop"):
        again = found.said("start") if scene.question is Question.TEXTS_AGAIN else None
        if again and again.clause >= act.clause:
            return None  # "I said no more messages, but now I want them back"
        return _verdict(Intent.STOP, "opt_out", act, 0.95)
    act = next((act for act in found.acts if act.name == "bare_stop" and act.alone and not act.negated), None)
    if act is None:
        return None
    if found.said("coming", "keep"):
        return _unsure("stop_beside_a_promise", act, Intent.STOP)
    return _verdict(Intent.STOP, "opt_out_word", act, 1.0)


def opt_in(found: Findings, scene: Scene) -> Verdict | None:
    """START, or YES from a phone that is opted out (the carrier takes that for START as well)."""
    bare = next(
        (act for act in found.acts if act.name == "bare_start" and act.alone and not act.negated), None
    )
    if act := found.said("start") or bare:
        return _verdict(Intent.START, "opt_in", act, 0.95)
    if scene.question is Question.TEXTS_AGAIN:
        act = found.said("yes")
        if act and act.alone and not found.unexplained:
            return _verdict(Intent.START, "yes_while_opted_out", act)
    return None


def wrong_number(found: Findings, scene: Scene) -> Verdict | None:
    """Somebody else has this phone."""
    del scene
    if found.denied:
        return Verdict(Intent.WRONG_NUMBER, "not_the_guardian", found.denied)
    act = found.said("wrong_number")
    return _verdict(Intent.WRONG_NUMBER, "wrong_number", act) if act else None


def asks_for_help(found: Findings, scene: Scene) -> Verdict | None:
    """HELP by itself, or a question who we are."""
    del scene
    act = found.said("who") or next(
        (act for act in found.acts if act.name in {"bare_help", "who_is"} and act.alone), None
    )
    return _verdict(Intent.HELP, "help", act) if act else None


# --- picking from what was offered ----------------------------------------------------------------


def picks_a_number(found: Findings, scene: Scene) -> Verdict | None:
    """The text is a number of the list and nothing else."""
    if found.choice is None or not scene.choices:
        return None
    return Verdict(Intent.CHOOSE, "number", str(found.choice), 0.95)


def picks_any(found: Findings, scene: Scene) -> Verdict | None:
    """Any of the offered places will do."""
    act = found.said("any_of_these")
    if act is None or scene.question is not Question.WHICH_PLACE:
        return None
    if found.refusal or found.when.wished:  # "tuesday or wednesday, any is fine" is not any of three
        return None
    return _verdict(Intent.RESCHEDULE, "any_of_these", act)


def picks_a_child(found: Findings, scene: Scene) -> Verdict | None:
    """Asked which visit, the parent names a child, or says "both"."""
    if scene.question is not Question.WHICH_VISIT or not (found.children or found.all_children):
        return None
    if found.said("hedge", "not_coming", "cancel", "cancel_visit", "move", "cant", "no", "coming", "keep"):
        return None
    return Verdict(Intent.CHOOSE, "child", ", ".join(found.children) or "all")


# --- what a machine must leave to people ----------------------------------------------------------


def wants_a_person(found: Findings, scene: Scene) -> Verdict | None:
    """Asks for somebody, or for what only a health worker may answer."""
    del scene
    if act := found.said("urgent"):
        return _verdict(Intent.HUMAN, "urgent", act, 0.95)
    if found.said("sick") and (act := found.said("after_vaccine")):
        return _verdict(Intent.HUMAN, "ill_after_vaccine", act)
    if act := found.said("medical"):
        return _verdict(Intent.HUMAN, "medical_question", act)
    act = found.said("human")
    return _verdict(Intent.HUMAN, "human", act) if act else None


def wants_another_language(found: Findings, scene: Scene) -> Verdict | None:
    """Texts in another language, please."""
    del scene
    act = found.said("language", "not_this_language")
    return _verdict(Intent.LANGUAGE_SWITCH, "language", act) if act else None


def has_been_vaccinated(found: Findings, scene: Scene) -> Verdict | None:
    """The dose was given elsewhere. "Already" by itself says so only when nothing else is said."""
    del scene
    said = [act for act in found.acts if act.name == "already" and not act.negated]
    act = next((act for act in said if act.line != "already"), None)
    if act is None and said and len(found.acts) == 1 and not found.unexplained:
        act = said[0]
    if act is None:
        return None
    return _verdict(Intent.ALREADY_VACCINATED, "already_vaccinated", act)


def child_is_sick(found: Findings, scene: Scene) -> Verdict | None:
    """The child is not well, unless the parent already says what should happen: another day."""
    del scene
    act = found.said("sick")
    if act is None or found.said("move"):
        return None
    return _verdict(Intent.SICK_CHILD, "sick_child", act)


# --- two readings remain --------------------------------------------------------------------------


def hesitates(found: Findings, scene: Scene) -> Verdict | None:
    """Maybe, I hope so, if I get a ride: neither yes nor no, unless another day is asked for."""
    act = found.said("hedge")
    obstacle = found.said("obstacle")
    if _asks_to_move(found, scene) or not (act or obstacle) or found.said("keep"):
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
    return _unsure("hesitation", act or obstacle, likely, confidence=0.6)


def contradicts(found: Findings, scene: Scene) -> Verdict | None:
    """A promise and a refusal in one text."""
    if _asks_to_move(found, scene):
        return None
    refusal = found.refusal
    promise = found.said("coming", "keep")
    if refusal and refusal.name != "no" and promise:
        return _unsure("promise_and_refusal", refusal, _last_word(promise, refusal))
    no = found.said("no")
    if no and found.promise and not found.said("keep"):
        return _unsure("yes_and_no", no, _last_word(found.promise, no))
    if found.when.refused and found.promise and not refusal:
        return _unsure("yes_but_not_then", found.promise, Intent.RESCHEDULE)
    if negated := found.negated("coming", "cancel", "cancel_visit", "move", "yes", "ok", "keep", "cant"):
        return _unsure("negation_not_understood", negated)
    return None


def _last_word(promise: Act, refusal: Act) -> Intent | None:
    """What was said last is likelier: "my husband said no but I am bringing him"."""
    if promise.clause == refusal.clause:
        return None
    return Intent.CONFIRM if promise.clause > refusal.clause else Intent.DECLINE


# --- another day ----------------------------------------------------------------------------------


def asks_to_move(found: Findings, scene: Scene) -> Verdict | None:
    """Another day or hour, in words or by naming one that is not the visit's."""
    if not _asks_to_move(found, scene):
        return None
    act = found.said("move", "unsuitable", "none_of_these", "free", "same_day", "later", "sooner", "no")
    return _verdict(Intent.RESCHEDULE, "another_day", act)


def _asks_to_move(found: Findings, scene: Scene) -> bool:
    if found.said("move", "unsuitable"):
        return True
    if found.said("keep"):
        return False
    choosing = scene.question in {Question.WHICH_PLACE, Question.ANOTHER_DAY}
    if choosing and (
        found.said("free", "later", "sooner")
        or (found.said("none_of_these") and not found.said("cancel", "cancel_visit", "not_coming"))
        or _turns_offers_down(found, scene)
    ):
        return True
    if found.said("same_day", "later", "sooner") and scene.visits_at and not (found.query or found.refusal):
        return True
    return _names_another_day(found, scene) or _refuses_only_the_day(found, scene)


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
    return scene.question is Question.WHICH_PLACE and act is not None and act.alone and not found.unexplained


def _names_another_day(found: Findings, scene: Scene) -> bool:
    """A day is wished, and it is not a visit's day; or an hour of the same day, with no promise to come."""
    if not found.when.wished or found.query or _asks_which_day(found, scene):
        return False
    if found.said("free") or _names_another_part(found, scene):
        return True
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


def _asks_which_day(found: Findings, scene: Scene) -> bool:
    """Asks which of several days the visit is on, as in "this Thursday or the next?"."""
    same_day = any(found.when.names_day_of(at) for at in scene.visits_at)
    return found.asks and same_day and len(found.when.dates) > 1 and not found.acts


def _describes_an_offer(found: Findings, scene: Scene) -> bool:
    """Names a part of the day or an hour that was offered: "the morning one"."""
    return not found.when.dates and any(found.when.fits(at) for at in scene.offers)


def _names_another_part(found: Findings, scene: Scene) -> bool:
    """Only hours are named: of those offered ("the one in the morning"), or instead of those refused."""
    if any(one.names_a_day for one in found.when.wished):
        return False
    if scene.question is Question.WHICH_PLACE and not found.refusal:
        return True
    instead = any(not one.names_a_day for one in found.when.refused)
    return instead and not any(found.when.fits(at) for at in scene.visits_at)


def promises_another_hour(found: Findings, scene: Scene) -> Verdict | None:
    """Says "we will come at 3" when the visit is at 10: a mistake or a wish, so ask."""
    if not found.when.wished or not scene.visits_at or any(found.when.fits(at) for at in scene.visits_at):
        return None
    act = found.promise
    return _unsure("another_hour", act, Intent.RESCHEDULE) if act else None


# --- will not come --------------------------------------------------------------------------------


def refuses(found: Findings, scene: Scene) -> Verdict | None:
    """Will not come. A bare "cancel" or a question is checked first; a day that is not the visit's, too."""
    act = found.refusal
    if act is None or act.name == "no":
        return None
    if act.name == "cancel" and scene.question is not Question.WHICH_MEANING and not found.said("not_coming"):
        return _unsure("bare_cancel", act, Intent.DECLINE, 0.6)
    if act.asked or (act.opened and act.name != "cancel_visit"):
        return _unsure("asks_about_refusing", act, Intent.DECLINE)
    if act.name == "cant" and found.unexplained:
        return _unsure("cannot_what", act, Intent.DECLINE)
    return _refuses_another_time(found, scene, act) or _verdict(Intent.DECLINE, "refusal", act)


def _refuses_another_time(found: Findings, scene: Scene, act: Act) -> Verdict | None:
    """A day that is not the visit's, or an hour: the visit itself is not refused."""
    refused = found.when.refused
    if not refused or any(found.when.refuses_day_of(at) for at in scene.visits_at):
        return None
    if any(mention.names_a_day for mention in refused) and not any(
        mention.leaves_days for mention in refused
    ):
        return _unsure("refuses_another_time", act, Intent.RESCHEDULE)
    return _verdict(Intent.RESCHEDULE, "refuses_another_time", act, 0.5)


def says_no(found: Findings, scene: Scene) -> Verdict | None:
    """A plain "no": what it refuses depends on what was asked."""
    act = found.said("no")
    if act is None:
        return None
    plain = act.alone and not found.unexplained
    if plain and scene.question in {Question.WILL_YOU_COME, Question.ANOTHER_DAY}:
        return _verdict(Intent.DECLINE, "no", act)
    answers = scene.question is Question.WILL_YOU_COME and found.unexplained <= UNEXPLAINED_BESIDE_YES
    return _unsure("no_to_what", act, Intent.DECLINE if answers else None, confidence=0.4)


# --- will come ------------------------------------------------------------------------------------


def keeps(found: Findings, scene: Scene) -> Verdict | None:
    """Don't cancel, leave it as it is; or, when other places were offered, the day it already is."""
    act = found.said("keep")
    if act and not act.asked:
        return _verdict(Intent.KEEP, "keep", act)
    if scene.question is Question.WHICH_PLACE and found.when.wished and found.promise:
        old = any(found.when.names_day_of(at) for at in scene.visits_at)
        new = any(found.when.names_day_of(at) for at in scene.offers)
        if old and not new:
            return _verdict(Intent.KEEP, "keeps_old_day", found.promise)
    return None


def promises(found: Findings, scene: Scene) -> Verdict | None:
    """Says that they will come. A question promises nothing."""
    del scene
    act = found.said("coming")
    if act is None or (found.query and (act.asked or act.opened)):
        return None
    if act.asked or act.opened or act.beside > UNEXPLAINED_BESIDE_A_PROMISE:
        return _unsure("promise_not_certain", act)
    return _verdict(Intent.CONFIRM, "promise", act)


def agrees(found: Findings, scene: Scene) -> Verdict | None:
    """Yes; or OK, where something was asked and nothing else is being asked back."""
    if scene.choices and found.figures:
        return _unsure("number_not_offered", found.promise) if found.promise else None
    # "Yes we come and where is it?": there the question is answered.
    if (act := found.said("yes")) and not (found.query and act.asked):
        if scene.question is Question.WHICH_MEANING:
            return _unsure("yes_to_which", act)
        return _agreement(act, found, scene, UNEXPLAINED_BESIDE_YES, 0.95)
    act = found.said("ok")
    if act is None or found.query:
        return None
    if scene.question in {Question.NOTHING, Question.ANOTHER_DAY}:
        return _verdict(Intent.SMALLTALK, "ok_after_the_fact", act, 0.7)
    return _agreement(act, found, scene, UNEXPLAINED_BESIDE_OK, 0.8)


def _agreement(act: Act, found: Findings, scene: Scene, beside: int, confidence: float) -> Verdict:
    if not (act.asked or act.opened) and _is_plain(act, found, beside):
        return _verdict(Intent.CONFIRM, act.name, act, confidence)
    return _unsure(f"{act.name}_and_more", act, _likely_coming(found, scene))


def _likely_coming(found: Findings, scene: Scene) -> Intent | None:
    """A few strange words beside an agreement take little from it: "that's fine, petal"."""
    few = found.unexplained <= UNEXPLAINED_BESIDE_THANKS and not found.asks and len(found.acts) == 1
    return Intent.CONFIRM if few and scene.question is Question.WILL_YOU_COME else None


def _is_plain(act: Act, found: Findings, beside: int) -> bool:
    """Whether few enough words are unexplained, in its own clause and in the others."""
    return act.beside <= beside and found.unexplained <= UNEXPLAINED_ELSEWHERE + beside


# --- questions and talk ---------------------------------------------------------------------------


def asks(found: Findings, scene: Scene) -> Verdict | None:
    """When, where, what for."""
    del scene
    act = found.query
    intents = {"when": Intent.QUERY_WHEN, "where": Intent.QUERY_WHERE, "what": Intent.QUERY_WHAT}
    return _verdict(intents[act.name], "question", act) if act else None


def asks_when(found: Findings, scene: Scene) -> Verdict | None:
    """The day or the hour."""
    del scene
    act = found.said("when")
    return _verdict(Intent.QUERY_WHEN, "question", act) if act else None


def asks_where(found: Findings, scene: Scene) -> Verdict | None:
    """The place."""
    del scene
    act = found.said("where")
    return _verdict(Intent.QUERY_WHERE, "question", act) if act else None


def asks_what(found: Findings, scene: Scene) -> Verdict | None:
    """What for, what to bring, what it costs."""
    del scene
    act = found.said("what")
    return _verdict(Intent.QUERY_WHAT, "question", act) if act else None


def names_the_visits_day(found: Findings, scene: Scene) -> Verdict | None:
    """Only the day that it is: a question or an answer, so ask."""
    del scene
    likely = Intent.RESCHEDULE if found.when.unsure else Intent.QUERY_WHEN if found.asks else None
    return Verdict(Intent.UNSURE, "only_the_day", confidence=0.4, leaning=likely) if found.when else None


def is_confused(found: Findings, scene: Scene) -> Verdict | None:
    """Does not know what to write."""
    del scene
    act = found.said("help")
    return _verdict(Intent.HELP, "confused", act) if act else None


def talks(found: Findings, scene: Scene) -> Verdict | None:
    """Thanks and greetings, with nothing of weight beside them."""
    del scene
    act = found.said("thanks") or found.said("greeting")
    if act is None or found.unexplained > UNEXPLAINED_BESIDE_THANKS:
        return None
    return _verdict(Intent.SMALLTALK, act.name, act, 0.8)


RULES: tuple[Rule, ...] = (
    opt_out,
    opt_in,
    wrong_number,
    asks_for_help,
    wants_another_language,
    picks_a_number,
    picks_any,
    picks_a_child,
    wants_a_person,
    has_been_vaccinated,
    child_is_sick,
    hesitates,
    contradicts,
    asks_to_move,
    promises_another_hour,
    refuses,
    keeps,
    promises,
    agrees,
    says_no,
    asks,
    names_the_visits_day,
    is_confused,
    talks,
)

# What is answered beside the chief thing.
SAID_BESIDE: tuple[Rule, ...] = (
    opt_out,
    wrong_number,
    wants_another_language,
    wants_a_person,
    has_been_vaccinated,
    child_is_sick,
    asks_to_move,
    keeps,
    promises,
    agrees,
    asks_when,
    asks_where,
    asks_what,
)

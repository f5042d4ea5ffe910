"""Questions to us, and talk."""

from conversations.intents import Intent
from conversations.understanding.findings import Findings
from conversations.understanding.reading import Question, Scene
from conversations.understanding.rules.verdict import UNEXPLAINED_BESIDE_THANKS, Verdict, unsure, verdict


def complains(found: Findings, scene: Scene) -> Verdict | None:
    """Something went wrong before: nobody was there, no text came. What they want now goes first."""
    del scene
    act, query = found.said("complaint"), found.query
    asked = query is not None and (query.asked or query.opened)
    return verdict(Intent.HUMAN, "complaint", act) if act and not asked else None


def forgets(found: Findings, scene: Scene) -> Verdict | None:
    """Forgot a visit that is missed: another day; beside thanks it is only talk, else nobody knows."""
    act = found.said("forgot")
    if act and scene.question is Question.ANOTHER_DAY:
        return verdict(Intent.RESCHEDULE, "forgot", act, 0.7)
    return unsure("forgot", act) if act and not found.said("thanks", "ok") else None


def asks(found: Findings, scene: Scene) -> Verdict | None:
    """When, where, what for."""
    del scene
    act = found.query
    intents = {"when": Intent.QUERY_WHEN, "where": Intent.QUERY_WHERE, "what": Intent.QUERY_WHAT}
    return verdict(intents[act.name], "question", act) if act else None


def asks_when(found: Findings, scene: Scene) -> Verdict | None:
    """The day or the hour."""
    del scene
    act = found.said("when")
    return verdict(Intent.QUERY_WHEN, "question", act) if act else None


def asks_where(found: Findings, scene: Scene) -> Verdict | None:
    """The place."""
    del scene
    act = found.said("where")
    return verdict(Intent.QUERY_WHERE, "question", act) if act else None


def asks_what(found: Findings, scene: Scene) -> Verdict | None:
    """What for, what to bring, what it costs."""
    del scene
    act = found.said("what")
    return verdict(Intent.QUERY_WHAT, "question", act) if act else None


def names_the_visits_day(found: Findings, scene: Scene) -> Verdict | None:
    """Only the day that it is: a question or an answer, so ask."""
    del scene
    likely = Intent.RESCHEDULE if found.when.unsure else Intent.QUERY_WHEN if found.asks else None
    return Verdict(Intent.UNSURE, "only_the_day", confidence=0.4, leaning=likely) if found.when else None


def is_confused(found: Findings, scene: Scene) -> Verdict | None:
    """Does not know what to write."""
    del scene
    act = found.said("help")
    return verdict(Intent.HELP, "confused", act) if act else None


def talks(found: Findings, scene: Scene) -> Verdict | None:
    """Thanks and greetings, with nothing of weight beside them."""
    del scene
    act = found.said("thanks") or found.said("greeting")
    if act is None or found.unexplained > UNEXPLAINED_BESIDE_THANKS:
        return None
    return verdict(Intent.SMALLTALK, act.name, act, 0.8)

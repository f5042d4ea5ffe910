"""What the evidence in a text means in its scene: one ordered table of rules, the first that applies decides.

The order is the policy. Opt-outs stand first. Whatever could be read two ways becomes UNSURE before any
rule that would act on it: a question too many costs a text, a promise or a refusal that was never made
costs a child its dose.
"""

from conversations.intents import Intent
from conversations.understanding.findings import Findings
from conversations.understanding.reading import Scene
from conversations.understanding.rules import another_day, anywhere, coming, doubts, talking
from conversations.understanding.rules.verdict import Rule, Verdict

__all__ = ["RULES", "SAID_BESIDE", "Verdict", "decide", "everything_said", "is_urgent"]

RULES: tuple[Rule, ...] = (
    anywhere.opt_out,
    anywhere.opt_in,
    anywhere.wrong_number,
    anywhere.asks_for_help,
    anywhere.wants_another_language,
    anywhere.picks_a_number,
    anywhere.picks_any,
    anywhere.picks_a_child,
    anywhere.wants_a_person,
    anywhere.has_been_vaccinated,
    anywhere.child_is_sick,
    doubts.hesitates,
    doubts.wants_no_other_day,
    doubts.contradicts,
    another_day.asks_to_move,
    another_day.promises_another_hour,
    coming.refuses,
    coming.keeps,
    coming.promises,
    coming.agrees,
    coming.says_no,
    talking.complains,
    talking.asks,
    talking.forgets,
    talking.names_the_visits_day,
    talking.is_confused,
    talking.talks,
)

# What is answered beside the chief thing.
SAID_BESIDE: tuple[Rule, ...] = (
    anywhere.opt_out,
    anywhere.wrong_number,
    anywhere.wants_another_language,
    anywhere.wants_a_person,
    anywhere.has_been_vaccinated,
    anywhere.child_is_sick,
    another_day.asks_to_move,
    talking.complains,
    coming.keeps,
    coming.promises,
    coming.agrees,
    talking.asks_when,
    talking.asks_where,
    talking.asks_what,
)


def decide(found: Findings, scene: Scene) -> Verdict:
    """The meaning of the evidence."""
    for rule in RULES:
        if verdict := rule(found, scene):
            return verdict
    return Verdict(Intent.UNKNOWN, "nothing_applies", confidence=0.0)


def everything_said(found: Findings, scene: Scene) -> tuple[Verdict, ...]:
    """All that could be answered in a text, beside what decides it: a promise and a question, say."""
    said = (rule(found, scene) for rule in SAID_BESIDE)
    return tuple(verdict for verdict in said if verdict and verdict.intent is not Intent.UNSURE)


def is_urgent(found: Findings) -> bool:
    """Whether a person must look at once."""
    return found.said("urgent") is not None

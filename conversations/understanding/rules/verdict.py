"""What a rule gives back: an intent with its evidence, or that two readings remain."""

from collections.abc import Callable

from msgspec import Struct

from conversations.intents import Intent
from conversations.understanding.acts import Act
from conversations.understanding.findings import Findings
from conversations.understanding.reading import Scene

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


def verdict(intent: Intent, rule: str, act: Act | None, confidence: float = 0.9) -> Verdict:
    return Verdict(intent, rule, act.words if act else "", confidence)


def unsure(rule: str, act: Act | None, leaning: Intent | None = None, confidence: float = 0.5) -> Verdict:
    return Verdict(Intent.UNSURE, rule, act.words if act else "", confidence, leaning)

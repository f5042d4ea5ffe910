"""What everything in a text speaks for, taken together: phrases, rules and likeness, each with its weight.

A rule looks at a few phrases; whether they were meant so shows in all the rest. The weights (weights.toml)
were learned from examples that no phrase was made for, by conversations/learning.py: they say how far each
rule and each phrase can be trusted, in which scene. They know no words, so a new language needs none.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from msgspec import Struct

from conversations.intents import Intent
from conversations.understanding.files import read_toml
from conversations.understanding.findings import Findings
from conversations.understanding.likeness import Alike, Row, as_shares
from conversations.understanding.reading import Scene
from conversations.understanding.rules import Verdict

Evidence = tuple[str, float]

FILE = "weights.toml"
# The machine's own intents by the names that the examples use.
_NAMES = {Intent.KEEP: Intent.CONFIRM, Intent.UNSURE: Intent.UNKNOWN, Intent.NOTHING: Intent.UNKNOWN}
_MANY = 4
# A smaller share weighs nothing; the whole of it counts as several phrases do.
_LEAST_SHARE, _SHARE_COUNTS = 0.01, 5.0


class Likely(Struct, frozen=True):
    """The likeliest intent, and its share against all others."""

    intent: Intent
    share: float


class Weights(Struct, frozen=True, forbid_unknown_fields=True):
    """How much each piece of evidence speaks for each of `intents`, in their order."""

    intents: list[Intent]
    evidence: dict[str, Row]

    def likeliest(self, evidence: Iterable[Evidence]) -> Likely:
        """What the evidence speaks for; what has no weight says nothing."""
        rows = [(self.evidence[name], value) for name, value in evidence if name in self.evidence]
        plain = [row for row, value in rows if value == 1.0]
        plain += [tuple(value * one for one in row) for row, value in rows if value != 1.0]
        shares = as_shares(map(sum, zip(*plain, strict=True)))
        share, intent = max(zip(shares, self.intents, strict=True))
        return Likely(intent, share)


@cache
def learned() -> Weights:
    """The weights that the product was delivered with.

    Raises:
        ValueError: the file is not as `make weights` writes it.
    """
    weights: Weights = read_toml(files("conversations") / "understanding", FILE, Weights)
    return weights


def named(verdict: Verdict) -> Intent:
    """What a verdict means or leans to, by the names that the examples use."""
    intent = verdict.leaning or verdict.intent
    return _NAMES.get(intent, intent)


def evidence_in(found: Findings, verdict: Verdict, scene: Scene, alike: Alike) -> Iterator[Evidence]:
    """Everything that was found, by name, with how much of it there is: 1, but for likeness its share."""
    said: dict[str, None] = {"always": None, f"question {scene.question}": None}
    for act in found.acts:
        name = f"not {act.name}" if act.negated else act.name
        said |= {name: None, f"{name} to {scene.question}": None}
        if act.asked or act.opened:
            said[f"{name} asked"] = None
        if act.alone:
            said[f"{name} alone"] = None
    if found.when.wished:
        said["day wished"] = None
    if found.when.refused:
        said["day refused"] = None
    if found.asks:
        said["asks"] = None
    said[f"unexplained {min(found.unexplained, _MANY)}"] = None
    open_ = "open " if verdict.intent in {Intent.UNSURE, Intent.UNKNOWN} else ""
    said |= {f"{open_}{named(verdict)}": None, f"{verdict.rule} {named(verdict)}": None}
    yield from ((name, 1.0) for name in said)
    for kind, shares in (("words", alike.by_words), ("letters", alike.by_letters)):
        for intent, share in shares.items():
            if share >= _LEAST_SHARE:
                yield f"{kind} like {intent}", _SHARE_COUNTS * share

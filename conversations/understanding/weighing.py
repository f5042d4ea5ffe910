"""What everything in a text speaks for, taken together: phrases, rules and likeness, each with its weight.

A rule looks at a few phrases; whether they were meant so shows in all the rest. The weights (weights.toml)
were learned from examples that no phrase was made for, by tests/conversations/learning.py: they say how far
each rule and each phrase can be trusted, in which scene. They know no words, so a new language needs none.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from msgspec import Struct

from conversations.intents import Intent
from conversations.understanding.acts import TALK, Act
from conversations.understanding.files import read_toml
from conversations.understanding.findings import Findings
from conversations.understanding.likeness import Alike, Row, Shares, as_shares
from conversations.understanding.reading import Scene
from conversations.understanding.rules import Verdict

Evidence = tuple[str, float]

FILE = "weights.toml"
# The machine's own intents by the names that the examples use.
_NAMES = {Intent.KEEP: Intent.CONFIRM, Intent.UNSURE: Intent.UNKNOWN, Intent.NOTHING: Intent.UNKNOWN}
_MANY = 4
_ALWAYS = "always"
# A smaller share weighs nothing; the whole of it counts as several phrases do.
_LEAST_SHARE, _SHARE_COUNTS = 0.01, 5.0


class Weights(Struct, frozen=True, forbid_unknown_fields=True):
    """How much each piece of evidence speaks for each of `intents`, in their order."""

    intents: list[Intent]
    evidence: dict[str, Row]

    def shares(self, evidence: Iterable[Evidence]) -> Shares:
        """How likely each intent is by this evidence; what has no weight says nothing."""
        rows = [(self.evidence[name], value) for name, value in evidence if name in self.evidence]
        plain = [row for row, value in rows if value == 1.0]
        plain += [tuple(value * one for one in row) for row, value in rows if value != 1.0]
        shares = as_shares(map(sum, zip(*plain, strict=True)))
        return dict(zip(self.intents, shares, strict=True))


@cache
def learned() -> Weights:
    """The weights that the product was delivered with.

    Raises:
        ValueError: the file is not as `make weights` writes it.
    """
    weights = read_toml(files("conversations") / "understanding", FILE, Weights)
    short = [name for name, row in weights.evidence.items() if len(row) != len(weights.intents)]
    if short or _ALWAYS not in weights.evidence:
        raise ValueError(f"{FILE}: not as many weights as intents: {short or _ALWAYS}")
    return weights


def named(verdict: Verdict) -> Intent:
    """What a verdict means or leans to, by the names that the examples use."""
    intent = verdict.leaning or verdict.intent
    return _NAMES.get(intent, intent)


def evidence_in(found: Findings, verdict: Verdict, scene: Scene, alike: Alike) -> Iterator[Evidence]:
    """Everything that was found, by name, with how much of it there is: 1, but for likeness its share."""
    said = dict.fromkeys(
        (
            _ALWAYS,
            f"question {scene.question}",
            f"unexplained {min(found.unexplained, _MANY)}",
            *(name for act in found.acts for name in _of_an_act(act, scene)),
            *_of_days(found, scene),
            *(("asks",) if found.asks else ()),
            *_of_a_verdict(verdict, found),
        )
    )
    yield from ((name, 1.0) for name in said)
    for kind, shares in (("words", alike.by_words), ("letters", alike.by_letters)):
        for intent, share in shares.items():
            if share >= _LEAST_SHARE:
                yield f"{kind} like {intent}", _SHARE_COUNTS * share


def _of_an_act(act: Act, scene: Scene) -> Iterator[str]:
    name = f"denies {act.name}" if act.negated else f"says {act.name}"
    yield name
    yield f"{name} to {scene.question}"
    if act.asked or act.opened:
        yield f"{name} asked"
    if act.alone:
        yield f"{name} alone"


def _of_days(found: Findings, scene: Scene) -> Iterator[str]:
    if found.when.refused:
        yield "day refused"
    if found.when.wished:
        yield "day wished"
        days = scene.visit_days
        if found.when.dates:
            yield "visit's day wished" if days & set(found.when.dates) else "another day wished"
        elif found.when.at:
            fits = found.when.at in {at.time() for at in scene.visits_at}
            yield "visit's hour wished" if fits else "another hour wished"


def _of_a_verdict(verdict: Verdict, found: Findings) -> Iterator[str]:
    is_open = verdict.intent in {Intent.UNSURE, Intent.UNKNOWN}
    yield f"leans to {named(verdict)}" if is_open else f"means {named(verdict)}"
    rule = f"{named(verdict)} by {verdict.rule}"
    yield rule
    others = {act.name for act in found.acts} - TALK
    if len(others) == 1 and not found.unexplained:
        yield f"{rule} and nothing else"

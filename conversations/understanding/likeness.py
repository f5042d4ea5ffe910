"""What a text is most like: for texts in which no rule finds its words.

Each language keeps examples of what parents wrote with what they meant (examples.toml), so that whoever
speaks the language can read, correct and add to them. A text is weighed word by word against all of them;
the words that weighed most are the evidence. It only ever leans: nothing is done by it without a question.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from math import exp, log

from msgspec import Struct

from conversations.intents import Intent
from conversations.understanding.tokens import pieces

# Letters of a word that count by themselves, so that "vaccinated" is like "vaccination".
_STEM = 4
# How much a feature that was seen once says: less than the share in which it was seen.
_SMOOTHING = 0.9
# Features of one text hang together, so each says less than it would alone.
_DAMPING = 0.5
_FIGURE, _PART = "#", "~"
_EVIDENCE_WORDS = 3

Examples = Mapping[Intent, Iterable[str]]


class Likely(Struct, frozen=True):
    """The intent whose examples a text is most like, its share against all others, and the words for it."""

    intent: Intent
    share: float
    evidence: str


class Likeness:
    """All examples of all languages: a text may be in two of them."""

    def __init__(self, examples: Examples) -> None:
        """Weigh the examples, given as normalised texts."""
        seen: defaultdict[str, Counter[Intent]] = defaultdict(Counter)
        total: Counter[Intent] = Counter()
        for intent, texts in examples.items():
            for text in texts:
                seen_in = set(_features(text))
                total[intent] += 1
                for feature in seen_in:
                    seen[feature][intent] += 1
        every = total.total()
        self._before = {intent: _DAMPING * log(count / every) for intent, count in total.items()}
        usual = {intent: count / every for intent, count in total.items()}
        self._weights = {feature: _weights(counts, usual) for feature, counts in seen.items()}

    def most_like(self, words: str) -> Likely | None:
        """The likeliest meaning of a normalised text; None where no example has a word of it."""
        known = [feature for feature in dict.fromkeys(_features(words)) if feature in self._weights]
        if not any(mark.isalpha() for feature in known for mark in feature):
            return None
        scores = dict(self._before)
        for feature in known:
            for intent, weight in self._weights[feature].items():
                scores[intent] += weight
        intent = max(scores, key=lambda one: scores[one])
        share = 1 / sum(exp(score - scores[intent]) for score in scores.values())
        return Likely(intent, share, self._evidence(known, intent))

    def _evidence(self, known: Iterable[str], intent: Intent) -> str:
        """The words that speak most for an intent."""
        spoke = {f: self._weights[f][intent] for f in known if not f.startswith(_PART)}
        most = sorted((f for f, weight in spoke.items() if weight > 0), key=lambda f: -spoke[f])
        return ", ".join(most[:_EVIDENCE_WORDS])


def _weights(counts: Counter[Intent], usual: Mapping[Intent, float]) -> dict[Intent, float]:
    """How much a feature speaks for each intent: its share there against the usual share."""
    times = counts.total()
    return {
        intent: _DAMPING * log((counts[intent] / share + _SMOOTHING) / (times + _SMOOTHING))
        for intent, share in usual.items()
    }


def _features(words: str) -> Iterator[str]:
    """Words, neighbouring words and parts of words; any figure is like any other."""
    found = [_FIGURE if piece[0].isdigit() else piece for piece in pieces(words)]
    yield from found
    for left, right in zip(("<", *found), (*found, ">"), strict=True):
        yield f"{left} {right}"
    for word in found:
        edged = f"_{word}_"
        for start in range(len(edged) - _STEM + 1 if len(word) >= _STEM else 0):
            yield f"{_PART}{edged[start : start + _STEM]}"

"""What a text is most like: its words and its letters weighed against all examples of what parents meant.

Each language keeps examples of what parents wrote (examples.toml), so that whoever speaks the language can
read, correct and add to them. A text is weighed against all of them by naive Bayes, twice: by its words and
their neighbours, and by runs of letters, which outlive misspelling. The words that weighed most are the
evidence. A text may be in two languages, so all of them are weighed together.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from math import exp, log

from msgspec import Struct

from conversations.intents import Intent
from conversations.understanding.tokens import pieces
from conversations.understanding.word_groups import WordGroups, end_of_group

# Letters of a run.
_RUN = 3
# How much a feature that was seen once says: less than the share in which it was seen.
_SMOOTHING = 0.5
# Features of one text hang together, so each says less than it would alone.
_DAMPING = 0.5
_FIGURE, _NAME = "#", "@"
_EVIDENCE_WORDS = 3
# What stands for a beginning, an end, a figure or a name.
_NOT_SAID = "<>#@ "

Row = tuple[float, ...]
Shares = Mapping[Intent, float]
Features = Callable[[Sequence[str]], Iterable[str]]


class Alike(Struct, frozen=True):
    """The share of each intent in what a text is like, and those of its words that examples have."""

    by_words: Shares
    by_letters: Shares
    known: Sequence[str]


class Likeness:
    """All examples of all languages."""

    def __init__(
        self,
        examples: Iterable[tuple[str, Intent]],
        courtesies: WordGroups | None = None,
        names: Collection[str] = (),
        in_plain_letters: Callable[[str], str] = str,
    ) -> None:
        """Weigh the examples: normalised texts, each with its meaning.

        `courtesies` are words that say nothing about it, and so are left out; a name is like any other, and
        so is a word in whichever alphabet.
        """
        self._courtesies = courtesies or {}
        self._in_plain_letters = in_plain_letters
        words = [(self._words(text, names), intent) for text, intent in examples]
        self._by_words = Table(words, _neighbours)
        self._by_letters = Table(words, _runs)

    def to(self, text: str, names: Collection[str] = ()) -> Alike | None:
        """What a normalised text is like; None where no example has a word of it."""
        words = self._words(text, names)
        known = self._by_words.known(words)
        if not any(mark.isalpha() for feature in known for mark in feature):
            return None
        runs = self._by_letters.known(words)
        return Alike(self._by_words.shares(known), self._by_letters.shares(runs), known)

    def evidence(self, alike: Alike, intent: Intent) -> str:
        """The words of a text that speak most for an intent."""
        spoke = self._by_words.spoke_for(intent, alike.known)
        most = sorted((f for f, weight in spoke.items() if weight > 0), key=lambda f: -spoke[f])
        words = (feature.strip(_NOT_SAID) for feature in most)
        return ", ".join([word for word in dict.fromkeys(words) if word][:_EVIDENCE_WORDS])

    def _words(self, text: str, names: Collection[str]) -> tuple[str, ...]:
        """The words of a text, and whether it asks; any figure is like any other, and so is any name."""
        said = tuple(piece for piece in pieces(text) if piece[0].isalnum() or piece == "?")
        words = tuple(
            _FIGURE if word[0].isdigit() else _NAME if word in names else self._in_plain_letters(word)
            for word in self._without_courtesies(said)
        )
        return words or said

    def _without_courtesies(self, words: tuple[str, ...]) -> Iterator[str]:
        at = 0
        while at < len(words):
            end = end_of_group(words, at, self._courtesies)
            if end == at:
                yield words[at]
            at = max(end, at + 1)


class Table:
    """How much each feature of the examples speaks for each intent."""

    def __init__(self, examples: Iterable[tuple[Sequence[str], Intent]], features: Features) -> None:
        """Count in how many examples of each intent a feature occurs, and weigh the counts."""
        self._features = features
        seen: defaultdict[str, dict[Intent, int]] = defaultdict(dict)
        total: Counter[Intent] = Counter()
        for words, intent in examples:
            total[intent] += 1
            for feature in set(features(words)):
                counts = seen[feature]
                counts[intent] = counts.get(intent, 0) + 1
        self._intents = tuple(sorted(total))
        usual = tuple(total[intent] / total.total() for intent in self._intents)
        self._before = tuple(_DAMPING * log(share) for share in usual)

        @cache  # most features were seen once or twice, and share their row with all others like them
        def row(counts: tuple[tuple[Intent, int], ...]) -> Row:
            counted = dict(counts)
            return _weights([counted.get(intent, 0) for intent in self._intents], usual)

        self._rows = {feature: row(tuple(sorted(counts.items()))) for feature, counts in seen.items()}

    def known(self, words: Sequence[str]) -> list[str]:
        """The features of a text that examples have, each once."""
        rows = self._rows
        return [feature for feature in dict.fromkeys(self._features(words)) if feature in rows]

    def shares(self, known: Iterable[str]) -> Shares:
        """The share of each intent in what these features are like."""
        scores = map(sum, zip(self._before, *(self._rows[feature] for feature in known), strict=True))
        return dict(zip(self._intents, as_shares(scores), strict=True))

    def spoke_for(self, intent: Intent, known: Iterable[str]) -> dict[str, float]:
        """How much each of these features speaks for an intent."""
        if intent not in self._intents:
            return {}
        place = self._intents.index(intent)
        return {feature: self._rows[feature][place] for feature in known}


def as_shares(scores: Iterable[float]) -> Sequence[float]:
    """Scores as shares of one, the largest score having the largest share (softmax)."""
    scores = tuple(scores)
    largest = max(scores)
    weighed = [exp(score - largest) for score in scores]
    total = sum(weighed)
    return [one / total for one in weighed]


def _weights(counts: Sequence[int], usual: Row) -> Row:
    """How much a feature speaks for each intent: its share there against the usual share."""
    times = sum(counts)
    return tuple(
        _DAMPING * log((count / share + _SMOOTHING) / (times + _SMOOTHING))
        for count, share in zip(counts, usual, strict=True)
    )


def _neighbours(words: Sequence[str]) -> list[str]:
    pairs = zip(("<", *words), (*words, ">"), strict=True)
    return [*words, *[f"{left} {right}" for left, right in pairs]]


def _runs(words: Sequence[str]) -> list[str]:
    letters = f"_{'_'.join(words)}_"
    return [letters[start : start + _RUN] for start in range(len(letters) - _RUN + 1)]

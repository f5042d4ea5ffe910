"""What one language finds in a text: phrases with their scope, days, names, and what it cannot explain.

This is evidence, not yet meaning. Whether a promise is negated, only asked about, or stands alone is
noted here; what follows from that in the scene is decided by the rules.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from conversations.understanding.days import Calendar, Mention, mentions
from conversations.understanding.lexicon import Lexicon, lexicon
from conversations.understanding.normal import normalise
from conversations.understanding.phrases import Match, end_of_group
from conversations.understanding.reading import Scene
from conversations.understanding.tokens import Clause, clauses
from conversations.understanding.when import When, refused_in

# Their words hold names of days that are not meant: "good morning", "voy tarde".
_NOT_ABOUT_DAYS = frozenset({"nothing", "greeting", "thanks", "hedge", "obstacle"})
# How far a "not" reaches: "not at all sure to come".
_NEGATION_REACH = 3
# One letter answers when it stands alone; beside other words it is "y" for "and" or a slip of the thumb.
_ONLY_ALONE = {"bare_yes": "yes", "bare_no": "no"}
# Said for themselves: a "no" before them is another answer, not their opposite.
_NEVER_NEGATED = frozenset(
    {"no", "thanks", "greeting", "nothing", "hedge", "obstacle", "later", "sooner", "same_day"}
)


class Act(Struct, frozen=True):
    """A phrase that was said.

    Attributes:
        name: the act of the lexicon.
        line: the lexicon's line that matched.
        words: the words it matched.
        clause: the number of its clause.
        negated: a "not" stands before it.
        asked: a question mark closes its clause.
        opened: its clause begins as a question does ("can we", "should I").
        alone: nothing but politeness stands beside it in its clause.
    """

    name: str
    line: str
    words: str
    clause: int
    negated: bool = False
    asked: bool = False
    opened: bool = False
    alone: bool = False


class Findings(Struct, frozen=True):
    """The evidence in a text, for one language. `figures` says that a bare number stands in it.

    `denied` is the guardian's name where it is said not to be theirs ("I'm not Amina").
    """

    language: str
    acts: tuple[Act, ...] = ()
    when: When = When()
    children: tuple[str, ...] = ()
    all_children: bool = False
    choice: int | None = None
    figures: bool = False
    denied: str = ""
    words: int = 0
    unexplained: int = 0

    def said(self, *names: str) -> Act | None:
        """The first of these acts that is said and not negated."""
        return next((act for act in self.acts if act.name in names and not act.negated), None)

    def negated(self, *names: str) -> Act | None:
        """The first of these acts that a "not" stands before."""
        return next((act for act in self.acts if act.name in names and act.negated), None)

    @property
    def promise(self) -> Act | None:
        """Something said that could mean that they come."""
        return self.said("coming", "yes", "ok")

    @property
    def refusal(self) -> Act | None:
        """Something said that could mean that they do not, the plainest first."""
        return self.said("not_coming", "cancel_visit") or self.said("cancel", "cant") or self.said("no")

    @property
    def query(self) -> Act | None:
        """Something asked."""
        return self.said("when", "where", "what")

    @property
    def explained(self) -> float:
        """The share of the words that have been given a meaning."""
        return 1 - self.unexplained / self.words if self.words else 0.0


def find(normalised: str, language: str, scene: Scene) -> Findings:
    """Gather what a language's words find in a normalised text."""
    known = lexicon(language)
    calendar = Calendar(
        scene.now.date(), tuple(dict.fromkeys(at.date() for at in (*scene.offers, *scene.visits_at)))
    )
    parts = clauses(normalised, known.turning_words)
    names = {name: _words_of(name) for name in scene.children}
    names = {name: words for name, words in names.items() if words and not _is_a_word(words, known)}
    read = [
        _read(number, clause, known, calendar, tuple(names.values())) for number, clause in enumerate(parts)
    ]
    everything = tuple(word for clause in parts for word in clause.words)
    return Findings(
        language=language,
        acts=tuple(act for clause in read for act in clause.acts),
        when=When(
            tuple(mention for clause in read for mention in clause.wished),
            tuple(mention for clause in read for mention in clause.refused),
        ),
        children=tuple(
            name for name, words in names.items() if any(_names(clause.words, words) for clause in parts)
        ),
        all_children=any(clause.all_children for clause in read),
        choice=_choice(everything, known, scene.choices),
        denied=_denied(parts, known, scene.guardian),
        figures=any(word.isdecimal() for word in everything),
        words=sum(word.isalnum() for word in everything),
        unexplained=sum(clause.unexplained for clause in read),
    )


class _Read(Struct, frozen=True):
    acts: tuple[Act, ...]
    wished: tuple[Mention, ...]
    refused: tuple[Mention, ...]
    all_children: bool
    unexplained: int


def _read(
    number: int, clause: Clause, known: Lexicon, calendar: Calendar, names: Sequence[tuple[str, ...]]
) -> _Read:
    words = clause.words
    matches = known.book.find(words)
    covered = {at for match in matches for at in range(match.start, match.end)}
    negators = [at for at, word in enumerate(words) if word in known.negators and at not in covered]
    named = tuple(mentions(_without(words, matches), known.language, calendar))
    refused = refused_in(
        words, named, matches, _refusing_words(words, negators, matches, known), known.days.joined_by
    )
    group = next((span for name in known.all_children if (span := _at(words, name))), range(0))
    explained = covered | set(negators) | set(group) if covered.isdisjoint(group) else covered | set(negators)
    for mention in named:
        explained |= set(range(mention.start, mention.end))
    for name in names:
        explained |= set(_names(words, name) or ())
    return _Read(
        acts=tuple(_acts(number, clause, matches, negators, covered, known)),
        wished=tuple(mention for mention in named if mention not in refused),
        refused=tuple(mention for mention in named if mention in refused),
        all_children=bool(group) and covered.isdisjoint(group),
        unexplained=sum(_needs_meaning(word, known) for at, word in enumerate(words) if at not in explained),
    )


def _acts(
    number: int,
    clause: Clause,
    matches: Sequence[Match],
    negators: Sequence[int],
    covered: set[int],
    known: Lexicon,
) -> Iterator[Act]:
    words = clause.words
    rest = {word for at, word in enumerate(words) if at not in covered}
    opened = _opens_as_question(words, known)
    for match in matches:
        others = {
            word for other in matches if other.act != match.act for word in words[other.start : other.end]
        }
        alone = all(word in known.polite or not word.isalnum() for word in rest | others)
        if match.act in _ONLY_ALONE and not alone:
            continue
        yield Act(
            name=_ONLY_ALONE.get(match.act, match.act),
            line=match.line,
            words=" ".join(words[match.start : match.end]),
            clause=number,
            negated=_is_negated(match, matches, negators),
            asked=clause.asked,
            opened=opened,
            alone=alone,
        )


def _is_negated(match: Match, matches: Sequence[Match], negators: Sequence[int]) -> bool:
    """A "not" that belongs to no phrase reaches over a few words; a "no" that is one, only the next."""
    if match.act in _NEVER_NEGATED:
        return False
    if any(0 < match.start - at <= _NEGATION_REACH for at in negators):
        return True
    if match.act in {"cancel", "cancel_visit"}:
        # "No la vamos a cancelar": the one act that is worth a question wherever a "no" stands before it.
        return any(other.act == "no" and 0 <= match.start - other.end <= _NEGATION_REACH for other in matches)
    # "No stop" is a request twice over, "no move it" is not.
    return match.act not in {"bare_stop", "keep"} and any(
        other.act == "no" and other.end == match.start for other in matches
    )


def _refusing_words(
    words: tuple[str, ...], negators: Sequence[int], matches: Sequence[Match], known: Lexicon
) -> list[tuple[int, int]]:
    """Where "not", "no" and "except" stand."""
    spans = [(at, at + 1) for at in negators]
    spans += [(match.start, match.end) for match in matches if match.act == "no"]
    for phrase in known.days.except_:
        if found := _at(words, phrase):
            spans.append((found.start, found.stop))
    return spans


def _opens_as_question(words: tuple[str, ...], known: Lexicon) -> bool:
    """Whether it begins as a question does, politeness aside; "no puedo" begins with "no"."""
    skipped = known.polite - known.negators - known.agreements
    start = next((at for at, word in enumerate(words) if word not in skipped), 0)
    return (
        words[start : start + 1] in known.question_openers
        or words[start : start + 2] in known.question_openers
    )


def _without(words: tuple[str, ...], matches: Sequence[Match]) -> tuple[str, ...]:
    """The words, with those blanked in which a day's name would not mean the day."""
    hidden = {at for match in matches if match.act in _NOT_ABOUT_DAYS for at in range(match.start, match.end)}
    return tuple("" if at in hidden else word for at, word in enumerate(words))


def _needs_meaning(word: str, known: Lexicon) -> bool:
    return word.isalpha() and word not in known.meaningless


def _at(words: tuple[str, ...], phrase: tuple[str, ...]) -> range | None:
    """Where a phrase stands in the words."""
    for start in range(len(words) - len(phrase) + 1):
        if words[start : start + len(phrase)] == phrase:
            return range(start, start + len(phrase))
    return None


def _names(words: tuple[str, ...], name: tuple[str, ...]) -> range | None:
    """Where a child's name stands, also as "zuris"."""
    return _at(words, name) or _at(words, (*name[:-1], f"{name[-1]}s"))


def _denied(parts: Sequence[Clause], known: Lexicon, guardian: str | None) -> str:
    """The guardian's name, where a "not" stands shortly before it."""
    name = _words_of(guardian or "")[:1]
    for clause in parts:
        at = _names(clause.words, name) if name else None
        if at and known.negators.intersection(clause.words[max(0, at.start - _NEGATION_REACH) : at.start]):
            return name[0]
    return ""


@lru_cache(maxsize=4096)
def _words_of(name: str) -> tuple[str, ...]:
    """A child's name as it would be left by normalising. Kept, because every text asks for the same few."""
    return tuple(normalise(name).split())


def _is_a_word(name: tuple[str, ...], known: Lexicon) -> bool:
    """A child may be called Will or Hope: such a name cannot be told from the word, so we ask instead."""
    return len(name) == 1 and (name[0] in known.book.words or name[0] in known.meaningless)


def _choice(words: tuple[str, ...], known: Lexicon, choices: int) -> int | None:
    """The one number that the text consists of, besides words that go with choosing."""
    if not choices:
        return None
    found: set[int] = set()
    at = 0
    while at < len(words):
        end = end_of_group(words, at, known.numbers)
        if end > at:
            found.add(known.number_of[words[at:end]])
        elif words[at].isdecimal():
            found.add(int(words[at]))
        elif words[at].isalnum() and words[at] not in known.around_numbers:
            return None
        at = max(end, at + 1)
    number = found.pop() if len(found) == 1 else 0
    return number if 1 <= number <= choices else None

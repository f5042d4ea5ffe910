"""What a clause does: its phrases with their scope.

Whether a promise is negated, only asked about, or stands alone is noted here; what follows from that in the
scene is decided by the rules.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct

from conversations.understanding.lexicon import Lexicon
from conversations.understanding.phrases import Match
from conversations.understanding.tokens import Clause

# How far a "not" reaches: "not at all sure to come".
NEGATION_REACH = 3
# How far behind a refusal a word such as "fail" turns it round.
_FAILING_REACH = 2
# One letter answers when it stands alone; beside other words it is "y" for "and" or a slip of the thumb.
_ONLY_ALONE = {"bare_yes": "yes", "bare_no": "no", "bare_language": "language", "bare_human": "human"}
# A plain "no" right before these says the same once more: "hapana hatutakuja", "no stop".
_SAID_AGAIN = frozenset({"bare_stop", "stop", "keep", "not_coming", "cant", "wrong_number"})
# Politeness in whole phrases.
_POLITE = ("thanks", "greeting")
# These may stand beside anything.
TALK = frozenset({*_POLITE, "nothing"})
# Said for themselves: a "no" before them is another answer, not their opposite.
_NEVER_NEGATED = frozenset(
    {
        *("no", "thanks", "greeting", "nothing", "hedge", "obstacle", "later", "sooner", "same_day"),
        *("language", "not_this_language", "any_of_these"),
    }
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
        of_children: how many children are named in its clause.
        in_phrases: every word of its clause belongs to some phrase, politeness aside.
        beside: how many words of its clause nobody can explain.
    """

    name: str
    line: str
    words: str
    clause: int
    negated: bool = False
    asked: bool = False
    opened: bool = False
    alone: bool = False
    of_children: int = 0
    in_phrases: bool = False
    beside: int = 0


def acts_in(
    number: int,
    clause: Clause,
    matches: Sequence[Match],
    negators: Sequence[int],
    covered: Collection[int],
    aside: Collection[int],
    tongues: Sequence[Lexicon],
) -> Iterator[Act]:
    """The acts of a clause; children named in it, `aside`, do not count as company."""
    words = clause.words
    left = [at for at in range(len(words)) if at not in covered]
    rest = {words[at] for at in left if at not in aside}
    with_children = {words[at] for at in left}
    opened = any(opens_as_question(words, known) for known in tongues[:1])
    in_phrases = _is_polite(rest, tongues)
    for match in matches:
        others = {
            word
            for other in matches
            if other.act not in {match.act, *_POLITE}
            for word in words[other.start : other.end]
        }
        # "Stop it Juma!" is said to a child.
        alone = _is_polite((with_children if match.act == "bare_stop" else rest) | others, tongues)
        if match.act in _ONLY_ALONE and not alone:
            continue
        yield Act(
            name=_ONLY_ALONE.get(match.act, match.act),
            line=match.line,
            words=" ".join(words[match.start : match.end]),
            clause=number,
            negated=_is_negated(match, clause, matches, negators, tongues)
            or _is_undone(match, words, tongues[0]),
            asked=clause.asked,
            opened=opened,
            alone=alone,
            in_phrases=in_phrases,
        )


def _is_polite(words: Iterable[str], tongues: Sequence[Lexicon]) -> bool:
    """Whether there is nothing but politeness, words that turn, and signs."""
    return all(
        not word[0].isalnum() or any(word in known.polite or word in known.turning_words for known in tongues)
        for word in words
    )


def _is_negated(
    match: Match,
    clause: Clause,
    matches: Sequence[Match],
    negators: Sequence[int],
    tongues: Sequence[Lexicon],
) -> bool:
    """A "not" that belongs to no phrase reaches over a few words; a "no" that is one, only the next."""
    if match.act in _NEVER_NEGATED:
        return False
    if any(0 < match.start - at <= NEGATION_REACH for at in negators):
        return True
    if match.act in {"cancel", "cancel_visit", "keep"}:
        # "No la vamos a cancelar", "no nos guarde el turno": worth a question wherever a "no" stands before.
        least = 1 if match.act == "keep" else 0  # "no don't cancel" says it twice
        gaps = (match.start - other.end for other in matches if other.act == "no")
        return any(least <= gap <= NEGATION_REACH for gap in gaps)
    if match.act == "stop":  # "no vayan a dejar de avisarme", but not "no please stop texting"
        between = [clause.words[other.end : match.start] for other in matches if other.act == "no"]
        return any(0 < len(gap) <= NEGATION_REACH and not _is_polite(gap, tongues) for gap in between)
    # "No stop" is a request twice over, "no move it" is not.
    return match.act not in _SAID_AGAIN and any(
        other.act == "no" and other.end == match.start for other in matches
    )


def _is_undone(match: Match, words: tuple[str, ...], known: Lexicon) -> bool:
    """A refusal of not doing it: "we won't fail to come"; not where its line holds the word itself."""
    reach = words[match.start : match.end + _FAILING_REACH]
    failing = {word for word in reach if word in known.failing and word not in match.line}
    return match.act in {"not_coming", "cant"} and bool(failing)


def negators_in(
    words: tuple[str, ...], tongues: Sequence[Lexicon], covered: Collection[int], strange: Collection[int]
) -> list[int]:
    """Where a word says "not": in the clause's own language, or in another that alone knows the word."""
    return [
        at
        for at, word in enumerate(words)
        if at not in covered
        and (word in tongues[0].negators or (at in strange and any(word in one.negators for one in tongues)))
    ]


def refusing_words(negators: Sequence[int], matches: Sequence[Match]) -> list[tuple[int, int]]:
    """Where "not" and "no" stand."""
    spans = [(at, at + 1) for at in negators]
    spans += [(match.start, match.end) for match in matches if match.act == "no" or _is_neither(match)]
    return spans


def _is_neither(match: Match) -> bool:
    """One word that turns down places refuses the days behind it as well: "neither Monday nor Tuesday"."""
    return match.act == "none_of_these" and match.end - match.start == 1


def opens_as_question(words: tuple[str, ...], known: Lexicon) -> bool:
    """Whether it begins as a question does, politeness aside; "no puedo" begins with "no"."""
    skipped = known.polite - known.negators - known.agreements
    start = next((at for at, word in enumerate(words) if word not in skipped), 0)
    return (
        words[start : start + 1] in known.question_openers
        or words[start : start + 2] in known.question_openers
    )

"""Cutting a text into clauses, and reading each in the languages that it is written in.

The words say which languages they belong to; each clause is read in its own, and what that leaves open in
the others that this parent may be expected to write: the one on file, English, the one recognised.
"""

from collections.abc import Iterable, Iterator, Sequence

from conversations.understanding.calendar import Calendar
from conversations.understanding.children import names_in
from conversations.understanding.clause import ClauseRead, read_clause
from conversations.understanding.languages import DEFAULT_LANGUAGE, Languages
from conversations.understanding.lexicon import Lexicon
from conversations.understanding.reading import Scene
from conversations.understanding.segments import by_child
from conversations.understanding.tokens import Clause, clauses, pieces

# How much better another language must explain a text, or a clause, than the one on file.
_HOME_ADVANTAGE = 0.8
_TEXT_ADVANTAGE = 0.5
# What two words count that no other language has: a single one may be a false friend ("urgent care").
_TWO_WORDS = 2.0
# From then on nobody who names today's weekday means today.
_DAY_IS_OVER = 16
# Words of a text that may be an opt-out in a language nobody expected.
_SHORT = 3


def listen(words: str, scene: Scene, spoken: Languages) -> tuple[Lexicon, tuple[ClauseRead, ...]]:
    """The language of a normalised text, and its clauses as they were read."""
    tongues = _tongues(words, scene, spoken)
    return tongues[0], _clauses_read(words, tongues, scene, spoken)


def _tongues(words: str, scene: Scene, spoken: Languages) -> tuple[Lexicon, ...]:
    """The languages to read with, the text's own first; another where only that one knows some words."""
    home = scene.language if scene.language in spoken.lexicons else _default(spoken)
    names = names_in(scene)
    said = [word for word in pieces(words) if word not in names]
    shares = spoken.shares(said, home)
    best = max(shares, key=lambda code: shares[code] + (_HOME_ADVANTAGE if code == home else 0.0))
    order = dict.fromkeys((best, home, _default(spoken)))
    strange = [word for word in said if not any(word in spoken.lexicons[code].words for code in order)]
    if strange:
        shares = spoken.shares(strange)
        other = max(shares, key=lambda code: shares[code])
        order |= {other: None} if shares[other] >= _TWO_WORDS else {}
    if len(said) <= _SHORT:
        order = dict.fromkeys((*_opting_out(tuple(said), spoken), *order))
    return tuple(spoken.lexicons[code] for code in order)


def _opting_out(words: tuple[str, ...], spoken: Languages) -> Iterator[str]:
    """The languages in which the whole is an opt-out: "ya no mas" counts on a Hindi phone, too."""
    for code, known in spoken.lexicons.items():
        if known.words.issuperset(words) and any(
            match.act == "stop" and match.end - match.start == len(words) for match in known.book.find(words)
        ):
            yield code


def _default(spoken: Languages) -> str:
    return DEFAULT_LANGUAGE if DEFAULT_LANGUAGE in spoken.lexicons else next(iter(spoken.lexicons))


def _clauses_read(
    words: str, tongues: Sequence[Lexicon], scene: Scene, spoken: Languages
) -> tuple[ClauseRead, ...]:
    calendar = Calendar(
        scene.now.date(),
        tuple(dict.fromkeys(at.date() for at in (*scene.offers, *scene.visits_at))),
        scene.region,
        scene.visits_at[0] if len(scene.visits_at) == 1 else None,
        today_is_open=scene.now.hour < _DAY_IS_OVER,
        offered=scene.offers,
    )
    turning = frozenset(word for one in tongues[:1] for word in one.turning_words)
    parts = clauses(words, turning, tongues[0].days.unbroken)
    read: list[ClauseRead] = []
    for part in parts:
        order = _order(part.words, tongues, scene, spoken)
        read.append(read_clause(len(read), part, order, calendar, scene))
    if len(scene.children) < 2:  # noqa: PLR2004  nothing to tell apart
        return tuple(read)
    return tuple(
        piece
        for one, part in zip(read, parts, strict=True)
        for piece in _cut(one, part, tongues, calendar, scene, spoken)
    )


def _cut(
    read: ClauseRead,
    clause: Clause,
    tongues: Sequence[Lexicon],
    calendar: Calendar,
    scene: Scene,
    spoken: Languages,
) -> Iterable[ClauseRead]:
    """A clause that answers for several children, as one clause for each: "zuri yes juma no"."""
    ends = by_child(read)
    if not ends:
        return (read,)
    pieces_of = [read.words[start:end] for start, end in zip((0, *ends), (*ends, None), strict=True)]
    return tuple(
        read_clause(0, Clause(words, clause.asked), _order(words, tongues, scene, spoken), calendar, scene)
        for words in pieces_of
        if words
    )


def _order(
    words: tuple[str, ...], tongues: Sequence[Lexicon], scene: Scene, spoken: Languages
) -> Sequence[Lexicon]:
    """The languages by how well they explain a clause; the text's own keeps it where it is close."""
    if len(tongues) == 1:
        return tongues
    names = names_in(scene)  # Zuri is Swahili for "good"
    shares = spoken.shares(word for word in words if word not in names)
    lead = {tongues[0].language: _TEXT_ADVANTAGE}
    return sorted(tongues, key=lambda one: -shares[one.language] - lead.get(one.language, 0.0))

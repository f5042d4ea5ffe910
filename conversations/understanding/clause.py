"""Reading one clause: what it does, which days and children it names, and what nobody can explain."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct, structs

from conversations.understanding.acts import Act, acts_in, negators_in, opens_as_question
from conversations.understanding.calendar import Calendar
from conversations.understanding.children import SpokenOf, all_in, children_in, children_names, words_of
from conversations.understanding.clause_days import days_of
from conversations.understanding.hearing import Heard, hear
from conversations.understanding.lexicon import Lexicon
from conversations.understanding.mention import Mention
from conversations.understanding.phrases import Match
from conversations.understanding.reading import Scene
from conversations.understanding.tokens import Clause

# Nobody's thumb slips so often in one clause: it is another language, or nonsense.
_MOST_STRANGE = 40


class ClauseRead(Struct, frozen=True):
    """One clause as its language, and after it the others, read it.

    `spoken_of` says which children, `unplaced` that it speaks of days that nobody can place ("after Diwali"),
    `undated` that it does so even inside a phrase, `scattered` that it names several days that nothing joins
    ("Monday is a holiday so can we do the 12th").
    """

    words: tuple[str, ...]
    language: str
    matches: tuple[Match, ...]
    acts: tuple[Act, ...]
    wished: tuple[Mention, ...]
    refused: tuple[Mention, ...]
    spoken_of: tuple[SpokenOf, ...]
    all_children: bool
    unexplained: int
    figures: bool
    unplaced: bool = False
    undated: bool = False
    scattered: bool = False
    asks: bool = False
    past: bool = False


def read_clause(
    number: int, clause: Clause, tongues: Sequence[Lexicon], calendar: Calendar, scene: Scene
) -> ClauseRead:
    """Read a clause in its own language, which comes first, and what that leaves open in the others."""
    first = tongues[0]
    names = children_names(scene, first)
    words = _mended(clause.words, tongues, (*names.values(), words_of(scene.guardian or "")))
    asked = clause.asked or any(words[-len(end) :] == end for end in first.question_endings)
    clause = Clause(words, asked)
    heard = hear(words, tongues, calendar)
    negators = negators_in(words, tongues, heard.covered, heard.strange)
    spoken_of = children_in(words, names, tongues, scene, heard.covered)
    everyone = all_in(words, tongues, heard.matches)
    if everyone or len(spoken_of) > 1:
        heard = structs.replace(heard, named=tuple(_no_names(heard.named, spoken_of)))
    of_children = {at for one in spoken_of for at in range(one.start, one.end)} | set(everyone)
    days = days_of(clause, heard, negators, tongues)
    explained = heard.covered | heard.days | of_children | days.left_out
    open_places = set(range(len(words))) - explained - set(negators)
    signed = words_of(scene.guardian or "")  # "yes, Amina here"
    unexplained = sum(_needs_meaning(words[at], tongues) for at in open_places if words[at] not in signed)
    aside = of_children | _articles(words, spoken_of, first)
    acts = acts_in(number, clause, _meant(heard, clause), negators, heard.covered, aside, tongues)
    named = len({name for one in spoken_of for name in one.names})
    return ClauseRead(
        words=words,
        language=first.language,
        matches=heard.matches,
        acts=tuple(structs.replace(act, beside=unexplained, of_children=named) for act in acts),
        wished=days.wished,
        refused=days.refused,
        spoken_of=spoken_of,
        # "All" by itself is all children where nothing else is said of it: not in "all month".
        all_children=bool(everyone) and (len(everyone) > 1 or not unexplained),
        unexplained=unexplained,
        figures=any(words[at].isdecimal() for at in open_places),
        unplaced=any(open_places.issuperset(at) for at in days.unplaced),
        undated=any(heard.days.isdisjoint(at) for at in days.unplaced),
        scattered=days.scattered,
        asks=clause.asked or opens_as_question(words, first),
        past=not first.days.past_words.isdisjoint(words),
    )


def _no_names(named: Iterable[Mention], spoken_of: Iterable[SpokenOf]) -> Iterator[Mention]:
    """Without the weekdays that are a child's name beside the other children's: "zuri aur juma dono"."""
    called = {(one.start, one.end) for one in spoken_of if one.names}
    return (one for one in named if one.meaning != "weekday" or (one.start, one.end) not in called)


def _articles(words: tuple[str, ...], spoken_of: Iterable[SpokenOf], known: Lexicon) -> set[int]:
    """The places of what belongs to a name: the article of "A Laura não"."""
    return {one.start - 1 for one in spoken_of if one.start and words[one.start - 1] in known.days.linking}


def _meant(heard: Heard, clause: Clause) -> list[Match]:
    """Without a "when" or "where" that asks nothing: "in july when school closes"."""
    return [
        match
        for match in heard.matches
        if match.act not in {"when", "where"}
        or match.end - match.start > 1
        or clause.asked
        or not any(mention.start < match.start for mention in heard.named)
    ]


def _mended(
    words: tuple[str, ...], tongues: Sequence[Lexicon], names: Iterable[tuple[str, ...]]
) -> tuple[str, ...]:
    """The words, spelled as they are known: by their sound, where a slip is plain, and apart."""
    strange = [word for word in words if word not in tongues[0].words]
    if not strange or sum(map(str.isascii, strange)) > _MOST_STRANGE:
        return words
    own = tuple(word for name in names for word in name)
    return tuple(part for word in words for part in _parted(_mend(word, tongues, own), tongues, own))


def _parted(word: str, tongues: Sequence[Lexicon], own: Collection[str]) -> tuple[str, ...]:
    """The words that a strange one was typed together of; a child may be called so."""
    if word in own or any(word in known.words for known in tongues):
        return (word,)
    cuts = (known.run_together.cut(word) for known in tongues)
    return next((parts for parts in cuts if len(parts) > 1), (word,))


def _mend(word: str, tongues: Sequence[Lexicon], own: Collection[str]) -> str:
    """A name or a known word that sounds like it, its own language's first; else the one that is near."""
    first, *others = tongues
    if word in own or word in first.words or not word[0].isalpha():
        return word
    sound = first.sounds.of(word)
    if named := next((name for name in own if first.sounds.of(name) == sound), ""):
        return named
    if (heard := first.sounds.known(word)) != word or any(word in one.words for one in others):
        return heard
    mends = (mend(word) for one in tongues for mend in (one.sounds.known, one.spelling.mend))
    return next((mended for mended in mends if mended != word), word)


def _needs_meaning(word: str, tongues: Sequence[Lexicon]) -> bool:
    return word[0].isalpha() and not any(
        word in known.meaningless or word in known.turning_words for known in tongues
    )

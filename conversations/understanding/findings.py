"""What the languages find in a text: phrases with their scope, days, names, and what they cannot explain.

This is evidence, not yet meaning. Whether a promise is negated, only asked about, or stands alone is
noted here; what follows from that in the scene is decided by the rules.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct, structs

from conversations.understanding.calendar import Calendar
from conversations.understanding.children import (
    SpokenOf,
    all_in,
    children_in,
    children_names,
    place_of,
    where_named,
    words_of,
)
from conversations.understanding.days import mentions
from conversations.understanding.lexicon import Lexicon
from conversations.understanding.mention import Mention
from conversations.understanding.phrases import Match, end_of_group
from conversations.understanding.reading import Scene
from conversations.understanding.tokens import Clause
from conversations.understanding.when import AGREEING_ACTS, When, refused_in

# Their words hold names of days that are not meant: "good morning", "voy tarde".
_NOT_ABOUT_DAYS = frozenset({"greeting", "thanks"})
# These give way to a day that holds their words ("after school"), and hide one that they hold ("voy tarde").
_LESS_THAN_DAYS = frozenset({"nothing", "hedge", "obstacle", "later", "sooner", "same_day", "any_of_these"})
# How far a "not" reaches: "not at all sure to come".
_NEGATION_REACH = 3
# One letter answers when it stands alone; beside other words it is "y" for "and" or a slip of the thumb.
_ONLY_ALONE = {"bare_yes": "yes", "bare_no": "no", "bare_language": "language"}
# A plain "no" right before these says the same once more: "hapana hatutakuja", "no stop".
_SAID_AGAIN = frozenset({"bare_stop", "stop", "keep", "not_coming", "cant", "wrong_number"})
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
    beside: int = 0


class ClauseRead(Struct, frozen=True):
    """One clause as its language, and after it the others, read it. `spoken_of` says which children."""

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
    asks: bool = False


class Findings(Struct, frozen=True):
    """The evidence in a text. `figures` says that a bare number stands in it, of which nothing is known.

    `denied` is the guardian's name where it is said not to be theirs ("I'm not Amina"). `unresolved` says
    that a child is spoken of and the scene does not tell which, `asks` that a clause is put as a question.
    """

    language: str
    acts: tuple[Act, ...] = ()
    when: When = When()
    children: tuple[str, ...] = ()
    all_children: bool = False
    unresolved: bool = False
    choice: int | None = None
    figures: bool = False
    denied: str = ""
    asks: bool = False
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


def gather(reads: Sequence[ClauseRead], scene: Scene, known: Lexicon, *, whole: bool = True) -> Findings:
    """The evidence of some clauses together; `whole` where they are all of the text."""
    everything = tuple(word for clause in reads for word in clause.words)
    named = {name for clause in reads for one in clause.spoken_of for name in one.names}
    return Findings(
        language=known.language,
        acts=tuple(act for clause in reads for act in clause.acts),
        when=_days_of(reads, scene),
        children=tuple(name for name in scene.children if name in named),
        all_children=any(clause.all_children for clause in reads),
        unresolved=any(not one.names for clause in reads for one in clause.spoken_of),
        choice=_choice(_besides_politeness(reads), known, scene.choices) if whole else None,
        figures=any(clause.figures for clause in reads),
        denied=_denied(reads, known, scene),
        asks=any(clause.asks for clause in reads),
        words=len(everything),
        unexplained=sum(clause.unexplained for clause in reads),
    )


def _days_of(reads: Sequence[ClauseRead], scene: Scene) -> When:
    """The days of all clauses. "Thursday is his exam. Friday works": the visit's day is not wished again."""
    agreed = [clause for clause in reads if clause.wished and _agrees(clause)]
    elsewhere = any(not _is_visits_day(mention, scene) for clause in agreed for mention in clause.wished)
    wished: list[Mention] = []
    refused = [mention for clause in reads for mention in clause.refused]
    for clause in reads:
        only_why = elsewhere and clause not in agreed
        for mention in clause.wished:
            (refused if only_why and _is_visits_day(mention, scene) else wished).append(mention)
    return When(tuple(wished), tuple(refused))


def _agrees(clause: ClauseRead) -> bool:
    return any(act.name in AGREEING_ACTS | {"free"} and not act.negated for act in clause.acts)


def _is_visits_day(mention: Mention, scene: Scene) -> bool:
    return bool(mention.dates) and set(mention.dates) <= {at.date() for at in scene.visits_at}


def _negators(
    words: tuple[str, ...], tongues: Sequence[Lexicon], covered: Collection[int], strange: Collection[int]
) -> list[int]:
    """Where a word says "not": in the clause's own language, or in another that alone knows the word."""
    return [
        at
        for at, word in enumerate(words)
        if at not in covered
        and (word in tongues[0].negators or (at in strange and any(word in one.negators for one in tongues)))
    ]


def read_clause(
    number: int, clause: Clause, tongues: Sequence[Lexicon], calendar: Calendar, scene: Scene
) -> ClauseRead:
    """Read a clause in its own language, which comes first, and what that leaves open in the others."""
    first = tongues[0]
    names = children_names(scene, first)
    words = _mended(clause.words, tongues, (*names.values(), words_of(scene.guardian or "")))
    if not clause.asked and any(words[-len(end) :] == end for end in first.question_endings):
        clause = Clause(words, asked=True)
    matches = list(first.book.find(words))
    named = list(mentions(_without(words, matches), first.days, calendar))
    matches, named = _told_from_days(matches, named)
    strange = {at for at, word in enumerate(words) if word not in first.words}
    for other in tongues[1:]:
        if not other.words.isdisjoint(words):
            _read_rest(words, other, calendar, matches, named, strange)
    matches.sort(key=lambda match: match.start)
    named.sort(key=lambda mention: mention.start)
    covered = {at for match in matches for at in range(match.start, match.end)}
    negators = _negators(words, tongues, covered, strange)
    refused = refused_in(
        words,
        named,
        matches,
        _refusing_words(words, negators, matches, tongues),
        first.days.joined_by,
        not_stands_behind=first.not_stands_behind,
    )
    spoken_of = children_in(words, names, tongues, scene, covered)
    everyone = all_in(words, tongues, matches)
    explained = covered | set(negators) | set(everyone)
    explained |= {at for mention in named for at in range(mention.start, mention.end)}
    explained |= {at for one in spoken_of for at in range(one.start, one.end)}
    unexplained = sum(_needs_meaning(word, tongues) for at, word in enumerate(words) if at not in explained)
    heard = _heard(matches, named, clause)
    aside = frozenset(at for one in spoken_of for at in range(one.start, one.end)) | set(everyone)
    # "A Laura não": the article belongs to the name.
    aside |= {one.start - 1 for one in spoken_of if one.start and words[one.start - 1] in first.days.linking}
    return ClauseRead(
        words=words,
        language=first.language,
        matches=tuple(matches),
        acts=tuple(
            structs.replace(act, beside=unexplained)
            for act in _acts(number, Clause(words, clause.asked), heard, negators, covered, aside, tongues)
        ),
        wished=tuple(mention for mention in named if mention not in refused and mention.meaning != "past"),
        refused=tuple(mention for mention in named if mention in refused),
        spoken_of=spoken_of,
        # "All" by itself is all children where nothing else is said of it: not in "all month".
        all_children=bool(everyone) and (len(everyone) > 1 or not unexplained),
        unexplained=unexplained,
        figures=any(word.isdecimal() for at, word in enumerate(words) if at not in explained),
        asks=clause.asked or _opens_as_question(words, first),
    )


def _told_from_days(matches: list[Match], named: list[Mention]) -> tuple[list[Match], list[Mention]]:
    """Where a phrase and a day share words, the longer of them is meant."""
    weak = [match for match in matches if match.act in _LESS_THAN_DAYS]
    hidden = {
        mention
        for mention in named
        for match in weak
        if match.start <= mention.start
        and mention.end <= match.end
        and match.end - match.start > mention.end - mention.start
    }
    days = [mention for mention in named if mention not in hidden]
    dropped = {
        match for match in weak for mention in days if mention.start < match.end and match.start < mention.end
    }
    return [match for match in matches if match not in dropped], days


def _heard(matches: Sequence[Match], named: Sequence[Mention], clause: Clause) -> list[Match]:
    """Without a "when" or "where" that asks nothing: "in july when school closes"."""
    return [
        match
        for match in matches
        if match.act not in {"when", "where"}
        or match.end - match.start > 1
        or clause.asked
        or not any(mention.start < match.start for mention in named)
    ]


def _read_rest(
    words: tuple[str, ...],
    other: Lexicon,
    calendar: Calendar,
    matches: list[Match],
    named: list[Mention],
    strange: set[int],
) -> None:
    """Add what another language finds where the first knows no word: "kesho nitakuja at 10"."""
    taken = {at for match in matches for at in range(match.start, match.end)}
    taken |= {at for mention in named for at in range(mention.start, mention.end)}
    for match in other.book.find(words):
        span = set(range(match.start, match.end))
        # An opt-out is heard in any language, even where the first knows each of its words.
        heard = span & strange or (match.act == "stop" and len(span) > 1)
        if match.act == "stop" and len(span) > 1:
            taken -= _give_way(matches, span)
        if heard and taken.isdisjoint(span):
            matches.append(match)
            taken |= span
    for mention in mentions(_without(words, matches), other.days, calendar):
        span = set(range(mention.start, mention.end))
        if taken.isdisjoint(span) and span & strange:
            named.append(mention)
            taken |= span
    strange -= {at for at in strange if words[at] in other.words}


def _give_way(matches: list[Match], span: set[int]) -> set[int]:
    """Drop the shorter phrases inside an opt-out of another language, and say which words that frees."""
    shorter = [match for match in matches if set(range(match.start, match.end)) < span]
    matches[:] = [match for match in matches if match not in shorter]
    return {at for match in shorter for at in range(match.start, match.end)}


def _mended(
    words: tuple[str, ...], tongues: Sequence[Lexicon], names: Iterable[tuple[str, ...]]
) -> tuple[str, ...]:
    """The words, spelled as they are known: put right by their sound, and where a slip is plain."""
    if all(word in tongues[0].words for word in words):
        return words
    own = tuple(word for name in names for word in name)
    return tuple(_mend(word, tongues, own) for word in words)


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


def _acts(
    number: int,
    clause: Clause,
    matches: Sequence[Match],
    negators: Sequence[int],
    covered: set[int],
    aside: Collection[int],
    tongues: Sequence[Lexicon],
) -> Iterator[Act]:
    """The acts of a clause; children named in it, `aside`, do not count as company."""
    words = clause.words
    rest = {word for at, word in enumerate(words) if at not in covered and at not in aside}
    opened = any(_opens_as_question(words, known) for known in tongues[:1])
    for match in matches:
        others = {
            word for other in matches if other.act != match.act for word in words[other.start : other.end]
        }
        alone = all(
            not word[0].isalnum()
            or any(word in known.polite or word in known.turning_words for known in tongues)
            for word in rest | others
        )
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
    return match.act not in _SAID_AGAIN and any(
        other.act == "no" and other.end == match.start for other in matches
    )


def _refusing_words(
    words: tuple[str, ...], negators: Sequence[int], matches: Sequence[Match], tongues: Sequence[Lexicon]
) -> list[tuple[int, int]]:
    """Where "not", "no" and "except" stand."""
    spans = [(at, at + 1) for at in negators]
    spans += [(match.start, match.end) for match in matches if match.act == "no"]
    for known in tongues:
        for phrase in known.days.except_:
            if found := place_of(words, phrase):
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
    return tuple("-" if at in hidden else word for at, word in enumerate(words)) if hidden else words


def _needs_meaning(word: str, tongues: Sequence[Lexicon]) -> bool:
    return word[0].isalpha() and not any(word in known.meaningless for known in tongues)


def _denied(reads: Iterable[ClauseRead], known: Lexicon, scene: Scene) -> str:
    """The guardian's name, where a "not" stands shortly before it; or a name that is asked about."""
    name = words_of(scene.guardian or "")[:1]
    strange = {words[0] for one in (scene.guardian or "", *scene.children) if (words := words_of(one))}
    for clause in reads:
        for match in clause.matches:
            if match.act == "who_is" and strange.intersection(clause.words[match.end : match.end + 1]):
                return clause.words[match.end]
        at = where_named(clause.words, name) if name else None
        if at and (
            known.negators.intersection(clause.words[max(0, at.start - _NEGATION_REACH) : at.start])
            or _negated_behind(clause, at.stop, known)
        ):
            return name[0]
    return ""


def _negated_behind(clause: ClauseRead, end: int, known: Lexicon) -> bool:
    """Whether a "not" that denies nothing else stands behind a name: "main Rekha nahi hu"."""
    taken = {at for match in clause.matches if match.act != "no" for at in range(match.start, match.end)}
    behind = range(end, min(end + 2, len(clause.words)))
    return known.not_stands_behind and any(
        clause.words[at] in known.negators and at not in taken for at in behind
    )


def _besides_politeness(reads: Iterable[ClauseRead]) -> tuple[str, ...]:
    """The words of a text that could pick from a list: "Second one. God bless"."""
    return tuple(
        word
        for read in reads
        for at, word in enumerate(read.words)
        if not any(
            match.start <= at < match.end and match.act in {"thanks", "greeting", "nothing"}
            for match in read.matches
        )
    )


def _choice(words: tuple[str, ...], known: Lexicon, choices: int) -> int | None:
    """The one number that the text consists of, besides words that go with choosing."""
    if not choices:
        return None
    found: set[int] = set()
    refused = False  # "not 1, 2 please"
    number = at = 0
    while at < len(words):
        end = end_of_group(words, at, known.numbers)
        if end > at or words[at].isdecimal():
            number = known.number_of[words[at:end]] if end > at else int(words[at])
            found |= set() if refused else {number}
            refused = False
        elif words[at] in known.negators - known.around_numbers:
            refused = not known.not_stands_behind
            if known.not_stands_behind:
                found.discard(number)  # "1 nahi 2"
        elif words[at][0].isalnum() and words[at] not in known.around_numbers | known.polite:
            return None
        at = max(end, at + 1)
    number = found.pop() if len(found) == 1 else 0
    return number if 1 <= number <= choices else None

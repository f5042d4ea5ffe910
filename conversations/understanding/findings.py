"""The evidence in a text: what its clauses say, taken together.

This is evidence, not yet meaning: what follows from it in the scene is decided by the rules.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta

from msgspec import Struct, structs

from conversations.understanding.acts import NEGATION_REACH, TALK, Act
from conversations.understanding.calendar import Days
from conversations.understanding.children import where_named, words_of
from conversations.understanding.clause import ClauseRead
from conversations.understanding.lexicon import Lexicon
from conversations.understanding.mention import DATED, Mention
from conversations.understanding.phrases import end_of_group
from conversations.understanding.reading import Scene
from conversations.understanding.when import AGREEING_ACTS, When

A_WEEK = timedelta(days=7)


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
    # "In 3 days" picks no answer; of days that were offered one may be picked by its number and its name.
    may_choose = whole and (scene.offers or not any(clause.wished or clause.refused for clause in reads))
    everything = tuple(word for clause in reads for word in clause.words)
    named = {name for clause in reads for one in clause.spoken_of for name in one.names}
    return Findings(
        language=known.language,
        acts=tuple(act for clause in reads for act in clause.acts),
        when=_days_of(reads, scene),
        children=tuple(name for name in scene.children if name in named),
        all_children=any(clause.all_children for clause in reads),
        unresolved=any(not one.names for clause in reads for one in clause.spoken_of),
        choice=_choice(_besides_politeness(reads), known, scene.choices) if may_choose else None,
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
    return When(tuple(_told_once(_not_that_one(wished, refused))), tuple(refused))


def _not_that_one(wished: Iterable[Mention], refused: Iterable[Mention]) -> list[Mention]:
    """A weekday that is refused and wished is the one after: "not this monday, next monday"."""
    no = {day for one in refused for day in one.dates}
    return [
        structs.replace(one, days=Days(tuple(day + A_WEEK for day in one.dates)))
        if "weekday" in one.meaning and one.dates and set(one.dates) <= no
        else one
        for one in wished
    ]


def _told_once(wished: Collection[Mention]) -> Iterator[Mention]:
    """Without a weekday that only says which day a date is: "monday, the 16th"."""
    dated = {day.weekday() for one in wished if one.meaning in DATED for day in one.dates}
    for one in wished:
        if one.meaning != "weekday" or not {day.weekday() for day in one.dates} <= dated:
            yield one


def _agrees(clause: ClauseRead) -> bool:
    return any(act.name in AGREEING_ACTS | {"free"} and not act.negated for act in clause.acts)


def _is_visits_day(mention: Mention, scene: Scene) -> bool:
    return bool(mention.dates) and set(mention.dates) <= {at.date() for at in scene.visits_at}


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
            known.negators.intersection(clause.words[max(0, at.start - NEGATION_REACH) : at.start])
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
        if not any(match.start <= at < match.end and match.act in TALK for match in read.matches)
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

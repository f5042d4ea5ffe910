"""The evidence in a text: what its clauses say, taken together.

This is evidence, not yet meaning: what follows from it in the scene is decided by the rules.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from operator import itemgetter

from msgspec import Struct

from conversations.understanding.acts import NEGATION_REACH, TALK, Act
from conversations.understanding.children import where_named, words_of
from conversations.understanding.clause import ClauseRead
from conversations.understanding.lexicon import Lexicon
from conversations.understanding.reading import Scene
from conversations.understanding.together import days_together
from conversations.understanding.when import When
from conversations.understanding.word_groups import end_of_group

# Words of a question that may still pick an answer: "2 ok?", but not "is this her last one".
_SHORT = 3
# What may stand beside a number that is picked, and what refuses it: "the third suits me", "2 is not good".
_AGREEING = TALK | {"yes", "ok", "free"}
_REFUSING = frozenset({"no", "unsuitable", "cant", "not_coming"})
_NO_CHOICE = frozenset({"obstacle", "complaint"})
_NOT = "-"


class Findings(Struct, frozen=True, dict=True):
    """The evidence in a text. `figures` says that a bare number stands in it, of which nothing is known.

    `denied` is the guardian's name where it is said not to be theirs ("I'm not Amina"). `unresolved` says
    that a child is spoken of and the scene does not tell which, `asks` that a clause is put as a question,
    `another_day` that another day is asked for and not only another hour. `dark` are the numbers of
    clauses that hold nothing but words that nobody can explain.
    """

    language: str
    acts: tuple[Act, ...] = ()
    when: When = When()
    children: tuple[str, ...] = ()
    all_children: bool = False
    unresolved: bool = False
    picked: tuple[int, ...] = ()
    apologises: bool = False
    figures: bool = False
    denied: str = ""
    asks: bool = False
    another_day: bool = False
    words: int = 0
    unexplained: int = 0
    dark: tuple[int, ...] = ()

    @cached_property
    def _first(self) -> dict[str, tuple[int, Act]]:
        """The first act of each name that is said and not negated, with its place."""
        found: dict[str, tuple[int, Act]] = {}
        for place, act in enumerate(self.acts):
            if not act.negated:
                found.setdefault(act.name, (place, act))
        return found

    def said(self, *names: str) -> Act | None:
        """The first of these acts that is said and not negated."""
        first = self._first
        if first.keys().isdisjoint(names):
            return None
        return min((first[name] for name in names if name in first), key=itemgetter(0))[1]

    def negated(self, *names: str) -> Act | None:
        """The first of these acts that a "not" stands before."""
        return next((act for act in self.acts if act.name in names and act.negated), None)

    @property
    def choice(self) -> int | None:
        """The one number of the list that is picked; of two with an apology, the second: "1.. sorry 3"."""
        corrected = self.apologises and len(self.picked) == 2  # noqa: PLR2004  a number and its correction
        return self.picked[-1] if corrected or len(self.picked) == 1 else None

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
    asking = any(clause.asks and len(clause.words) > _SHORT for clause in reads)
    everything = tuple(word for clause in reads for word in clause.words)
    named = {name for clause in reads for one in clause.spoken_of for name in one.names}
    return Findings(
        language=known.language,
        acts=tuple(act for clause in reads for act in clause.acts if not _only_joins(act, reads)),
        when=days_together(reads, scene),
        children=tuple(name for name in scene.children if name in named),
        all_children=any(clause.all_children for clause in reads),
        unresolved=any(not one.names for clause in reads for one in clause.spoken_of),
        picked=_picked(_besides_politeness(reads, known), known, scene.choices)
        if may_choose and not asking
        else (),
        apologises=_apologises_between_numbers(everything, known),
        figures=any(clause.figures for clause in reads),
        denied=_denied(reads, known, scene),
        asks=any(clause.asks for clause in reads),
        another_day=any(_is_of_days(act, known) for clause in reads for act in clause.acts),
        words=len(everything),
        unexplained=sum(clause.unexplained for clause in reads),
        dark=tuple(number for number, clause in enumerate(reads) if _is_dark(clause)),
    )


def _is_dark(clause: ClauseRead) -> bool:
    """Whether a clause holds words that nobody can explain, and neither phrase, day nor child."""
    said = any(act.name not in TALK for act in clause.acts)
    return clause.unexplained > 0 and not (said or clause.wished or clause.refused or clause.spoken_of)


def _is_of_days(act: Act, known: Lexicon) -> bool:
    """Whether another day is asked for, and not only another hour."""
    return act.name == "move" and not act.negated and not known.days.nouns.isdisjoint(act.words.split())


def _only_joins(act: Act, reads: Sequence[ClauseRead]) -> bool:
    """Whether a "when" asks nothing, beside a day of another clause: "in ten days, when I am paid"."""
    one_word = act.name == "when" and " " not in act.words and not act.asked
    return one_word and any(
        one.names_a_day
        for number, clause in enumerate(reads)
        if number != act.clause
        for one in clause.wished
    )


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


def _besides_politeness(reads: Iterable[ClauseRead], known: Lexicon) -> Iterator[tuple[str, ...]]:
    """The words of each clause that could pick from a list: "Second one. God bless", "1 for Zuri".

    Of those that agree or refuse only so much is left.
    """
    for read in reads:
        aside = {at for one in read.spoken_of if one.names for at in range(one.start, one.end)}
        said: list[str] = []
        for at, word in enumerate(read.words):
            act = next((match for match in read.matches if match.start <= at < match.end), None)
            if (
                act
                and act.act in _REFUSING
                and not known.around_numbers.issuperset(read.words[act.start : act.end])
            ):
                said += [_NOT] if act.start == at else []
            elif act and act.act in _NO_CHOICE:
                said.append(act.act)  # "I have no one to take her" is not the first
            elif at not in aside and not (act and act.act in _AGREEING):
                said.append(word)
        yield tuple(said)


def _apologises_between_numbers(words: Sequence[str], known: Lexicon) -> bool:
    numbers = [at for at, word in enumerate(words) if word.isdecimal() or word in known.numbers]
    return bool(numbers) and not known.apologies.isdisjoint(words[numbers[0] : numbers[-1]])


def _picked(clauses: Iterable[tuple[str, ...]], known: Lexicon, choices: int) -> tuple[int, ...]:
    """The numbers of the list that the text consists of, besides words that go with choosing."""
    picked: list[int] = []
    refused: set[int] = set()
    for words in clauses if choices else ():
        numbers = _numbers_in(words, known)
        if numbers is None:
            return ()
        for number, is_refused in numbers:
            if is_refused and picked:
                return ()  # "1... no 2" may take it back
            if is_refused:
                refused.add(number)
            else:
                picked.append(number)
    if max((*picked, *refused), default=0) > choices:
        return ()  # "can't do 10, could do 3": these are hours
    return tuple(dict.fromkeys(number for number in picked if number and number not in refused))


def _numbers_in(words: tuple[str, ...], known: Lexicon) -> list[tuple[int, bool]] | None:
    """The numbers of a clause, and whether a "not" refuses them; None where it says anything else."""
    found: list[tuple[int, bool]] = []
    refuses = False  # "not 1, 2 please"
    at = 0
    while at < len(words):
        end = end_of_group(words, at, known.numbers)
        if end > at or words[at].isdecimal():
            number = known.number_of[words[at:end]] if end > at else int(words[at])
            found.append((number, refuses))
            refuses = False
        elif words[at] == _NOT or words[at] in known.negators - known.around_numbers:
            if found and (known.not_stands_behind or not _numbers_behind(words, at, known)):
                found[-1] = (found[-1][0], True)  # "1 nahi 2", "1 not"
            else:
                refuses = True
        elif words[at][0].isalnum() and words[at] not in known.around_numbers | known.polite:
            return None
        at = max(end, at + 1)
    return found


def _numbers_behind(words: tuple[str, ...], at: int, known: Lexicon) -> bool:
    return any(
        words[place].isdecimal() or end_of_group(words, place, known.numbers) > place
        for place in range(at + 1, len(words))
    )

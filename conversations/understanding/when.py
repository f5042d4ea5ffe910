"""Which of the days a parent named are wished, which are refused, and whether the visit is among them.

"Thursday I can't, what about Monday or Tuesday?" A refusal takes the days beside it in its clause, and
the days joined to those by "or"; it never reaches over a comma or a "but".
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time
from itertools import pairwise

from msgspec import Struct

from conversations.understanding.day_meanings import TOLD_BY_OTHERS
from conversations.understanding.mention import Mention, dates_of
from conversations.understanding.phrases import Match
from conversations.wish import DayPart, part_of

REFUSING_ACTS = frozenset({"not_coming", "cant", "unsuitable", "cancel", "cancel_visit"})
AGREEING_ACTS = frozenset({"yes", "ok", "coming", "move"})
# How many words may stand between a refusal and its day: "thursday we cant", "cant do it on thursday".
_BEFORE, _BEHIND = 2, 3

Group = tuple[Mention, ...]
Span = tuple[int, int]


class When(Struct, frozen=True):
    """The days and hours of one text, told apart.

    `doubtful` where some of them may only tell why, or where nothing joins those of several clauses.
    """

    wished: tuple[Mention, ...] = ()
    refused: tuple[Mention, ...] = ()
    doubtful: bool = False

    def __bool__(self) -> bool:
        return bool(self.wished or self.refused)

    @property
    def dates(self) -> tuple[date, ...]:
        return tuple(sorted(dates_of(self.wished)))

    @property
    def part(self) -> DayPart | None:
        """The part of the day that is wished; one that an hour was said with only tells which hour."""
        return next((mention.part for mention in self.wished if mention.part and not mention.at), None)

    @property
    def at(self) -> time | None:
        return next((mention.at for mention in self.wished if mention.at), None)

    @property
    def bounds(self) -> tuple[date | None, date | None]:
        ranges = [mention for mention in self.wished if mention.earliest or mention.latest]
        # "We are away till the 20th, put us for next month": the first says why.
        ranged = next((one for one in ranges if one.meaning != "until"), next(iter(ranges), None))
        return (ranged.earliest, ranged.latest) if ranged else (None, None)

    @property
    def hours(self) -> tuple[time | None, time | None]:
        """From when to when in the day, where that was said."""
        ranged = next((one for one in self.wished if one.not_before or one.not_after), None)
        return (ranged.not_before, ranged.not_after) if ranged else (None, None)

    @property
    def unsure(self) -> bool:
        """Whether a day was named that could be two."""
        return any(mention.days.unsure for mention in self.wished)

    @property
    def only_a_range(self) -> bool:
        """Whether a week or month was named, and no day of it."""
        return self.bounds != (None, None) and not self.dates

    def names_day_of(self, starts_at: datetime) -> bool:
        """Whether the wished days, if any were named, include this start's day."""
        earliest, latest = self.bounds
        day = starts_at.date()
        if self.dates:
            return day in self.dates
        return (earliest is None or earliest <= day) and (latest is None or day <= latest)

    def names_hour_of(self, starts_at: datetime) -> bool:
        """Whether the wished hours, if any were named, include this start."""
        start, (first, last) = starts_at.time(), self.hours
        return (
            self.at in {None, start}
            and (self.at is not None or self.part in {None, part_of(start)})
            and (first is None or first <= start)
            and (last is None or start <= last)
        )

    def fits(self, starts_at: datetime) -> bool:
        """Whether nothing that was wished is against this start."""
        return self.names_day_of(starts_at) and self.names_hour_of(starts_at)

    def refuses_day_of(self, starts_at: datetime) -> bool:
        """Whether this start's day is among the refused ones."""
        day = starts_at.date()
        return any(  # "take us off from Thursday on" refuses it, too
            day in mention.dates or (mention.meaning == "from" and mention.earliest == day)
            for mention in self.refused
        )


def refused_in(
    clause: tuple[str, ...],
    mentions: Sequence[Mention],
    matches: Sequence[Match],
    negators: Sequence[Span],
    joined_by: Collection[str],
    *,
    not_stands_behind: bool = False,
) -> frozenset[Mention]:
    """The mentions of one clause that a refusal or a "not" in it is about.

    `not_stands_behind` where the language says "thursday not, friday".
    """
    # "Na somvar na mangalvar": who begins with the "not" puts it before each.
    not_stands_behind = not_stands_behind and not (negators and negators[0][0] == 0 and len(negators) > 1)
    groups = tuple(_groups(clause, mentions, joined_by))
    refused: set[Mention] = set()
    for match in matches:
        if match.act in REFUSING_ACTS:
            refused.update(_beside(match, groups, matches))
    for start, end in negators:
        before = _just_before(start, groups, 2) if not_stands_behind else ()
        refused.update(before or _behind(start, end, groups, matches))
    return frozenset(refused)


def excepted_in(
    clause: tuple[str, ...],
    mentions: Sequence[Mention],
    spans: Sequence[Span],
    joined_by: Collection[str],
    *,
    except_stands_behind: bool = False,
) -> frozenset[Mention]:
    """The mentions that an "except" leaves out: those behind it, or before it where the language says so."""
    groups = tuple(_groups(clause, mentions, joined_by)) if spans else ()
    excepted: set[Mention] = set()
    for start, end in spans:
        before = _just_before(start, groups, 2) if except_stands_behind else ()
        behind = next((group for group in groups if 0 <= group[0].start - end <= _BEHIND), ())
        excepted.update(before or behind)
    return frozenset(excepted)


def are_scattered(clause: tuple[str, ...], wished: Sequence[Mention], joined_by: Collection[str]) -> bool:
    """Whether days of one clause have words between them that do not join them."""
    days = [one for one in wished if one.dates]
    return any(
        first.dates != second.dates
        and not {word for word in clause[first.end : second.start] if word.isalnum()} <= set(joined_by)
        for first, second in pairwise(days)
    )


def _groups(
    clause: tuple[str, ...], mentions: Sequence[Mention], joined_by: Collection[str]
) -> Iterator[Group]:
    """Mentions that belong together: "thursday morning", "monday or tuesday", but not "monday tuesday"."""
    group: list[Mention] = []
    for mention in mentions:
        between = clause[group[-1].end : mention.start] if group else ()
        told = mention.meaning in TOLD_BY_OTHERS or (group and group[-1].meaning in TOLD_BY_OTHERS)
        apart = (
            told
            or not set(between) <= set(joined_by)
            or (not between and mention.names_a_day and any(other.names_a_day for other in group))
        )
        if group and apart:
            yield tuple(group)
            group = []
        group.append(mention)
    if group:
        yield tuple(group)


def _beside(match: Match, groups: Sequence[Group], matches: Sequence[Match]) -> Group:
    """The days that a refusal is about: those inside it, just before it, or else behind it.

    Not those behind it that are agreed to at once: "nahi aa paenge agle hafte kar do".
    """
    start, end = match.start, match.end
    inside = tuple(one for group in groups for one in group if start <= one.start < end)
    # "Is hafte possible nahi" shares a word; "not before April" holds its own "not".
    inside = inside or tuple(
        one for group in groups for one in group if one.start < start < one.end and one.meaning != "from"
    )
    before = next((group for group in groups if 0 <= start - group[-1].end <= _BEFORE), ())
    behind = next((group for group in groups if 0 <= group[0].start - end <= _BEHIND), ())
    return inside or before or (() if behind and _agreed_to(behind, groups, matches) else behind)


def _behind(start: int, end: int, groups: Sequence[Group], matches: Sequence[Match]) -> Group:
    """The days that a bare "not" is about: those behind it, unless they are agreed to at once."""
    for group in groups:
        if 0 <= group[0].start - end <= _BEHIND and not _agreed_to(group, groups, matches):
            return group
    return _just_before(start, groups, 1)


def _agreed_to(group: Group, groups: Sequence[Group], matches: Sequence[Match]) -> bool:
    """Whether what stands right behind some days agrees to them: not in "not Monday Tuesday is fine"."""
    end = group[-1].end
    if any(other[0].start == end for other in groups):
        return False
    return any(
        group[0].start <= match.start <= end + 1 and match.end > end
        for match in matches
        if match.act in AGREEING_ACTS
    )


def _just_before(start: int, groups: Sequence[Group], within: int) -> Group:
    """The days that end so many words before a place, or fewer."""
    return next((group for group in groups if 0 <= start - group[-1].end <= within), ())

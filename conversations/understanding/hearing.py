"""What the languages hear in the words of a clause: phrases and days.

Its own language comes first; the others fill what that leaves open: "kesho nitakuja at 10".
"""

from collections.abc import Sequence

from msgspec import Struct

from conversations.understanding.calendar import Calendar
from conversations.understanding.day_meanings import TOLD_BY_OTHERS
from conversations.understanding.days import mentions
from conversations.understanding.lexicon import Lexicon
from conversations.understanding.mention import Mention
from conversations.understanding.phrases import Match

# Their words hold names of days and hours that are not meant: "good morning", "we waited three hours".
_NOT_ABOUT_DAYS = frozenset({"greeting", "thanks", "human", "complaint"})
# These give way to a day that holds their words ("after school"), and hide one that they hold ("voy tarde").
_LESS_THAN_DAYS = frozenset({"nothing", "hedge", "obstacle", "later", "sooner", "same_day", "any_of_these"})


# Stands where words were; no pattern holds it.
_BLANK = "_"


class Heard(Struct, frozen=True):
    """Phrases and days in the order in which they stand; `strange` are the places of words nobody knows."""

    matches: tuple[Match, ...]
    named: tuple[Mention, ...]
    strange: frozenset[int]

    @property
    def covered(self) -> frozenset[int]:
        """The places of all words that belong to a phrase."""
        return frozenset(at for match in self.matches for at in range(match.start, match.end))

    @property
    def days(self) -> frozenset[int]:
        """The places of all words that belong to a day or an hour."""
        return frozenset(at for mention in self.named for at in range(mention.start, mention.end))


def hear(words: tuple[str, ...], tongues: Sequence[Lexicon], calendar: Calendar) -> Heard:
    """Hear a clause in its own language, which comes first, and what that leaves open in the others."""
    first = tongues[0]
    matches = list(first.book.find(words))
    named = list(mentions(_without(words, matches), first.days, calendar))
    matches, named = _told_from_days(matches, named)
    strange = {at for at, word in enumerate(words) if word not in first.words}
    for other in tongues[1:]:
        if not other.words.isdisjoint(words):
            _read_rest(words, other, calendar, matches, named, strange)
    matches = sorted(_without_bare_no(matches, named), key=lambda match: match.start)
    named.sort(key=lambda mention: mention.start)
    return Heard(tuple(matches), tuple(named), frozenset(strange))


def _without_bare_no(matches: Sequence[Match], named: Sequence[Mention]) -> Sequence[Match]:
    """One letter answers when it stands alone; beside a phrase or a day it is their "not": "n vamo"."""
    if not named and all(match.act in {"bare_no", "thanks", "greeting"} for match in matches):
        return matches
    return [match for match in matches if match.act != "bare_no"]


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
    days = [mention for mention in named if mention not in hidden or mention.meaning in TOLD_BY_OTHERS]
    dropped = {
        match
        for match in weak
        for mention in days
        if mention.start < match.end and match.start < mention.end and mention.meaning not in TOLD_BY_OTHERS
    }
    return [match for match in matches if match not in dropped], days


def _read_rest(
    words: tuple[str, ...],
    other: Lexicon,
    calendar: Calendar,
    matches: list[Match],
    named: list[Mention],
    strange: set[int],
) -> None:
    """Add what another language finds where the first knows no word: "kesho nitakuja at 10"."""
    if not strange and not other.stops.every(words):
        return  # as nearly always
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
    if not strange:
        return
    left = tuple(_BLANK if at in taken else word for at, word in enumerate(_without(words, matches)))
    for mention in mentions(left, other.days, calendar):
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


def _without(words: tuple[str, ...], matches: Sequence[Match]) -> tuple[str, ...]:
    """The words, with those blanked in which a day's name would not mean the day."""
    hidden = {at for match in matches if match.act in _NOT_ABOUT_DAYS for at in range(match.start, match.end)}
    return tuple(_BLANK if at in hidden else word for at, word in enumerate(words)) if hidden else words

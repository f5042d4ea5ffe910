"""What a clause says of its days: which are wished, which refused or left out, which nobody can place."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from conversations.understanding.acts import refusing_words
from conversations.understanding.hearing import Heard
from conversations.understanding.lexicon import Lexicon
from conversations.understanding.mention import Mention
from conversations.understanding.phrases import Match
from conversations.understanding.tokens import Clause
from conversations.understanding.when import are_scattered, excepted_in, refused_in
from conversations.understanding.word_groups import end_of_group, places

_UNABLE = frozenset({"cant", "unsuitable"})


class ClauseDays(Struct, frozen=True):
    """The days of a clause.

    `left_out` are the places of words such as "except", `unplaced` those of holidays and of others that
    name a day nobody can place; `scattered` says that nothing joins the days wished.
    """

    wished: tuple[Mention, ...]
    refused: tuple[Mention, ...]
    left_out: frozenset[int]
    unplaced: tuple[range, ...]
    scattered: bool


def days_of(clause: Clause, heard: Heard, negators: Sequence[int], tongues: Sequence[Lexicon]) -> ClauseDays:
    """The days that were heard in a clause, told apart."""
    known = tongues[0].days
    left_out = list(_left_out(clause.words, tongues))
    refused = _refused(clause, heard, negators, tongues) | excepted_in(
        clause.words,
        heard.named,
        left_out,
        known.joined_by,
        except_stands_behind=tongues[0].not_stands_behind,
    )
    wished = tuple(one for one in heard.named if one not in refused and one.meaning != "past")
    return ClauseDays(
        wished=wished,
        refused=tuple(one for one in heard.named if one in refused),
        left_out=frozenset(at for place in left_out for at in range(*place)),
        unplaced=tuple(places(clause.words, known.unplaced)),
        scattered=are_scattered(clause.words, wished, known.joined_by),
    )


def _left_out(words: tuple[str, ...], tongues: Sequence[Lexicon]) -> Iterator[tuple[int, int]]:
    """Where days are left out; not where the visit is: "the 5th instead of that"."""
    for known in tongues:
        for one in places(words, known.days.except_):
            own = known is tongues[0] or tongues[0].words.isdisjoint(words[one.start : one.stop])
            if own and end_of_group(words, one.stop, known.days.visit) == one.stop:
                yield one.start, one.stop


def _refused(
    clause: Clause, heard: Heard, negators: Sequence[int], tongues: Sequence[Lexicon]
) -> frozenset[Mention]:
    spans = refusing_words(negators, heard.matches)
    matches: Sequence[Match] = heard.matches
    if clause.asked:  # "Don't you have Monday?", "can't we come at 11?", "is Friday not possible?" ask for it
        starts = {mention.start for mention in heard.named}
        spans = [span for span in spans if span[1] in starts]
        matches = [one for one in matches if one.act not in _UNABLE]
    return refused_in(
        clause.words,
        heard.named,
        matches,
        spans,
        tongues[0].days.joined_by,
        not_stands_behind=tongues[0].not_stands_behind,
    )

"""Where a clause must be cut because it answers for one child after another: "zuri yes juma no".

Nothing is cut where one answer is for all: "zuri and juma yes".
"""

from itertools import pairwise

from conversations.understanding.clause import ClauseRead

# What can be said of one child and not of another.
DECISIVE = frozenset(
    {
        *("yes", "no", "ok", "coming", "not_coming", "cant", "cancel", "cancel_visit", "keep", "move"),
        *("unsuitable", "sick", "already", "bare_yes", "bare_no", "hedge"),
    }
)


def by_child(read: ClauseRead) -> tuple[int, ...]:
    """The places to cut at; none where one answer is for all, or for one."""
    named = sorted({one.start for one in read.spoken_of})
    decisive = [(match.start, match.end) for match in read.matches if match.act in DECISIVE]
    if len(named) < 2 or len(decisive) < 2:  # noqa: PLR2004  nothing to tell apart
        return ()
    if named[0] < decisive[0][0]:
        return tuple(named[1:])
    cuts = []
    for before, after in pairwise(named):
        between = [start for start, _ in decisive if before < start < after]
        if between:
            cuts.append(between[0])
    return tuple(cuts)

"""Which clauses ask for the days that they name, and which only tell why.

"I work on Mondays, can we come on Tuesday?" wishes for one day, though it names two.
"""

from collections.abc import Sequence

from msgspec import structs

from conversations.understanding.acts import TALK
from conversations.understanding.clause import ClauseRead
from conversations.understanding.day_meanings import TOLD_BY_OTHERS
from conversations.understanding.mention import Mention, dates_of
from conversations.understanding.reading import Scene
from conversations.understanding.when import AGREEING_ACTS

# What tells why a day does not suit.
_REASONS = frozenset({"obstacle", "cant", "not_coming", "unsuitable", "sick", "already", "nothing"})
_ASKING = frozenset({"move", "free", "yes", "ok"})


def only_told(reads: Sequence[ClauseRead]) -> frozenset[int]:
    """The clauses whose days only tell why: "I work on Mondays", where another clause asks for Tuesday."""
    asking = {number for number, clause in enumerate(reads) if asks_for(clause)}
    asked_for = [one for number in asking for one in reads[number].wished]
    a_day = any(one.names_a_day or one.meaning in TOLD_BY_OTHERS for one in asked_for)
    an_hour = any(one.at or one.part for one in asked_for)
    return frozenset(
        number
        for number, clause in enumerate(reads)
        if number not in asking
        and (
            complains(clause)
            or (_tells(clause) and (a_day if any(one.names_a_day for one in clause.wished) else an_hour))
        )
    )


def complains(clause: ClauseRead) -> bool:
    """Whether a clause tells what went wrong, on whichever day: "we came on Monday and you were closed"."""
    return any(act.name == "complaint" for act in clause.acts)


def about_the_visit(reads: Sequence[ClauseRead], scene: Scene) -> frozenset[int]:
    """The clauses that name the visit's day and promise nothing, where others name other days."""
    visits = scene.visit_days
    named = [dates_of(clause.wished) for clause in reads]
    if not any(days - visits for days in named):
        return frozenset()
    return frozenset(
        number
        for number, clause in enumerate(reads)
        if named[number] and named[number] <= visits and not clause.asks and not _agrees(clause)
    )


def asks_for(clause: ClauseRead) -> bool:
    """Whether a clause wishes for its days: it asks, it agrees, or it holds nothing else."""
    says = [act for act in clause.acts if act.name not in TALK]
    away = any(act.name == "obstacle" for act in says) and not any(act.name in _ASKING for act in says)
    agrees = _agrees(clause) and not away  # "travelling tomorrow and coming back on Sunday"
    if clause.past and not (clause.asks or agrees):
        return False  # "we came on Monday"
    return bool(clause.wished) and (clause.asks or agrees or not (says or clause.unexplained))


def _tells(clause: ClauseRead) -> bool:
    return bool(clause.unexplained) or clause.past or any(act.name in _REASONS for act in clause.acts)


def back_from(mention: Mention) -> Mention | None:
    """Of the days that tell why, what they bound: who is away until Friday can come after it."""
    if mention.meaning == "until" and mention.latest:
        return structs.replace(mention, meaning="after", days=mention.otherwise)
    return mention if mention.meaning in {"after", "from"} and mention.earliest else None


def _agrees(clause: ClauseRead) -> bool:
    return any(act.name in AGREEING_ACTS | {"free"} and not act.negated for act in clause.acts)


def is_visits_day(mention: Mention, scene: Scene) -> bool:
    return bool(mention.dates) and set(mention.dates) <= scene.visit_days


def is_doubtful(clause: ClauseRead) -> bool:
    """Whether the days of a clause that nothing else explains may only tell why: "I'm busy on Monday"."""
    says = {act.name for act in clause.acts} - TALK
    strange = bool(clause.unexplained) and not says  # "I get paid on the 25th"
    return not asks_for(clause) and (clause.past or strange or "obstacle" in says)


def takes_back(pair: tuple[ClauseRead, ClauseRead]) -> bool:
    """Whether a "no" may take back the day before it, not the one behind: "tomorrow, no, the day after"."""
    before, behind = pair
    only_no = {act.name for act in behind.acts} == {"no"} and not behind.unexplained
    return only_no and bool(behind.refused) and not behind.wished and any(one.dates for one in before.wished)


def goes_on_refusing(pair: tuple[ClauseRead, ClauseRead]) -> bool:
    """Whether a list of days may go on with what is refused: "we can't come Thursday, Friday or Monday"."""
    before, behind = pair
    open_end = any(one.end == len(before.words) and one.dates for one in before.refused)
    only_days = not (behind.acts or behind.unexplained or behind.asks)
    return open_end and only_days and sum(bool(one.dates) for one in behind.wished) > 1

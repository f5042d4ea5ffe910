"""What the days of all clauses of a text say together.

"Next week, from Wednesday on" is one stretch and "we are back on the 20th, Monday please" one day, though two
clauses name it; "not this Friday, the other one" names a day that no word in it says.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from msgspec import structs

from conversations.understanding.calendar import Days
from conversations.understanding.clause import ClauseRead
from conversations.understanding.counterparts import after_absence, not_offered, not_that_one, told_by_others
from conversations.understanding.mention import DATED, Mention, dates_of
from conversations.understanding.reading import Scene
from conversations.understanding.stretches import in_that_week, within
from conversations.understanding.telling import (
    about_the_visit,
    back_from,
    complains,
    goes_on_refusing,
    is_doubtful,
    is_visits_day,
    only_told,
    takes_back,
)
from conversations.understanding.when import When

_OF_THE_VISIT = frozenset(
    {
        *("visit_day", "day_after_visit", "day_before_visit", "days_after_visit"),
        *("week_after_visit", "weeks_after_visit", "weekday_after_visit"),
    }
)
_SURE_DATES = DATED | {"weekday_and_day"}


def days_together(reads: Sequence[ClauseRead], scene: Scene) -> When:
    """The days of all clauses. "Thursday is his exam. Friday works": the visit's day is not wished again."""
    if not any(clause.wished or clause.refused for clause in reads):  # as in most texts
        return When(doubtful=_nobody_can_place(reads, ()))
    told = only_told(reads) | about_the_visit(reads, scene)
    wished, refused = _of_all(reads, told, scene)
    why = [one for number in told for one in reads[number].wished if one.dates]
    named, refused = _day_of_the_other_part(reads, after_absence(wished, (*refused, *why)), refused)
    resolved = list(told_by_others(named, refused, why, scene))
    lost = len(resolved) < len(named)  # "the other days are fine": nobody knows which
    if any(act.name == "none_of_these" for clause in reads for act in clause.acts):
        resolved = [not_offered(one, scene) for one in resolved]  # "none of these, the Monday after"
    of_offers = [_or_nth(one, scene) for one in _from_offers(list(_told_once(resolved)), scene)]
    wished = [_without_refused(one, refused) for one in _that_day(of_offers, why, scene)]
    wished = [_of_the_visits_week(one, refused, scene) for one in wished]
    refused = [in_that_week(one, wished) for one in refused]
    asking = [clause for number, clause in enumerate(reads) if clause.wished and number not in told]
    doubtful = lost or _nobody_can_place(reads, wished) or _may_only_tell(reads, asking, wished)
    return When(tuple(within(wished)), tuple(refused), doubtful)


def _nobody_can_place(reads: Sequence[ClauseRead], wished: Sequence[Mention]) -> bool:
    """Whether days are spoken of that nobody can place; within a phrase only where no others are named."""
    return any(clause.unplaced or (clause.undated and not wished) for clause in reads)


def _may_only_tell(
    reads: Sequence[ClauseRead], asking: Sequence[ClauseRead], wished: Sequence[Mention]
) -> bool:
    """Whether some of the days may only tell why, since nothing joins them or nothing asks for them."""
    several = len(dates_of(wished)) > 1
    apart = sum(any(one.dates for one in clause.wished) for clause in asking) > 1
    scattered = several and (apart or any(clause.scattered for clause in asking))
    pairs = list(pairwise(reads))
    turned = any(map(takes_back, pairs)) or any(map(goes_on_refusing, pairs))
    return scattered or turned or any(map(is_doubtful, asking))


def _of_all(
    reads: Sequence[ClauseRead], told: Collection[int], scene: Scene
) -> tuple[list[Mention], list[Mention]]:
    """The days wished and those refused, clause by clause."""
    wished: list[Mention] = []
    refused: list[Mention] = []
    whole_days: list[Mention] = []
    for number, clause in enumerate(reads):
        if number in told and complains(clause):
            continue  # "you were closed on Thursday" neither wishes for it nor refuses it
        if number in told:
            wished += filter(None, map(back_from, clause.wished))
            refused += [mention for mention in clause.wished if is_visits_day(mention, scene)]
        else:
            for mention in clause.wished:
                no = (*whole_days, *(one for one in clause.refused if one.start < mention.start))
                wished.append(not_that_one(mention, no))
        refused += clause.refused
        if not _refuses_a_part(clause):  # "Friday morning no" leaves its afternoon
            whole_days += clause.refused
    return wished, refused


def _refuses_a_part(clause: ClauseRead) -> bool:
    return any(one.part or one.at for one in clause.refused)


def _day_of_the_other_part(
    reads: Sequence[ClauseRead], wished: list[Mention], refused: list[Mention]
) -> tuple[list[Mention], list[Mention]]:
    """Of "Friday morning no, afternoon yes" the part of the day is refused, the day stays."""
    instead = any(one.part or one.at for one in wished) or _refuses_only_a_part(reads, wished)
    if any(one.names_a_day for one in wished) or not instead:
        return wished, refused
    days = [one for clause in reads if _refuses_a_part(clause) for one in clause.refused if one.dates]
    stays = [structs.replace(one, part=None, at=None) for one in days]
    return [*stays, *wished], [one for one in refused if one not in days]


def _refuses_only_a_part(reads: Sequence[ClauseRead], wished: Sequence[Mention]) -> bool:
    """Whether all that is said is "not in the morning on Friday"."""
    plain = all({act.name for act in clause.acts} <= {"no"} and not clause.unexplained for clause in reads)
    return plain and not wished and any(map(_refuses_a_part, reads))


def _told_once(wished: Collection[Mention]) -> Iterator[Mention]:
    """Without a weekday or weekend that only says which day a date is: "monday, the 16th"."""
    dated = {day.weekday() for one in wished if one.meaning in _SURE_DATES for day in one.dates}
    for one in wished:
        named = {day.weekday() for day in one.dates}
        is_weekday = one.meaning not in _SURE_DATES and ("weekday" in one.meaning or one.meaning == "weekend")
        if not is_weekday or not (named <= dated or (dated and dated <= named)):
            yield one


def _without_refused(one: Mention, refused: Sequence[Mention]) -> Mention:
    """A weekend without the day that is refused: "the weekend, but not Sunday"."""
    no = dates_of(refused)
    left = tuple(day for day in one.dates if day not in no)
    return structs.replace(one, days=Days(left)) if one.meaning == "weekend" and left else one


def _that_day(wished: list[Mention], why: Sequence[Mention], scene: Scene) -> list[Mention]:
    """With what "that day" may be, besides the visit: "the 14th is a holiday, two days after that"."""
    others = dates_of(one for one in (*wished, *why) if one.meaning not in _OF_THE_VISIT)
    return [
        structs.replace(one, days=structs.replace(one.days, unsure=True))
        if one.meaning in _OF_THE_VISIT and others - scene.visit_days
        else one
        for one in wished
    ]


def _of_the_visits_week(one: Mention, refused: Sequence[Mention], scene: Scene) -> Mention:
    """A weekday beside the visit's own that is refused may be of its week: "Friday, not Thursday"."""
    if one.meaning != "weekday" or not any(is_visits_day(other, scene) for other in refused):
        return one
    monday = min(day - timedelta(days=day.weekday()) for day in scene.visit_days)
    unsure = one.days.unsure or any(day < monday for day in one.dates)
    return structs.replace(one, days=structs.replace(one.days, unsure=unsure))


def _or_nth(one: Mention, scene: Scene) -> Mention:
    """With the place of the list that its word could mean as well: "a segunda" of several offers."""
    if one.nth is None or one.nth > len(scene.offers):
        return one
    day = scene.offers[one.nth - 1].date()
    return one if day in one.dates else structs.replace(one, days=Days((*one.dates, day), unsure=True))


def _from_offers(wished: list[Mention], scene: Scene) -> list[Mention]:
    """Hours that are counted from the place offered on the day that is named: "Friday but an hour later"."""
    days = dates_of(wished)
    places = [at for at in scene.offers if at.date() in days]
    if len(places) != 1:
        return wished
    return [
        structs.replace(one, at=(places[0] + timedelta(hours=one.shift)).time()) if one.shift else one
        for one in wished
    ]

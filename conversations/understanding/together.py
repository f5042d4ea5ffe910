"""What the days of all clauses of a text say together.

"Next week, from Wednesday on" is one stretch and "we are back on the 20th, Monday please" one day, though two
clauses name it; "not this Friday, the other one" names a day that no word in it says.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta

from msgspec import structs

from conversations.understanding.acts import TALK
from conversations.understanding.calendar import DAYS_OF_WEEK, Days
from conversations.understanding.clause import ClauseRead
from conversations.understanding.daywords import TOLD_BY_OTHERS
from conversations.understanding.mention import DATED, MONTHS, WEEKS, Mention
from conversations.understanding.reading import Scene
from conversations.understanding.when import AGREEING_ACTS, When

A_WEEK = timedelta(days=DAYS_OF_WEEK)
# What tells why a day does not suit.
_REASONS = frozenset({"obstacle", "cant", "not_coming", "unsuitable", "sick", "already", "nothing"})
_ENDS = frozenset({"earliest_offered", "latest_offered"})
_ASKING = frozenset({"move", "free", "yes", "ok"})
_SURE_DATES = DATED | {"weekday_and_day"}
_RANGES = frozenset({"between", "after", "from", "before", "until"})


def days_together(reads: Sequence[ClauseRead], scene: Scene) -> When:
    """The days of all clauses. "Thursday is his exam. Friday works": the visit's day is not wished again."""
    told = _only_told(reads) | _about_the_visit(reads, scene)
    wished: list[Mention] = []
    refused: list[Mention] = []
    whole_days: list[Mention] = []
    for number, clause in enumerate(reads):
        if number in told:
            wished += filter(None, map(_back_from, clause.wished))
            refused += [mention for mention in clause.wished if _is_visits_day(mention, scene)]
        else:
            for mention in clause.wished:
                no = (*whole_days, *(one for one in clause.refused if one.start < mention.start))
                wished.append(_not_that_one(mention, no))
        refused += clause.refused
        if not any(one.part or one.at for one in clause.refused):  # "Friday morning no" leaves its afternoon
            whole_days += clause.refused
    wished, refused = _day_of_the_other_part(_after_absence(wished), refused)
    wished = list(_told_by_others(wished, refused, scene))
    if any(act.name == "none_of_these" for clause in reads for act in clause.acts):
        wished = [_not_offered(one, scene) for one in wished]  # "none of these, the Monday after"
    wished = _from_offers(list(_told_once(wished)), scene)
    dated = [number for number, clause in enumerate(reads) if any(one.dates for one in clause.wished)]
    kept = {day for one in wished for day in one.dates}
    scattered = len(kept) > 1 and len(set(dated) - told) > 1
    return When(tuple(_within(wished)), tuple(refused), scattered)


# --- days that only say why -------------------------------------------------------------------------


def _only_told(reads: Sequence[ClauseRead]) -> frozenset[int]:
    """The clauses whose days only tell why: "I work on Mondays", where another clause asks for Tuesday."""
    asking = {number for number, clause in enumerate(reads) if _asks_for(clause)}
    asked_for = [one for number in asking for one in reads[number].wished]
    a_day = any(one.names_a_day or one.meaning in TOLD_BY_OTHERS for one in asked_for)
    an_hour = any(one.at for one in asked_for)
    return frozenset(
        number
        for number, clause in enumerate(reads)
        if number not in asking
        and _tells(clause)
        and (a_day if any(one.names_a_day for one in clause.wished) else an_hour)
    )


def _about_the_visit(reads: Sequence[ClauseRead], scene: Scene) -> frozenset[int]:
    """The clauses that name the visit's day and promise nothing, where others name other days."""
    visits = {at.date() for at in scene.visits_at}
    named = [{day for one in clause.wished for day in one.dates} for clause in reads]
    if not any(days - visits for days in named):
        return frozenset()
    return frozenset(
        number
        for number, clause in enumerate(reads)
        if named[number] and named[number] <= visits and not clause.asks and not _agrees(clause)
    )


def _asks_for(clause: ClauseRead) -> bool:
    """Whether a clause wishes for its days: it asks, it agrees, or it holds nothing else."""
    says = [act for act in clause.acts if act.name not in TALK]
    away = any(act.name == "obstacle" for act in says) and not any(act.name in _ASKING for act in says)
    agrees = _agrees(clause) and not away  # "travelling tomorrow and coming back on Sunday"
    if clause.past and not (clause.asks or agrees):
        return False  # "we came on Monday"
    return bool(clause.wished) and (clause.asks or agrees or not (says or clause.unexplained))


def _tells(clause: ClauseRead) -> bool:
    return bool(clause.unexplained) or clause.past or any(act.name in _REASONS for act in clause.acts)


def _back_from(mention: Mention) -> Mention | None:
    """Of the days that tell why, what they bound: who is away until Friday can come after it."""
    if mention.meaning == "until" and mention.latest:
        return structs.replace(mention, meaning="after", days=mention.otherwise)
    return mention if mention.meaning in {"after", "from"} and mention.earliest else None


def _agrees(clause: ClauseRead) -> bool:
    return any(act.name in AGREEING_ACTS | {"free"} and not act.negated for act in clause.acts)


def _is_visits_day(mention: Mention, scene: Scene) -> bool:
    return bool(mention.dates) and set(mention.dates) <= {at.date() for at in scene.visits_at}


# --- days that are told by what they are not --------------------------------------------------------


def _told_by_others(wished: Sequence[Mention], refused: Sequence[Mention], scene: Scene) -> Iterator[Mention]:
    """With the days of those that only others tell; left out where no other does."""
    for one in wished:
        told = one if one.meaning not in TOLD_BY_OTHERS else _told(one, wished, refused, scene)
        if told:
            yield told


def _told(
    one: Mention, wished: Sequence[Mention], refused: Sequence[Mention], scene: Scene
) -> Mention | None:
    if one.meaning in _ENDS:
        if not scene.offers or any(other.dates for other in wished):
            return None
        at = scene.offers[0 if one.meaning == "earliest_offered" else -1]
        return structs.replace(one, days=Days((at.date(),)), at=at.time())
    if not any(mention.names_a_day for mention in refused):
        return None
    if one.meaning == "afterwards":
        return structs.replace(one, meaning="after", days=_after(refused))
    if not scene.offers and (
        one.meaning == "the_others" or any(each.earliest or each.latest for each in wished)
    ):
        return None  # "not on Mondays, the other days": only what is refused is known
    return structs.replace(one, days=_others(refused, scene))


def _after(refused: Sequence[Mention]) -> Days:
    """What follows the days that were refused: "not on the 12th, after that I can"."""
    days = [day for one in refused for day in one.dates or ((one.latest,) if one.latest else ())]
    return Days(earliest=max(days) + timedelta(days=1)) if days else Days()


def _others(refused: Iterable[Mention], scene: Scene) -> Days:
    """What is left of the offers; else the same a week after what was refused last."""
    no = {day for one in refused for day in one.dates}
    offered = {at.date() for at in scene.offers}
    if left := offered - no:
        return Days(tuple(sorted(left))) if left < offered else Days()
    last = [one for one in refused if one.names_a_day][-1]
    return _a_week_after(last) if last.dates or last.meaning in WEEKS else Days()


def _not_that_one(one: Mention, refused: Collection[Mention]) -> Mention:
    """A weekday or week that was refused before is the one after: "not this monday, next monday"."""
    no = {day for mention in refused for day in mention.dates}
    if one.days.unsure and (left := tuple(day for day in one.dates if day not in no)) != one.dates:
        return structs.replace(one, days=Days(left))
    is_refused_weekday = "weekday" in one.meaning and one.dates and set(one.dates) <= no
    is_refused_week = one.days in {mention.days for mention in refused if mention.meaning in WEEKS}
    return structs.replace(one, days=_a_week_after(one)) if is_refused_weekday or is_refused_week else one


def _after_absence(wished: list[Mention]) -> list[Mention]:
    """The day after, of an absence and not of the visit: "away until Sunday, the day after"."""
    until = next((one for one in wished if one.meaning in {"until", "after"} and one.earliest is None), None)
    back = until.latest + timedelta(days=1) if until and until.latest else None
    back = back or next((one.earliest for one in wished if one.meaning == "after"), None)
    if back is None or not any(one.meaning == "day_after_visit" for one in wished):
        return wished
    return [structs.replace(one, days=Days((back,))) for one in wished if one.meaning == "day_after_visit"]


def _not_offered(one: Mention, scene: Scene) -> Mention:
    """A weekday that was offered, where none of the offers will do: the one after the last of them."""
    offered = {at.date() for at in scene.offers}
    if one.meaning != "weekday" or not set(one.dates) <= offered:
        return one
    return structs.replace(one, days=Days((max(one.dates) + A_WEEK,)) if one.dates else one.days)


def _a_week_after(one: Mention) -> Days:
    if one.latest:
        return Days(earliest=one.latest + timedelta(days=1), latest=one.latest + A_WEEK)
    return Days(tuple(day + A_WEEK for day in one.dates))


def _told_once(wished: Collection[Mention]) -> Iterator[Mention]:
    """Without a weekday or weekend that only says which day a date is: "monday, the 16th"."""
    dated = {day.weekday() for one in wished if one.meaning in _SURE_DATES for day in one.dates}
    for one in wished:
        named = {day.weekday() for day in one.dates}
        is_weekday = one.meaning not in _SURE_DATES and ("weekday" in one.meaning or one.meaning == "weekend")
        if not is_weekday or not (named <= dated or (dated and dated <= named)):
            yield one


def _from_offers(wished: list[Mention], scene: Scene) -> list[Mention]:
    """Hours that are counted from the place offered on the day that is named: "Friday but an hour later"."""
    days = {day for one in wished for day in one.dates}
    places = [at for at in scene.offers if at.date() in days]
    if len(places) != 1:
        return wished
    return [
        structs.replace(one, at=(places[0] + timedelta(hours=one.shift)).time()) if one.shift else one
        for one in wished
    ]


def _day_of_the_other_part(
    wished: list[Mention], refused: list[Mention]
) -> tuple[list[Mention], list[Mention]]:
    """Of "Friday morning no, afternoon yes" the part of the day is refused, the day stays."""
    if any(one.names_a_day for one in wished) or not any(one.part or one.at for one in wished):
        return wished, refused
    if not any(one.part or one.at for one in refused):
        return wished, refused
    days = [structs.replace(one, part=None, at=None) for one in refused if one.dates]
    return [*days, *wished], [one for one in refused if not one.dates]


# --- days and stretches that narrow each other ------------------------------------------------------


def _within(wished: Sequence[Mention]) -> Sequence[Mention]:
    """A weekday inside the one stretch that is named, or one stretch inside another."""
    stretches = [one for one in wished if one.earliest or one.latest]
    weekdays = [one for one in wished if one.meaning == "weekday" and one.dates]
    if len(stretches) == 1 and weekdays:
        return _weekdays_in(stretches[0], wished)
    if len(stretches) == 2 and not any(one.latest for one in stretches):  # noqa: PLR2004
        later = max(stretches, key=lambda one: one.earliest or date.min)
        return [
            one for one in wished if one is later or one not in stretches
        ]  # "back on the 18th, from the 19th"
    if len(stretches) == 2 and not weekdays:  # noqa: PLR2004
        return _narrowed(stretches[0], stretches[1], wished)
    return wished


def _weekdays_in(stretch: Mention, wished: Sequence[Mention]) -> Sequence[Mention]:
    """Of a stretch that begins on some day, its first such weekday: "after the 20th, a Monday"."""
    first, last = stretch.earliest, stretch.latest
    if first is None:
        return wished
    moved = [
        structs.replace(one, days=Days(tuple(_first_from(first, day) for day in one.dates)))
        if one.meaning == "weekday"
        else one
        for one in wished
        if one is not stretch
    ]
    inside = all(
        last is None or day <= last for one in moved if one.meaning == "weekday" for day in one.dates
    )
    return moved if inside else wished


def _first_from(first: date, day: date) -> date:
    """The first day from another on that is the same weekday as this."""
    return day if day >= first else first + timedelta((day - first).days % DAYS_OF_WEEK)


def _narrowed(one: Mention, other: Mention, wished: Sequence[Mention]) -> Sequence[Mention]:
    """A range inside a week or month: "next week from Wednesday on", "in April after the 10th"."""
    whole = next((each for each in (one, other) if each.meaning in WEEKS | MONTHS), None)
    ranged = next((each for each in (one, other) if each.meaning in _RANGES), None)
    if not (whole and ranged and whole.earliest and whole.latest):
        return wished
    shifted = (
        _in_that_week(ranged.days, whole) if whole.meaning in WEEKS else _in_that_month(ranged.days, whole)
    )
    first = max(shifted.earliest or whole.earliest, whole.earliest)
    last = min(shifted.latest or whole.latest, whole.latest)
    if first > last:
        return wished
    narrowed = structs.replace(ranged, days=Days(earliest=first, latest=last))
    return [narrowed if each is ranged else each for each in wished if each is not whole]


def _in_that_week(days: Days, week: Mention) -> Days:
    anchor = days.earliest or days.latest
    assert anchor
    assert week.latest
    weeks = (week.latest - anchor).days // DAYS_OF_WEEK * A_WEEK
    return Days(
        earliest=days.earliest and days.earliest + weeks,
        latest=days.latest and days.latest + weeks,
    )


def _in_that_month(days: Days, month: Mention) -> Days:
    last = month.latest
    assert last is not None
    earliest, latest = (
        day and last.replace(day=min(day.day, last.day)) for day in (days.earliest, days.latest)
    )
    return Days(earliest=earliest, latest=latest)

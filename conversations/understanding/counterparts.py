"""Days that are told by what they are not: "not this Friday, the other one", "any but the first"."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta

from msgspec import structs

from conversations.understanding.calendar import A_WEEK, Days
from conversations.understanding.daywords import TOLD_BY_OTHERS
from conversations.understanding.mention import WEEKS, Mention
from conversations.understanding.reading import Scene

_ENDS = frozenset({"earliest_offered", "latest_offered"})


def told_by_others(wished: Sequence[Mention], refused: Sequence[Mention], scene: Scene) -> Iterator[Mention]:
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


def not_that_one(one: Mention, refused: Collection[Mention]) -> Mention:
    """A weekday or week that was refused before is the one after: "not this monday, next monday"."""
    no = {day for mention in refused for day in mention.dates}
    if one.days.unsure and (left := tuple(day for day in one.dates if day not in no)) != one.dates:
        return structs.replace(one, days=Days(left))
    is_refused_weekday = "weekday" in one.meaning and one.dates and set(one.dates) <= no
    is_refused_week = one.days in {mention.days for mention in refused if mention.meaning in WEEKS}
    return structs.replace(one, days=_a_week_after(one)) if is_refused_weekday or is_refused_week else one


def after_absence(wished: list[Mention], refused: Sequence[Mention]) -> list[Mention]:
    """The day after an absence or a refused day, where that is said: "not tomorrow, the day after"."""
    until = next((one for one in wished if one.meaning in {"until", "after"} and one.earliest is None), None)
    back = until.latest + timedelta(days=1) if until and until.latest else None
    back = back or next((one.earliest for one in wished if one.meaning == "after"), None)
    no = [day for one in refused for day in one.dates]
    back = back or (max(no) + timedelta(days=1) if no else None)
    if back is None or not any(one.meaning == "day_after_visit" for one in wished):
        return wished
    return [
        structs.replace(one, days=Days((back,))) if one.meaning == "day_after_visit" else one
        for one in wished
        if one.meaning not in {"until", "after"}
    ]


def not_offered(one: Mention, scene: Scene) -> Mention:
    """A weekday that was offered, where none of the offers will do: the one after the last of them."""
    offered = {at.date() for at in scene.offers}
    if one.meaning != "weekday" or not set(one.dates) <= offered:
        return one
    return structs.replace(one, days=Days((max(one.dates) + A_WEEK,)) if one.dates else one.days)


def _a_week_after(one: Mention) -> Days:
    if one.latest:
        return Days(earliest=one.latest + timedelta(days=1), latest=one.latest + A_WEEK)
    return Days(tuple(day + A_WEEK for day in one.dates))

"""Days that are told by what they are not: "not this Friday, the other one", "any but the first"."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta

from msgspec import structs

from conversations.understanding.calendar import A_WEEK, Days, a_week_after
from conversations.understanding.day_meanings import TOLD_BY_OTHERS
from conversations.understanding.mention import DATED, WEEKS, Mention, dates_of
from conversations.understanding.reading import Scene

_OFFERED: dict[str, tuple[int, int | None]] = {
    "earliest_offered": (0, 1),
    "latest_offered": (-1, None),
    "first_two_offered": (0, 2),
    "last_two_offered": (-2, None),
    "middle_offered": (1, -1),
}

# Which side of a day that was named.
_SIDES = {"afterwards": "after", "beforehand": "before"}


def told_by_others(
    wished: Sequence[Mention], refused: Sequence[Mention], why: Sequence[Mention], scene: Scene
) -> Iterator[Mention]:
    """With the days of those that only others tell, those that tell `why` too; left out where none does."""
    for one in _beside_what_was_named(wished):
        told = one if one.meaning not in TOLD_BY_OTHERS else _told(one, wished, refused, why, scene)
        if told:
            yield told


def _beside_what_was_named(wished: Sequence[Mention]) -> Sequence[Mention]:
    """What is "after that" follows the day named before: "payday is the 15th so any time after that"."""
    place = next((at for at, one in enumerate(wished) if one.meaning in _SIDES), 0)
    before = [one for one in wished[:place] if one.meaning in DATED | {"weekday_and_day", "until", "after"}]
    if not before:
        return wished
    told = wished[place]
    if told.meaning == "beforehand":
        days: Days | None = _before(before)
    else:
        days = before[-1].days if before[-1].meaning == "after" else _after(before)
    bounds = structs.replace(told, meaning=_SIDES[told.meaning], days=days or Days())
    return [one for one in wished if one not in before and one is not told] + [bounds]


def _told(
    one: Mention,
    wished: Sequence[Mention],
    refused: Sequence[Mention],
    why: Sequence[Mention],
    scene: Scene,
) -> Mention | None:
    if one.meaning in _OFFERED:
        return None if any(other.dates for other in wished) else _of_offers(one, scene)
    if one.meaning in _SIDES:
        named = (*refused, *why)
        beside = _after(named) if one.meaning == "afterwards" else _before(named)
        beside = beside or (one.days if one.names_a_day else None)
        return structs.replace(one, meaning=_SIDES[one.meaning], days=beside) if beside else None
    if not any(mention.names_a_day for mention in refused):
        return None
    if not scene.offers and (
        one.meaning == "the_others" or any(each.earliest or each.latest for each in wished)
    ):
        return None  # "not on Mondays, the other days": only what is refused is known
    return structs.replace(one, days=_others(refused, scene))


def _of_offers(one: Mention, scene: Scene) -> Mention | None:
    """The days of some of the places offered; in the middle is one of three."""
    first, behind = _OFFERED[one.meaning]
    places = scene.offers[first:behind]
    if not places or (one.meaning == "middle_offered" and len(places) > 1):
        return None
    days = Days(tuple(dict.fromkeys(at.date() for at in places)))
    return structs.replace(one, days=days, at=places[0].time() if len(places) == 1 else None)


def _after(refused: Sequence[Mention]) -> Days | None:
    """What follows the days that were refused: "not on the 12th, after that I can"."""
    days = [day for one in refused for day in one.dates or ((one.latest,) if one.latest else ())]
    return Days(earliest=max(days) + timedelta(days=1)) if days else None


def _before(named: Sequence[Mention]) -> Days | None:
    """What lies before the days that were named: "we leave on the 20th, anything before that?"."""
    days = dates_of(named)
    return Days(latest=min(days) - timedelta(days=1)) if days else None


def _others(refused: Iterable[Mention], scene: Scene) -> Days:
    """What is left of the offers; else the same a week after what was refused last."""
    no = dates_of(refused)
    offered = {at.date() for at in scene.offers}
    if left := offered - no:
        return Days(tuple(sorted(left))) if left < offered else Days()
    last = [one for one in refused if one.names_a_day][-1]
    return a_week_after(last.days) if last.dates or last.meaning in WEEKS else Days()


def not_that_one(one: Mention, refused: Collection[Mention]) -> Mention:
    """A weekday or week that was refused before is the one after: "not this monday, next monday"."""
    no = dates_of(refused)
    if one.days.unsure and (left := tuple(day for day in one.dates if day not in no)) != one.dates:
        return structs.replace(one, days=Days(left))
    is_refused_weekday = "weekday" in one.meaning and one.dates and set(one.dates) <= no
    is_refused_week = one.days in {mention.days for mention in refused if mention.meaning in WEEKS}
    if one.meaning == "this_weekday" or not (is_refused_weekday or is_refused_week):
        return one
    # "I work on Friday, could it be after school on Friday?" may mean the one that was told.
    unsure = one.meaning == "weekday"
    return structs.replace(one, days=structs.replace(a_week_after(one.days), unsure=unsure))


def after_absence(wished: list[Mention], refused: Sequence[Mention]) -> list[Mention]:
    """The day after an absence or a refused day, where that is said: "not tomorrow, the day after"."""
    until = next((one for one in wished if one.meaning in {"until", "after"} and one.earliest is None), None)
    back = until.latest + timedelta(days=1) if until and until.latest else None
    back = back or next((one.earliest for one in wished if one.meaning == "after"), None)
    no = dates_of(refused)
    back = back or (max(no) + timedelta(days=1) if no else None)
    if back is None or not any(one.meaning == "day_after_visit" for one in wished):
        return wished
    return [
        structs.replace(one, meaning="ahead", days=Days((back,))) if one.meaning == "day_after_visit" else one
        for one in wished
        if one.meaning not in {"until", "after"}
    ]


def not_offered(one: Mention, scene: Scene) -> Mention:
    """A weekday or week that was offered, where none of the offers will do: the one after the last."""
    offered = {at.date() for at in scene.offers}
    if one.meaning in WEEKS | {"week_after_visit"} and one.earliest and one.latest and offered:
        holds_all = one.earliest <= min(offered) and max(offered) <= one.latest
        return structs.replace(one, days=a_week_after(one.days)) if holds_all else one
    if "weekday" not in one.meaning or not one.dates or not set(one.dates) <= offered:
        return one
    return structs.replace(one, days=Days((max(one.dates) + A_WEEK,)))

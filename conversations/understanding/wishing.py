"""From what was found in a text to the days and hours that a parent would like."""

from collections.abc import Collection, Iterable
from datetime import date, time, timedelta

from conversations.understanding.calendar import DAYS_OF_WEEK
from conversations.understanding.findings import Findings
from conversations.understanding.mention import dates_of
from conversations.understanding.reading import Scene
from conversations.wish import DayPart, Wish

_OTHER_HALF = {
    DayPart.MORNING: DayPart.AFTERNOON,
    DayPart.AFTERNOON: DayPart.MORNING,
    DayPart.EVENING: DayPart.MORNING,
}


def wish_of(found: Findings, scene: Scene) -> Wish:
    """The days and hours that were wished and refused, as far as they can be told without the calendar."""
    when = found.when
    earliest, latest = _bounds(found, scene)
    dates = _dates(found, scene)
    if moved_to := _moved_to(found, scene):
        earliest, latest, dates = None, None, (moved_to,)
    if _is_told_by(dates, found, earliest, latest):
        earliest, latest = None, None
    excluded = _excluded(found, scene) - set(dates)
    not_before, not_after = when.hours
    return Wish(
        dates=dates,
        earliest=earliest,
        latest=latest,
        part=when.part or _part_left(found),
        at=_hour(found, scene),
        not_before=not_before,
        not_after=not_after,
        excluded_times=scene.offers if found.said("none_of_these") else (),
        excluded=tuple(sorted(excluded)),
    )


def _bounds(found: Findings, scene: Scene) -> tuple[date | None, date | None]:
    """From which day to which, as it was said, as a refusal leaves it, or later or sooner than the visit."""
    when = found.when
    earliest, latest = when.bounds
    for refused in when.refused if not when.dates else ():
        earliest, latest = earliest or refused.otherwise.earliest, latest or refused.otherwise.latest
    days = sorted(at.date() for at in (scene.offers or scene.visits_at))
    if days and not when.wished and (found.said("later") or (found.said("sick") and found.said("move"))):
        earliest = max(days[-1] + timedelta(days=1), scene.now.date())
    if days and not when.wished and found.said("sooner"):
        latest = max(days[0] - timedelta(days=1), scene.now.date())
    if earliest and latest and earliest > latest:
        return None, None  # nothing lies in both
    return earliest, latest


def _excluded(found: Findings, scene: Scene) -> set[date]:
    """The days refused; who asks for another day does not want the visit's own at another hour."""
    refused = dates_of(found.when.refused)
    own = scene.visit_days if found.another_day and len(scene.visit_days) == 1 else ()
    return refused or set(own)


def _is_told_by(dates: Collection[date], found: Findings, earliest: date | None, latest: date | None) -> bool:
    """Whether the days say all that the bounds around them say: "one day next week, the 12th"."""
    own = any(one.dates for one in found.when.wished if one.earliest or one.latest)
    inside = all((earliest or day) <= day <= (latest or day) for day in dates)
    return bool(dates) and inside and not own


def _moved_to(found: Findings, scene: Scene) -> date | None:
    """The second day of "from Thursday to Tuesday the 24th", where the first is the visit's own."""
    visits = scene.visit_days
    ranged = next((one for one in found.when.wished if one.meaning == "between"), None)
    if not found.said("move") or ranged is None or ranged.earliest not in visits:
        return None
    return ranged.latest if ranged.latest not in visits else None


def _hour(found: Findings, scene: Scene) -> time | None:
    """The hour wished; where the visit's own is named too, the other one is meant."""
    hours = [one.at for one in found.when.wished if one.at]
    visits = {at.time() for at in scene.visits_at}
    return next((at for at in hours if at not in visits), found.when.at)


def _dates(found: Findings, scene: Scene) -> tuple[date, ...]:
    """The days wished. Asked to move to the very weekday it is on, another week must be meant."""
    visit_days = scene.visit_days
    dates = found.when.dates
    if found.said("same_day") and not (dates or found.refusal):
        return tuple(sorted(_same_day(found, visit_days)))
    if found.said("move") and set(dates) - visit_days and not found.when.unsure:
        dates = tuple(day for day in dates if day not in visit_days)  # "from the 12th to the 20th"
    hours_named = found.when.part or found.when.at
    no_day = not dates and found.when.bounds == (None, None)
    if no_day and hours_named and scene.offers and not (found.when.refused or found.refusal):
        return tuple(sorted({at.date() for at in scene.offers if found.when.names_hour_of(at)}))
    only_hours = no_day and len(visit_days) == 1
    instead = found.promise or any(one.part and not one.names_a_day for one in found.when.refused)
    if only_hours and not scene.offers and (found.when.at or (found.when.wished and instead)):
        return tuple(visit_days)  # "could I come at 4 instead", "not in the morning, after school"
    by_name = all(one.meaning in {"weekday", "this_weekday"} for one in found.when.wished if one.dates)
    if dates and set(dates) <= visit_days and found.said("move") and by_name and not hours_named:
        if found.another_day:
            return ()  # "Thursday is market day, another day please"
        weeks = (timedelta(days=-7), timedelta(days=7))
        return tuple(sorted(day + week for day in dates for week in weeks if day + week > scene.now.date()))
    return dates


def _same_day(found: Findings, visit_days: Collection[date]) -> Iterable[date]:
    """The visit's day; in a week that is named, its weekday: "same day, but the week after"."""
    earliest, latest = found.when.bounds
    if not (earliest and latest) or any(earliest <= day <= latest for day in visit_days):
        return visit_days
    days = (
        earliest + timedelta(days=ahead) for ahead in range(min((latest - earliest).days + 1, DAYS_OF_WEEK))
    )
    return [day for day in days if day.weekday() in {on.weekday() for on in visit_days}]


def _part_left(found: Findings) -> DayPart | None:
    """What a refused part of the day leaves: "not in the morning" leaves the afternoon."""
    refused = next(
        (mention.part for mention in found.when.refused if mention.part and not mention.names_a_day), None
    )
    return _OTHER_HALF[refused] if refused else None

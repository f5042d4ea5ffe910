"""Whether a question is to be asked before anything is done about a text.

Of the whole, where two readings remain; of its days, where they are named without sharp bounds, where they
could be two, or where something is left over that nobody could place: an unknown number beside a date may
well be another date.
"""

from conversations.intents import Intent
from conversations.understanding.calendar import A_WEEK
from conversations.understanding.findings import Findings
from conversations.understanding.reading import Scene
from conversations.understanding.rules import Verdict
from conversations.understanding.second_look import ABOUT_A_VISIT
from conversations.wish import Wish

# "In two weeks" and "early next month" are other days to other people.
_VAGUE = frozenset(
    {
        "in_two_weeks",
        "in_weeks",
        "in_months",
        "weeks_after_visit",
        "start_of_next_month",
        "start_of_named_month",
        "middle_of_named_month",
        "end_of_month",
        "end_of_named_month",
        "nth_week",
    }
)
_TOO_MUCH_UNEXPLAINED = 3
# "The moon is lovely today."
_TOO_MUCH_BESIDE_A_DAY = 2


def must_ask(verdict: Verdict, found: Findings, wish: Wish, scene: Scene) -> bool:
    """Whether two readings remain: of the whole, of a day, or of an hour that stands alone."""
    if verdict.intent not in ABOUT_A_VISIT:
        return verdict.intent is Intent.UNSURE
    if found.when.unsure or _is_only_an_hour(found, scene):
        return True
    if verdict.intent is not Intent.RESCHEDULE:
        return False
    return (
        _is_a_day_or_a_choice(found, scene)
        or _is_beside_an_offer(found, wish, scene)
        or _names_only_a_near_day(verdict, found)
        or _days_are_doubtful(found)
        or _leads_nowhere(found, wish, scene)
        or _may_be_another_week(found, scene)
    )


def _is_a_day_or_a_choice(found: Findings, scene: Scene) -> bool:
    """Whether the only day named could be a number of the list as well: "el 1 porfa"."""
    numbers = [one.dates[0].day for one in found.when.wished if one.meaning == "day_of_month" and one.dates]
    return len(found.when.wished) == 1 and any(number <= scene.choices for number in numbers)


def _is_beside_an_offer(found: Findings, wish: Wish, scene: Scene) -> bool:
    """Whether "later" may be of the day or of the hour: "the 12th, but later", where it was offered."""
    return bool(scene.offers and wish.dates and found.said("later", "sooner"))


def _names_only_a_near_day(verdict: Verdict, found: Findings) -> bool:
    """Whether nothing but "today" asks for it, beside words that nobody can explain."""
    near = all(one.meaning == "ahead" for one in found.when.wished)
    return near and not verdict.evidence and found.unexplained >= _TOO_MUCH_BESIDE_A_DAY


def _leads_nowhere(found: Findings, wish: Wish, scene: Scene) -> bool:
    """Whether who asks to move names nothing but the day on which the visit already is."""
    hours = wish.at or wish.part or wish.not_before or wish.not_after or found.said("later", "sooner")
    return bool(wish.dates) and set(wish.dates) <= scene.visit_days and not (hours or scene.offers)


def _may_be_another_week(found: Findings, scene: Scene) -> bool:
    """Whether the visit's weekday may not be its day: "Thursday instead", or of Thursday week."""
    days = {day for one in found.when.wished if one.meaning == "weekday" for day in one.dates}
    told = found.promise or any(found.when.refuses_day_of(at) for at in scene.visits_at)
    if scene.offers or told or found.another_day or not days or not days <= scene.visit_days:
        return False
    comes_sooner = any(day > scene.now.date() + A_WEEK for day in days)
    return comes_sooner or not (found.when.part or found.when.at)


def _is_only_an_hour(found: Findings, scene: Scene) -> bool:
    hours_only = not any(one.names_a_day for one in found.when.wished)
    return bool(found.when.at) and hours_only and not found.acts and not scene.offers


def _days_are_doubtful(found: Findings) -> bool:
    when = found.when
    if found.figures or when.doubtful:
        return True
    if not when.wished:
        return bool(when.refused) and found.unexplained > 0
    vague = any(one.meaning in _VAGUE for one in when.wished)
    return vague or found.unexplained >= _TOO_MUCH_UNEXPLAINED or _names_two_hours(found)


def _names_two_hours(found: Findings) -> bool:
    """Whether one day is named with two hours or parts, or an hour outside of others: either may tell why."""
    hours = {one.at for one in found.when.wished if one.at}
    first, last = found.when.hours
    outside = any((first and at < first) or (last and at > last) for at in hours)
    parts = {one.part for one in found.when.wished if one.part and not one.at}
    return outside or (len(hours) + len(parts) > 1 and len(found.when.dates) <= 1)

"""Whether a question is to be asked before anything is done about a text.

Of the whole, where two readings remain; of its days, where they are named without sharp bounds, where they
could be two, or where something is left over that nobody could place: an unknown number beside a date may
well be another date.
"""

from conversations.intents import Intent
from conversations.understanding.findings import Findings
from conversations.understanding.reading import Scene
from conversations.understanding.rules import Verdict
from conversations.understanding.second_look import ABOUT_A_VISIT

# "In two weeks" and "early next month" are other days to other people.
_VAGUE = frozenset(
    {
        "in_weeks",
        "in_months",
        "start_of_next_month",
        "start_of_named_month",
        "middle_of_named_month",
        "end_of_month",
        "end_of_named_month",
        "nth_week",
    }
)
_TOO_MUCH_UNEXPLAINED = 3


def must_ask(verdict: Verdict, found: Findings, scene: Scene) -> bool:
    """Whether two readings remain: of the whole, of a day, or of an hour that stands alone."""
    if verdict.intent not in ABOUT_A_VISIT:
        return verdict.intent is Intent.UNSURE
    doubtful = found.when.unsure or _is_only_an_hour(found, scene)
    return doubtful or (verdict.intent is Intent.RESCHEDULE and _days_are_doubtful(found))


def _is_only_an_hour(found: Findings, scene: Scene) -> bool:
    hours_only = not any(one.names_a_day for one in found.when.wished)
    return bool(found.when.at) and hours_only and not found.acts and not scene.offers


def _days_are_doubtful(found: Findings) -> bool:
    when = found.when
    left_over = found.figures or found.unexplained >= _TOO_MUCH_UNEXPLAINED
    if not when.wished:
        return bool(when.refused) and bool(found.figures or found.unexplained)
    return left_over or when.doubtful or any(one.meaning in _VAGUE for one in when.wished)

"""What a reading comes to, in words that staff use: to compare two readings, and a reading with a correction.

A number is resolved to what it picks, "both" to the children, so that two ways of saying the same thing are
equal. Which differences do harm is one table. How the meaning was recognised is not looked at here.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from conversations.intents import Intent
from conversations.understanding.reading import Question, Reading, Scene
from conversations.wish import DayPart, Wish

TimeOfDay = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["10:00"])]


class When(
    Struct,
    frozen=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    rename={"earliest": "from", "latest": "to"},
):
    """Days and hours, named as in the documentation; `dates` are alternatives, `excluded` are refused."""

    dates: tuple[date, ...] = ()
    earliest: date | None = None
    latest: date | None = None
    time: TimeOfDay | None = None
    part: DayPart | None = None
    excluded: tuple[date, ...] = ()


class Meaning(Struct, frozen=True):
    """What a text was taken to mean. `choice` is a number whose meaning the scene does not tell."""

    intent: Intent
    children: tuple[str, ...] = ()
    when: When = When()
    choice: int | None = None


class Right(Struct, frozen=True):
    """What a text means, as staff say. None: nothing is said of children, or of days and hours."""

    intent: Intent
    children: tuple[str, ...] | None = None
    when: When | None = None


class Harm(StrEnum):
    """What a wrong reading does to a family."""

    PROMISE_INVENTED = "promise_invented"
    REFUSAL_INVENTED = "refusal_invented"
    OPT_OUT_MISSED = "opt_out_missed"
    OPT_OUT_INVENTED = "opt_out_invented"
    OTHER_CHILD = "other_child"


COMING = frozenset({Intent.CONFIRM, Intent.KEEP})
NOT_AS_PLANNED = frozenset(
    {
        Intent.DECLINE,
        Intent.RESCHEDULE,
        Intent.STOP,
        Intent.WRONG_NUMBER,
        Intent.SICK_CHILD,
        Intent.ALREADY_VACCINATED,
    }
)
ANYTHING = frozenset(Intent)
STOP = frozenset({Intent.STOP})

# Meant one of these, read as one of those.
HARMFUL = (
    (STOP, ANYTHING - STOP, Harm.OPT_OUT_MISSED),
    (ANYTHING - STOP, STOP, Harm.OPT_OUT_INVENTED),
    (NOT_AS_PLANNED, COMING, Harm.PROMISE_INVENTED),
    (COMING | {Intent.CHOOSE}, frozenset({Intent.DECLINE}), Harm.REFUSAL_INVENTED),
)

# The machine's own distinctions, which nobody has to make who says what a text means.
PLAINLY: Mapping[Intent, Intent] = {
    Intent.KEEP: Intent.CONFIRM,
    Intent.CHOOSE: Intent.RESCHEDULE,
    Intent.UNSURE: Intent.UNKNOWN,
    Intent.PICTURE: Intent.UNKNOWN,
    Intent.NOTHING: Intent.UNKNOWN,
}
_MEANINGS: Mapping[Question, tuple[Intent, ...]] = {
    Question.WHICH_MEANING: (Intent.CONFIRM, Intent.RESCHEDULE, Intent.DECLINE),
    Question.CANCEL_OR_KEEP: (Intent.DECLINE, Intent.KEEP),
}


def meaning_of(reading: Reading, scene: Scene) -> Meaning:
    """What a reading comes to in its scene."""
    children = scene.children if reading.all_children else reading.children
    index = (reading.choice or 0) - 1
    meanings = _MEANINGS.get(scene.question, ())
    if 0 <= index < len(meanings):
        return Meaning(meanings[index], children, when_of(reading.wish))
    if 0 <= index < len(scene.offers):
        at = scene.offers[index]
        return Meaning(reading.intent, children, When(dates=(at.date(),), time=f"{at:%H:%M}"))
    return Meaning(reading.intent, children, when_of(reading.wish), reading.choice)


def when_of(wish: Wish) -> When:
    """The days and hours of a wish."""
    return When(
        dates=tuple(sorted(wish.dates)),
        earliest=wish.earliest,
        latest=wish.latest,
        time=f"{wish.at:%H:%M}" if wish.at else None,
        part=wish.part,
        excluded=tuple(sorted(wish.excluded)),
    )


def meets(right: Right, read: Meaning) -> bool:
    """Whether a text is read as staff say, as far as they say it."""
    return (
        PLAINLY.get(read.intent, read.intent) is right.intent
        and (right.children is None or set(right.children) == set(read.children))
        and (right.when is None or _same(right.when, read.when))
    )


def harm(meant: Meaning | Right, read: Meaning) -> Harm | None:
    """What it does to a family when what was meant is read like this; None: no harm."""
    for these, those, does in HARMFUL:
        if meant.intent in these and read.intent in those:
            return does
    acts = read.intent in COMING | {Intent.DECLINE}
    if acts and meant.children and set(read.children) - set(meant.children):
        return Harm.OTHER_CHILD
    return None


def _same(right: When, read: When) -> bool:
    """Refused days count only where staff name some: most corrections are about the days that are wanted."""
    wanted = (set(right.dates), right.earliest, right.latest, right.time, right.part)
    return wanted == (set(read.dates), read.earliest, read.latest, read.time, read.part) and (
        not right.excluded or set(right.excluded) == set(read.excluded)
    )

"""What goes into understanding a text, and what comes out.

A scene holds what a person would need to know to read the text rightly. A reading says what was meant
and why that was concluded, so that every decision can be explained and corrected later.
"""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from conversations.facts import ChildFacts
from conversations.intents import Intent
from conversations.wish import Wish


class Question(StrEnum):
    """What the parent was asked last, which decides what a bare "yes", "no" or "2" means."""

    NOTHING = "nothing"
    WILL_YOU_COME = "will_you_come"
    WHICH_MEANING = "which_meaning"  # 1 come, 2 another day, 3 cancel
    CANCEL_OR_KEEP = "cancel_or_keep"  # 1 cancel, 2 keep: another guardian has promised to come
    WHICH_VISIT = "which_visit"
    WHICH_PLACE = "which_place"
    ANOTHER_DAY = "another_day"  # after giving a place up, or after a missed visit
    TEXTS_AGAIN = "texts_again"  # opted out


class Scene(Struct, frozen=True):
    """The circumstances of a text.

    `visits_at` are the starts of the visits in question; `offers` and `choices` are what a number can pick.
    `about` are facts on `children`, in the same order, where they are known. `region` is the facility's
    country, which decides whether 3/12 is in March. All times are in the facility's zone.
    """

    now: datetime
    language: str = "en"
    question: Question = Question.NOTHING
    guardian: str | None = None
    children: tuple[str, ...] = ()
    about: tuple[ChildFacts, ...] = ()
    visits_at: tuple[datetime, ...] = ()
    offers: tuple[datetime, ...] = ()
    choices: int = 0
    region: str | None = None

    @property
    def visit_days(self) -> frozenset[date]:
        """The days of the visits in question."""
        return frozenset(at.date() for at in self.visits_at)


class Part(Struct, frozen=True, omit_defaults=True):
    """One thing that a text says, of one or several children. The rest as in Reading."""

    intent: Intent
    children: tuple[str, ...] = ()
    all_children: bool = False
    wish: Wish = Wish()
    rule: str = ""
    evidence: str = ""
    leaning: Intent | None = None


class Reading(Struct, frozen=True, omit_defaults=True):
    """The meaning found in a text: its chief intent, and in `parts` all that it says, the chief one first.

    `choice` counts from one. `evidence` is the part of the normalised text that decided, `rule` the name
    of the lexicon entry or rule that used it. `confidence` runs from 0 to 1. Where two readings remain,
    `ask` is true, and `leaning` is the likelier of them if the intent is UNSURE or UNKNOWN. `language_asked`
    is the code of the language that the parent wants; "" where they named one we do not have.
    """

    intent: Intent
    language: str = "en"
    children: tuple[str, ...] = ()
    all_children: bool = False
    choice: int | None = None
    wish: Wish = Wish()
    rule: str = ""
    evidence: str = ""
    confidence: float = 0.0
    parts: tuple[Part, ...] = ()
    ask: bool = False
    leaning: Intent | None = None
    urgent: bool = False
    language_asked: str | None = None

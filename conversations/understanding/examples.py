"""What parents wrote, with what they meant by it: examples.toml of each language.

The texts stand under the scene in which they were written, so that a "yes" to a reminder and a "yes" after a
missed visit can be told apart. Those under `phrased` are texts that phrases were made for: they count as
examples, but how far phrases can be trusted is not learned from them.
"""

from collections.abc import Iterator
from datetime import datetime
from importlib.resources.abc import Traversable
from typing import Literal

from msgspec import Struct, structs

from conversations.intents import Intent
from conversations.understanding.files import read_toml
from conversations.understanding.reading import Question, Scene

SceneName = Literal[
    "reminder", "reminder_of_tomorrow", "offers", "missed", "nothing_asked", "opted_out", "phrased"
]
FILE = "examples.toml"
_at = datetime.fromisoformat  # in the facility's zone
_TOMORROW, _NEXT_WEEK = _at("2026-03-05T08:30"), _at("2026-03-12T10:00")
# Every example was written on this Wednesday morning, to a mother of one child or two.
_NOTHING_ASKED = Scene(
    now=_at("2026-03-04T09:00"), guardian="Amina", children=("Zuri",), visits_at=(_NEXT_WEEK,)
)
_REMINDER = structs.replace(_NOTHING_ASKED, question=Question.WILL_YOU_COME, choices=3)
SCENES: dict[SceneName, Scene] = {
    "nothing_asked": _NOTHING_ASKED,
    "reminder": _REMINDER,
    "phrased": _REMINDER,
    "reminder_of_tomorrow": structs.replace(_REMINDER, visits_at=(_TOMORROW,), children=("Zuri", "Juma")),
    "offers": structs.replace(
        _NOTHING_ASKED,
        question=Question.WHICH_PLACE,
        visits_at=(_TOMORROW,),
        offers=(_at("2026-03-09T09:00"), _at("2026-03-10T14:00"), _at("2026-03-13T11:30")),
        choices=3,
    ),
    "missed": structs.replace(_NOTHING_ASKED, question=Question.ANOTHER_DAY, visits_at=()),
    "opted_out": structs.replace(_NOTHING_ASKED, question=Question.TEXTS_AGAIN),
}


# Whose names stand in these texts; "juma" is a word of Swahili as well.
NAMES = frozenset({"amina", "zuri"})


class Example(Struct, frozen=True):
    """One text, where it was written, and what it means."""

    text: str
    intent: Intent
    scene: SceneName


def examples_in(folder: Traversable) -> Iterator[Example]:
    """The examples of a language, which need not have any.

    Raises:
        ValueError: a scene or an intent is unknown; the message names the language.
    """
    if not (folder / FILE).is_file():
        return
    read = read_toml(folder, FILE, dict[SceneName, dict[Intent, list[str]]])
    for scene, meant in read.items():
        for intent, texts in meant.items():
            yield from (Example(text, intent, scene) for text in texts)

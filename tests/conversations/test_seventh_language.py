"""A language that the product does not have needs a folder of data and nothing else."""

from datetime import date, datetime
from pathlib import Path

import pytest

from conversations.intents import Intent
from conversations.understanding.languages import Languages, own_folders
from conversations.understanding.reader import understand
from conversations.understanding.reading import Question, Scene

SPOKEN = Languages([*own_folders(), Path(__file__).parent / "toy" / "eo"])
SCENE = Scene(
    now=datetime(2026, 3, 4, 9),
    language="eo",
    question=Question.WILL_YOU_COME,
    children=("Zuri",),
    visits_at=(datetime(2026, 3, 12, 10),),
)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("jes", Intent.CONFIRM),
        ("Jes, ni venos!", Intent.CONFIRM),
        ("ni ne venos", Intent.DECLINE),
        ("haltu", Intent.STOP),
        ("ne sendu mesaĝojn", Intent.STOP),
        ("english please", Intent.LANGUAGE_SWITCH),
        ("yes we will come", Intent.CONFIRM),
    ],
)
def test_it_is_read_beside_the_others(text: str, intent: Intent) -> None:
    assert understand(text, SCENE, SPOKEN).intent is intent


def test_its_days_are_read() -> None:
    reading = understand("ne ĵaŭdon, sed lundon matene", SCENE, SPOKEN)
    assert (reading.intent, reading.wish.dates) == (Intent.RESCHEDULE, (date(2026, 3, 9),))


def test_it_can_be_asked_for_in_another_language() -> None:
    reading = understand("in esperanto please", SCENE, SPOKEN)
    assert (reading.intent, reading.language_asked) == (Intent.LANGUAGE_SWITCH, "eo")

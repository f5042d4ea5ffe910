"""What is said of one child is not done to another."""

import json
from datetime import datetime

import pytest
from msgspec import structs

from conversations.intents import Intent
from conversations.understanding.command import answer
from conversations.understanding.reader import understand
from conversations.understanding.reading import Question, Scene

FAMILY = Scene(
    now=datetime(2026, 3, 4, 9),
    question=Question.WILL_YOU_COME,
    guardian="Amina",
    children=("Zuri", "Juma"),
    visits_at=(datetime(2026, 3, 12, 10),),
    choices=3,
    region="KE",
)


def said_of(text: str, language: str) -> dict[str, Intent]:
    """What a text means for each child that it names."""
    reading = understand(text, structs.replace(FAMILY, language=language))
    return {name: part.intent for part in reading.parts for name in part.children}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "zuri yes juma no"),
        ("en", "Zuri will come, Juma won't"),
        ("en", "Juma can't, Zuri can"),
        ("es", "Zuri sí, Juma no"),
        ("fr", "Zuri oui Juma non"),  # "zuri" is Swahili for "good", and "non" for nothing
        ("pt", "a Zuri sim, o Juma não vai"),
        ("sw", "Zuri atakuja, Juma hapana"),
    ],
)
def test_each_child_has_its_own_answer(language: str, text: str) -> None:
    assert said_of(text, language) == {"Zuri": Intent.CONFIRM, "Juma": Intent.DECLINE}


@pytest.mark.parametrize("text", ["Juma can't, Zuri dances", "Juma isn't coming but Zuri is"])
def test_a_refusal_is_not_done_to_a_child_of_whom_nothing_was_understood(text: str) -> None:
    said = said_of(text, "en")
    assert said["Juma"] is Intent.DECLINE
    assert said["Zuri"] in {Intent.UNKNOWN, Intent.UNSURE}


def test_who_is_told_what_a_text_means_is_told_that_one_child_is_open() -> None:
    line = {
        "id": 1,
        "text": "Juma can't, Zuri dances",
        "language": "en",
        "scene": {"now": "2026-03-04T09:00", "prompt": "reminder", "children": ["Zuri", "Juma"]},
    }
    assert answer(json.dumps(line))["ask"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "stop it Juma! sorry he grabbed the phone"),
        ("es", "Juma bórrenlo, Zuri sí va"),
        ("en", "take Juma off, only Zuri is coming"),
    ],
)
def test_what_is_said_to_or_of_one_child_is_no_opt_out(language: str, text: str) -> None:
    assert understand(text, structs.replace(FAMILY, language=language)).intent is not Intent.STOP


def test_a_childs_name_that_is_a_weekday_is_the_child_beside_others() -> None:
    reading = understand("zuri aur juma dono ko le aaungi", structs.replace(FAMILY, language="hi"))
    assert (reading.intent, reading.wish.dates) == (Intent.CONFIRM, ())

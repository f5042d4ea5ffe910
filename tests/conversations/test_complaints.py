"""What went wrong before, and what was forgotten: answered after what is wanted now."""

from datetime import datetime
from typing import Any

import pytest
from msgspec import structs

from conversations.intents import Intent
from conversations.understanding.reader import understand
from conversations.understanding.reading import Question, Reading, Scene

# A Wednesday; the visit is on the Thursday of the next week.
REMINDED = Scene(
    now=datetime(2026, 3, 4, 9),
    question=Question.WILL_YOU_COME,
    children=("Zuri", "Juma"),
    visits_at=(datetime(2026, 3, 12, 10),),
)


def read(text: str, scene: Scene = REMINDED, **changes: Any) -> Reading:
    return understand(text, structs.replace(scene, **changes))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("we waited 3 hours and nobody saw us", Intent.HUMAN),
        ("we came on monday and you were closed", Intent.HUMAN),
        ("we came on monday and you were closed, can we come on friday?", Intent.RESCHEDULE),
        ("sorry last time the text came late, this time we will be there", Intent.CONFIRM),
    ],
)
def test_a_complaint_goes_to_a_person_unless_more_is_said(text: str, intent: Intent) -> None:
    assert read(text).intent is intent


@pytest.mark.parametrize(
    ("text", "language", "intent"),
    [
        ("por que pararam de mandar mensagem?", "pt", Intent.HUMAN),
        ("nao me manda mais mensagem por favor", "pt", Intent.STOP),
        ("pourquoi vous avez arrêté les messages", "fr", Intent.HUMAN),
        ("arrêtez les messages", "fr", Intent.STOP),
        ("mbona mmeacha kutuma ujumbe", "sw", Intent.HUMAN),
        ("acheni kutuma ujumbe", "sw", Intent.STOP),
    ],
)
def test_why_no_texts_come_is_no_opt_out(text: str, language: str, intent: Intent) -> None:
    assert read(text, language=language).intent is intent


@pytest.mark.parametrize(
    ("question", "text", "intent"),
    [
        (Question.ANOTHER_DAY, "we forgot the appointment, sorry", Intent.RESCHEDULE),
        (Question.WILL_YOU_COME, "we forgot the appointment", Intent.UNSURE),
        (Question.WILL_YOU_COME, "I forgot, what time is it?", Intent.QUERY_WHEN),
    ],
)
def test_who_forgot_means_another_day_after_a_missed_visit(
    question: Question, text: str, intent: Intent
) -> None:
    assert read(text, structs.replace(REMINDED, question=question)).intent is intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("we came yesterday but the gate was locked", Intent.UNSURE),
        ("you were closed, she got it at another clinic", Intent.ALREADY_VACCINATED),
    ],
)
def test_who_came_in_vain_was_not_vaccinated(text: str, intent: Intent) -> None:
    assert read(text, structs.replace(REMINDED, question=Question.ANOTHER_DAY)).intent is intent


def test_thanks_beside_forgot_is_only_talk() -> None:
    assert read("thanks I forgot").intent is Intent.SMALLTALK


def test_a_complaint_beside_a_question_leaves_the_answer_to_it() -> None:
    assert read("we got no reminder, when is the appointment?").intent is Intent.QUERY_WHEN


def test_received_no_more_agrees_to_nothing() -> None:
    text = "Pourquoi vous avez arrêté les messages pour Zuri ? j'en ai plus reçu"
    assert read(text, language="fr").intent is Intent.HUMAN

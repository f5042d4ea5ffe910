"""Readings that must never happen, and those that must.

The phrases are what families write, not what a programmer would: a promise that was not made, a refusal
that was not meant, an opt-out missed or invented are the four ways in which a text can do harm.
"""

import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from conversations.intents import Intent
from conversations.understanding.reader import understand
from conversations.understanding.reading import Question, Reading, Scene

NAIROBI = ZoneInfo("Africa/Nairobi")
PHRASES = {
    path.stem: tomllib.loads(path.read_text("utf-8"))
    for path in (Path(__file__).parent / "phrases").iterdir()
}
COMING = {Intent.CONFIRM, Intent.KEEP}


def cases(kind: str) -> list[tuple[str, str]]:
    return [(language, text) for language, kinds in PHRASES.items() for text in kinds[kind]]


def read(text: str, language: str) -> Reading:
    """Read an answer to a reminder."""
    return understand(
        text,
        Scene(
            now=datetime(2026, 3, 4, 9, tzinfo=NAIROBI),
            language=language,
            question=Question.WILL_YOU_COME,
            children=("Zuri",),
            visits_at=(datetime(2026, 3, 12, 10, tzinfo=NAIROBI),),
        ),
    )


@pytest.mark.parametrize(("language", "text"), cases("confirms"))
def test_a_promise_is_heard(language: str, text: str) -> None:
    assert read(text, language).intent in COMING


@pytest.mark.parametrize(("language", "text"), cases("never_confirms"))
def test_no_promise_is_read_into_it(language: str, text: str) -> None:
    assert read(text, language).intent not in COMING


@pytest.mark.parametrize(("language", "text"), cases("stops"))
def test_an_opt_out_is_heard_in_any_wording(language: str, text: str) -> None:
    assert read(text, language).intent is Intent.STOP


@pytest.mark.parametrize(("language", "text"), cases("never_stops"))
def test_no_opt_out_is_read_into_it(language: str, text: str) -> None:
    assert read(text, language).intent is not Intent.STOP


@pytest.mark.parametrize(("language", "text"), cases("never_declines"))
def test_no_refusal_is_read_into_it(language: str, text: str) -> None:
    assert read(text, language).intent is not Intent.DECLINE


@pytest.mark.parametrize(("language", "text"), cases("meanings"))
def test_it_means_what_a_person_would_take_it_to_mean(language: str, text: str) -> None:
    meant = "confirm" if (intent := read(text, language).intent) in COMING else intent
    assert meant in PHRASES[language]["meanings"][text]


@pytest.mark.parametrize(
    ("language", "text"), [(other, text) for language, text in cases("stops") for other in PHRASES]
)
def test_an_opt_out_is_heard_whatever_language_is_on_file(language: str, text: str) -> None:
    assert read(text, language).intent is Intent.STOP


@pytest.mark.parametrize(("language", "text"), cases("confirms") + cases("stops"))
@pytest.mark.parametrize(
    "change", [str.upper, lambda text: f"{text} \U0001f64f", lambda text: f"\u200e{text}\u200b"]
)
def test_case_an_emoji_and_invisible_marks_change_nothing(language: str, text: str, change: object) -> None:
    assert callable(change)
    assert read(change(text), language).intent is read(text, language).intent

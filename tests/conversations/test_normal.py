"""The same words, however they were typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.understanding.languages import known
from conversations.understanding.normal import ANALYSED_CHARACTERS, normalise
from conversations.understanding.tokens import clauses


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("Can\u2019t", "cant"),
        ("SÍ, MAÑANA", "si, manana"),
        ("yesssss", "yes"),
        ("n\u200bo\u202e", "no"),
        ("\uff39\uff25\uff33", "yes"),
        ("  two   words ", "two words"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d"),
        ("2\ufe0f\u20e3", "2"),
        ("1000", "1000"),
    ],
)
def test_typing_is_levelled(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


def test_vowel_signs_of_other_scripts_are_kept() -> None:
    assert normalise("हिन्दी") == "हिन्दी"


@given(st.text(max_size=2000))
def test_levelling_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert len(once) <= ANALYSED_CHARACTERS


@pytest.mark.parametrize(
    "quoted",
    [
        "> Reply STOP to end\nyes",
        "yes\nOn 3 Mar 2026 Clinic wrote:\nReply STOP",
        "yes\n----- Original message\nSTOP",
    ],
)
def test_what_is_quoted_is_not_theirs(quoted: str) -> None:
    assert known().quoting.own_words(quoted).strip() == "yes"


@pytest.mark.parametrize(
    "text",
    [
        'Liked "Zuri\'s visit"',
        "Le gustó “La cita”",
        'Reacted \U0001f44d to "A visit"',
        'Removed a like from "A"',
    ],
)
def test_a_phones_reaction_is_told_from_words(text: str) -> None:
    assert known().quoting.reaction(text)


def test_liking_something_in_words_is_no_reaction() -> None:
    assert not known().quoting.reaction("liked the clinic, yes we will come")


def test_a_text_of_many_clauses_is_read_to_its_end() -> None:
    found = clauses("well, " * 60 + "stop texting me")
    assert len(found) == 33
    assert found[-1].words[-3:] == ("stop", "texting", "me")

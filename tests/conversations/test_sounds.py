"""Words that are written by ear are known by how they sound."""

import pytest

from conversations.understanding.languages import known
from conversations.understanding.normal import normalise
from conversations.understanding.spelling import Sounds


def test_spellings_that_sound_alike_are_one_word() -> None:
    sounds = Sounds({"nahi", "aaj"}, {"aa": "a", "hin$": "hi$", "a": ""})
    assert [sounds.known(word) for word in ("nhi", "nahin", "aj", "nehi")] == ["nahi", "nahi", "aaj", "nehi"]


def test_a_language_without_sounds_leaves_words_alone() -> None:
    assert Sounds({"nahi"}, {}).known("nhi") == "nhi"


@pytest.mark.parametrize(
    ("meant", "written"),
    [
        ("nahi", "nhi nahin nahee नहीं नही"),
        ("aayenge", "ayenge aenge aynge आएंगे आएँगे आयेंगे"),
        ("somvar", "somwar somvaar सोमवार"),
        ("dopahar", "dopahr दोपहर"),
        ("kijiye", "kijie कीजिए कीजिये"),
        ("mushkil", "muskil मुश्किल"),
    ],
)
def test_hindi_is_heard_in_both_alphabets_and_any_spelling(meant: str, written: str) -> None:
    hindi = known().lexicons["hi"]
    expected = hindi.sounds.of(meant)
    assert {hindi.sounds.of(normalise(word)) for word in written.split()} == {expected}
    assert meant in hindi.words

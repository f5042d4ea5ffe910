"""Words that are written by ear are known by how they sound."""

import pytest
from msgspec import structs

from conversations.understanding.daywords import DayData
from conversations.understanding.files import read_toml
from conversations.understanding.languages import known, own_folders
from conversations.understanding.lexicon import PhraseData, compiled
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


def test_a_line_may_be_written_in_either_alphabet() -> None:
    folder = next(one for one in own_folders() if one.name == "hi")
    data = read_toml(folder, "phrases.toml", PhraseData)
    acts = {**data.acts, "coming": [*data.acts["coming"], "नहीं दोपहर मुश्किल आएंगे"]}
    hindi = compiled(structs.replace(data, acts=acts), read_toml(folder, "days.toml", DayData), ["hindi"])
    heard = tuple(hindi.sounds.known(normalise(word)) for word in ["nahin", "dopahr", "मुश्किल", "aenge"])
    assert [match.act for match in hindi.book.find(heard)] == ["coming"]
    assert "आएंगे" not in hindi.words

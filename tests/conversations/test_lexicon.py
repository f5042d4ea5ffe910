"""A mistake in a language's data is found when it is loaded."""

import shutil
from pathlib import Path

import pytest

import conversations
from conversations.understanding.languages import Languages, languages, lexicon
from conversations.understanding.lexicon import ACTS
from conversations.understanding.phrases import PhraseBook

LANGUAGES = Path(conversations.__file__).parent / "languages"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the English data, to be damaged."""
    return Path(shutil.copytree(LANGUAGES / "en", tmp_path / "en"))


def damage(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_folder_is_a_language_that_knows_every_act() -> None:
    assert {"en", "es"} <= set(languages())
    for language in languages():
        assert lexicon(language).language == language
        assert lexicon(language).book.acts == set(ACTS)


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("phrases.toml", '"unsubscribe"', '"?\u200b"', "can never be found"),
        ("phrases.toml", '"unsubscribe"', '"unsubscribe", "unsubscribe"', "written twice"),
        ("phrases.toml", '"unsubscribe"', '"unsubscribe", "menu"', "only one can be heard"),
        ("phrases.toml", '"unsubscribe"', '"unsubscribe {day}"', "unknown slot"),
        ("phrases.toml", "[acts]", "unused = ['word']\n[acts]", "no line uses"),
        ("days.toml", "{weekday} coming", "{weekday} {weekdy}", "unknown slot"),
        ("phrases.toml", "wrong_number = [", "wrong_nummer = [", "acts missing or unknown"),
        ("phrases.toml", '"we <come>"', '"we <kome>"', "unknown class"),
        ("phrases.toml", '"we <come>"', '"..."', "no word to begin or end with"),
        ("phrases.toml", '"we <come>"', '"we (co|go"', "can never be found"),
        ("days.toml", '["january", "jan"],', "", "seven weekdays and twelve months"),
        ("days.toml", "noon = [", "midday = [", "midday"),
        ("days.toml", "-7 = [", "week = [", "number of days"),
        ("days.toml", '"half past {hour}"', '"half past noon"', "needs {hour}"),
        ("days.toml", '"half past {hour}"', '"half past {hour}", "half past {hour}"', "stands in half_past"),
    ],
)
def test_a_mistake_is_named(folder: Path, file: str, old: str, new: str, complaint: str) -> None:
    damage(folder / file, old, new)
    with pytest.raises(ValueError, match=complaint):
        Languages([folder])


def test_a_family_of_forms_is_one_entry() -> None:
    book = PhraseBook({"coming": ["(ni|tu)ta(kuja|fika kesho)"]}, {})
    for said in ("nitakuja", "tutakuja", "nitafika kesho", "tutafika kesho"):
        assert [match.act for match in book.find(tuple(said.split()))] == ["coming"]
    assert not book.find(("nitafika",))

"""Words that were typed without the space between them."""

from datetime import datetime

import pytest

from conversations.intents import Intent
from conversations.understanding.languages import known
from conversations.understanding.reader import understand
from conversations.understanding.reading import Question, Scene

WHOLE = (
    *("florence", "maximiliano", "mombasa", "riverbend", "goodness", "christine", "kilimani", "fatoumata"),
    *(
        "fabien",
        "goodall",
        "copyright",
        "canton",
        "yolanda",
        "ouimet",
        "hansen",
        "kuwait",
        "nieves",
        "yessica",
    ),
    *("valentina", "mariaclara", "sebastian", "emmanuel", "ouagadougou", "guadalupe", "bangalore", "wanjiku"),
)


@pytest.mark.parametrize(
    ("word", "language", "words"),
    [
        ("illbethere", "en", "ill be there"),
        ("sorrycantcome", "en", "sorry cant come"),
        ("nopodemosir", "es", "no podemos ir"),
        ("jepeuxpas", "fr", "je peux pas"),
        ("naovamos", "pt", "nao vamos"),
        ("nitakujakesho", "sw", "nitakuja kesho"),
        ("nahiaayenge", "hi", "nahi aayenge"),
    ],
)
def test_a_strange_word_is_cut_into_phrases(word: str, language: str, words: str) -> None:
    assert " ".join(known().lexicons[language].run_together.cut(word)) == words


@pytest.mark.parametrize("language", ["en", "es", "fr", "hi", "pt", "sw"])
def test_names_and_lone_words_are_left_whole(language: str) -> None:
    cut = known().lexicons[language].run_together.cut
    assert {word for word in WHOLE if len(cut(word)) > 1} == set()


def test_what_is_longer_than_a_few_words_is_left_whole() -> None:
    cut = known().lexicons["en"].run_together.cut
    assert cut("yesyesyesyesyesyes") == ("yesyesyesyesyesyes",)
    assert cut("ok" * 40) == ("ok" * 40,)


def test_a_child_may_be_called_what_could_be_cut() -> None:
    scene = Scene(
        now=datetime(2026, 3, 4, 9),
        question=Question.WILL_YOU_COME,
        children=("Cantcome", "Zuri"),
        visits_at=(datetime(2026, 3, 12, 10),),
    )
    assert understand("cantcome", scene).children == ("Cantcome",)
    assert understand("cantcome yes, zuri no", scene).intent is Intent.CONFIRM

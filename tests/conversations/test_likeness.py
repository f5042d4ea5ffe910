"""Texts that no phrase fits are weighed against examples; what would change something is asked about."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from conversations.intents import Intent
from conversations.understanding.languages import known
from conversations.understanding.likeness import Likeness
from conversations.understanding.reader import understand
from conversations.understanding.reading import Question, Scene

EXAMPLES = [
    ("where do we go", Intent.QUERY_WHERE),
    ("where is your building", Intent.QUERY_WHERE),
    ("we are in the village", Intent.DECLINE),
    ("we went to the village for the funeral", Intent.DECLINE),
    ("this phone belongs to my shop", Intent.WRONG_NUMBER),
    ("you have my shop", Intent.WRONG_NUMBER),
]
LIKENESS = Likeness(EXAMPLES)
SPOKEN = known()
TALK = {Intent.HELP, Intent.SMALLTALK, Intent.HUMAN}
SCENE = Scene(
    now=datetime(2026, 3, 4, 9), question=Question.WILL_YOU_COME, visits_at=(datetime(2026, 3, 12, 10),)
)


def likeliest(text: str) -> Intent | None:
    alike = LIKENESS.to(text)
    return max(alike.by_letters, key=lambda intent: alike.by_letters[intent]) if alike else None


def test_the_likeliest_meaning_is_that_of_the_examples_that_share_most_words() -> None:
    alike = LIKENESS.to("still in the village sorry")
    assert alike is not None
    assert alike.by_words[Intent.DECLINE] > 0.5
    assert "village" in LIKENESS.evidence(alike, Intent.DECLINE)


def test_runs_of_letters_count_too() -> None:
    assert likeliest("the villagee") is Intent.DECLINE


def test_a_text_like_no_example_is_like_none() -> None:
    assert LIKENESS.to("xyzzy") is None
    assert Likeness([]).to("anything") is None


def test_a_word_is_the_same_in_either_alphabet() -> None:
    in_latin, in_devanagari = (SPOKEN.likeness.to(text) for text in ("kal subah aayenge", "कल सुबह आएंगे"))
    assert in_latin is not None
    assert in_latin == in_devanagari


@given(st.text(max_size=60))
def test_shares_are_shares(text: str) -> None:
    alike = LIKENESS.to(text)
    for shares in (alike.by_words, alike.by_letters) if alike else ():
        assert abs(sum(shares.values()) - 1) < 1e-9


@given(
    st.lists(
        st.sampled_from(sorted({w for text, _ in EXAMPLES for w in text.split()})),
        max_size=6,
    )
)
def test_a_mere_likeness_does_nothing_that_could_harm(words: list[str]) -> None:
    reading = understand(" ".join(words), SCENE, SPOKEN)
    if reading.rule == "like_examples":
        asks = reading.intent in {Intent.UNSURE, Intent.UNKNOWN}
        assert asks or reading.intent in {Intent.QUERY_WHAT, Intent.QUERY_WHEN, Intent.QUERY_WHERE, *TALK}

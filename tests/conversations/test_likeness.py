"""Texts that no phrase fits are weighed against examples; what would change something is asked about."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from conversations.intents import Intent
from conversations.understanding.likeness import Likeness
from conversations.understanding.reader import understand
from conversations.understanding.reading import Question, Scene

EXAMPLES = {
    Intent.QUERY_WHERE: ["where do we go", "where is your building"],
    Intent.DECLINE: ["we are in the village", "we went to the village for the funeral"],
    Intent.WRONG_NUMBER: ["this phone belongs to my shop", "you have my shop"],
}
SCENE = Scene(
    now=datetime(2026, 3, 4, 9), question=Question.WILL_YOU_COME, visits_at=(datetime(2026, 3, 12, 10),)
)


def test_the_likeliest_meaning_is_that_of_the_examples_that_share_most_words() -> None:
    likely = Likeness(EXAMPLES).most_like("still in the village sorry")
    assert likely is not None
    assert (likely.intent, likely.share > 0.5) == (Intent.DECLINE, True)
    assert "village" in likely.evidence


def test_parts_of_words_count_too() -> None:
    likely = Likeness(EXAMPLES).most_like("villages")
    assert likely is not None
    assert likely.intent is Intent.DECLINE


def test_a_text_like_no_example_is_like_none() -> None:
    assert Likeness(EXAMPLES).most_like("xyzzy") is None
    assert Likeness({}).most_like("anything") is None


@given(st.text(max_size=60))
def test_shares_are_shares(text: str) -> None:
    likely = Likeness(EXAMPLES).most_like(text)
    assert likely is None or 0 < likely.share <= 1


@given(
    st.lists(
        st.sampled_from(sorted({w for texts in EXAMPLES.values() for t in texts for w in t.split()})),
        max_size=6,
    )
)
def test_a_mere_likeness_does_nothing(words: list[str]) -> None:
    reading = understand(" ".join(words), SCENE)
    if reading.rule == "like_examples":
        assert reading.intent in {Intent.UNSURE, Intent.UNKNOWN}

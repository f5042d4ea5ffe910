"""What must hold for any text, and for any way of typing the golden ones."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.intents import Intent
from conversations.understanding.command import answer
from conversations.understanding.languages import languages
from conversations.understanding.normal import normalise
from conversations.understanding.reader import understand
from conversations.understanding.reading import Question, Scene
from conversations.understanding.spelling import Spelling, slips

NOW = datetime(2026, 3, 4, 9)
VISIT = datetime(2026, 3, 12, 10)
PHRASES = {
    path.stem: tomllib.loads(path.read_text("utf-8"))
    for path in (Path(__file__).parent / "phrases").iterdir()
}
GOLDEN = [
    (language, text)
    for language, kinds in PHRASES.items()
    for kind in ("confirms", "stops")
    for text in kinds[kind]
]
POLITE = {
    "en": "please",
    "es": "por favor",
    "fr": "svp",
    "sw": "tafadhali",
    "hi": "kripya",
    "pt": "por favor",
}
HELLO = {"en": "hello", "es": "hola", "fr": "bonjour", "sw": "habari", "hi": "namaste", "pt": "bom dia"}
THANKS = {
    "en": "thank you",
    "es": "gracias",
    "fr": "merci",
    "sw": "asante",
    "hi": "dhanyawad",
    "pt": "obrigada",
}
NO_HOURS = ("24:00", "25:00", "7:60", "10h75", "3:99", "0/5", "31-09")


@pytest.mark.parametrize("figures", NO_HOURS)
def test_figures_that_are_no_hour_and_no_day_say_nothing(figures: str) -> None:
    assert understand(f"come at {figures}", scene("en")).wish.at is None


WORDS = st.sampled_from(
    (
        *(
            "yes",
            "no",
            "not",
            "stop",
            "don't",
            "cancel",
            "monday",
            "12",
            "/",
            "3",
            "pm",
            "after",
            "before",
            "to",
        ),
        *(
            "or",
            ",",
            ".",
            "?",
            "kal",
            "zuri",
            "juma",
            "both",
            "la",
            "el",
            "si",
            "mañana",
            "👍",
            ">",
            "\n",
            "été",
        ),
        *("saa", "10h30", "2026-03-12", "31/2", "maybe", "text", "between", "and", "week", "next", "in"),
        *("9999-12-31", "31/12/9999", "1/1/27", "april", "the other one", "the day after", "until", "month"),
        *(
            "the last",
            "friday",
            "tomorrow",
            "afternoon",
            "away",
            "we came",
            "I meant",
            "two",
            "earlier",
            "hour",
        ),
    )
)
TEXTS = st.one_of(st.text(max_size=1600), st.lists(WORDS, max_size=60).map(" ".join))


def scene(language: str, question: Question = Question.WILL_YOU_COME) -> Scene:
    return Scene(
        now=NOW,
        language=language,
        question=question,
        guardian="Amina",
        children=("Zuri", "Juma"),
        visits_at=(VISIT,),
        offers=(datetime(2026, 3, 9, 9), datetime(2026, 3, 10, 14))
        if question is Question.WHICH_PLACE
        else (),
        choices=2 if question is Question.WHICH_PLACE else 0,
    )


@given(text=TEXTS, language=st.sampled_from([*languages(), "xx", ""]), question=st.sampled_from(Question))
@settings(deadline=None, max_examples=300)
def test_no_text_raises_and_every_reading_hangs_together(
    text: str, language: str, question: Question
) -> None:
    reading = understand(text, scene(language, question))
    assert reading == understand(text, scene(language, question))
    assert 0 <= reading.confidence <= 1
    assert all(day >= NOW.date() for day in reading.wish.dates)
    assert not set(reading.wish.dates) & set(reading.wish.excluded)
    if reading.wish.earliest and reading.wish.latest:
        assert reading.wish.earliest <= reading.wish.latest
    assert not reading.urgent or reading.intent is Intent.HUMAN
    assert (reading.choice is not None) <= (reading.intent is Intent.CHOOSE)
    assert reading.intent is not Intent.UNSURE or reading.ask
    assert (reading.language_asked is not None) == (reading.intent is Intent.LANGUAGE_SWITCH)


@given(line=st.text(max_size=300))
@settings(deadline=None)
def test_no_line_stops_the_command(line: str) -> None:
    assert "id" in answer(line)


@given(typed=st.text(alphabet="abcdefg", max_size=10), meant=st.text(alphabet="abcdefg", max_size=10))
@settings(deadline=None)
def test_slips_are_a_distance(typed: str, meant: str) -> None:
    every = len(typed) + len(meant)
    assert (slips(typed, meant, every) == 0) == (typed == meant)
    assert slips(typed, meant, every) == slips(meant, typed, every)
    exact = slips(typed, meant, every)
    assert min(slips(typed, meant, 2), 3) == min(exact, 3)  # no more than that is counted


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tommorow", "tomorrow"),
        ("apointmnt", "appointment"),
        ("chance", "chance"),  # not "change": no thumb takes an n for a g
        ("thrusday", "thursday"),
        ("hte", "hte"),
    ],
)
def test_only_plain_slips_are_mended(typed: str, meant: str) -> None:
    spelling = Spelling({"tomorrow", "appointment", "change", "thursday", "the", "cancel"}, {"cancel"})
    assert spelling.mend(typed) == meant
    assert spelling.mend("cancle") == "cancle"


def typed_otherwise(text: str, language: str) -> dict[str, str]:
    return {
        "capitals": text.upper(),
        "small": text.lower(),
        "an emoji": f"{text} 🙏🏽",
        "stops": f"{text}!!",
        "a greeting": f"{HELLO[language]}, {text}",
        "politeness": f"{text} {POLITE[language]}",
        "thanks": f"{text}. {THANKS[language]}",
        "plain letters": normalise(text),
        "look-alikes": text.replace("o", "\u043e").replace("e", "\u0435"),
        "invisible marks": f"\u200e{text}\u200b",
    }


@pytest.mark.parametrize(("language", "text"), GOLDEN)
def test_how_it_is_typed_does_not_change_what_it_means(language: str, text: str) -> None:
    meant = understand(text, scene(language)).intent
    changed = {
        how: reading.intent
        for how, typed in typed_otherwise(text, language).items()
        if (reading := understand(typed, scene(language))).intent is not meant
    }
    assert changed == {}


@pytest.mark.parametrize("text", ["\u2776", "\u00b2", "\u2776/\u2777", "12/\u2776", "3.\u00b2"])
def test_a_figure_that_is_no_decimal_number_is_no_date(text: str) -> None:
    """Such a figure counts as a digit, and int() refuses it."""
    assert understand(text, Scene(now=datetime(2026, 3, 4, 9, tzinfo=UTC))).wish.dates == ()

"""What rules concluded is held against all that was found; what comes of it is a question or does no harm."""

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.intents import Intent
from conversations.understanding.examples import SCENES, examples_in
from conversations.understanding.languages import known, own_folders
from conversations.understanding.lexicon import ACTS
from conversations.understanding.normal import normalise
from conversations.understanding.reader import understand
from conversations.understanding.reading import Question, Scene
from conversations.understanding.weighing import learned

EXAMPLES = [one for folder in own_folders() for one in examples_in(folder)]
WORDS = sorted({word for one in EXAMPLES for word in normalise(one.text).split()})
SPOKEN = known()
REMINDER = Scene(
    now=datetime(2026, 3, 4, 9),
    question=Question.WILL_YOU_COME,
    choices=3,
    children=("Zuri",),
    visits_at=(datetime(2026, 3, 12, 10),),
)
HARMLESS = {
    *(Intent.QUERY_WHEN, Intent.QUERY_WHERE, Intent.QUERY_WHAT),
    *(Intent.HELP, Intent.SMALLTALK, Intent.HUMAN),
}


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), st.sampled_from(sorted(SCENES)))
def test_likeness_alone_never_promises_refuses_or_opts_out(words: list[str], scene: str) -> None:
    reading = understand(" ".join(words), {str(name): one for name, one in SCENES.items()}[scene], SPOKEN)
    if reading.rule in {"like_examples", "unlike_examples"}:
        assert reading.intent in {Intent.UNSURE, Intent.UNKNOWN, *HARMLESS}


@pytest.mark.parametrize(
    ("text", "leaning"),
    [
        ("no me saque de la lista de mañana, si llego", {Intent.CONFIRM, Intent.STOP}),
        ("hatuwezi kosa hiyo clinic kabisa", {Intent.CONFIRM}),
    ],
)
def test_what_a_phrase_says_against_all_the_rest_is_asked_about(text: str, leaning: set[Intent]) -> None:
    reading = understand(text, REMINDER)
    assert (reading.intent, reading.ask) == (Intent.UNSURE, True)
    assert reading.leaning in leaning


@pytest.mark.parametrize("text", ["stop", "STOP please", "1", "she is not breathing"])
def test_what_means_one_thing_only_is_not_contested(text: str) -> None:
    assert understand(text, REMINDER).intent in {Intent.STOP, Intent.CHOOSE, Intent.HUMAN}


@pytest.mark.parametrize(
    "said", ["the baby is sick", "who is this", "we already had the vaccine at the hospital"]
)
@pytest.mark.parametrize("stop", ["STOP", "stop texting me"])
@pytest.mark.parametrize("scene", sorted(set(SCENES) - {"opted_out"}))
def test_an_opt_out_with_a_reason_beside_it_is_one(said: str, stop: str, scene: str) -> None:
    place = {str(name): one for name, one in SCENES.items()}[scene]
    for text in (f"{said}. {stop}", f"{stop}. {said}", f"{said}, {stop}"):
        reading = understand(text, place)
        assert Intent.STOP in {reading.intent, reading.leaning}, (text, reading.rule, reading.leaning)


def test_every_weight_is_of_something_that_can_be_found() -> None:
    acts = {*ACTS, *("yes", "no", "language")}
    named = [name.split() for name in learned().evidence]
    assert {words[1] for words in named if words[0] in {"says", "denies"}} <= acts


def test_weights_are_there_for_every_intent_that_examples_have() -> None:
    weights = learned()
    assert set(weights.intents) == {one.intent for one in EXAMPLES if one.scene != "phrased"}
    assert {len(row) for row in weights.evidence.values()} == {len(weights.intents)}


def test_no_text_stands_twice_in_a_scene_of_its_language() -> None:
    for folder in own_folders():
        texts = [(one.scene, one.text) for one in examples_in(folder)]
        assert len(texts) == len(set(texts)), folder.name


def test_no_example_holds_a_number_that_could_be_somebodys() -> None:
    long_numbers = [one.text for one in EXAMPLES if re.search(r"[1-9](?:[ .-]?\d){6,}", one.text)]
    assert long_numbers == []


@pytest.mark.parametrize("text", ["yes, zorgle it please", "ok. zorgle everything"])
def test_what_nobody_can_explain_behind_a_yes_is_asked_about(text: str) -> None:
    """It may be all that was meant: "sí, anúlamela"."""
    assert understand(text, REMINDER).ask


def test_what_nobody_can_explain_before_a_promise_is_only_a_reason() -> None:
    assert understand("the zorgle is mended, yes we will come", REMINDER).intent is Intent.CONFIRM


@pytest.mark.parametrize(
    "text",
    [
        "I'm not the mother, wrong person, but I will bring her",
        "we will come on thursday unless it rains",
        "I never said I can't come",
    ],
)
def test_a_promise_or_refusal_with_something_against_it_is_asked_about(text: str) -> None:
    assert understand(text, REMINDER).ask


@pytest.mark.parametrize("text", ["no vayan a dejar de avisarme", "no quise mandar stop"])
def test_a_not_before_an_opt_out_denies_it(text: str) -> None:
    reading = understand(text, REMINDER)
    assert reading.intent is not Intent.STOP

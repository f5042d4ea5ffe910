"""What readings come to, which differences do harm, and what is left of a text when names are taken out."""

from datetime import UTC, date, datetime, time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from conversations import recorded
from conversations.intents import Intent
from conversations.meaning import Harm, Meaning, Right, When, harm, meaning_of, meets
from conversations.regression import case_of, without_names
from conversations.replay import Past, replay
from conversations.scenes import read
from conversations.understanding.reading import Question, Reading, Scene
from conversations.wish import DayPart, Wish

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
MONDAY, THURSDAY = datetime(2026, 3, 9, 9, tzinfo=UTC), datetime(2026, 3, 12, 10, tzinfo=UTC)
ASKED = Scene(NOW, question=Question.WILL_YOU_COME, guardian="Amina", children=("Zuri", "Juma"))
OFFERED = structs.replace(ASKED, question=Question.WHICH_PLACE, offers=(MONDAY, THURSDAY), choices=2)
UNCLEAR = structs.replace(ASKED, question=Question.WHICH_MEANING, choices=3)


@pytest.mark.parametrize(
    ("reading", "scene", "meaning"),
    [
        (Reading(Intent.CONFIRM), ASKED, Meaning(Intent.CONFIRM)),
        (Reading(Intent.CONFIRM, all_children=True), ASKED, Meaning(Intent.CONFIRM, ("Zuri", "Juma"))),
        (Reading(Intent.CHOOSE, choice=3), UNCLEAR, Meaning(Intent.DECLINE)),
        (Reading(Intent.CHOOSE, choice=1), UNCLEAR, Meaning(Intent.CONFIRM)),
        (Reading(Intent.CHOOSE, choice=2), ASKED, Meaning(Intent.CHOOSE, choice=2)),
        (
            Reading(Intent.CHOOSE, choice=1),
            OFFERED,
            Meaning(Intent.CHOOSE, when=When(dates=(MONDAY.date(),), time="09:00")),
        ),
        (Reading(Intent.CHOOSE, choice=9), OFFERED, Meaning(Intent.CHOOSE, choice=9)),
        (
            Reading(Intent.RESCHEDULE, wish=Wish(part=DayPart.MORNING, at=time(9, 30))),
            ASKED,
            Meaning(Intent.RESCHEDULE, when=When(part=DayPart.MORNING, time="09:30")),
        ),
    ],
)
def test_a_number_and_both_are_resolved_in_their_scene(
    reading: Reading, scene: Scene, meaning: Meaning
) -> None:
    assert meaning_of(reading, scene) == meaning


@pytest.mark.parametrize(
    ("meant", "as_read", "does"),
    [
        (Intent.DECLINE, Intent.CONFIRM, Harm.PROMISE_INVENTED),
        (Intent.RESCHEDULE, Intent.KEEP, Harm.PROMISE_INVENTED),
        (Intent.WRONG_NUMBER, Intent.CONFIRM, Harm.PROMISE_INVENTED),
        (Intent.CONFIRM, Intent.DECLINE, Harm.REFUSAL_INVENTED),
        (Intent.KEEP, Intent.DECLINE, Harm.REFUSAL_INVENTED),
        (Intent.CHOOSE, Intent.DECLINE, Harm.REFUSAL_INVENTED),
        (Intent.STOP, Intent.CONFIRM, Harm.OPT_OUT_MISSED),
        (Intent.STOP, Intent.UNKNOWN, Harm.OPT_OUT_MISSED),
        (Intent.SMALLTALK, Intent.STOP, Harm.OPT_OUT_INVENTED),
        (Intent.CONFIRM, Intent.STOP, Harm.OPT_OUT_INVENTED),
        (Intent.STOP, Intent.STOP, None),
        (Intent.CONFIRM, Intent.KEEP, None),
        (Intent.CONFIRM, Intent.UNSURE, None),
        (Intent.DECLINE, Intent.UNKNOWN, None),
        (Intent.DECLINE, Intent.RESCHEDULE, None),
        (Intent.QUERY_WHEN, Intent.CONFIRM, None),
    ],
)
def test_which_readings_do_harm(meant: Intent, as_read: Intent, does: Harm | None) -> None:
    assert harm(Meaning(meant), Meaning(as_read)) is does


def test_a_promise_for_another_child_than_was_meant_does_harm() -> None:
    zuri, both = Meaning(Intent.CONFIRM, ("Zuri",)), Meaning(Intent.CONFIRM, ("Zuri", "Juma"))
    assert harm(zuri, both) is Harm.OTHER_CHILD
    assert harm(both, zuri) is None


@pytest.mark.parametrize(
    ("right", "as_read", "met"),
    [
        (Right(Intent.CONFIRM), Meaning(Intent.KEEP, ("Zuri",)), True),
        (Right(Intent.UNKNOWN), Meaning(Intent.UNSURE), True),
        (Right(Intent.RESCHEDULE), Meaning(Intent.CHOOSE), True),
        (Right(Intent.CONFIRM), Meaning(Intent.DECLINE), False),
        (Right(Intent.CONFIRM, ("Zuri", "Juma")), Meaning(Intent.CONFIRM, ("Juma", "Zuri")), True),
        (Right(Intent.CONFIRM, ()), Meaning(Intent.CONFIRM, ("Zuri",)), False),
        (
            Right(Intent.RESCHEDULE, when=When(dates=(MONDAY.date(),))),
            Meaning(Intent.RESCHEDULE, when=When(dates=(MONDAY.date(),), excluded=(THURSDAY.date(),))),
            True,
        ),
        (
            Right(Intent.RESCHEDULE, when=When(dates=(MONDAY.date(),))),
            Meaning(Intent.RESCHEDULE, when=When(dates=(THURSDAY.date(),))),
            False,
        ),
    ],
)
def test_a_correction_is_met_as_far_as_it_goes(right: Right, as_read: Meaning, met: bool) -> None:  # noqa: FBT001 - a column
    assert meets(right, as_read) is met


@given(st.text(max_size=80), st.sampled_from([ASKED, OFFERED, UNCLEAR]))
def test_by_the_same_rules_a_stored_text_reads_the_same(text: str, scene: Scene) -> None:
    stored = recorded.load_scene(recorded.SCENE_VERSION, recorded.dump(scene))
    reading = recorded.load_reading(recorded.dump(read(text, scene)))
    assert stored == scene
    assert not replay(Past(text, stored, reading)).changed


@pytest.mark.parametrize("data", [None, "", "[", "{}", '{"now": 3}', b"\xff", {"now": "yesterday"}])
def test_a_scene_that_cannot_be_read_is_none(data: str | bytes | dict[str, Any] | None) -> None:
    assert recorded.load_scene(recorded.SCENE_VERSION, data) is None


def test_a_scene_of_another_age_is_none() -> None:
    assert recorded.load_scene(recorded.SCENE_VERSION + 1, recorded.dump(ASKED)) is None


def test_what_staff_say_goes_before_the_old_reading() -> None:
    wrong = Past("yes we will come", ASKED, Reading(Intent.DECLINE))
    assert replay(wrong).harm is Harm.PROMISE_INVENTED
    assert replay(structs.replace(wrong, right=Right(Intent.CONFIRM))).harm is None


def test_a_text_that_was_not_understood_before_may_be_understood_now() -> None:
    replayed = replay(Past("please stop texting me", ASKED, Reading(Intent.UNKNOWN)))
    assert (replayed.new.intent, replayed.changed, replayed.harm) == (Intent.STOP, True, None)


@pytest.mark.parametrize(
    ("text", "names", "told"),
    [
        ("yes ZURI's ok", {"Zuri": "Aaa"}, "yes Aaa's ok"),
        ("Jose, no; jos\u00e9!", {"Jos\u00e9": "Aaa"}, "Aaa, no; Aaa!"),
        (
            "\u0906\u0930\u0935 \u0906\u090f\u0917\u093e",
            {"\u0906\u0930\u0935": "Aaa"},
            "Aaa \u0906\u090f\u0917\u093e",
        ),
        ("call +254700000001", {}, "call 0000000000000"),
        ("12/03/2026 at 10:00", {"Zuri": "Aaa"}, "12/03/2026 at 10:00"),
        ("zurich", {"Zuri": "Aaa"}, "zurich"),
    ],
)
def test_names_and_numbers_leave_a_text(text: str, names: dict[str, str], told: str) -> None:
    assert without_names(text, names) == told


def test_a_regression_case_has_no_names_and_the_documented_form() -> None:
    scene = structs.replace(OFFERED, visits_at=(THURSDAY,))
    right = Right(Intent.RESCHEDULE, ("Juma",), When(dates=(date(2026, 3, 9),)))
    line = msgspec.json.decode(msgspec.json.encode(case_of("7", "juma monday, Amina", scene, right)))
    assert line == {
        "id": "7",
        "text": "Quimbrelo monday, Yolfandra",
        "language": "en",
        "scene": {
            "now": "2026-03-04T09:00",
            "prompt": "slot_offer",
            "guardian": "Yolfandra",
            "children": ["Zorvalin", "Quimbrelo"],
            "appointment": {"child": "Zorvalin", "starts_at": "2026-03-12T10:00", "facility": "Clinic"},
            "options": {},
            "offers": ["2026-03-09T09:00", "2026-03-12T10:00"],
        },
        "expect": {
            "intent": "reschedule",
            "children": ["Quimbrelo"],
            "when": {"dates": ["2026-03-09"], "from": None, "to": None, "time": None, "part": None},
        },
    }


def test_a_family_of_any_size_gets_as_many_names() -> None:
    many = structs.replace(ASKED, children=tuple(f"Child{n}" for n in range(30)))
    line = case_of("7", "yes", many, Right(Intent.CONFIRM))
    assert len(set(line["scene"]["children"])) == 30

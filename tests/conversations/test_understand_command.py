"""`doseline understand`: lines of JSON in, lines of JSON out."""

import json
from typing import Any

import pytest

from conversations.understanding.command import main

SCENE: dict[str, Any] = {
    "now": "2026-03-04T09:00",
    "region": "KE",
    "prompt": "reminder",
    "guardian": "Amina",
    "children": ["Zuri", "Juma"],
    "appointment": {"child": "Zuri", "starts_at": "2026-03-12T10:00", "facility": "Kilimani Clinic"},
    "options": {"1": "confirm", "2": "reschedule", "3": "decline"},
    "offers": [],
}
OFFERED: dict[str, Any] = {
    "prompt": "slot_offer",
    "options": {},
    "offers": ["2026-03-09T09:00", "2026-03-10T14:00"],
}
SIBLINGS = {"Zuri": {"born": "2025-12-01", "sex": "F"}, "Juma": {"born": "2023-05-01", "sex": "M"}}


def run(*lines: str) -> list[dict[str, Any]]:
    written: list[str] = []
    main(lines, written.append)
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in written)
    return [json.loads(line) for line in written]


def read(text: str, language: str | None = "en", **scene: Any) -> dict[str, Any]:
    (found,) = run(json.dumps({"id": "1", "text": text, "language": language, "scene": {**SCENE, **scene}}))
    return found


def test_every_field_is_there() -> None:
    found = read("can't do thursday, monday afternoon?")
    assert found == {
        "id": "1",
        "intent": "reschedule",
        "intents": ["reschedule"],
        "when": {"dates": ["2026-03-09"], "from": None, "to": None, "time": None, "part": "afternoon"},
        "children": [],
        "confidence": 0.9,
        "evidence": found["evidence"],
        "ask": False,
        "rule": "another_day",
        "urgent": False,
        "language": "en",
    }


def test_a_bad_line_stops_none_of_the_others() -> None:
    good = json.dumps({"id": 2, "text": "yes", "language": None, "scene": SCENE})
    found = run("{", '{"id": 1, "text": 5}', good, "", '{"id": 3, "text": "", "scene": {"now": "x"}}')
    assert [line["id"] for line in found] == [None, 1, 2, 3]
    assert ["error" in line for line in found] == [True, True, False, True]


@pytest.mark.parametrize(
    ("text", "date", "at"), [("2", "2026-03-10", "14:00"), ("the first one please", "2026-03-09", "09:00")]
)
def test_an_offer_is_picked_with_its_date_and_time(text: str, date: str, at: str) -> None:
    found = read(text, **OFFERED)
    assert (found["intent"], found["when"]["dates"], found["when"]["time"]) == ("reschedule", [date], at)


def test_a_yes_to_several_offers_is_asked_about() -> None:
    assert read("yes", **OFFERED)["ask"]


@pytest.mark.parametrize(
    ("text", "about", "children"),
    [
        ("yes the little one", SIBLINGS, ["Zuri"]),
        ("the older one can't come", SIBLINGS, ["Juma"]),
        ("my daughter is coming", SIBLINGS, ["Zuri"]),
        ("both will come", {}, ["Zuri", "Juma"]),
        ("zuri will come", {}, ["Zuri"]),
    ],
)
def test_children_are_told_apart(text: str, about: dict[str, Any], children: list[str]) -> None:
    found = read(text, about=about)
    assert (found["children"], found["ask"]) == (children, False)


def test_a_child_that_cannot_be_told_is_asked_about() -> None:
    assert read("the little one can't come")["ask"]


@pytest.mark.parametrize("text", ["yes Zuri, no Juma", "zuri yes juma no", "Zuri will come but Juma can't"])
def test_children_are_answered_for_one_by_one(text: str) -> None:
    found = read(text)
    assert set(found["intents"]) == {"confirm", "decline"}
    assert found["children"] == ["Zuri", "Juma"]


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("yes we come, where is it?", ["confirm", "query_where"]),
        ("We'll come but is it safe with his asthma??", ["human", "confirm"]),
    ],
)
def test_a_text_can_say_several_things(text: str, intents: list[str]) -> None:
    assert read(text)["intents"] == intents


@pytest.mark.parametrize(
    ("text", "urgent"),
    [
        ("she can't breathe since the injection", True),
        ("my son had a seizure after the shot", True),
        ("convulsionó después de la vacuna", True),
        ("is the vaccine safe?", False),
        ("she had fever after the last shot", False),
    ],
)
def test_what_is_medical_goes_to_a_person_and_what_cannot_wait_is_marked(text: str, urgent: bool) -> None:  # noqa: FBT001
    found = read(text)
    assert (found["intent"], found["urgent"]) == ("human", urgent)


@pytest.mark.parametrize(
    ("text", "language"), [("español", "es"), ("in spanish please", "es"), ("en inglés por favor", "en")]
)
def test_another_language_can_be_asked_for(text: str, language: str) -> None:
    found = read(text)
    assert (found["intent"], found["language"]) == ("language_switch", language)


@pytest.mark.parametrize(
    ("region", "dates", "ask"),
    [
        ("US", ["2026-05-04"], False),
        ("GB", ["2026-04-05"], False),
        (None, ["2026-04-05", "2026-05-04"], True),
    ],
)
def test_the_country_says_whether_the_day_or_the_month_comes_first(
    region: str | None,
    dates: list[str],
    ask: bool,  # noqa: FBT001
) -> None:
    found = read("can we do 5/4", region=region)
    assert (found["when"]["dates"], found["ask"]) == (dates, ask)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("after the 15th please", "2026-03-16", None),
        ("we can't until the 20th", "2026-03-21", None),
        ("any day from monday to wednesday", "2026-03-09", "2026-03-11"),
        ("between the 16th and the 20th", "2026-03-16", "2026-03-20"),
        ("from 25 to 28 march", "2026-03-25", "2026-03-28"),
        ("next month", "2026-04-01", "2026-04-30"),
    ],
)
def test_ranges_of_days_have_both_their_ends(text: str, first: str, last: str | None) -> None:
    found = read(text)
    assert (found["when"]["from"], found["when"]["to"]) == (first, last)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("tuesday week", "2026-03-17"),
        ("a week from today", "2026-03-11"),
        ("in two days", "2026-03-06"),
        ("the day before", "2026-03-11"),
        ("wednesday", "2026-03-11"),
        ("the 2nd", "2026-04-02"),
        ("3 january", "2027-01-03"),
    ],
)
def test_days_are_counted_from_today_and_are_never_over(text: str, date: str) -> None:
    assert read(text)["when"]["dates"] == [date]

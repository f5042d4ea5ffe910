"""`doseline forecast`: lines of JSON in, lines of JSON out."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.forecasting import Schedule, ScheduleFaults
from service.forecasting.command import answer, main

KENYA = Path(__file__).resolve().parents[2] / "service" / "forecasting" / "schedules" / "ke.toml"


def run(*lines: str) -> list[dict[str, Any]]:
    written: list[str] = []
    main(lines, written.append, KENYA)
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in written)
    return [json.loads(line) for line in written]


ZURI = (
    '{"id": "1", "dob": "2025-12-01", "gender": "F", "assessment_date": "2026-02-01", "observations": [], '
    '"doses": [{"date": "2026-01-12", "cvx": "198", "mvx": null}, {"date": "2026-01-12", "cvx": "8"}], '
    '"forecast": {"ignored": true}}'
)


def test_a_child_is_answered_with_doses_and_groups() -> None:
    (found,) = run(ZURI)
    assert found["id"] == "1"
    assert [dose["status"] for dose in found["doses"]] == ["Valid", "Extraneous"]
    pentavalent = found["groups"]["Pentavalent"]
    expected = {
        "series_status": "Not Complete",
        "dose_number": "2",
        "earliest": "2026-02-09",
        "recommended": "2026-02-09",
        "past_due": "2026-03-08",
        "latest": None,
        "dose": "Pentavalent 2",
        "vaccines": ["198", "102", "146", "132"],
    }
    assert {name: pentavalent[name] for name in expected} == expected
    assert pentavalent["why"].startswith("Pentavalent: 1 of the doses given count. Pentavalent 2 is next.")


def test_a_bad_line_does_not_stop_the_rest() -> None:
    deep = '{"id": "4", "ignored": ' + "[" * 100_000
    lines = ["{not json", "[1]", deep, '{"id": "2"}', '{"id": "3", "dob": "yesterday"}', "", ZURI]
    found = run(*lines)
    assert [line["id"] for line in found] == [None, None, None, "2", "3", "1"]
    assert all("error" in line for line in found[:5])
    assert "groups" in found[5]


def test_a_child_may_be_written_in_several_ways() -> None:
    """Codes without their zeros, nulls for what is not known, and fields of others' making."""
    plain = run(ZURI)[0]
    zuri = json.loads(ZURI)
    zuri["doses"] = [{"date": "2026-01-12", "cvx": " 0198 ", "mvx": ""}, {"date": "2026-01-12", "cvx": 8}]
    others = {"id": 1, "gender": "female", "observations": None, "birth_country": None, "vaccine_group": 7}
    assert run(json.dumps(zuri | others))[0] == plain | {"id": 1}
    assert run(json.dumps(zuri | {"doses": None}))[0]["doses"] == []


def test_codes_are_known_by_their_numbers(us_schedule: Schedule) -> None:
    """8 is CVX 08, and 80 is observation 080."""
    zuri = json.loads(ZURI)
    for code in ("080", "80", 80, " 0080 "):
        observed = {"observations": [{"code": code, "text": "Adverse reaction", "date": None}]}
        found = answer(json.dumps(zuri | observed), us_schedule)
        assert found["groups"]["DTaP"]["series_status"] == "Contraindicated"
        assert found["doses"][1]["status"] == "Valid"


@pytest.mark.parametrize(
    ("dob", "assessed", "error"),
    [
        ("1899-12-31", "2026-01-01", "a date is before 1900 or after 2999"),
        ("2026-01-01", "3000-01-01", "a date is before 1900 or after 2999"),
        ("2026-01-02", "2026-01-01", "dob is after assessment_date"),
    ],
)
def test_impossible_days_are_an_error(dob: str, assessed: str, error: str) -> None:
    found = run(json.dumps({"id": "1", "dob": dob, "assessment_date": assessed}))
    assert found == [{"id": "1", "error": error}]


@pytest.mark.parametrize("field", ["doses", "observations"])
@pytest.mark.parametrize("day", ["1899-12-31", "3000-01-01"])
def test_impossible_days_of_doses_and_observations_are_an_error(field: str, day: str) -> None:
    child = {"id": "1", "dob": "2025-12-01", "assessment_date": "2026-02-01"}
    found = run(json.dumps(child | {field: [{"date": day, "cvx": "08", "code": "170"}]}))
    assert found == [{"id": "1", "error": "a date is before 1900 or after 2999"}]


def test_a_dose_is_judged_for_the_group_that_is_asked_about() -> None:
    """A combined vaccine counts for each group by itself: here too early against polio, in time for penta."""
    child = {"id": "1", "dob": "2025-01-01", "gender": "F", "assessment_date": "2026-02-01"}
    child["doses"] = [{"date": "2025-02-15", "cvx": "146"}]  # type: ignore[assignment]
    (unasked,), (asked,) = run(json.dumps(child)), run(json.dumps(child | {"vaccine_group": "IPV"}))
    assert unasked["doses"][0]["status"] == "Valid"
    assert asked["doses"][0] == {
        "status": "Not Valid",
        "reason": "Age: Too Young",
        "groups": {
            "Pentavalent": {"status": "Valid", "reason": None},
            "IPV": {"status": "Not Valid", "reason": "Age: Too Young"},
        },
    }


def test_an_unusable_schedule_stops_the_command() -> None:
    with pytest.raises(ScheduleFaults):
        main([ZURI], lambda _: None, KENYA.with_name("none.toml"))

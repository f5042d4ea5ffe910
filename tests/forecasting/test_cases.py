"""CDC's own cases, through the command that anybody else would use to compare."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from service.forecasting import Schedule
from service.forecasting.command import answer

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "cdsi" / "test_cases.jsonl"
REVIEWED = tomllib.loads((Path(__file__).parent / "reviewed_differences.toml").read_text())

pytestmark = pytest.mark.skipif(not CASES.exists(), reason="CDC's cases are not beside this checkout")


def cases(suite: str) -> list[dict[str, Any]]:
    every = (json.loads(line) for line in CASES.read_text().splitlines())
    return [case for case in every if case["suite"] == suite]


def differences(case: dict[str, Any], schedule: Schedule) -> list[str]:
    found = answer(json.dumps(case), schedule)
    expected, got = case["forecast"], found["groups"].get(case["vaccine_group"], {})
    shown = {
        name: str(got[name]) if got.get(name) else None for name in ("earliest", "recommended", "past_due")
    }
    ours = shown | {
        "series_status": str(got.get("series_status")).lower(),
        "dose_number": got.get("dose_number"),
    }
    theirs = {name: expected[name] for name in ("earliest", "recommended", "past_due")}
    theirs["series_status"] = expected["series_status"].lower()
    theirs["dose_number"] = None if expected["dose_number"] == "-" else expected["dose_number"]
    wrong = [
        f"{name}: {theirs[name]} expected, {ours[name]} found"
        for name in theirs
        if theirs[name] != ours[name]
    ]
    doses = zip(case["doses"], found["doses"], strict=True)
    wrong += [
        f"{d['date']}: {d['status']} expected, {f['status']} found"
        for d, f in doses
        if d["status"] != f["status"]
    ]
    return wrong


def test_every_healthy_case_agrees(us_schedule: Schedule) -> None:
    every = cases("healthy")
    assert len(every) == 655
    assert {case["id"]: wrong for case in every if (wrong := differences(case, us_schedule))} == {}


def test_every_case_of_a_condition_agrees_or_was_reviewed(us_schedule: Schedule) -> None:
    every = cases("conditions")
    found = {case["id"]: wrong for case in every if (wrong := differences(case, us_schedule))}
    assert {name: wrong for name, wrong in found.items() if name not in REVIEWED} == {}
    assert REVIEWED.keys() - found.keys() == set(), "reviewed as different, but they agree now"
    assert all(reason.strip() for reason in REVIEWED.values())


def test_the_order_of_doses_changes_nothing_in_any_case(us_schedule: Schedule) -> None:
    for case in cases("healthy")[::7] + cases("conditions")[::7]:
        turned = case | {"doses": case["doses"][::-1]}
        one, other = (answer(json.dumps(each), us_schedule) for each in (case, turned))
        assert one["groups"] == other["groups"]
        assert one["doses"] == other["doses"][::-1]

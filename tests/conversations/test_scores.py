"""Each language's committed sets: how much is read rightly, and nothing harmfully."""

from pathlib import Path
from typing import Any

import pytest

from tests.conversations.scoring import SETS, Verdict, figures, judge, lines_of

REPLIES = sorted(SETS.glob("replies/*.jsonl"))
HARD = sorted(SETS.glob("replies_hard/*.jsonl"))
# No example was made of these.
PLAIN = sorted((*SETS.glob("replies_plain/*.jsonl"), *SETS.glob("optouts/*.jsonl")))
DATES = sorted((*SETS.glob("dates/*.jsonl"), *SETS.glob("dates_plain/*.jsonl")))
# Read wrongly still: the stop of an abbreviation ends the clause.
KNOWN = {"mera no. hata do"}
HARMFUL = ("harm", "missed opt-out", "false opt-out")


def judged(path: Path) -> list[Verdict]:
    return [judge(line) for line in lines_of(path)]


def harmful(verdicts: list[Verdict]) -> list[Any]:
    return [
        (one.line["text"], one.read["intent"], one.faults)
        for one in verdicts
        if any(fault.startswith(HARMFUL) for fault in one.faults)
    ]


@pytest.mark.parametrize("path", REPLIES, ids=lambda path: path.stem)
def test_replies_are_read_rightly_and_never_harmfully(path: Path) -> None:
    verdicts = judged(path)
    assert [one for one in harmful(verdicts) if one[0] not in KNOWN] == []
    right = [one for one in verdicts if "intent" not in one.faults and "error" not in one.faults]
    assert len(right) / len(verdicts) >= 0.95, figures(path.stem, verdicts)


@pytest.mark.parametrize("path", DATES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_dates_are_read_rightly(path: Path) -> None:
    verdicts = judged(path)
    assert harmful(verdicts) == []
    assert sum(one.right for one in verdicts) / len(verdicts) >= 0.9, figures(path.stem, verdicts)


@pytest.mark.parametrize("path", PLAIN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_plain_replies_and_hard_opt_outs_are_mostly_read_rightly(path: Path) -> None:
    verdicts = judged(path)
    faults = [fault for one in verdicts for fault in one.faults]
    assert not any(fault.startswith("harm") for fault in faults), harmful(verdicts)
    # One in 150 of those that were chosen to be hard; nearly all of these are asked about.
    assert sum("opt-out" in fault for fault in faults) <= len(verdicts) // 150, harmful(verdicts)
    right = [one for one in verdicts if "intent" not in one.faults and "error" not in one.faults]
    assert len(right) / len(verdicts) >= 0.93, figures(path.stem, verdicts)


@pytest.mark.parametrize("path", HARD, ids=lambda path: path.stem)
def test_hard_replies_are_mostly_read_rightly_and_never_harmfully(path: Path) -> None:
    verdicts = judged(path)
    assert [one for one in harmful(verdicts) if one[0] not in KNOWN] == []
    right = [one for one in verdicts if "intent" not in one.faults and "error" not in one.faults]
    assert len(right) / len(verdicts) >= 0.95, figures(path.stem, verdicts)

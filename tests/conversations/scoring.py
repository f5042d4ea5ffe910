"""How well texts are read: a set of replies with what a careful person would take them to mean.

`python tests/conversations/scoring.py [FILE ...]` prints what is wrong, line by line, and the figures. The
committed sets are in replies/ and dates/, one file for each language. What counts as right and as harmful is
decided here, apart from the tests, so that it is the same for everybody who tunes a language.
"""

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from conversations.understanding.command import answer

SETS = Path(__file__).parent
COMING, NOT_COMING = {"confirm"}, {"decline", "reschedule", "sick_child", "already_vaccinated"}


class Verdict(Struct, frozen=True):
    """One line as it was read, and what is wrong with it: nothing, or one or several of the faults."""

    line: dict[str, Any]
    read: dict[str, Any]
    faults: tuple[str, ...]

    @property
    def right(self) -> bool:
        return not self.faults


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The lines of a set."""
    return [msgspec.json.decode(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def judge(line: dict[str, Any]) -> Verdict:
    """Read a line and say what is wrong with the reading."""
    asked = {key: line[key] for key in ("id", "text", "language", "scene")}
    read = answer(msgspec.json.encode(asked).decode())
    return Verdict(line, read, tuple(_faults(line["expect"], read)))


def _faults(expect: dict[str, Any], read: dict[str, Any]) -> Iterable[str]:
    if "error" in read:
        yield "error"
        return
    allowed = {expect["intent"], *expect.get("accept", ())}
    said = allowed | set(expect.get("intents", ()))
    if read["intent"] not in allowed and not (read["ask"] and expect["ask"]):
        yield "intent"
    if harm := _harm(expect["intent"], allowed, said, read):
        yield harm
    if expect["ask"] and not read["ask"]:
        yield "not asked"
    if wrong := _wrong_days(expect.get("when"), read):
        yield wrong
    if expect.get("children") and set(read["children"]) - set(expect["children"]):
        yield "other children"


def _harm(wanted: str, allowed: set[str], said: set[str], read: dict[str, Any]) -> str:
    if wanted == "stop" and "stop" not in read["intents"]:
        return "" if read["ask"] and allowed != {"stop"} else "missed opt-out"
    if read["intent"] == "stop" and "stop" not in said:
        return "false opt-out"
    if read["ask"]:
        return ""
    if read["intent"] in COMING and not said & COMING and said & NOT_COMING:
        return "harm: confirm"
    if (
        read["intent"] == "decline"
        and "decline" not in said
        and said & {"confirm", "reschedule", "smalltalk"}
    ):
        return "harm: decline"
    return ""


def _wrong_days(expect: dict[str, Any] | None, read: dict[str, Any]) -> str:
    if not expect or "error" in read:
        return ""
    found = read["when"] or {"dates": [], "from": None, "to": None, "time": None, "part": None}
    if read["ask"] and (not expect["dates"] or set(expect["dates"]) & set(found["dates"])):
        return ""
    wrong = [
        name
        for name, same in (
            ("days", _days(expect) in (_days(found), _days({**found, "dates": []}))),
            ("time", expect["time"] in {None, found["time"]}),
            ("part", _is_said(expect, found)),
        )
        if not same
    ]
    return f"when: {', '.join(wrong)}" if wrong else ""


def _is_said(expect: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether the part of the day is right: as it is, or left to the hour that says it."""
    by_the_hour = expect["time"] is not None and found["part"] is None
    return by_the_hour or expect["part"] in {None, found["part"], _part(found["time"])}


def _days(when: dict[str, Any]) -> Any:
    """The days as a set where they can be counted, else as bounds."""
    if when["dates"]:
        return frozenset(when["dates"])
    if when["from"] and when["to"]:
        first, last = (date.fromisoformat(when[end]).toordinal() for end in ("from", "to"))
        if last - first < 7:  # a few days may be listed as well
            return frozenset(date.fromordinal(day).isoformat() for day in range(first, last + 1))
    return (when["from"], when["to"])


def _part(at: str | None) -> str | None:
    return None if at is None else "morning" if at < "12:00" else "afternoon" if at < "17:00" else "evening"


def figures(name: str, verdicts: Sequence[Verdict]) -> str:
    """One line on a set."""
    faults = [fault for verdict in verdicts for fault in verdict.faults]
    intents = sum("intent" not in verdict.faults and "error" not in verdict.faults for verdict in verdicts)
    return (
        f"{name}: {len(verdicts)} lines, intent right {intents / len(verdicts):.1%}, "
        f"all right {sum(verdict.right for verdict in verdicts) / len(verdicts):.1%}, "
        f"harm {sum(fault.startswith('harm') for fault in faults)}, "
        f"missed opt-outs {faults.count('missed opt-out')}, false opt-outs {faults.count('false opt-out')}"
    )


def main(paths: Sequence[Path]) -> None:
    """Print the faults of each set and its figures."""
    for path in paths:
        verdicts = [judge(line) for line in lines_of(path)]
        for verdict in verdicts:
            if not verdict.right:
                _explain(verdict)
        print(figures(f"{path.parent.name}/{path.stem}", verdicts))


def _explain(verdict: Verdict) -> None:
    expect, read, scene = verdict.line["expect"], verdict.read, verdict.line["scene"]
    print(f"{verdict.line['id']} {', '.join(verdict.faults)}: {verdict.line['text']!r}")
    print(f"    {scene['prompt']}, now {scene['now']}, {scene['region']}, children {scene['children']}")
    print(
        f"    wanted {expect['intent']} {expect.get('accept')} ask {expect['ask']} {expect.get('when') or ''}"
    )
    shown = {
        key: read.get(key) for key in ("intents", "ask", "rule", "evidence", "when", "children", "error")
    }
    print(f"    read   {read.get('intent')} {shown}")


if __name__ == "__main__":
    given = [Path(name) for name in sys.argv[1:]]
    main(given or sorted((*SETS.glob("replies/*.jsonl"), *SETS.glob("dates/*.jsonl"))))

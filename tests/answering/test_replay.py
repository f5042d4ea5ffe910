"""Past texts under the current rules, as they lie in the database."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from conversations.intents import Intent
from conversations.meaning import Harm, Right
from service.access.actor import SYSTEM
from service.answering.corrections import NewCorrection, correct
from service.answering.replay import Summary, Wanted, tell_changes, tell_unmet
from service.database import sql
from tests.answering.writing import writes
from tests.factories import NOW, a_child, a_facility, a_phone, a_session, an_appointment

WRITTEN = (
    "yes",
    "no",
    "can we move it",
    "when is it?",
    "thank you",
    "Zuri is sick",
    "qwerty",
    "STOP",
    "START",
)


async def many_texts(number: int) -> list[UUID]:
    """Texts of twenty families with a visit each."""
    facility = await a_facility()
    session = await a_session(facility, capacity=20)
    phones = [a_phone() for _ in range(20)]
    for phone in phones:
        await an_appointment(await a_child(facility=facility, guardian=phone), session)
    return [
        await writes(phones[n % 20], WRITTEN[(n + n // 20) % len(WRITTEN)], now=NOW + timedelta(minutes=n))
        for n in range(number)
    ]


async def reads_as(inbound_id: UUID, intent: str) -> None:
    """Make it a text that earlier rules have read otherwise."""
    await sql(
        """UPDATE inbound_message SET reading = jsonb_set(reading, ARRAY['intent'], to_jsonb($2::text))
           WHERE id = $1""",
        inbound_id,
        intent,
    )


async def the_id_of(body: str) -> UUID:
    rows = await sql("SELECT id FROM inbound_message WHERE body = $1 ORDER BY received_at LIMIT 1", body)
    found: UUID = rows[0]["id"]
    return found


async def changes(**wanted: Any) -> tuple[Summary, list[dict[str, Any]]]:
    lines: list[dict[str, Any]] = []
    return await tell_changes(Wanted(**wanted), lines.append), lines


async def unmet(**wanted: Any) -> tuple[Summary, list[dict[str, Any]]]:
    lines: list[dict[str, Any]] = []
    summary = Summary()
    await tell_unmet(Wanted(**wanted), lines.append, summary)
    return summary, lines


@pytest.mark.usefixtures("database")
async def test_by_the_same_rules_none_of_a_few_hundred_texts_changes_and_one_that_differed_is_told() -> None:
    await many_texts(300)
    summary, lines = await changes()
    assert (summary.read, summary.without_scene, lines) == (300, 0, [])
    thanks = await the_id_of("thank you")
    await reads_as(thanks, "help")
    summary, lines = await changes()
    assert lines == [{"id": thanks, "old": {"intent": "help"}, "new": {"intent": "smalltalk"}}]
    assert (summary.changed, summary.changes, summary.harmful) == (1, {"help -> smalltalk": 1}, {})


@pytest.mark.usefixtures("database")
async def test_every_text_is_read_once_however_the_batches_fall() -> None:
    await many_texts(5)
    # Five hundred and more at one moment, and some without a scene: the batch ends among them.
    await sql(
        """INSERT INTO inbound_message (id, provider_sid, phone, to_number, body, media_count, other_fields,
                                        received_at, reading, scene, scene_version)
           SELECT gen_random_uuid(), body || n, phone, to_number, body, 0, '{}', received_at, reading,
                  CASE WHEN n % 3 > 0 THEN scene END, CASE WHEN n % 3 > 0 THEN scene_version END
           FROM inbound_message, generate_series(1, 300) AS n WHERE body IN ('yes', 'no')"""
    )
    summary, lines = await changes()
    assert (summary.read + summary.without_scene, lines) == (605, [])
    assert summary.without_scene == 200


@pytest.mark.usefixtures("database")
async def test_a_change_that_would_do_harm_is_called_that() -> None:
    await many_texts(9)
    yes = await the_id_of("yes")
    await reads_as(yes, "decline")
    summary, lines = await changes()
    assert summary.harmful == {Harm.PROMISE_INVENTED: 1}
    assert lines[0]["harm"] == "promise_invented"
    # Staff say that the new rules are right.
    await correct(yes, NewCorrection(Intent.CONFIRM), actor=SYSTEM, now=NOW)
    summary, lines = await changes()
    assert (summary.changed, summary.harmful) == (1, {})


@pytest.mark.usefixtures("database")
async def test_texts_and_names_are_told_only_when_asked_for() -> None:
    phone = a_phone()
    await a_child("Zuri", guardian=phone)
    sick = await writes(phone, "zuri is sick")
    await reads_as(sick, "help")
    _, lines = await changes()
    assert "zuri" not in str(lines).casefold()
    assert lines[0]["new"]["children"] == ["Zorvalin"]
    _, lines = await changes(shows_text=True)
    assert (lines[0]["text"], lines[0]["new"]["children"]) == ("zuri is sick", ("Zuri",))


@pytest.mark.usefixtures("database")
async def test_only_the_days_asked_for_are_replayed() -> None:
    phone = a_phone()
    await a_child(guardian=phone)
    for days in range(4):
        await writes(phone, "hello", now=NOW + timedelta(days=days))
    day = NOW.date()
    assert (await changes(since=day + timedelta(days=1), until=day + timedelta(days=2)))[0].read == 2
    assert (await changes(until=day))[0].read == 1
    assert (await changes(since=day))[0].read == 4


@pytest.mark.usefixtures("database")
async def test_corrections_that_are_not_met_are_told_stored_or_handed_in() -> None:
    await many_texts(9)
    yes, thanks, lost = await the_id_of("yes"), await the_id_of("thank you"), await the_id_of("qwerty")
    await correct(yes, NewCorrection(Intent.CONFIRM), actor=SYSTEM, now=NOW)
    await correct(thanks, NewCorrection(Intent.CONFIRM), actor=SYSTEM, now=NOW)
    await correct(lost, NewCorrection(Intent.HELP), actor=SYSTEM, now=NOW)
    await sql("UPDATE inbound_message SET scene = NULL, scene_version = NULL WHERE id = $1", lost)
    summary, lines = await unmet()
    assert lines == [{"id": thanks, "right": {"intent": "confirm"}, "new": {"intent": "smalltalk"}}]
    counted = (summary.corrections, summary.corrections_unmet, summary.corrections_without_scene)
    assert counted == (2, 1, 1)
    sick = await the_id_of("Zuri is sick")
    handed_in = {thanks: Right(Intent.SMALLTALK), sick: Right(Intent.DECLINE)}
    _, lines = await unmet(corrections=handed_in)
    assert [line["id"] for line in lines] == [sick]


async def doseline_replay(database_url: str, *options: str) -> "tuple[int, list[dict[str, Any]], str]":
    """The command in a process of its own."""
    command: Sequence[str] = (sys.executable, "-m", "service.cli", "replay", *options)
    environ = {"PATH": os.environ["PATH"], "DATABASE_URL": database_url}
    done = await asyncio.to_thread(
        subprocess.run, command, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, [msgspec.json.decode(line) for line in done.stdout.splitlines()], done.stderr


async def test_the_command_tells_changes_and_a_summary_and_exits_with_1_at_harm(
    database: str, tmp_path: Path
) -> None:
    await many_texts(9)
    code, lines, _ = await doseline_replay(database)
    assert (code, [list(line) for line in lines]) == (0, [["summary"]])
    yes = await the_id_of("yes")
    await reads_as(yes, "decline")
    correction, cases = tmp_path / "corrections", tmp_path / "cases"
    correction.write_text(f'{{"id": "{yes}", "intent": "decline"}}\n')
    await correct(yes, NewCorrection(Intent.CONFIRM, children=["Zuri"]), actor=SYSTEM, now=NOW)
    code, lines, _ = await doseline_replay(
        database, "--corrections", str(correction), "--export", str(cases), "--since", "2026-03-04"
    )
    assert code == 1
    assert lines[0]["harm"] == "promise_invented"
    assert lines[1]["right"] == {"intent": "decline"}
    assert lines[2]["summary"]["changes"] == {"decline -> confirm": 1}
    (case,) = [msgspec.json.decode(line) for line in cases.read_text().splitlines()]
    assert (case["text"], case["expect"]["intent"]) == ("yes", "decline")
    assert case["scene"]["children"] == ["Zorvalin"]
    assert cases.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--since", "tomorrow", "--since: expected a date such as 2026-03-12"),
        ("--corrections", "/nowhere", "--corrections: No such file or directory"),
        ("--export", "/nowhere/at/all", "--export: No such file or directory"),
    ],
)
async def test_what_the_command_cannot_do_is_one_line(
    database: str, option: str, value: str, said: str
) -> None:
    assert await doseline_replay(database, option, value) == (2, [], f"doseline: {said}\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "7", "intent": "confirm"}', "line 2 is no correction of a text"),
        ("Zuri", "line 2 is no correction of a text"),
        (f'{{"id": "{UUID(int=1)}", "intent": "keep"}}', "line 2: instead of keep say confirm"),
    ],
)
async def test_a_file_of_corrections_with_a_fault_is_one_line_that_does_not_quote_it(
    database: str, tmp_path: Path, line: str, said: str
) -> None:
    file = tmp_path / "corrections"
    file.write_text(f"\n{line}\n")
    assert await doseline_replay(database, "--corrections", str(file)) == (
        2,
        [],
        f"doseline: --corrections: {said}\n",
    )

"""The carrier's own record of what it took, for whoever checks from outside that nothing went out twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

from tests.emulator.conftest import ACCOUNT, CLINIC, NOW, PARENT, Emulated, emulated
from tests.running import until
from tests.serving import address, door

KEY = "a-token-of-the-program"


async def test_the_ledger_counts_what_was_accepted_for_each_intent(emulator: Emulated) -> None:
    for text in ("a", "b", "a"):
        await emulator.send(text=text)
    await emulator.send()
    ledger = await emulator.ledger()
    assert (ledger["texts"], ledger["accepted"], ledger["repeated"]) == (4, {"a": 2, "b": 1}, {"a": 2})


async def test_the_ledger_tells_what_became_of_each_text_and_when(emulator: Emulated) -> None:
    sent = await emulator.send(text="a")
    await emulator.receiver.heard(3)
    moment = NOW.isoformat().replace("+00:00", "Z")
    assert (await emulator.ledger())["intents"]["a"] == [
        {
            "sid": sent.sid,
            "to": PARENT,
            "accepted_at": moment,
            "status": "delivered",
            "error_code": None,
            "history": [
                {"status": status, "at": moment, "error_code": None}
                for status in ("sending", "sent", "delivered")
            ],
        }
    ]


async def test_an_attempt_after_stop_is_on_record_though_nothing_went_out(emulator: Emulated) -> None:
    await emulator.clock()
    await emulator.send(text="before")
    await emulator.says("STOP")
    await emulator.clock(advance_seconds=60)
    with pytest.raises(TwilioRestException):
        await emulator.send(text="after")
    await emulator.says("START")
    await emulator.send(text="again")
    ledger = await emulator.ledger()
    assert list(ledger["accepted"]) == ["before", "again"]
    (refusal,) = ledger["refused"]
    assert (refusal["text"], refusal["to"], refusal["code"]) == ("after", PARENT, 21610)
    stop, start = ledger["opt_outs"]
    assert (stop["phone"], stop["word"], start["word"]) == (PARENT, "STOP", "START")
    assert stop["at"] < refusal["at"] == start["at"]


async def test_the_ledger_is_whole_after_a_restart(tmp_path: Path) -> None:
    async with emulated(journal=tmp_path / "journal.sqlite") as before:
        await before.send(text="a")
        await before.receiver.heard(3)
        await before.says("STOP")
        with pytest.raises(TwilioRestException):
            await before.send(text="b")
        kept = await before.ledger()
    async with emulated(journal=tmp_path / "journal.sqlite") as after:
        assert await after.ledger() == kept


@contextmanager
def program(directory: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """`doseline emulator` in a process of its own, which is killed at the end."""
    with door() as opened:
        url = address(opened)
    environ = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(directory),
        "EMULATOR_PORT": url.rpartition(":")[2],
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": KEY,
        "TWILIO_FROM_NUMBER": CLINIC,
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
    }
    command = [sys.executable, "-m", "service.cli", "emulator"]
    with subprocess.Popen(command, env=environ) as process:
        try:
            yield url, process
        finally:
            process.kill()


async def ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/emulator/account")).is_success
    except httpx.TransportError:
        return False


async def send(client: httpx.AsyncClient, text: str) -> str:
    form = {
        "To": PARENT,
        "From": CLINIC,
        "Body": "Hello",
        "StatusCallback": f"http://127.0.0.1:9/?text={text}",
    }
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    answer = await client.post(path, data=form, auth=(ACCOUNT, KEY))
    answer.raise_for_status()
    sid: str = answer.json()["sid"]
    return sid


async def test_what_was_accepted_outlives_a_kill(tmp_path: Path) -> None:
    with program(tmp_path) as (url, process):
        async with httpx.AsyncClient(base_url=url) as client:
            await until(lambda: ready(client), seconds=30)
            sids = {str(number): await send(client, str(number)) for number in range(20)}
            stop = await client.post("/emulator/inbound", json={"from": "+254700000002", "body": "STOP"})
            stop.raise_for_status()
            sids["last"] = await send(client, "last")
            os.kill(process.pid, signal.SIGKILL)
    with program(tmp_path) as (url, _):
        async with httpx.AsyncClient(base_url=url) as client:
            await until(lambda: ready(client), seconds=30)
            ledger: dict[str, Any] = (await client.get("/emulator/ledger")).json()
    assert {text: [one["sid"] for one in texts] for text, texts in ledger["intents"].items()} == {
        text: [sid] for text, sid in sids.items()
    }
    assert [word["phone"] for word in ledger["opt_outs"]] == ["+254700000002"]

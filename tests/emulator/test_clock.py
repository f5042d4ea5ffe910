"""The carrier's clock taken in hand: hours pass at once, and everything on the way has its own moment."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.emulator.conftest import MESSAGING_SERVICE, NOW, PARENT, Emulated, emulated


async def changes(emulator: Emulated, text: str) -> list[tuple[str, float]]:
    """The statuses that a text has come to, and after how many seconds."""
    (accepted,) = (await emulator.ledger())["intents"][text]
    begun = datetime.fromisoformat(accepted["accepted_at"])
    return [
        (change["status"], (datetime.fromisoformat(change["at"]) - begun).total_seconds())
        for change in accepted["history"]
    ]


async def test_nothing_happens_until_the_clock_is_moved() -> None:
    async with emulated(pace=60) as emulator:
        await emulator.clock()
        await emulator.send(text="a")
        assert await changes(emulator, "a") == []
        await emulator.clock(advance_seconds=59.5)
        assert await changes(emulator, "a") == []
        shown = await emulator.clock(advance_seconds=0.5)
        assert datetime.fromisoformat(shown["now"]) == NOW + timedelta(minutes=1)
        assert await changes(emulator, "a") == [("sending", 60)]
        assert len(emulator.receiver.statuses) == 1


async def test_hours_pass_at_once_and_each_status_has_its_own_moment() -> None:
    async with emulated(pace=60) as emulator:
        await emulator.clock()
        await emulator.send(text="a")
        await emulator.clock(now=NOW + timedelta(hours=4))
        assert await changes(emulator, "a") == [("sending", 60), ("sent", 120), ("delivered", 180)]
        assert [call.form["MessageStatus"] for call in emulator.receiver.statuses] == [
            *("sending", "sent", "delivered")
        ]
        assert (await emulator.http.get("/emulator/clock")).json()["manual"]


async def test_a_clock_that_is_set_back_repeats_nothing(emulator: Emulated) -> None:
    await emulator.clock(now=NOW)
    await emulator.send(text="a")
    await emulator.receiver.heard(3)
    shown = await emulator.clock(advance_seconds=-3600)
    assert datetime.fromisoformat(shown["now"]) == NOW - timedelta(hours=1)
    await emulator.send(text="b")
    assert len(await emulator.receiver.heard(6)) == 6
    assert (await emulator.client.messages.list_async())[0].date_created == NOW - timedelta(hours=1)


async def test_a_clock_let_go_runs_by_itself_and_what_waits_goes_on() -> None:
    async with emulated(pace=0.01) as emulator:
        await emulator.clock()
        await emulator.send(text="a")
        assert await changes(emulator, "a") == []
        shown = await emulator.clock(manual=False)
        assert shown == {"now": NOW.isoformat().replace("+00:00", "Z"), "manual": False}
        assert len(await emulator.receiver.heard(3)) == 3


async def test_a_text_that_is_delayed_waits_for_the_clock(emulator: Emulated) -> None:
    await emulator.clock()
    await emulator.faults({"kind": "delay", "delay_ms": 3_600_000, "count": 1})
    await emulator.send(text="a")
    await emulator.clock(advance_seconds=3599)
    assert emulator.receiver.statuses == []
    await emulator.clock(advance_seconds=1)
    assert len(emulator.receiver.statuses) == 3


async def test_four_hours_of_refusals_pass_at_once(emulator: Emulated) -> None:
    await emulator.faults({"kind": "status_429"})
    await emulator.clock()
    for _ in range(16):
        with pytest.raises(TwilioRestException):
            await emulator.send(text="a")
        await emulator.clock(advance_seconds=900)
    await emulator.faults()
    await emulator.send(text="a")
    ledger = await emulator.ledger()
    assert [refusal["code"] for refusal in ledger["refused"]] == [20429] * 16
    (accepted,) = ledger["intents"]["a"]
    assert datetime.fromisoformat(accepted["accepted_at"]) == NOW + timedelta(hours=4)
    assert ledger["accepted"] == {"a": 1}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"now": "noon"}, "now"),
        ({"now": "2026-03-04T06:00:00"}, "now"),
        ({"advance_seconds": "far"}, "advance_seconds"),
        ({"advance_seconds": 1e300}, "advance_seconds"),
        ({"advance_seconds": 5, "now": "2026-03-04T06:00:00Z"}, "advance_seconds"),
        ({"manual": False, "advance_seconds": 5}, "manual"),
        ({"hours": 4}, "hours"),
    ],
)
async def test_a_clock_that_cannot_be_set_is_refused_by_the_name_of_its_field(
    emulator: Emulated, change: dict[str, Any], field: str
) -> None:
    answer = await emulator.http.post("/emulator/clock", json=change)
    assert answer.status_code == 400
    (problem,) = answer.json()["extra"]
    assert field in problem["key"] + problem["message"]
    assert not (await emulator.http.get("/emulator/clock")).json()["manual"]


async def send_with_validity(emulator: Emulated, text: str, seconds: int) -> None:
    await emulator.client.messages.create_async(
        to=PARENT,
        messaging_service_sid=MESSAGING_SERVICE,
        body="Today at 10:00",
        status_callback=emulator.callback(text),
        validity_period=seconds,
    )


async def test_a_text_in_the_queue_ends_with_its_validity_and_frees_its_place(emulator: Emulated) -> None:
    await emulator.clock()
    await emulator.account(segments_per_second=0.1)
    await emulator.send("first", text="a")
    await send_with_validity(emulator, "late", 5)
    await emulator.send("second", text="b")
    await emulator.clock(advance_seconds=60)
    assert await changes(emulator, "late") == [("failed", 5)]
    assert await changes(emulator, "b") == [("sending", 10), ("sent", 10), ("delivered", 10)]
    failed = next(call for call in emulator.receiver.statuses if call.form["MessageStatus"] == "failed")
    assert failed.form["ErrorCode"] == "30036"

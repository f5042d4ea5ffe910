"""The sender's rate, its queue, and the guard against loops."""

from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.emulator.conftest import CLINIC, PARENT, Emulated
from tests.emulator.test_clock import changes


async def departure(emulator: Emulated, text: str) -> float:
    """After how many seconds a text left the queue."""
    return (await changes(emulator, text))[0][1]


async def test_texts_leave_at_the_senders_rate_in_the_order_in_which_they_came(emulator: Emulated) -> None:
    await emulator.clock()
    await emulator.account(segments_per_second=0.5)
    await emulator.send("a" * 161, text="two segments")
    await emulator.send("short", text="one segment", to="+254700000002")
    await emulator.send("short", text="last")
    await emulator.clock(advance_seconds=60)
    waits = [await departure(emulator, text) for text in ("two segments", "one segment", "last")]
    assert waits == [0, 4, 6]


async def test_a_queue_that_has_emptied_does_not_hold_up(emulator: Emulated) -> None:
    await emulator.clock()
    await emulator.account(segments_per_second=1)
    await emulator.send(text="a")
    await emulator.clock(advance_seconds=timedelta(hours=1).total_seconds())
    await emulator.send(text="b")
    await emulator.clock(advance_seconds=0.5)
    assert await departure(emulator, "b") == 0


async def test_a_messaging_service_fails_what_overflows_its_queue(emulator: Emulated) -> None:
    await emulator.clock()
    await emulator.account(segments_per_second=0.1, queue_seconds=15)
    for text in ("a", "b", "c"):
        await emulator.send(text=text)
    await emulator.clock(advance_seconds=60)
    assert await changes(emulator, "c") == [("failed", 0)]
    codes = [call.form["ErrorCode"] for call in emulator.receiver.statuses if "ErrorCode" in call.form]
    assert codes == ["30001"]
    await emulator.send(text="d")
    await emulator.clock(advance_seconds=1)
    assert (await changes(emulator, "d"))[-1][0] == "delivered"


async def test_a_sender_that_was_named_refuses_what_overflows_its_queue(emulator: Emulated) -> None:
    await emulator.clock()
    await emulator.account(segments_per_second=0.1, queue_seconds=5)
    await emulator.client.messages.create_async(to=PARENT, from_=CLINIC, body="first")
    with pytest.raises(TwilioRestException) as failure:
        await emulator.client.messages.create_async(to=PARENT, from_=CLINIC, body="second")
    assert (failure.value.status, failure.value.code) == (429, 21611)


async def test_a_stop_holds_back_what_still_waits_in_the_queue(emulator: Emulated) -> None:
    await emulator.clock()
    await emulator.account(segments_per_second=0.1)
    await emulator.send(text="a")
    await emulator.send(text="b")
    await emulator.send(text="other", to="+254700000002")
    await emulator.says("STOP")
    await emulator.clock(advance_seconds=60)
    assert await changes(emulator, "b") == [("failed", 10)]
    assert (await changes(emulator, "other"))[-1][0] == "delivered"
    assert [call.form["ErrorCode"] for call in emulator.receiver.statuses if "ErrorCode" in call.form] == [
        "21610"
    ]


async def test_a_sixteenth_text_within_half_a_minute_of_the_last_is_a_loop(emulator: Emulated) -> None:
    await emulator.clock()
    await emulator.account(replies_in_a_row=15)
    for number in range(16):
        await emulator.send(text=str(number))
        await emulator.clock(advance_seconds=29)
    assert (await changes(emulator, "14"))[-1][0] == "delivered"
    assert [status for status, _ in await changes(emulator, "15")] == ["failed"]
    await emulator.send(text="elsewhere", to="+254700000002")
    await emulator.clock(advance_seconds=30)
    await emulator.send(text="later")
    await emulator.clock(advance_seconds=1)
    assert (await changes(emulator, "elsewhere"))[-1][0] == "delivered"
    assert (await changes(emulator, "later"))[-1][0] == "delivered"


@pytest.mark.parametrize(
    ("setup", "field"),
    [
        ({"segments_per_second": 0}, "segments_per_second"),
        ({"queue_seconds": 36_001}, "queue_seconds"),
        ({"replies_in_a_row": -1}, "replies_in_a_row"),
        ({"fallback_url": "nowhere"}, "fallback_url"),
        ({"rate": 1}, "rate"),
    ],
)
async def test_a_setup_that_makes_no_sense_is_refused_by_the_name_of_its_field(
    emulator: Emulated, setup: dict[str, object], field: str
) -> None:
    answer = await emulator.http.post("/emulator/account", json=setup)
    assert answer.status_code == 400
    (problem,) = answer.json()["extra"]
    assert field in problem["key"] + problem["message"]

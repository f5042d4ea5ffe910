"""Status callbacks: signed, in order, and away from order only when a fault asks for it."""

import asyncio
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException

from tests.emulator.conftest import (
    ACCOUNT,
    CLINIC,
    MESSAGING_SERVICE,
    NOW,
    PARENT,
    Call,
    Emulated,
    emulated,
)


def statuses(calls: list[Call]) -> list[str]:
    return [call.form["MessageStatus"] for call in calls]


async def test_a_text_comes_to_its_phone_by_signed_callbacks_in_order(emulator: Emulated) -> None:
    sent = await emulator.send(text="a%20b&more=1")
    calls = await emulator.receiver.heard(3)
    assert statuses(calls) == ["sending", "sent", "delivered"]
    assert all(call.is_signed for call in calls)
    assert {call.url for call in calls} == {emulator.callback("a%20b&more=1")}
    assert calls[-1].form == {
        "MessageSid": sent.sid,
        "SmsSid": sent.sid,
        "MessageStatus": "delivered",
        "SmsStatus": "delivered",
        "AccountSid": ACCOUNT,
        "From": CLINIC,
        "To": PARENT,
        "ApiVersion": "2010-04-01",
        "MessagingServiceSid": MESSAGING_SERVICE,
        "RawDlrDoneDate": "2603040600",
    }


async def test_each_of_many_texts_has_its_callbacks_in_order(emulator: Emulated) -> None:
    for number in range(20):
        await emulator.send(to=f"+2547000001{number:02}", text=str(number))
    calls = await emulator.receiver.heard(60)
    phones = {call.form["To"] for call in calls}
    assert len(phones) == 20
    for phone in phones:
        of_phone = [call for call in calls if call.form["To"] == phone]
        assert statuses(of_phone) == ["sending", "sent", "delivered"]


async def test_a_webhook_that_is_down_does_not_hold_texts_up(emulator: Emulated) -> None:
    callback = "http://127.0.0.1:9/nobody?text=a"
    await emulator.client.messages.create_async(
        to=PARENT, messaging_service_sid=MESSAGING_SERVICE, body="Hi", status_callback=callback
    )
    await emulator.send(text="b")
    assert statuses(await emulator.receiver.heard(3)) == ["sending", "sent", "delivered"]


async def test_an_undelivered_text_says_why(emulator: Emulated) -> None:
    await emulator.faults({"kind": "undelivered", "error_code": 30005, "count": 1})
    sent = await emulator.send(text="a")
    last = (await emulator.receiver.heard(3))[-1]
    assert (last.form["MessageStatus"], last.form["ErrorCode"]) == ("undelivered", "30005")
    now = await emulator.client.messages(sent.sid).fetch_async()
    assert (now.status, now.error_code, now.error_message) == (
        "undelivered",
        30005,
        "Unknown destination handset",
    )


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "duplicate"}, ["sending", "sending", "sent", "sent", "delivered", "delivered"]),
        ({"kind": "reorder"}, ["delivered", "sent", "sending"]),
        ({"kind": "delay", "delay_ms": 1}, ["sending", "sent", "delivered"]),
    ],
)
async def test_callbacks_are_doubled_mixed_up_or_late_on_demand(
    emulator: Emulated, fault: dict[str, Any], expected: list[str]
) -> None:
    await emulator.faults(fault)
    sent = await emulator.send(text="a")
    assert statuses(await emulator.receiver.heard(len(expected))) == expected
    assert (await emulator.client.messages(sent.sid).fetch_async()).status == "delivered"


async def test_a_dropped_callback_never_comes_but_the_text_does(emulator: Emulated) -> None:
    await emulator.faults({"kind": "drop", "to": PARENT, "count": 2})
    sent = await emulator.send(text="a")
    assert statuses(await emulator.receiver.heard(1)) == ["delivered"]
    assert (await emulator.client.messages(sent.sid).fetch_async()).status == "delivered"


async def test_a_callback_may_come_before_the_answer(emulator: Emulated) -> None:
    await emulator.faults({"kind": "callback_before_201", "count": 1})
    await emulator.send(text="a")
    assert statuses(emulator.receiver.statuses)[:1] == ["sending"]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("status_429", 429, 20429), ("status_500", 500, 20500), ("status_503", 503, 503)],
)
async def test_a_request_refused_on_purpose_leaves_nothing(
    emulator: Emulated, kind: str, status: int, code: int
) -> None:
    await emulator.faults({"kind": kind, "count": 1})
    with pytest.raises(TwilioRestException) as failure:
        await emulator.send(text="a")
    assert (failure.value.status, failure.value.code) == (status, code)
    assert await emulator.phone() == []
    await emulator.send(text="a")
    assert len(await emulator.phone()) == 1


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ({"kind": "status_500_after_accepting"}, TwilioRestException),
        ({"kind": "disconnect"}, aiohttp.ClientPayloadError),
        ({"kind": "timeout_after_accepting", "delay_ms": 1}, aiohttp.ServerDisconnectedError),
        ({"kind": "wrong_json"}, json.JSONDecodeError),
    ],
)
async def test_a_text_may_be_on_its_way_though_the_caller_was_not_told(
    emulator: Emulated, fault: dict[str, Any], failure: type[Exception]
) -> None:
    await emulator.faults(fault | {"count": 1})
    with pytest.raises(failure):
        await emulator.send("Hi", text="a")
    assert statuses(await emulator.receiver.heard(3)) == ["sending", "sent", "delivered"]
    assert [text["body"] for text in await emulator.phone()] == ["Hi"]
    assert [text.body for text in await emulator.client.messages.list_async(to=PARENT)] == ["Hi"]


async def test_a_fault_of_one_phone_spares_the_others(emulator: Emulated) -> None:
    await emulator.faults({"kind": "status_500", "to": PARENT})
    await emulator.send(to="+254700000002")
    with pytest.raises(TwilioRestException):
        await emulator.send()


async def failures(emulator: Emulated, seed: int) -> list[int]:
    """Which of forty texts are refused."""
    await emulator.faults({"kind": "status_429", "rate": 0.3}, seed=seed)
    refused = []
    for number in range(40):
        try:
            await emulator.send()
        except TwilioRestException:
            refused.append(number)
    return refused


async def test_the_same_seed_gives_the_same_faults(emulator: Emulated) -> None:
    first = await failures(emulator, seed=1)
    assert 0 < len(first) < 40
    assert await failures(emulator, seed=1) == first
    assert await failures(emulator, seed=2) != first


async def test_faults_are_shown_with_what_is_left_of_them_and_cleared(emulator: Emulated) -> None:
    await emulator.faults({"kind": "duplicate", "count": 5})
    await emulator.send(text="a")
    await emulator.receiver.heard(6)
    (shown,) = (await emulator.http.get("/emulator/faults")).json()["faults"]
    assert (shown["kind"], shown["count"], shown["struck"]) == ("duplicate", 2, 3)
    for clear in (emulator.http.post("/emulator/faults", json={}), emulator.http.delete("/emulator/faults")):
        assert (await clear).is_success
        assert (await emulator.http.get("/emulator/faults")).json()["faults"] == []


async def test_texts_and_opt_outs_survive_a_restart(tmp_path: Path) -> None:
    journal = tmp_path / "journal.sqlite"
    async with emulated(journal=journal) as before:
        await before.send("kept", text="a")
        await before.receiver.heard(3)
        await before.says("STOP")
        await before.says("written first", sender="+254700000002")
    async with emulated(journal=journal) as after:
        assert [text["body"][:4] for text in await after.phone()] == ["kept", "You "]
        assert [text.body for text in await after.client.messages.list_async(to=CLINIC)] == [
            "written first",
            "STOP",
        ]
        assert (await after.http.get("/emulator/ledger")).json()["accepted"] == {"a": 1}
        with pytest.raises(TwilioRestException) as failure:
            await after.send("again")
        assert failure.value.code == 21610
        await after.says("START")
        await after.send("again")
    async with emulated(journal=journal) as last:
        await last.send("and again")


async def test_a_text_that_was_under_way_goes_on_after_a_restart(tmp_path: Path) -> None:
    journal = tmp_path / "journal.sqlite"
    async with emulated(journal=journal, pace=3600) as before:
        sent = await before.send(text="a")
        assert sent.status == "accepted"
    # The same receiver is gone, as it may be; the text goes its way none the less.
    async with emulated(journal=journal) as after, asyncio.timeout(10):
        while (await after.client.messages(sent.sid).fetch_async()).status != "delivered":
            pass


@pytest.mark.parametrize(
    ("validity", "status", "error_code"),
    [(3599, "failed", 30036), (3601, "delivered", None), (None, "delivered", None)],
)
async def test_a_text_that_waited_for_too_long_is_not_sent(
    tmp_path: Path, validity: int | None, status: str, error_code: int | None
) -> None:
    journal = tmp_path / "journal.sqlite"
    period = {} if validity is None else {"validity_period": validity}
    async with emulated(journal=journal, pace=3600) as before:
        sent = await before.client.messages.create_async(
            to=PARENT, messaging_service_sid=MESSAGING_SERVICE, body="Today at 10:00", **period
        )
    an_hour_later = NOW + timedelta(hours=1)
    async with emulated(journal=journal, now=lambda: an_hour_later) as after, asyncio.timeout(10):
        while (text := await after.client.messages(sent.sid).fetch_async()).status in {
            "accepted",
            "sending",
            "sent",
        }:
            pass
    assert (text.status, text.error_code) == (status, error_code)


async def test_many_callbacks_at_once_lose_none(emulator: Emulated) -> None:
    await emulator.faults({"kind": "duplicate", "rate": 0.5}, {"kind": "reorder", "rate": 0.5}, seed=7)
    for number in range(50):
        await emulator.send(to=f"+2547000002{number:02}", text=str(number))
    calls = await emulator.receiver.heard(150)
    assert all(call.is_signed for call in calls)
    counted = Counter((call.form["MessageSid"], call.form["MessageStatus"]) for call in calls)
    assert set(counted.values()) <= {1, 2}


async def test_a_callback_goes_to_a_url_of_any_shape_unchanged(emulator: Emulated) -> None:
    odd = f"{emulator.config.public_url}/twilio/status?text=%7Ba%7D&b=%2F+c&b=d%20e"
    await emulator.client.messages.create_async(
        to=PARENT, messaging_service_sid=MESSAGING_SERVICE, body="Hi", status_callback=odd
    )
    calls = await emulator.receiver.heard(3)
    assert {(call.url, call.is_signed) for call in calls} == {(odd, True)}


async def test_without_a_messaging_service_none_is_named() -> None:
    async with emulated(messaging_service_sid=None) as emulator:
        await emulator.client.messages.create_async(
            to=PARENT, from_=CLINIC, body="Hi", status_callback=emulator.callback("a")
        )
        calls = await emulator.receiver.heard(3)
        assert all("MessagingServiceSid" not in call.form for call in calls)

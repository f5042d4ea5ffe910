"""Texts from phones: the signed webhook, its answers, and the carrier's own words."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from litestar import Response
from twilio.base.exceptions import TwilioRestException

from tests.emulator.conftest import (
    ACCOUNT,
    CLINIC,
    MESSAGING_SERVICE,
    PARENT,
    Emulated,
    emulated,
)


def answering(
    body: str, media_type: str = "text/xml", status: int = 200
) -> Callable[[dict[str, str]], Response[str]]:
    return lambda _: Response(body, media_type=media_type, status_code=status)


async def test_a_parents_text_reaches_the_webhook_signed_and_whole(emulator: Emulated) -> None:
    outcome = await emulator.says("Sí, allá estaremos 👍" + "!" * 60)
    (call,) = emulator.receiver.inbound
    assert call.is_signed
    assert call.url == f"{emulator.config.public_url}/twilio/inbound"
    sid = call.form["MessageSid"]
    assert outcome == {"message_sid": sid, "webhook_status": 200, "webhook_body": "<Response/>"}
    assert call.form == {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": ACCOUNT,
        "MessagingServiceSid": MESSAGING_SERVICE,
        "From": PARENT,
        "To": CLINIC,
        "Body": "Sí, allá estaremos 👍" + "!" * 60,
        "NumMedia": "0",
        "NumSegments": "2",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        **{f"{side}{part}": "" for side in ("From", "To") for part in ("City", "State", "Zip", "Country")},
    }


async def test_pictures_come_as_addresses(emulator: Emulated) -> None:
    outcome = await emulator.says("", media=["http://127.0.0.1/card", "http://127.0.0.1/baby.png"])
    form = emulator.receiver.inbound[0].form
    assert outcome["message_sid"].startswith("MM")
    assert (form["NumMedia"], form["Body"], form["NumSegments"]) == ("2", "", "1")
    assert (form["MediaUrl0"], form["MediaContentType0"]) == ("http://127.0.0.1/card", "image/jpeg")
    assert (form["MediaUrl1"], form["MediaContentType1"]) == ("http://127.0.0.1/baby.png", "image/png")


@pytest.mark.parametrize(
    "text",
    [
        {},
        {"from": PARENT, "bdy": "YES"},
        {"from": "0700000001", "body": "YES"},
        {"from": PARENT, "to": "clinic", "body": "YES"},
        {"from": CLINIC, "body": "YES"},
        {"from": PARENT, "body": "a" * 1601},
        {"from": PARENT, "body": 5},
        {"from": PARENT, "body": "YES", "message_sid": "SM1"},
        [],
    ],
)
async def test_a_text_that_no_phone_could_send_is_refused(emulator: Emulated, text: Any) -> None:
    answer = await emulator.http.post("/emulator/inbound", json=text)
    assert answer.status_code == 400
    assert emulator.receiver.inbound == []


async def test_a_text_can_come_again_under_its_sid(emulator: Emulated) -> None:
    sid = "SM" + "a" * 32
    await asyncio.gather(*(emulator.says("YES", message_sid=sid) for _ in range(10)))
    assert [call.form["MessageSid"] for call in emulator.receiver.inbound] == [sid] * 10
    listed = await emulator.client.messages.list_async(from_=PARENT)
    assert [(text.sid, text.direction, text.status) for text in listed] == [(sid, "inbound", "received")]


@pytest.mark.parametrize("status", [403, 500, 503])
async def test_a_text_that_the_webhook_refused_is_still_in_the_list(emulator: Emulated, status: int) -> None:
    emulator.receiver.answer = answering("<Response><Message>no</Message></Response>", status=status)
    outcome = await emulator.says("YES")
    assert outcome["webhook_status"] == status
    (listed,) = await emulator.client.messages.list_async(to=CLINIC)
    assert (listed.body, listed.direction, listed.error_code) == ("YES", "inbound", 11217)
    assert await emulator.phone() == []


async def test_a_text_sent_while_doseline_is_down_is_still_in_the_list() -> None:
    async with emulated(public_url="http://127.0.0.1:9") as emulator:
        outcome = await emulator.says("YES")
        assert (outcome["webhook_status"], outcome["webhook_body"]) == (0, "")
        listed = await emulator.client.messages.list_async(to=CLINIC)
        assert [(text.body, text.error_code) for text in listed] == [("YES", 11205)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<Response/>", []),
        ("<Response><Message>Thank you</Message></Response>", ["Thank you"]),
        (
            "<?xml version='1.0'?><Response><Message><Body>1 &amp; 2</Body></Message></Response>",
            ["1 & 2"],
        ),
        ("<Response><Message>1</Message><Message>2</Message></Response>", ["1", "2"]),
        ("<Response><Message/></Response>", []),
        ("", []),
    ],
)
async def test_twiml_is_executed(emulator: Emulated, body: str, expected: list[str]) -> None:
    emulator.receiver.answer = answering(body)
    await emulator.says("YES")
    texts = await emulator.phone()
    assert [text["body"] for text in texts] == expected
    assert all(text["direction"] == "outbound-reply" for text in texts)


async def test_twiml_may_write_to_another_phone_and_hear_of_it(emulator: Emulated) -> None:
    callback = emulator.callback("a").replace("&", "&amp;")
    emulator.receiver.answer = answering(
        f'<Response><Message to="+254700000002" statusCallback="{callback}">Hello</Message></Response>'
    )
    await emulator.says("YES")
    assert [text["body"] for text in await emulator.phone("+254700000002")] == ["Hello"]
    assert (await emulator.receiver.heard(3))[-1].form["MessageStatus"] == "delivered"


async def test_a_plain_text_answer_is_texted_to_the_parent(emulator: Emulated) -> None:
    emulator.receiver.answer = answering("OK", media_type="text/plain")
    await emulator.says("YES")
    assert [text["body"] for text in await emulator.phone()] == ["OK"]


@pytest.mark.parametrize(
    ("body", "media_type", "code"),
    [
        ("<Response>", "text/xml", 12100),
        ("<Reply/>", "text/xml", 12200),
        ('{"ok": true}', "application/json", 12300),
    ],
)
async def test_an_answer_that_is_no_twiml_is_noted_on_the_text(
    emulator: Emulated, body: str, media_type: str, code: int
) -> None:
    emulator.receiver.answer = answering(body, media_type=media_type)
    await emulator.says("YES")
    (listed,) = await emulator.client.messages.list_async(from_=PARENT)
    assert listed.error_code == code
    assert await emulator.phone() == []


@pytest.mark.parametrize(
    "word",
    ["STOP", "stop", " Stop \n", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"],
)
async def test_a_stop_word_silences_the_number(emulator: Emulated, word: str) -> None:
    await emulator.says(word)
    assert emulator.receiver.inbound[0].form["OptOutType"] == "STOP"
    (confirmation,) = await emulator.phone()
    assert confirmation["by_carrier"]
    assert "unsubscribed" in confirmation["body"]
    with pytest.raises(TwilioRestException) as failure:
        await emulator.send()
    assert (failure.value.status, failure.value.code) == (400, 21610)
    await emulator.send(to="+254700000002")


@pytest.mark.parametrize("text", ["STOP please", "stop.", "please stop", "stop it", "ALTO", "don't stop"])
async def test_only_a_whole_word_stops_at_the_carrier(emulator: Emulated, text: str) -> None:
    await emulator.says(text)
    assert "OptOutType" not in emulator.receiver.inbound[0].form
    await emulator.send()


@pytest.mark.parametrize("word", ["START", "unstop", "YES"])
async def test_a_start_word_opts_a_stopped_number_in_again(emulator: Emulated, word: str) -> None:
    await emulator.says("STOP")
    await emulator.says(word)
    assert emulator.receiver.inbound[-1].form["OptOutType"] == "START"
    assert "re-subscribed" in (await emulator.phone())[-1]["body"]
    await emulator.send("welcome back")


async def test_yes_from_a_number_that_never_stopped_is_an_answer(emulator: Emulated) -> None:
    await emulator.says("YES")
    assert "OptOutType" not in emulator.receiver.inbound[0].form
    assert await emulator.phone() == []


@pytest.mark.parametrize("word", ["HELP", "info"])
async def test_help_is_answered_by_the_carrier_and_handed_over(emulator: Emulated, word: str) -> None:
    await emulator.says(word)
    assert emulator.receiver.inbound[0].form["OptOutType"] == "HELP"
    assert len(await emulator.phone()) == 1
    await emulator.send()


async def test_a_stopped_number_is_silent_even_to_twiml(emulator: Emulated) -> None:
    emulator.receiver.answer = answering("<Response><Message>You said stop</Message></Response>")
    await emulator.says("STOP")
    await emulator.says("hello?")
    assert [text["by_carrier"] for text in await emulator.phone()] == [True]
    texts = await emulator.client.messages.list_async(from_=PARENT)
    assert [text.error_code for text in texts] == [21610, 21610]


async def test_stop_works_while_doseline_is_down() -> None:
    async with emulated(public_url="http://127.0.0.1:9") as emulator:
        await emulator.says("STOP")
        with pytest.raises(TwilioRestException) as failure:
            await emulator.send()
        assert failure.value.code == 21610


async def test_a_stop_that_comes_again_is_answered_once(emulator: Emulated) -> None:
    for _ in range(3):
        await emulator.says("STOP", message_sid="SM" + "b" * 32)
    assert [call.form["OptOutType"] for call in emulator.receiver.inbound] == ["STOP"] * 3
    assert len(await emulator.phone()) == 1


async def test_the_carriers_own_answers_are_not_the_accounts_texts(emulator: Emulated) -> None:
    await emulator.says("HELP")
    (answer,) = await emulator.phone()
    assert await emulator.client.messages.list_async(to=PARENT) == []
    with pytest.raises(TwilioRestException) as failure:
        await emulator.client.messages(answer["sid"]).fetch_async()
    assert failure.value.status == 404


async def test_a_phone_shows_what_it_received_and_both_sides_on_request(emulator: Emulated) -> None:
    await emulator.send("one", text="a")
    await emulator.receiver.heard(3)
    await emulator.says("two")
    await emulator.send("elsewhere", to="+254700000002")
    assert [text["body"] for text in await emulator.phone()] == ["one"]
    both = (await emulator.http.get("/emulator/messages", params={"phone": PARENT})).json()
    assert [(text["body"], text["direction"]) for text in both] == [
        ("one", "outbound-api"),
        ("two", "inbound"),
    ]
    assert [text["body"] for text in await emulator.phone(CLINIC)] == ["two"]
    everything = (await emulator.http.get("/emulator/messages")).json()
    assert [text["body"] for text in everything] == ["one", "two", "elsewhere"]
    newest = (await emulator.http.get("/emulator/messages", params={"last": 1})).json()
    assert [text["body"] for text in newest] == ["elsewhere"]
    assert await emulator.phone("+254799999999") == []
    unescaped = (await emulator.http.get(f"/emulator/messages?to={PARENT}")).json()
    assert [text["body"] for text in unescaped] == ["one"]


async def test_phones_are_known_by_their_texts(emulator: Emulated) -> None:
    await emulator.send("one")
    await emulator.says("STOP", sender="+254700000002")
    phones = (await emulator.http.get("/emulator/phones")).json()
    assert {(phone["number"], phone["stopped"]) for phone in phones} == {
        (PARENT, False),
        ("+254700000002", True),
    }

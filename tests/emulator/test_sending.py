"""Sending, listing and fetching through the official SDK."""

from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.emulator.conftest import (
    ACCOUNT,
    CLINIC,
    MESSAGING_SERVICE,
    NOW,
    PARENT,
    TOKEN,
    Emulated,
    sdk,
)

AUTH = (ACCOUNT, TOKEN)
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


async def test_a_text_is_accepted_and_on_its_way_unassigned(emulator: Emulated) -> None:
    sent = await emulator.send("See you on Thursday", text="a")
    assert (sent.status, sent.num_segments, sent.from_) == ("accepted", "0", None)
    assert (sent.to, sent.body, sent.direction) == (PARENT, "See you on Thursday", "outbound-api")
    assert (sent.sid[:2], len(sent.sid)) == ("SM", 34)
    assert (sent.date_created, sent.messaging_service_sid) == (NOW, MESSAGING_SERVICE)


async def test_a_text_from_a_number_is_queued_with_its_segments(emulator: Emulated) -> None:
    sent = await emulator.client.messages.create_async(to=PARENT, from_=CLINIC, body="a" * 161)
    assert (sent.status, sent.num_segments, sent.from_) == ("queued", "2", CLINIC)
    assert sent.messaging_service_sid is None


async def test_a_text_can_be_fetched_as_it_is_now(emulator: Emulated) -> None:
    sent = await emulator.send("ñandú", text="a")
    await emulator.receiver.heard(3)
    now = await emulator.client.messages(sent.sid).fetch_async()
    assert (now.status, now.num_segments, now.from_, now.body) == ("delivered", "1", CLINIC, "ñandú")


async def test_a_text_that_does_not_exist_is_twilios_404(emulator: Emulated) -> None:
    with pytest.raises(TwilioRestException) as failure:
        await emulator.client.messages("SM" + "0" * 32).fetch_async()
    assert (failure.value.status, failure.value.code) == (404, 20404)


@pytest.mark.parametrize(
    ("form", "code", "status"),
    [
        ({}, 21604, 400),
        ({"To": "  "}, 21604, 400),
        ({"To": "0700000001"}, 21211, 400),
        ({"To": "+254 700"}, 21211, 400),
        ({"To": PARENT}, 21603, 400),
        ({"To": PARENT, "MessagingServiceSid": MESSAGING_SERVICE}, 21602, 400),
        ({"To": PARENT, "MessagingServiceSid": MESSAGING_SERVICE, "Body": ""}, 21602, 400),
        ({"To": PARENT, "MessagingServiceSid": MESSAGING_SERVICE, "Body": "a" * 1601}, 21617, 400),
        ({"To": PARENT, "MessagingServiceSid": "MG" + "0" * 32, "Body": "Hi"}, 21705, 400),
        ({"To": PARENT, "From": "+15551234567", "Body": "Hi"}, 21606, 400),
        ({"To": PARENT, "From": CLINIC, "Body": "Hi", "StatusCallback": "not a url"}, 21609, 400),
        ({"To": PARENT, "From": CLINIC, "Body": "Hi", "StatusCallback": "http://[::1"}, 21609, 400),
        ({"To": "+15005550001", "From": CLINIC, "Body": "Hi"}, 21211, 400),
        ({"To": "+15005550002", "From": CLINIC, "Body": "Hi"}, 21612, 400),
        ({"To": "+15005550003", "From": CLINIC, "Body": "Hi"}, 21408, 400),
        ({"To": "+15005550004", "From": CLINIC, "Body": "Hi"}, 21610, 400),
        ({"To": "+15005550009", "From": CLINIC, "Body": "Hi"}, 21614, 400),
        ({"To": PARENT, "From": "+15005550001", "Body": "Hi"}, 21212, 400),
        ({"To": PARENT, "From": "+15005550007", "Body": "Hi"}, 21606, 400),
        ({"To": PARENT, "From": "+15005550008", "Body": "Hi"}, 21611, 429),
    ],
)
async def test_what_twilio_refuses_is_refused_with_its_code(
    emulator: Emulated, form: dict[str, str], code: int, status: int
) -> None:
    answer = await emulator.http.post(MESSAGES, data=form, auth=AUTH)
    error = answer.json()
    assert (answer.status_code, error["code"], error["status"]) == (status, code, status)
    assert error["more_info"] == f"https://www.twilio.com/docs/errors/{code}"
    assert (await emulator.http.get("/emulator/messages")).json() == []


async def test_the_sdk_raises_the_code_that_was_refused_with(emulator: Emulated) -> None:
    with pytest.raises(TwilioRestException) as failure:
        await emulator.send(to="+15005550009")
    assert (failure.value.status, failure.value.code) == (400, 21614)


async def test_the_longest_text_and_the_magic_sender_are_accepted(emulator: Emulated) -> None:
    form = {"To": PARENT, "From": "+15005550006", "Body": "a" * 1600}
    answer = await emulator.http.post(MESSAGES, data=form, auth=AUTH)
    assert (answer.status_code, answer.json()["num_segments"]) == (201, "11")


async def test_bytes_that_are_no_utf8_do_not_break_the_api(emulator: Emulated) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = b"To=%2B254700000001&From=%2B254711082000&Body=caf%E9 \xff"
    answer = await emulator.http.post(MESSAGES, content=body, headers=headers, auth=AUTH)
    assert (answer.status_code, answer.json()["body"][:3]) == (201, "caf")


async def test_wrong_credentials_are_refused(emulator: Emulated) -> None:
    async with AsyncExitStack() as stack:
        stranger = await sdk(stack, emulator.url, token="guessed")
        with pytest.raises(TwilioRestException) as failure:
            await stranger.messages.create_async(to=PARENT, from_=CLINIC, body="Hi")
    assert (failure.value.status, failure.value.code) == (401, 20003)


@pytest.mark.parametrize("credentials", [None, "Basic", "Basic ÿ", "Bearer abc"])
async def test_missing_or_broken_credentials_are_refused(emulator: Emulated, credentials: str | None) -> None:
    headers = {} if credentials is None else {b"Authorization": credentials.encode("latin-1")}
    answer = await emulator.http.get(MESSAGES, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


async def test_the_account_can_be_fetched_to_check_credentials(emulator: Emulated) -> None:
    account = await emulator.client.api.accounts(ACCOUNT).fetch_async()
    assert (account.sid, account.status) == (ACCOUNT, "active")


async def test_another_account_and_another_path_do_not_exist(emulator: Emulated) -> None:
    for path in (f"/2010-04-01/Accounts/AC{'9' * 32}.json", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"):
        answer = await emulator.http.get(path, auth=AUTH)
        assert (answer.status_code, answer.json()["code"]) == (404, 20404)


async def test_texts_are_listed_newest_first_by_phone(emulator: Emulated) -> None:
    for body in ("one", "two"):
        await emulator.send(body)
    await emulator.send("other", to="+254700000002")
    listed = await emulator.client.messages.list_async(to=PARENT)
    assert [text.body for text in listed] == ["two", "one"]
    assert {text.body for text in await emulator.client.messages.list_async()} == {"one", "two", "other"}


async def test_pages_follow_each_other_though_texts_arrive_between_them(emulator: Emulated) -> None:
    for number in range(5):
        await emulator.send(f"text {number}")
    first = await emulator.client.messages.page_async(page_size=2)
    assert [text.body for text in first] == ["text 4", "text 3"]
    await emulator.send("arrived meanwhile")
    second = await first.next_page_async()
    assert second is not None
    assert [text.body for text in second] == ["text 2", "text 1"]
    third = await second.next_page_async()
    assert third is not None
    assert [text.body for text in third] == ["text 0"]
    assert await third.next_page_async() is None


async def test_the_sdk_walks_through_all_pages(emulator: Emulated) -> None:
    for number in range(7):
        await emulator.send(f"text {number}")
    listed = await emulator.client.messages.list_async(page_size=3)
    assert [text.body for text in listed] == [f"text {number}" for number in range(6, -1, -1)]


@pytest.mark.parametrize(
    ("dates", "bodies"),
    [
        ({"date_sent": date(2026, 3, 5)}, ["second"]),
        ({"date_sent_after": datetime(2026, 3, 5, 6, tzinfo=UTC)}, ["third", "second"]),
        ({"date_sent_before": datetime(2026, 3, 5, 6, tzinfo=UTC)}, ["second", "first"]),
        ({"date_sent_after": "2026-03-05", "date_sent_before": "2026-03-06"}, ["second"]),
        ({"date_sent_after": "no date"}, ["third", "second", "first"]),
    ],
)
async def test_texts_are_listed_by_date(emulator: Emulated, dates: dict[str, Any], bodies: list[str]) -> None:
    for day, body in enumerate(("first", "second", "third")):
        await emulator.clock(now=NOW + timedelta(days=day))
        await emulator.send(body)
    listed = await emulator.client.messages.list_async(**dates)
    assert [text.body for text in listed] == bodies


async def test_odd_page_sizes_are_brought_into_bounds(emulator: Emulated) -> None:
    await emulator.send()
    for size, expected in (("0", 1), ("5000", 1000), ("many", 50), ("", 50)):
        page = (await emulator.http.get(MESSAGES, params={"PageSize": size}, auth=AUTH)).json()
        assert (page["page_size"], len(page["messages"])) == (expected, 1)

"""How a webhook is called again, and the fallback after it: Twilio's connection overrides."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar import Litestar, Request, Response, post

from service.carrier.emulator.overrides import read_overrides
from tests.emulator.conftest import CLINIC, MESSAGING_SERVICE, PARENT, Emulated, served

NOBODY = "http://127.0.0.1:9/twilio/inbound"


def failing(times: int, status: int) -> Callable[[dict[str, str]], Response[str]]:
    """Answer with an error so many times, then well."""
    left = [status] * times
    return lambda _: Response("<Response/>", media_type="text/xml", status_code=left.pop() if left else 200)


@pytest.mark.parametrize(
    ("fragment", "status", "calls"),
    [
        ("", 500, 1),
        ("", 403, 1),
        ("#rc=2", 500, 1),
        ("#rc=2&rp=5xx", 500, 3),
        ("#rc=2&rp=5xx", 403, 1),
        ("#rc=1&rp=4xx,5xx", 403, 2),
        ("#rc=5&rp=all", 429, 6),
    ],
)
async def test_a_bad_answer_is_repeated_only_where_the_url_asks_for_it(
    emulator: Emulated, fragment: str, status: int, calls: int
) -> None:
    await emulator.account(inbound_url=f"{emulator.config.inbound_url}{fragment}")
    emulator.receiver.answer = failing(9, status)
    outcome = await emulator.says("YES")
    assert outcome["webhook_status"] == status
    assert len(emulator.receiver.inbound) == calls
    assert all(call.is_signed and "#" not in call.url for call in emulator.receiver.inbound)


async def test_a_repeated_call_that_goes_well_ends_well(emulator: Emulated) -> None:
    await emulator.account(inbound_url=f"{emulator.config.inbound_url}#rc=3&rp=all")
    emulator.receiver.answer = failing(1, 503)
    assert (await emulator.says("YES"))["webhook_status"] == 200
    (listed,) = await emulator.client.messages.list_async(to=CLINIC)
    assert listed.error_code is None
    first, second = emulator.receiver.inbound
    assert first.token == second.token != ""


@pytest.mark.parametrize(("inbound_url", "code"), [(NOBODY, "11205"), (None, "11217")])
async def test_the_fallback_is_called_once_and_told_what_failed(
    emulator: Emulated, inbound_url: str | None, code: str
) -> None:
    async with served(emulator.receiver.app()) as other:
        fallback = f"{other}/twilio/inbound"
        await emulator.account(inbound_url=inbound_url, fallback_url=fallback)
        emulator.receiver.answer = failing(1, 500) if inbound_url is None else failing(0, 500)
        outcome = await emulator.says("YES")
        assert outcome["webhook_status"] == 200
        last = emulator.receiver.inbound[-1]
        assert (last.url, last.is_signed) == (fallback, True)
        failed = inbound_url or emulator.config.inbound_url
        assert (last.form["ErrorCode"], last.form["ErrorUrl"]) == (code, failed)
        assert last.form["Body"] == "YES"


async def test_a_fallback_may_answer_what_the_webhook_could_not(emulator: Emulated) -> None:
    answers = iter(["<Response>", "<Response><Message>Call us</Message></Response>"])
    emulator.receiver.answer = lambda _: Response(next(answers), media_type="text/xml", status_code=200)
    await emulator.account(fallback_url=emulator.config.inbound_url)
    await emulator.says("YES")
    assert emulator.receiver.inbound[1].form["ErrorCode"] == "12100"
    assert [text["body"] for text in await emulator.phone()] == ["Call us"]


async def test_a_fallback_that_fails_too_is_the_end(emulator: Emulated) -> None:
    emulator.receiver.answer = failing(9, 500)
    await emulator.account(fallback_url=emulator.config.inbound_url)
    assert (await emulator.says("YES"))["webhook_status"] == 500
    assert len(emulator.receiver.inbound) == 2


async def test_a_webhook_that_is_too_slow_gets_no_second_call(emulator: Emulated) -> None:
    async with served(silent()) as slow:
        await emulator.account(inbound_url=f"{slow}/#rt=100")
        assert (await emulator.says("YES"))["webhook_status"] == 0
    (listed,) = await emulator.client.messages.list_async(to=CLINIC)
    assert listed.error_code == 11200


async def test_a_callback_may_ask_to_be_repeated_too(emulator: Emulated) -> None:
    callback = f"{emulator.callback('a')}#rc=1&rp=all"
    await emulator.client.messages.create_async(
        to=PARENT, messaging_service_sid=MESSAGING_SERVICE, body="Hi", status_callback=callback
    )
    calls = await emulator.receiver.heard(3)
    assert {(call.url, call.is_signed) for call in calls} == {(emulator.callback("a"), True)}
    assert (await emulator.ledger())["accepted"] == {"a": 1}


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("", (5, 15, 15, 1, {"ct"})),
        ("rc=0", (5, 15, 15, 0, {"ct"})),
        ("rc=99&ct=1&rt=99999&tt=200", (0.1, 15, 0.2, 5, {"ct"})),
        ("rc=-1&ct=soon&rp=never", (5, 15, 15, 1, {"ct"})),
        ("rp=all", (5, 15, 15, 1, {"ct", "rt", "4xx", "5xx"})),
        ("rp=rt,5xx", (5, 15, 15, 1, {"rt", "5xx"})),
    ],
)
def test_overrides_are_brought_into_twilios_bounds(
    fragment: str, expected: tuple[float, float, float, int, set[str]]
) -> None:
    read = read_overrides(fragment)
    times = (read.connect_seconds, read.read_seconds, read.total_seconds)
    assert (*times, read.retries, set(read.retried)) == expected


def silent() -> Litestar:
    """A webhook that takes the call and does not answer it."""

    @post(status_code=200)
    async def wait(request: Request[Any, Any, Any]) -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    return Litestar([wait], openapi_config=None)

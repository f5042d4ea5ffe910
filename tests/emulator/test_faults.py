"""Faults on demand: told apart by seed, counted, refused when they make no sense, and every code provoked."""

import asyncio
from typing import Any

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException

from service.carrier.emulator.error_codes import ERROR_CODES
from service.carrier.emulator.faults import KINDS
from service.carrier.error_table import REACTIONS
from tests.emulator.conftest import CLINIC, PARENT, Emulated

PHONES = [f"+2547000003{number:02}" for number in range(20)]
# The codes that a text line meets, as Twilio documents them.
CODES = {
    *(11200, 11205, 11217, 12100, 12300, 14107, 20003, 20005, 20429, 21211, 21217, 21408, 21602, 21603),
    *(21604, 21606, 21608, 21609, 21610, 21611, 21612, 21614, 21617, 21703, 21705, 30001, 30002, 30003),
    *(30004, 30005, 30006, 30007, 30008, 30017, 30022, 30023, 30027, 30032, 30033, 30034, 30035, 30036),
    *(30410, 30450, 90007),
}


def codes(where: str) -> list[int]:
    return [code for code, error in ERROR_CODES.items() if error.where == where]


def test_every_code_that_is_documented_or_reacted_to_can_be_provoked() -> None:
    assert CODES | set(REACTIONS) <= set(ERROR_CODES)


@pytest.mark.parametrize("code", [code for code in codes("refused") if code != 503])
async def test_a_code_of_the_api_is_a_refusal(emulator: Emulated, code: int) -> None:
    await emulator.faults({"kind": "error", "error_code": code, "count": 1})
    with pytest.raises(TwilioRestException) as failure:
        await emulator.send(text="a")
    assert (failure.value.status, failure.value.code) == (ERROR_CODES[code].status, code)
    assert await emulator.phone() == []
    (refusal,) = (await emulator.ledger())["refused"]
    assert (refusal["text"], refusal["to"], refusal["code"]) == ("a", PARENT, code)


@pytest.mark.parametrize("code", codes("failed") + codes("undelivered"))
async def test_a_code_of_the_way_is_told_in_a_callback(emulator: Emulated, code: int) -> None:
    await emulator.faults({"kind": "error", "error_code": code, "count": 1})
    sent = await emulator.send(text="a")
    steps = {"failed": ["failed"], "undelivered": ["sending", "sent", "undelivered"]}
    expected = steps[ERROR_CODES[code].where]
    calls = await emulator.receiver.heard(len(expected))
    assert [call.form["MessageStatus"] for call in calls] == expected
    assert calls[-1].form["ErrorCode"] == str(code)
    now = await emulator.client.messages(sent.sid).fetch_async()
    assert (now.error_code, now.error_message) == (code, ERROR_CODES[code].message)


@pytest.mark.parametrize("code", codes("webhook"))
async def test_a_code_of_the_webhook_is_noted_on_the_parents_text(emulator: Emulated, code: int) -> None:
    await emulator.faults({"kind": "error", "error_code": code, "count": 1})
    await emulator.says("YES")
    (listed,) = await emulator.client.messages.list_async(to=CLINIC)
    assert listed.error_code == code
    # A webhook that was not reached has heard nothing; one whose answer was spoilt has.
    assert len(emulator.receiver.inbound) == (1 if code >= 12000 else 0)


async def test_any_code_at_all_may_come_from_the_phones_network(emulator: Emulated) -> None:
    await emulator.faults({"kind": "undelivered", "error_code": 99999})
    await emulator.send(text="a")
    assert (await emulator.receiver.heard(3))[-1].form["ErrorCode"] == "99999"


async def test_an_outage_answers_with_a_page_that_is_no_json(emulator: Emulated) -> None:
    await emulator.faults({"kind": "status_503", "count": 1})
    with pytest.raises(TwilioRestException) as failure:
        await emulator.send()
    assert failure.value.status == 503


@pytest.mark.parametrize("kind", ["status_429", "status_500", "status_503"])
async def test_the_list_may_be_out_of_order_too(emulator: Emulated, kind: str) -> None:
    sent = await emulator.send()
    await emulator.faults({"kind": kind, "request": "list", "to": PARENT})
    await emulator.send()
    with pytest.raises(TwilioException):
        await emulator.client.messages.list_async(to=PARENT)
    with pytest.raises(TwilioRestException):
        await emulator.client.messages(sent.sid).fetch_async()
    assert await emulator.client.messages.list_async(to="+254700000002") == []


async def test_a_parents_text_may_be_handed_over_twice(emulator: Emulated) -> None:
    await emulator.faults({"kind": "duplicate_inbound", "count": 1})
    await emulator.says("YES")
    first, second = emulator.receiver.inbound
    assert first.form == second.form
    assert len(await emulator.client.messages.list_async(to=CLINIC)) == 1


async def refused(emulator: Emulated, seed: int, order: list[str]) -> set[str]:
    """Which of twenty phones get no text, when texts to them are asked for at once."""
    await emulator.faults({"kind": "status_500", "rate": 0.4}, seed=seed)
    answers = await asyncio.gather(*(emulator.send(to=phone) for phone in order), return_exceptions=True)
    return {phone for phone, answer in zip(order, answers, strict=True) if isinstance(answer, Exception)}


async def test_a_seed_gives_the_same_faults_in_whatever_order_requests_come(emulator: Emulated) -> None:
    first = await refused(emulator, 1, PHONES)
    assert 0 < len(first) < len(PHONES)
    assert await refused(emulator, 1, PHONES[::-1]) == first
    assert await refused(emulator, 2, PHONES) != first


async def test_a_line_more_does_not_change_how_the_others_fall(emulator: Emulated) -> None:
    alone = await refused(emulator, 1, PHONES)
    plan = [{"kind": "status_500", "rate": 0.4}, {"kind": "delay", "delay_ms": 1, "rate": 0.5}]
    await emulator.faults(*plan, seed=1)
    both = [await asyncio.gather(emulator.send(to=phone), return_exceptions=True) for phone in PHONES]
    assert {phone for phone, (a,) in zip(PHONES, both, strict=True) if isinstance(a, Exception)} == alone


async def test_how_often_each_fault_has_struck_is_shown(emulator: Emulated) -> None:
    await emulator.faults({"kind": "status_500", "count": 2}, {"kind": "drop", "to": PHONES[0]})
    for phone in PHONES[:4]:
        await asyncio.gather(emulator.send(to=phone), return_exceptions=True)
    shown = (await emulator.http.get("/emulator/faults")).json()["faults"]
    assert [(fault["count"], fault["struck"]) for fault in shown] == [(0, 2), (None, 0)]


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        ({"faults": [{"kind": "earthquake"}]}, "faults[0].kind"),
        ({"faults": [{}]}, "kind"),
        ({"faults": [{"kind": "drop"}, {"kind": "drop", "rate": 2}]}, "faults[1].rate"),
        ({"faults": [{"kind": "drop", "rate": "often"}]}, "faults[0].rate"),
        ({"faults": [{"kind": "drop", "count": -1}]}, "faults[0].count"),
        ({"faults": [{"kind": "drop", "to": "12"}]}, "faults[0].to"),
        ({"faults": [{"kind": "drop", "often": True}]}, "often"),
        ({"faults": [{"kind": "drop", "delay_ms": 5}]}, "delay_ms"),
        ({"faults": [{"kind": "delay"}]}, "delay_ms"),
        ({"faults": [{"kind": "error"}]}, "error_code"),
        ({"faults": [{"kind": "error", "error_code": 1}]}, "error_code"),
        ({"faults": [{"kind": "drop", "error_code": 30003}]}, "error_code"),
        ({"faults": [{"kind": "drop", "request": "list"}]}, "request"),
        ({"faults": 5}, "faults"),
        ({"seed": "x"}, "seed"),
        ({"drop": 1}, "drop"),
    ],
)
async def test_a_plan_that_makes_no_sense_is_refused_by_the_name_of_its_field(
    emulator: Emulated, plan: dict[str, Any], field: str
) -> None:
    await emulator.faults({"kind": "reorder"})
    answer = await emulator.http.post("/emulator/faults", json=plan)
    assert answer.status_code == 400
    (problem,) = answer.json()["extra"]
    assert field in problem["key"] + problem["message"]
    kept = (await emulator.http.get("/emulator/faults")).json()["faults"]
    assert [fault["kind"] for fault in kept] == ["reorder"]


def test_every_kind_says_what_it_does() -> None:
    assert all(meaning.does for meaning in KINDS.values())

"""Texts reach the carrier once, in order, and only while they should: with the real SDK and the emulator."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from service.access.actor import SYSTEM
from service.carrier.port import Carrier, CarrierText, OutgoingText
from service.database import sql
from service.messaging.claiming import BATCH, LEASE
from service.messaging.consent import opt_out
from service.messaging.delivery import deliver_batch
from service.messaging.outbox import Kind, OwedText, owe
from service.messaging.reconciliation import reconcile
from service.scheduling import booking
from tests.carriers import DeadLine
from tests.factories import NOW, a_child, a_facility, a_session, an_appointment
from tests.running import Hands, Running, until

PHONE = "+254700000001"
# How often a worker that nobody wakes looks for what is left behind.
SWEEP = timedelta(seconds=2)


def text(body: str, kind: Kind = "reply", phone: str = PHONE, **more: Any) -> OwedText:
    times = {"not_before": NOW, "useful_until": NOW + timedelta(hours=4)}
    return OwedText(phone=phone, body=body, kind=kind, **(times | more))


async def statuses() -> dict[str, str]:
    return {row["body"]: row["status"] for row in await sql("SELECT body, status FROM outbox_message")}


async def the_status(text_id: UUID) -> str:
    return str((await sql("SELECT status FROM outbox_message WHERE id = $1", text_id))[0]["status"])


async def test_a_text_is_sent_reported_on_and_delivered(doseline: Running) -> None:
    (text_id,) = await owe([text("Hello")], now=NOW)
    assert await doseline.work() == 1
    assert await doseline.received(PHONE) == ["Hello"]

    async def delivered() -> bool:
        return await the_status(text_id) == "delivered"

    await until(delivered)
    receipts = await sql("SELECT status FROM delivery_receipt ORDER BY received_at, status")
    assert {row["status"] for row in receipts} >= {"sent", "delivered"}
    attempts = await sql("SELECT number, outcome FROM attempt")
    assert [tuple(row.values()) for row in attempts] == [(1, "accepted")]


async def test_answers_go_before_news_and_news_before_reminders(doseline: Running) -> None:
    await owe([text("r", "reminder"), text("b", "booked"), text("m", "moved"), text("a", "reply")], now=NOW)
    await doseline.work()
    assert sorted(await doseline.received(PHONE)) == ["a", "b", "m", "r"]
    order = await sql(
        "SELECT o.body FROM attempt a JOIN outbox_message o ON o.id = a.outbox_message ORDER BY o.priority"
    )
    assert [row["body"] for row in order] == ["a", "m", "b", "r"]


async def test_a_phone_gets_its_texts_in_the_order_in_which_they_were_written(doseline: Running) -> None:
    for number in range(30):
        await owe([text(f"{number:02}")], now=NOW + timedelta(milliseconds=number))
    await doseline.work()
    assert await doseline.received(PHONE) == [f"{number:02}" for number in range(30)]


async def test_a_text_waits_for_its_time_and_is_dropped_when_it_is_too_late(doseline: Running) -> None:
    await owe(
        [
            text("early", not_before=NOW + timedelta(hours=1)),
            text("late", useful_until=NOW),
        ],
        now=NOW,
    )
    await doseline.work()
    assert await statuses() == {"early": "pending", "late": "expired"}
    doseline.clock.pass_(timedelta(hours=1))
    await doseline.work()
    assert await doseline.received(PHONE) == ["early"]


async def test_nothing_is_sent_after_stop_but_the_one_confirmation(doseline: Running) -> None:
    await owe([text("reminder", "reminder"), text("reply"), text("goodbye", "opt_out")], now=NOW)
    await opt_out(PHONE, "text", now=NOW)
    await doseline.work()
    assert await doseline.received(PHONE) == ["goodbye"]
    assert (await statuses())["reminder"] == "suppressed"


async def test_what_a_visit_was_is_not_told_once_it_has_changed(doseline: Running) -> None:
    facility = await a_facility()
    child = await a_child(facility=facility, guardian=PHONE)
    appointment = await an_appointment(child)
    other = await a_session(facility, day=NOW.date() + timedelta(days=9))
    await booking.move(appointment.id, other.id, actor=SYSTEM, now=NOW + timedelta(seconds=1))
    doseline.clock.pass_(timedelta(seconds=2))
    await doseline.work()
    kinds = await sql("SELECT kind, status FROM outbox_message ORDER BY created_at")
    assert [row["kind"] for row in kinds] == ["booked", "moved"]
    assert kinds[0]["status"] == "suppressed"
    assert len(await doseline.received(PHONE)) == 1


async def test_a_number_that_the_carrier_refuses_is_not_tried_again(doseline: Running) -> None:
    (text_id,) = await owe([text("Hello", phone="+15005550001")], now=NOW)
    await doseline.work()
    rows = await sql("SELECT status, error_code, attempts FROM outbox_message WHERE id = $1", text_id)
    assert tuple(rows[0].values()) == ("failed", 21211, 1)


async def test_an_opt_out_that_only_the_carrier_knows_is_written_down(doseline: Running) -> None:
    await owe([text("Hello", phone="+15005550004")], now=NOW)
    await doseline.work()
    rows = await sql("SELECT phone, source FROM opt_out WHERE ended_at IS NULL")
    assert [tuple(row.values()) for row in rows] == [("+15005550004", "carrier")]


async def test_a_carrier_that_is_too_busy_is_asked_again_later(doseline: Running) -> None:
    await doseline.faults({"kind": "status_429", "count": 1})
    (text_id,) = await owe([text("Hello")], now=NOW)
    await doseline.work()
    assert await the_status(text_id) == "pending"
    doseline.clock.pass_(timedelta(minutes=1))
    await doseline.work()
    assert await doseline.received(PHONE) == ["Hello"]
    assert await doseline.accepted() == {str(text_id): 1}


@pytest.mark.parametrize("fault", ["status_500_after_accepting", "disconnect"])
async def test_a_text_that_the_carrier_took_without_saying_so_is_found_not_repeated(
    doseline: Running, fault: str
) -> None:
    await doseline.faults({"kind": fault, "count": 1}, {"kind": "drop"})
    (text_id,) = await owe([text("Hello")], now=NOW)
    await doseline.work()
    assert await the_status(text_id) == "unknown"
    doseline.clock.pass_(timedelta(seconds=30))
    assert await doseline.look_up() == 1
    assert await the_status(text_id) in {"accepted", "sent", "delivered"}
    assert await doseline.work() == 0
    assert await doseline.accepted() == {str(text_id): 1}


async def test_a_text_that_the_carrier_never_took_is_sent_again_once_that_is_known(doseline: Running) -> None:
    await doseline.faults({"kind": "status_500", "count": 1})
    (text_id,) = await owe([text("Hello")], now=NOW)
    await doseline.work()
    assert await the_status(text_id) == "unknown"
    doseline.clock.pass_(timedelta(seconds=30))
    await doseline.look_up()
    assert await doseline.work() == 1
    assert await doseline.received(PHONE) == ["Hello"]
    assert await doseline.accepted() == {str(text_id): 1}


async def test_a_callback_settles_an_unknown_text_before_anybody_asks(doseline: Running) -> None:
    await doseline.faults({"kind": "status_500_after_accepting", "count": 1})
    (text_id,) = await owe([text("Hello")], now=NOW)
    await doseline.work()

    async def delivered() -> bool:
        return await the_status(text_id) == "delivered"

    await until(delivered)
    doseline.clock.pass_(timedelta(minutes=5))
    assert await doseline.look_up() == 0


async def test_a_callback_that_comes_before_the_answer_is_not_undone_by_it(doseline: Running) -> None:
    await doseline.faults({"kind": "callback_before_201"})
    (text_id,) = await owe([text("Hello")], now=NOW)
    await doseline.work()

    async def delivered() -> bool:
        return await the_status(text_id) == "delivered"

    await until(delivered)
    rows = await sql("SELECT provider_sid FROM outbox_message WHERE id = $1", text_id)
    assert str(rows[0]["provider_sid"]).startswith("SM")


class DyingCarrier(DeadLine):
    """The carrier of a worker that is killed: some calls go through, and none comes back to it."""

    def __init__(self, carrier: Carrier, went_through: int) -> None:
        self._carrier = carrier
        self._left = went_through

    async def send(self, text: OutgoingText) -> CarrierText:
        """Never answers."""
        self._left -= 1
        if self._left >= 0:
            await self._carrier.send(text)
        await asyncio.Event().wait()
        raise AssertionError


async def test_what_a_killed_worker_left_is_settled_by_the_next_one(doseline: Running) -> None:
    await doseline.faults({"kind": "drop"})
    await owe([text("Hello", phone=f"+2547000001{n:02}") for n in range(50)], now=NOW)
    killed = asyncio.create_task(deliver_batch(DyingCarrier(doseline.carrier, 7), doseline.clock))

    async def seven_are_in() -> bool:
        return len(await doseline.accepted()) == 7

    await until(seven_are_in)
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    assert await doseline.work() == 50 - BATCH
    doseline.clock.pass_(LEASE + timedelta(seconds=1))
    assert await doseline.look_up() == BATCH
    assert await doseline.work() == BATCH - 7
    assert sorted((await doseline.accepted()).values()) == [1] * 50
    assert set((await statuses()).values()) <= {"accepted", "sent", "delivered"}


async def test_five_hundred_texts_in_flight_are_settled_within_a_minute_of_the_next_worker(
    doseline: Running,
) -> None:
    await doseline.faults({"kind": "drop"})
    await owe([text("Hello", phone=f"+254700{n:06}") for n in range(500)], now=NOW)
    dying = DyingCarrier(doseline.carrier, 180)
    killed = [asyncio.create_task(deliver_batch(dying, doseline.clock)) for _ in range(500 // BATCH)]

    async def all_are_in_flight() -> bool:
        rows = await sql("SELECT count(*) AS n FROM outbox_message WHERE status = 'sending'")
        return rows[0]["n"] == 500 and len(await doseline.accepted()) == 180

    await until(all_are_in_flight, seconds=30)
    for task in killed:
        task.cancel()
    await asyncio.gather(*killed, return_exceptions=True)
    for _ in range(30):
        doseline.clock.pass_(SWEEP)
        await doseline.look_up()
        await doseline.work()
    assert sorted((await doseline.accepted()).values()) == [1] * 500
    assert set((await statuses()).values()) <= {"accepted", "sent", "delivered"}


async def test_two_workers_never_offer_the_same_text(doseline: Running) -> None:
    await owe([text("Hello", phone=f"+2547000001{n:02}") for n in range(60)], now=NOW)
    offered = await asyncio.gather(*(deliver_batch(doseline.carrier, doseline.clock) for _ in range(6)))
    assert sum(offered) == 60
    assert sorted((await doseline.accepted()).values()) == [1] * 60


async def test_an_unknown_text_is_parked_for_a_person_when_nobody_can_tell_in_time(doseline: Running) -> None:
    await doseline.faults({"kind": "status_500", "count": 1})
    (text_id,) = await owe([text("Hello")], now=NOW)
    await doseline.work()
    clock: Hands = doseline.clock
    clock.pass_(timedelta(minutes=1))
    await reconcile(DeadLine(), clock)
    assert await the_status(text_id) == "unknown"
    clock.pass_(timedelta(hours=5))
    await reconcile(DeadLine(), clock)
    assert await the_status(text_id) == "parked"
    tasks: Sequence[Any] = await sql("SELECT phone, reason FROM handoff")
    assert [tuple(row.values()) for row in tasks] == [(PHONE, "outcome_unknown")]

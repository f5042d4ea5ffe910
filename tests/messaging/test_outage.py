"""The carrier refuses for hours and then recovers: what is useful goes out, in order; nothing is late."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from service.carrier.port import (
    CarrierError,
    CarrierText,
    NotProcessed,
    OperatorNeeded,
    OutcomeUnknown,
    OutgoingText,
)
from service.database import sql
from service.messaging.claiming import expire
from service.messaging.delivery import deliver_batch
from service.messaging.outbox import PRIORITIES, Kind, OwedText, owe
from service.messaging.reconciliation import reconcile
from service.messaging.sender import BURST_SECONDS, Limits
from tests.carriers import DeadLine
from tests.factories import NOW
from tests.running import Hands

OUTAGE = timedelta(hours=4)
STEP = timedelta(seconds=15)
RATE = 3.0
KINDS: tuple[Kind, ...] = ("reminder", "booked", "by_hand", "reply")


class Recovering(DeadLine):
    """A carrier that refuses everything for four hours; its list of texts can be read all the time."""

    def __init__(self, clock: Hands, errors: tuple[CarrierError, ...]) -> None:
        self.clock = clock
        self.errors = errors
        self.calls = 0
        self.taken: list[tuple[datetime, OutgoingText]] = []

    async def send(self, text: OutgoingText) -> CarrierText:
        """Refuse, or take."""
        self.calls += 1
        if self.clock() < NOW + OUTAGE:
            raise self.errors[self.calls % len(self.errors)]
        self.taken.append((self.clock(), text))
        return CarrierText(f"SM{text.id.hex}", text.body, "accepted", self.clock())

    async def sent_to(self, phone: str, *, since: datetime) -> list[CarrierText]:
        """What it took."""
        return [
            CarrierText(f"SM{text.id.hex}", text.body, "accepted", at)
            for at, text in self.taken
            if text.to == phone and at >= since
        ]


async def texts_of_all_kinds(number: int, useful_for: timedelta) -> list[UUID]:
    texts = [
        OwedText(
            phone=f"+2547{number:02}{hours:03}{n:03}",
            body="Hello",
            kind=kind,
            not_before=NOW,
            useful_until=NOW + useful_for,
        )
        for hours in (int(useful_for / timedelta(hours=1)),)
        for n, kind in enumerate(KINDS * 15)
    ]
    return await owe(texts, now=NOW)


@pytest.mark.parametrize(
    "errors",
    [
        (NotProcessed(20429),),
        (OutcomeUnknown(20500),),
        (NotProcessed(20429), OutcomeUnknown(20500), NotProcessed(None)),
    ],
    ids=["429", "500", "both"],
)
async def test_after_four_hours_of_refusals_what_is_useful_goes_out_in_order_and_nothing_is_late(
    database: str, errors: tuple[CarrierError, ...]
) -> None:
    assert database
    clock, limits = Hands(), Limits(segments_per_second=RATE)
    carrier = Recovering(clock, errors)
    short = await texts_of_all_kinds(1, timedelta(hours=2))
    long = await texts_of_all_kinds(2, timedelta(hours=9))
    while clock() < NOW + OUTAGE + timedelta(minutes=30):
        await reconcile(carrier, clock)
        await expire(now=clock())
        while await deliver_batch(carrier, clock, limits):
            pass
        clock.pass_(STEP)

    assert {text.id for _, text in carrier.taken} == set(long)
    assert len(carrier.taken) == len(long)
    rows = await sql("SELECT DISTINCT status FROM outbox_message WHERE id = ANY($1::uuid[])", short)
    assert [row["status"] for row in rows] == ["expired"]
    assert all(at + text.useful_for <= NOW + timedelta(hours=9) for at, text in carrier.taken)

    kinds = {row["id"]: row["kind"] for row in await sql("SELECT id, kind FROM outbox_message")}
    priorities = [PRIORITIES[kinds[text.id]] for _, text in carrier.taken]
    assert priorities == sorted(priorities)
    begun = carrier.taken[0][0]
    for count, (at, _) in enumerate(carrier.taken, start=1):
        assert count <= RATE * ((at - begun).total_seconds() + BURST_SECONDS) + 1
    # The breaker spared the carrier: without it there would be thousands of calls.
    assert carrier.calls - len(carrier.taken) < 120


async def test_a_refusal_of_some_texts_holds_up_no_others(database: str) -> None:
    assert database
    clock = Hands()

    class Moody(Recovering):
        async def send(self, text: OutgoingText) -> CarrierText:
            if text.to.endswith("1"):
                raise NotProcessed(20429)
            return CarrierText(f"SM{text.id.hex}", text.body, "accepted", self.clock())

    carrier = Moody(clock, ())
    await texts_of_all_kinds(1, timedelta(hours=2))
    while await deliver_batch(carrier, clock):
        pass
    rows = await sql("SELECT status, count(*) AS n FROM outbox_message GROUP BY 1 ORDER BY 1")
    assert [tuple(row.values()) for row in rows] == [("accepted", 54), ("pending", 6)]
    waits = await sql("SELECT not_before FROM outbox_message WHERE status = 'pending'")
    assert len({row["not_before"] for row in waits}) == 6
    assert all(row["not_before"] >= NOW + timedelta(seconds=5) for row in waits)


async def test_texts_keep_their_place_while_nothing_gets_through(database: str) -> None:
    assert database
    clock = Hands()
    await texts_of_all_kinds(1, timedelta(hours=2))
    assert await deliver_batch(Recovering(clock, (NotProcessed(20429),)), clock)
    rows = await sql("SELECT status, not_before FROM outbox_message")
    assert {tuple(row.values()) for row in rows} == {("pending", NOW)}
    closed = await sql("SELECT closed_until FROM sender")
    assert closed[0]["closed_until"] >= NOW + timedelta(seconds=5)


async def test_a_text_that_shows_an_account_at_fault_lets_others_try(database: str) -> None:
    assert database
    clock = Hands()
    carrier = Recovering(clock, (OperatorNeeded(21606),))
    await texts_of_all_kinds(1, timedelta(hours=2))
    await deliver_batch(carrier, clock)
    waiting = await sql("SELECT count(*) AS n FROM outbox_message WHERE not_before > $1", NOW)
    assert waiting[0]["n"] == carrier.calls


@pytest.mark.parametrize("code", [21608, 30023])
async def test_a_text_that_must_wait_for_itself_stops_no_others(database: str, code: int) -> None:
    assert database
    clock = Hands()
    (text_id, *_) = await texts_of_all_kinds(1, timedelta(hours=30))
    await sql("UPDATE outbox_message SET status = 'expired' WHERE id <> $1", text_id)
    await deliver_batch(Recovering(clock, (NotProcessed(code),)), clock)
    assert await sql("SELECT 1 FROM sender WHERE closed_until IS NOT NULL") == []
    waiting = await sql("SELECT not_before FROM outbox_message WHERE status = 'pending'")
    assert waiting[0]["not_before"] >= NOW + timedelta(minutes=30)

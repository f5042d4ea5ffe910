"""What a sender may do: arithmetic, and the row that all workers share."""

import asyncio
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.carrier.port import CarrierText, OutgoingText
from service.database import sql
from service.messaging.claiming import may_go_to
from service.messaging.delivery import deliver_batch
from service.messaging.outbox import OwedText, owe
from service.messaging.sender import (
    BURST_SECONDS,
    LONGEST_BACKOFF,
    Allowance,
    Limits,
    SenderState,
    after_claim,
    allowance,
    backoff,
)
from tests.carriers import DeadLine
from tests.factories import NOW
from tests.running import Hands

FRESH = SenderState(busy_until=NOW, spent_on=NOW.date())
SECONDS = st.floats(0, 3600)


def test_a_sender_without_limits_sends_whole_batches() -> None:
    assert allowance(FRESH, Limits(), now=NOW, batch=20).texts == 20


def test_a_closed_breaker_lets_nothing_through_and_then_one_text_try() -> None:
    closed = SenderState(
        busy_until=NOW, spent_on=NOW.date(), failures=1, closed_until=NOW + timedelta(minutes=1)
    )
    assert not allowance(closed, Limits(), now=NOW, batch=20)
    later = NOW + timedelta(minutes=1)
    assert allowance(closed, Limits(), now=later, batch=20).texts == 1
    trying = after_claim(closed, Limits(), 1, now=later)
    assert not allowance(trying, Limits(), now=later, batch=20)


def test_a_days_allowance_is_whole_again_the_next_day() -> None:
    limits = Limits(segments_per_day=100)
    spent = after_claim(FRESH, limits, 100, now=NOW)
    assert not allowance(spent, limits, now=NOW, batch=20)
    assert allowance(spent, limits, now=NOW + timedelta(days=1), batch=20) == Allowance(20, 100)


@given(
    st.floats(0.1, 300),
    st.lists(st.tuples(SECONDS, st.integers(1, 10)), max_size=60),
)
def test_no_run_of_texts_is_faster_than_the_pace(rate: float, wishes: list[tuple[float, int]]) -> None:
    limits = Limits(segments_per_second=rate)
    state, now, sent, largest = FRESH, NOW, 0, 0
    for wait, segments in wishes:
        now += timedelta(seconds=wait)
        if allowance(state, limits, now=now, batch=1):
            state = after_claim(state, limits, segments, now=now)
            sent, largest = sent + segments, max(largest, segments)
    passed = (now - NOW).total_seconds()
    assert sent <= rate * (passed + BURST_SECONDS) + largest + 1


@given(st.floats(0.1, 300))
def test_who_owes_nothing_may_always_send(rate: float) -> None:
    assert allowance(FRESH, Limits(segments_per_second=rate), now=NOW, batch=1)


@given(st.integers(0, 40), st.text(), st.timedeltas(timedelta(seconds=1), timedelta(hours=12)))
def test_a_wait_is_never_shorter_than_asked_and_has_an_end(tries: int, seed: str, wait: timedelta) -> None:
    waited = backoff(wait, tries, seed=seed)
    assert wait <= waited <= 1.5 * max(wait, LONGEST_BACKOFF)
    assert waited == backoff(wait, tries, seed=seed)


def test_texts_that_failed_together_do_not_come_back_together() -> None:
    assert len({backoff(timedelta(seconds=5), 1, seed=str(number)) for number in range(50)}) == 50


def test_texts_go_only_to_the_countries_that_are_permitted() -> None:
    permitted = frozenset({"KE", "UG"})
    assert [may_go_to(phone, permitted) for phone in ("+254700000001", "+256772000001", "+447700900001")] == [
        True,
        True,
        False,
    ]
    assert may_go_to("+447700900001", frozenset())


class Counting(DeadLine):
    """A carrier that takes everything and notes when."""

    def __init__(self, clock: Hands) -> None:
        self.clock = clock
        self.sent: list[OutgoingText] = []

    async def send(self, text: OutgoingText) -> CarrierText:
        """Take it."""
        self.sent.append(text)
        return CarrierText(f"SM{text.id.hex}", text.body, "accepted", self.clock())


async def test_several_workers_together_keep_to_the_pace_of_their_sender(database: str) -> None:
    assert database
    clock, limits = Hands(), Limits(segments_per_second=10)
    carrier = Counting(clock)
    await owe([a_text(f"+2547000{n:05}") for n in range(200)], now=NOW)
    for _ in range(10):
        await asyncio.gather(*(deliver_batch(carrier, clock, limits) for _ in range(4)))
        clock.pass_(timedelta(seconds=1))
    assert 100 <= len(carrier.sent) <= 10 * (10 + BURST_SECONDS)


async def test_a_text_to_a_country_that_is_not_permitted_is_not_offered(database: str) -> None:
    assert database
    clock = Hands()
    carrier = Counting(clock)
    await owe([a_text("+447700900001"), a_text("+254700000001")], now=NOW)
    await deliver_batch(carrier, clock, Limits(countries=frozenset({"KE"})))
    assert [text.to for text in carrier.sent] == ["+254700000001"]
    rows = await sql("SELECT phone, status, reason FROM outbox_message WHERE status <> 'accepted'")
    assert [tuple(row.values()) for row in rows] == [("+447700900001", "suppressed", "country")]


async def test_thousands_of_texts_are_owed_at_once(database: str) -> None:
    assert database
    ids = await owe([a_text(f"+2547000{n:05}") for n in range(4_000)], now=NOW)
    assert len(set(ids)) == 4_000
    assert (await sql("SELECT count(*) AS n FROM outbox_message"))[0]["n"] == 4_000


def a_text(phone: str) -> OwedText:
    return OwedText(
        phone=phone, body="Hello", kind="reply", not_before=NOW, useful_until=NOW + timedelta(hours=4)
    )

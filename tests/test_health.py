"""What monitoring is told: which part is away, and the figures behind it."""

from datetime import timedelta

import httpx
import pytest

from service.app import create_app
from service.database import sql
from service.messaging.consent import opt_out
from service.messaging.outbox import OwedText, owe
from service.nudge import Nudge, queue
from service.settings import Settings
from tests.api.conftest import served
from tests.factories import NOW
from tests.running import Running, decoded

PHONE = "+254700000001"


def a_text(phone: str = PHONE) -> OwedText:
    return OwedText(
        phone=phone, body="Hello", kind="reply", not_before=NOW, useful_until=NOW + timedelta(hours=4)
    )


async def figures(doseline: Running) -> dict[str, float]:
    lines = (await doseline.api.get("/metrics")).text.splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


async def test_all_parts_are_told_apart_when_all_is_well(doseline: Running) -> None:
    answer = decoded(await doseline.api.get("/health/ready"))
    assert answer == {"status": "ok", "database": "ok", "queue": "ok", "carrier": "ok"}


async def test_a_carrier_that_refuses_is_told_and_the_process_stays_of_use(doseline: Running) -> None:
    await doseline.faults({"kind": "status_429"})
    await owe([a_text()], now=NOW)
    await doseline.work()
    answer = await doseline.api.get("/health/ready")
    assert (answer.status_code, answer.json()["carrier"]) == (200, "refusing")
    sender = doseline.limits.sender
    assert (await figures(doseline))[f'doseline_sending_stopped{{sender="{sender}"}}'] == 1
    await doseline.faults()
    doseline.clock.pass_(timedelta(minutes=1))
    await doseline.work()
    assert decoded(await doseline.api.get("/health/ready"))["carrier"] == "ok"


@pytest.mark.usefixtures("database")
async def test_while_the_languages_are_loaded_it_is_not_ready() -> None:
    app = create_app(Settings())
    app.state.languages_are_loaded = lambda: False
    async with httpx.AsyncClient(transport=served(app), base_url="http://localhost") as api:
        answer = await api.get("/health/ready")
    assert (answer.status_code, answer.json()["languages"]) == (503, "loading")


async def test_a_queue_that_is_away_is_told(database: str) -> None:
    jobs = queue(database)
    await jobs.connect()
    try:
        assert await Nudge(jobs).answers()
    finally:
        await jobs.disconnect()
    assert not await Nudge(jobs).answers()


async def test_texts_are_counted_by_status_and_kind(doseline: Running) -> None:
    await doseline.faults({"kind": "undelivered", "error_code": 30007, "count": 1})
    first, second = await owe([a_text(), a_text("+254700000002")], now=NOW)
    await doseline.work()
    await doseline.settled(first)
    await doseline.settled(second)
    await opt_out(PHONE, "text", now=NOW)
    await owe([a_text("+254700000003")], now=NOW)
    doseline.clock.pass_(timedelta(seconds=90))
    seen = await figures(doseline)
    assert seen['doseline_texts{kind="reply",status="delivered"}'] == 1
    assert seen['doseline_texts{kind="reply",status="undelivered"}'] == 1
    assert seen['doseline_carrier_errors{code="30007"}'] == 1
    assert seen["doseline_filtered_ratio"] == pytest.approx(0.5)
    assert seen["doseline_opted_out_phones"] == seen["doseline_opt_outs"] == 1
    assert seen['doseline_outbox_texts{status="pending"}'] == 1
    assert seen["doseline_outbox_oldest_due_seconds"] == 90


async def test_how_long_webhooks_take_is_measured(doseline: Running) -> None:
    before = (await figures(doseline)).get('doseline_webhook_seconds_count{webhook="inbound"}', 0)
    await doseline.says(PHONE, "hello")
    after = await figures(doseline)
    assert after['doseline_webhook_seconds_count{webhook="inbound"}'] == before + 1
    assert after["doseline_inbound_late"] == 0


async def test_no_figure_names_a_phone(doseline: Running) -> None:
    await doseline.says(PHONE, "hello")
    assert PHONE[1:] not in (await doseline.api.get("/metrics")).text
    assert await sql("SELECT 1 FROM inbound_message")

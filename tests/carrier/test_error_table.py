"""Every code of the carrier leads to what its documents ask for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.carrier.emulator.error_codes import ERROR_CODES
from service.carrier.error_table import (
    LATER,
    REACTIONS,
    Action,
    classify,
    reaction_to,
    wait_after,
)
from service.carrier.port import CarrierError, NotProcessed, OperatorNeeded, OptedOut, OutcomeUnknown, Refused
from service.database import sql
from service.messaging.outbox import OwedText, owe
from tests.factories import NOW
from tests.running import Running

# As the carrier's documents class them: (codes, what it means, whether an operator has to know).
CLASSES: tuple[tuple[tuple[int, ...], Action, bool], ...] = (
    ((20429,), "slow_down", False),
    ((20003, 20005, 20404, 30002), "stop", True),
    ((21211, 21217, 21604, 21614), "give_up", False),
    ((21408,), "give_up", True),
    ((21610,), "opt_out", False),
    ((21611, 30001), "slow_down", False),
    ((21612,), "give_up", True),
    ((21603, 21606, 21609, 21703, 21705, 90007), "stop", True),
    ((21602, 21617), "give_up", True),
    ((21608,), "retry", True),
    ((30003,), "retry", False),
    ((30004,), "give_up", False),
    ((30005, 30006), "give_up", False),
    ((30007,), "give_up", True),
    ((30008,), "retry", False),
    ((30017,), "slow_down", False),
    ((30022,), "slow_down", False),
    ((30023, 30027), "hold", False),
    ((30032, 30033, 30034, 30035), "stop", True),
    ((30036,), "retry", False),
    ((30410,), "retry", False),
    ((30450,), "retry", True),
    ((14107,), "give_up", True),
    ((11200, 11205, 11217, 12100, 12200, 12300), "give_up", True),
)
RAISED: dict[Action, type[CarrierError]] = {
    "slow_down": NotProcessed,
    "retry": NotProcessed,
    "hold": NotProcessed,
    "stop": OperatorNeeded,
    "opt_out": OptedOut,
    "give_up": Refused,
}
ROWS = [(code, action, alert) for codes, action, alert in CLASSES for code in codes]


@pytest.mark.parametrize(("code", "action", "alert"), ROWS)
def test_a_code_has_its_class(code: int, action: Action, alert: bool) -> None:  # noqa: FBT001 - a row
    assert (REACTIONS[code].action, REACTIONS[code].alert) == (action, alert)
    assert type(classify(400, code)) is RAISED[action]


@pytest.mark.parametrize(
    ("status", "code", "raised"),
    [
        (429, None, NotProcessed),
        (500, 20500, OutcomeUnknown),
        (503, None, OutcomeUnknown),
        (401, None, OperatorNeeded),
        (400, 99999, Refused),
        (404, None, OperatorNeeded),
    ],
)
def test_an_answer_without_a_code_that_we_know_is_read_by_its_status(
    status: int, code: int | None, raised: type[CarrierError]
) -> None:
    assert type(classify(status, code)) is raised


@pytest.mark.parametrize(
    ("code", "wait", "repeats"),
    [(30003, LATER, 2), (30008, timedelta(minutes=1), 1), (30410, LATER, 1), (30450, LATER, 1)],
)
def test_what_a_report_says_is_repeated_only_so_often_and_after_a_while(
    code: int, wait: timedelta, repeats: int
) -> None:
    reaction = reaction_to(code)
    assert (wait_after(reaction, now=NOW), reaction.repeats) == (wait, repeats)


def test_a_text_that_was_filtered_is_never_repeated() -> None:
    assert reaction_to(30007).repeats == 0


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))
def test_a_days_allowance_is_waited_for_until_midnight_on_the_us_west_coast(now: datetime) -> None:
    wait = wait_after(reaction_to(30023), now=now)
    assert timedelta(0) < wait <= timedelta(hours=25)
    assert (now + wait).hour in {7, 8}


# What the API refuses a text with leaves its row so.
LEFT: dict[Action, str] = {
    "slow_down": "pending",
    "retry": "pending",
    "stop": "pending",
    "opt_out": "failed",
    "give_up": "failed",
}


def codes(*where: str) -> list[int]:
    """The codes that the emulator gives there; what is a server error is not the table's."""
    return [code for code, error in ERROR_CODES.items() if error.where in where and error.status < 500]


def test_every_code_that_the_emulator_knows_is_listed() -> None:
    assert {*codes("refused", "failed", "undelivered", "webhook")} - {*REACTIONS} == set()


@pytest.mark.parametrize("code", codes("refused"))
async def test_what_the_api_refuses_leads_to_what_the_table_says(doseline: Running, code: int) -> None:
    reaction = REACTIONS[code]
    await doseline.faults({"kind": "error", "error_code": code})
    await owe([text_to("+254700000001")], now=NOW)
    await doseline.work()
    rows = await sql("SELECT status, error_code, attempts FROM outbox_message")
    assert [tuple(row.values()) for row in rows] == [(LEFT[reaction.action], code, 1)]
    # An answer about one number says that the carrier is at work.
    stopped = await sql("SELECT 1 FROM sender WHERE closed_until IS NOT NULL")
    assert bool(stopped) == (reaction.action in {"slow_down", "stop"})
    assert bool(await sql("SELECT 1 FROM opt_out")) == (reaction.action == "opt_out")


@pytest.mark.parametrize("code", codes("failed", "undelivered"))
async def test_what_a_report_says_leads_to_what_the_table_says(doseline: Running, code: int) -> None:
    reaction = REACTIONS[code]
    await doseline.faults({"kind": "error", "error_code": code})
    (text_id,) = await owe([text_to("+254700000001")], now=NOW)
    await doseline.work()
    await doseline.settled(text_id)
    rows = await sql("SELECT status, error_code FROM outbox_message WHERE id = $1", text_id)
    assert tuple(rows[0].values()) == (ERROR_CODES[code].where, code)
    following = await sql("SELECT repeats FROM outbox_message WHERE follows = $1", text_id)
    assert len(following) == min(1, reaction.repeats)
    stopped = await sql("SELECT error_code FROM sender WHERE closed_until IS NOT NULL")
    assert bool(stopped) == (reaction.action == "stop")


def text_to(phone: str) -> OwedText:
    return OwedText(
        phone=phone,
        body="Hello",
        kind="reply",
        not_before=NOW,
        useful_until=NOW + timedelta(hours=30),
    )

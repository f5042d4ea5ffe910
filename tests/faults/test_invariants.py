"""Each invariant is broken on purpose, and the check says so; in a world that is whole it says nothing."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from service.access.actor import SYSTEM
from service.database import sql
from service.scheduling.booking import move
from tests.factories import NOW, a_child, a_facility, a_session, an_appointment
from tests.faults.invariants import Accepted, Change, Ledger, Told, Violation, check_all
from tests.running import Running

AMINA = "+254700000001"


async def a_world(doseline: Running) -> UUID:
    """A visit that was booked, moved, reminded of and answered; the parent has said STOP and START again."""
    facility = await a_facility()
    child = await a_child(facility=facility, guardian=AMINA)
    sessions = [await a_session(facility), await a_session(facility, starts="14:00", ends="16:00")]
    visit = await an_appointment(child, sessions[0])
    await doseline.work()
    doseline.clock.pass_(timedelta(minutes=1))
    await move(visit.id, sessions[1].id, actor=SYSTEM, now=doseline.clock())
    await doseline.work()
    for words in ("yes", "STOP", "START"):
        doseline.clock.pass_(timedelta(minutes=1))
        await doseline.says(AMINA, words)
        await doseline.work()
    return visit.id


async def ledger_of(doseline: Running) -> Ledger:
    """The carrier's side."""
    ledger = msgspec.json.decode((await doseline.emulator.get("/emulator/ledger")).content, type=Ledger)
    texts = (await doseline.emulator.get("/emulator/messages", params={"phone": AMINA})).json()
    written = {text["sid"]: doseline.clock() for text in texts if text["direction"] == "inbound"}
    return msgspec.structs.replace(ledger, written=written)


async def violations(
    doseline: Running, *, ledger: Ledger | None = None, told: Told | None = None
) -> list[Violation]:
    """What the check finds now."""
    database = await asyncpg.connect(doseline.settings.database_url)
    try:
        return await check_all(
            database, ledger or await ledger_of(doseline), told or Told(), doseline.clock()
        )
    finally:
        await database.close()


async def only(doseline: Running, **more: Any) -> Violation:
    """The one violation that there is."""
    (found,) = await violations(doseline, **more)
    return found


async def spoil(doseline: Running, *statements: str) -> None:
    """Change rows behind everybody's back, past triggers and references."""
    database = await asyncpg.connect(doseline.settings.database_url)
    try:
        await database.execute("SET session_replication_role = replica")
        for statement in statements:
            await database.execute(statement)
    finally:
        await database.close()


async def test_of_a_world_that_is_whole_nothing_is_reported(doseline: Running) -> None:
    visit = await a_world(doseline)
    told = Told({(str(visit), 2): Change("moved", NOW, (AMINA,))})
    assert await violations(doseline, told=told) == []
    assert len((await ledger_of(doseline)).written) == 3


async def test_a_counter_that_is_wrong_is_reported(doseline: Running) -> None:
    await a_world(doseline)
    await spoil(doseline, "UPDATE clinic_session SET booked = booked + 1 WHERE booked = 1")
    assert await only(doseline) == Violation(1, "2 booked, 1 held, of 8", (await only(doseline)).ids)


async def test_a_place_too_many_is_reported(doseline: Running) -> None:
    await a_world(doseline)
    await spoil(
        doseline,
        "ALTER TABLE clinic_session DROP CONSTRAINT clinic_session_never_overbooked",
        "UPDATE clinic_session SET capacity = 0 WHERE booked = 1",
    )
    try:
        assert (await only(doseline)).what == "1 booked, 1 held, of 0"
    finally:
        await spoil(
            doseline,
            "UPDATE clinic_session SET capacity = 8",
            """ALTER TABLE clinic_session ADD CONSTRAINT clinic_session_never_overbooked
               CHECK (booked >= 0 AND booked <= capacity)""",
        )


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE outbox_message SET status = 'sending' WHERE kind = 'moved'", "a text is left sending"),
        ("UPDATE outbox_message SET status = 'unknown' WHERE kind = 'moved'", "a text is left unknown"),
        (
            """UPDATE reminder SET due_at = '2026-03-01', status = 'planned'
               WHERE kind = 'one_day' AND appointment_version = 2""",
            "a timer is left behind",
        ),
        (
            "UPDATE outbox_message SET status = 'expired' WHERE kind = 'moved'",
            "expired here, accepted 1 times there",
        ),
    ],
)
async def test_an_intent_that_nobody_pursues_is_reported(
    doseline: Running, statement: str, what: str
) -> None:
    await a_world(doseline)
    await spoil(doseline, statement)
    found = await only(doseline)
    assert (found.invariant, found.what) == (2, what)


async def test_a_text_that_the_carrier_never_had_is_reported(doseline: Running) -> None:
    await a_world(doseline)
    ledger = await ledger_of(doseline)
    (moved,) = await sql("SELECT id FROM outbox_message WHERE kind = 'moved'")
    del ledger.accepted[str(moved["id"])], ledger.intents[str(moved["id"])]
    found = await only(doseline, ledger=ledger)
    assert (found.invariant, found.ids) == (2, (str(moved["id"]),))


async def test_a_lost_row_is_reported(doseline: Running) -> None:
    visit = await a_world(doseline)
    told = Told({(str(visit), 2): Change("moved", NOW, (AMINA,))})
    await spoil(doseline, "DELETE FROM outbox_message WHERE kind = 'moved'")
    assert await only(doseline, told=told) == Violation(
        2, "no text tells of version 2 (moved)", (str(visit),)
    )
    lost = Told({(str(visit), 3): Change("cancelled", NOW, ())})
    assert await only(doseline, told=lost) == Violation(2, "version 3 is lost (cancelled)", (str(visit),))


async def test_a_text_that_went_out_twice_is_reported(doseline: Running) -> None:
    await a_world(doseline)
    ledger = await ledger_of(doseline)
    twice = next(iter(ledger.accepted))
    ledger.accepted[twice] = 2
    assert await only(doseline, ledger=ledger) == Violation(3, "accepted 2 times", (twice,))


async def test_a_try_after_stop_is_reported(doseline: Running) -> None:
    await a_world(doseline)
    await spoil(
        doseline,
        """UPDATE attempt SET started_at = (SELECT since + interval '20 seconds' FROM opt_out)
           WHERE outbox_message IN (SELECT id FROM outbox_message WHERE kind = 'reply' LIMIT 1)""",
    )
    assert (await only(doseline)).what == "tried after STOP"


async def test_a_try_right_after_an_acknowledged_stop_is_reported(doseline: Running) -> None:
    await a_world(doseline)
    await spoil(
        doseline,
        """UPDATE attempt SET started_at = (SELECT since + interval '2 seconds' FROM opt_out)
           WHERE outbox_message IN (SELECT id FROM outbox_message WHERE kind = 'reply' LIMIT 1)""",
    )
    # As long as nobody was told that it was taken in, the two may have crossed.
    assert await violations(doseline) == []
    (stop,) = await sql(
        "SELECT i.provider_sid AS sid, i.received_at AS at "
        "FROM opt_out p JOIN inbound_message i ON i.id = p.inbound"
    )
    assert (await only(doseline, told=Told(texts={stop["sid"]: stop["at"]}))).what == "tried after STOP"


async def test_a_text_about_a_visit_that_was_moved_is_reported(doseline: Running) -> None:
    await a_world(doseline)
    await spoil(
        doseline,
        """UPDATE attempt SET started_at = started_at + interval '2 minutes'
           WHERE outbox_message IN (SELECT id FROM outbox_message WHERE kind = 'booked')""",
    )
    assert (await only(doseline)).what == "tried to tell of version 1 after it was replaced"


async def test_a_text_at_night_is_reported(doseline: Running) -> None:
    await a_world(doseline)
    ledger = await ledger_of(doseline)
    (moved,) = await sql("SELECT id FROM outbox_message WHERE kind = 'moved'")
    at_night = doseline.clock().replace(hour=20)
    ledger.intents[str(moved["id"])] = [Accepted("SM1", at_night)]
    assert await only(doseline, ledger=ledger) == Violation(4, "sent at night (moved)", (str(moved["id"]),))
    # A family that would come in vain is told at night, too.
    await sql("UPDATE outbox_message SET useful_until = $1 WHERE kind = 'moved'", at_night)
    assert await violations(doseline, ledger=ledger) == []


async def test_a_text_that_comes_too_late_is_reported(doseline: Running) -> None:
    await a_world(doseline)
    await sql("UPDATE outbox_message SET useful_until = $1 WHERE kind = 'booked'", NOW - timedelta(hours=1))
    assert (await only(doseline)).what == "sent when it was of no use any more"


async def test_a_second_answer_is_reported(doseline: Running) -> None:
    await a_world(doseline)
    await spoil(
        doseline,
        """UPDATE outbox_message
           SET in_answer_to = (SELECT id FROM inbound_message ORDER BY received_at LIMIT 1)
           WHERE kind = 'booked'""",
    )
    found = await only(doseline)
    assert (found.invariant, found.what) == (5, "answered 2 times")


async def test_a_parents_text_that_was_lost_is_reported(doseline: Running) -> None:
    await a_world(doseline)
    ledger = await ledger_of(doseline)
    ledger.written["SM2"] = doseline.clock()
    assert await only(doseline, ledger=ledger) == Violation(5, "never taken in", ("SM2",))
    assert await only(doseline, told=Told(texts={"SM3": doseline.clock()})) == Violation(
        5, "never taken in", ("SM3",)
    )


async def test_a_parents_text_that_we_stumbled_over_is_reported(doseline: Running) -> None:
    await a_world(doseline)
    await spoil(doseline, "UPDATE inbound_message SET outcome = 'failed' WHERE body = 'yes'")
    assert (await only(doseline)).what == "outcome failed, and no person was asked"


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            "DELETE FROM audit_entry WHERE action = 'move'",
            "nothing tells how version 1 became 2",
        ),
        (
            "DELETE FROM audit_entry WHERE action = 'confirm'",
            "nothing tells how it came to version 2, confirmed",
        ),
        (
            "UPDATE audit_entry SET before = NULL WHERE action = 'move'",
            "a row of its trail lacks before or after",
        ),
        ("DELETE FROM audit_entry WHERE subject = 'child'", "no audit row: create child"),
        ("DELETE FROM audit_entry WHERE action = 'opt_out'", "no audit row: opt_out opt_out"),
    ],
)
async def test_a_change_without_its_audit_row_is_reported(
    doseline: Running, statement: str, what: str
) -> None:
    await a_world(doseline)
    await spoil(doseline, statement)
    found = await only(doseline)
    assert (found.invariant, found.what) == (6, what)

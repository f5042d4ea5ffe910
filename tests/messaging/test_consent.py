"""The ledger of consent: every change of it, in order, and never altered."""

from datetime import timedelta

import asyncpg
import pytest

from service.access.actor import SYSTEM
from service.database import sql
from service.messaging import consent
from service.registration.guardians import GuardianChange, change_guardian
from tests.factories import NOW, a_child, a_facility, a_session, an_appointment
from tests.running import Running

AMINA = "+254700000001"


async def ledger(phone: str = AMINA) -> list[tuple[str, str | None]]:
    rows = await sql("SELECT change, source FROM consent_entry WHERE phone = $1 ORDER BY id", phone)
    return [(row["change"], row["source"]) for row in rows]


async def test_every_change_of_consent_stands_in_the_ledger(doseline: Running) -> None:
    child = await a_child(guardian=AMINA)
    guardian_id = child.guardians[0].id
    await change_guardian(guardian_id, GuardianChange(consent=False), actor=SYSTEM, now=NOW)
    await change_guardian(guardian_id, GuardianChange(consent=True), actor=SYSTEM, now=NOW)
    await doseline.asks(AMINA, "please stop texting me")
    await doseline.asks(AMINA, "STOP")
    await doseline.asks(AMINA, "START")
    await doseline.asks(AMINA, "wrong number")
    assert await ledger() == [
        ("agreed", None),
        ("withdrew", None),
        ("agreed", None),
        ("opted_out", "text"),
        ("opted_in", None),
        ("wrong_number", None),
        ("withdrew", None),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_entry SET change = 'agreed'",
        "DELETE FROM consent_entry",
        "TRUNCATE consent_entry",
        "DELETE FROM opt_out",
        "UPDATE opt_out SET source = 'staff'",
    ],
)
async def test_nobody_alters_what_a_phone_has_said(database: str, statement: str) -> None:
    assert database
    await consent.opt_out(AMINA, "text", now=NOW)
    with pytest.raises(asyncpg.RaiseError):
        await sql(statement)
    assert await ledger() == [("opted_out", "text")]


async def test_an_opt_out_ends_once(database: str) -> None:
    assert database
    await consent.opt_out(AMINA, "text", now=NOW)
    await consent.opt_in(AMINA, now=NOW)
    with pytest.raises(asyncpg.RaiseError):
        await sql("UPDATE opt_out SET ended_at = NULL")


async def test_staff_cannot_override_an_opt_out(doseline: Running) -> None:
    facility = await a_facility()
    child = await a_child(facility=facility, guardian=AMINA)
    await doseline.asks(AMINA, "STOP")
    heard = len(await doseline.received(AMINA))
    for agreed in (False, True):
        change = GuardianChange(consent=agreed)
        await change_guardian(child.guardians[0].id, change, actor=SYSTEM, now=NOW)
    await an_appointment(child, await a_session(facility))
    await doseline.work()
    assert len(await doseline.received(AMINA)) == heard


@pytest.mark.parametrize(("words", "confirmations"), [("STOP", 0), ("please stop texting me", 1)])
async def test_stop_is_confirmed_once_by_us_or_by_the_carrier(
    doseline: Running, words: str, confirmations: int
) -> None:
    await a_child(guardian=AMINA)
    for _ in range(3):
        await doseline.says(AMINA, words)
    rows = await sql("SELECT kind FROM outbox_message")
    assert [row["kind"] for row in rows] == ["opt_out"] * confirmations


async def test_a_wrong_number_hears_no_name_until_staff_have_verified_it(doseline: Running) -> None:
    facility = await a_facility()
    child = await a_child("Zuri", facility=facility, guardian=AMINA)
    await an_appointment(child, await a_session(facility))
    await doseline.work()
    doseline.clock.pass_(timedelta(minutes=1))
    await doseline.asks(AMINA, "wrong number")
    # The task is closed, the conversation is the machine's again, and nobody has verified anything.
    await sql("UPDATE handoff SET closed_at = $1", doseline.clock())
    await sql('UPDATE conversation SET state = \'{"type": "Idle"}\'')
    for text in ("where is it?", "START", "yes", "when is the visit?"):
        assert "Zuri" not in await doseline.asks(AMINA, text)
    change = GuardianChange(consent=True)
    await change_guardian(child.guardians[0].id, change, actor=SYSTEM, now=doseline.clock())
    assert "Zuri" in await doseline.asks(AMINA, "when is the visit?")

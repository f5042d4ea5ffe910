"""A backup is restored: what went out since then is not sent again, and what did not go out still does."""

import subprocess
from datetime import timedelta
from pathlib import Path

from service.access.actor import SYSTEM
from service.database import engine, sql
from service.local.postgres import program
from service.messaging.outbox import OwedText, owe
from service.messaging.sender import lock_sender
from service.recovery import after_restore
from service.scheduling import booking
from tests.factories import NOW, a_child, a_facility, a_session, an_appointment
from tests.running import Running

AMINA = "+254700000001"
RESTORE = ("--clean", "--if-exists", "--single-transaction")


def dump(database_url: str, to: Path) -> None:
    """Back up, as docs/operations.md says."""
    run("pg_dump", "--format=custom", f"--file={to}", database_url)


async def restore(database_url: str, dumped: Path) -> None:
    """Restore, as docs/operations.md says, and connect anew."""
    db = engine()
    await db.close_connection_pool()
    run("pg_restore", *RESTORE, f"--dbname={database_url}", str(dumped))
    await db.start_connection_pool(min_size=2, max_size=16)


def run(name: str, *arguments: str) -> None:
    subprocess.run([str(program(name)), *arguments], check=True, capture_output=True)


def test_the_operators_page_says_how_to_restore() -> None:
    page = Path("docs/operations.md").read_text()
    assert f"pg_restore {' '.join(RESTORE)}" in page


def a_text(body: str, phone: str = AMINA) -> OwedText:
    return OwedText(
        phone=phone, body=body, kind="by_hand", not_before=NOW, useful_until=NOW + timedelta(hours=12)
    )


async def test_after_a_restore_nothing_is_sent_again_and_nothing_is_forgotten(
    doseline: Running, tmp_path: Path
) -> None:
    await lock_sender(doseline.limits, now=NOW)
    await owe([a_text("sent after the backup")], now=NOW)
    dump(doseline.settings.database_url, tmp_path / "doseline.dump")
    await doseline.work()
    await restore(doseline.settings.database_url, tmp_path / "doseline.dump")
    await owe([a_text("owed after the restore", "+254700000002")], now=NOW)

    # Before anybody has seen to it, nothing goes out at all.
    doseline.clock.pass_(timedelta(minutes=5))
    assert await doseline.work() == 0
    assert await after_restore(now=doseline.clock()) == 2
    assert await after_restore(now=doseline.clock()) == 0
    await doseline.look_up()
    await doseline.work()
    assert await doseline.received(AMINA) == ["sent after the backup"]
    assert await doseline.received("+254700000002") == ["owed after the restore"]
    assert set((await doseline.accepted()).values()) == {1}


async def test_a_reminder_that_went_out_after_the_backup_is_not_repeated(
    doseline: Running, tmp_path: Path
) -> None:
    facility = await a_facility()
    visit = await an_appointment(
        await a_child(facility=facility, guardian=AMINA), await a_session(facility), now=NOW
    )
    await doseline.work()
    due = visit.starts_at - timedelta(days=3)
    doseline.clock.at = due - timedelta(hours=3)
    await sql("UPDATE sender SET inbound_compared_until = $1", doseline.clock())
    dump(doseline.settings.database_url, tmp_path / "doseline.dump")
    doseline.clock.at = due.replace(hour=9, minute=30)
    await doseline.work()
    assert len(await doseline.received(AMINA)) == 2
    await restore(doseline.settings.database_url, tmp_path / "doseline.dump")
    doseline.clock.pass_(timedelta(minutes=10))
    await after_restore(now=doseline.clock())
    await doseline.look_up()
    await doseline.work()
    assert len(await doseline.received(AMINA)) == 2
    # The next one is a text of its own.
    doseline.clock.at = (visit.starts_at - timedelta(days=1)).replace(hour=9, minute=30)
    await doseline.work()
    assert len(await doseline.received(AMINA)) == 3


async def test_what_was_told_between_backup_and_restore_leaves_a_doubt_for_a_person(
    doseline: Running, tmp_path: Path
) -> None:
    facility = await a_facility()
    visit = await an_appointment(await a_child(facility=facility, guardian=AMINA), await a_session(facility))
    await sql("UPDATE sender SET inbound_compared_until = $1", NOW)
    await lock_sender(doseline.limits, now=NOW)
    dump(doseline.settings.database_url, tmp_path / "doseline.dump")
    await booking.cancel(visit.id, actor=SYSTEM, now=NOW)
    await doseline.work()
    await restore(doseline.settings.database_url, tmp_path / "doseline.dump")
    doseline.clock.pass_(timedelta(minutes=5))
    await after_restore(now=doseline.clock())
    await doseline.look_up()
    assert await doseline.work() == 0
    # The restored rows do not know of the cancellation: only a person can tell what is true.
    assert [row["reason"] for row in await sql("SELECT reason FROM handoff")] == ["outcome_unknown"]

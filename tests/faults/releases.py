"""What operators do while everything runs: a release, a backup, a restore on another machine."""

import asyncio
import copy
import shutil
import subprocess
from collections import Counter
from random import Random

from service.local.postgres import EmbeddedPostgres, program
from tests.faults.invariants import Violation
from tests.faults.load import staff_book
from tests.faults.town import Town

# What a migration may do while old code runs (tables/migration_rules.py).
RELEASE = (
    "ALTER TABLE child ADD COLUMN fault_note text",
    "ALTER TABLE outbox_message ADD COLUMN fault_rank smallint DEFAULT 0",
    "ALTER TABLE appointment ADD COLUMN fault_note text",
    "CREATE INDEX CONCURRENTLY fault_notes ON child (fault_note)",
)
LATER_RELEASE = (
    "ALTER TABLE child DROP COLUMN fault_note",
    "ALTER TABLE outbox_message DROP COLUMN fault_rank",
    "ALTER TABLE appointment DROP COLUMN fault_note",
)
# How reminders begin.
REMINDERS = ("A place is reserved", "Places are reserved", "Reminder:")
# Seconds: later than the backup, which takes one, and long before the restore.
FALL_DUE_AFTER = 4
RESTORE = ("--clean", "--if-exists", "--single-transaction")


async def migration_during_traffic(town: Town, dice: Random) -> None:
    """21: `doseline migrate` runs, and tables get columns and an index, while old processes go on."""
    await asyncio.sleep(dice.random() / 2)
    before = town.counted["api 5xx"]
    migrations = [await town.command("migrate") for _ in range(2)]
    for statement in RELEASE:
        await town.sql(statement)
        await asyncio.sleep(0.3)
    if any(await asyncio.gather(*(process.wait() for process in migrations))):
        town.found.append(Violation(2, "doseline migrate failed during traffic"))
    for statement in LATER_RELEASE:
        await town.sql(statement)
    if (failed := town.counted["api 5xx"] - before) > 0:
        town.found.append(Violation(2, f"{failed} requests failed during a migration"))


async def backup_and_restore(town: Town, dice: Random) -> None:
    """22: a backup, more texts, then all is lost and restored in another place: nothing goes out again.

    The carrier stays the same: its journal moves along.
    """
    installation = town.world.installation
    dumped = town.directory.parent / f"{town.directory.name}.dump"
    due = dice.sample(town.families, 6)
    for family in due:
        await staff_book(town, family, dice)
    for family in due:
        await town.comes_due(family, in_seconds=FALL_DUE_AFTER)
    told, sent = copy.deepcopy(town.told), await _reminders_sent(town)
    await asyncio.to_thread(_run, "pg_dump", "--format=custom", f"--file={dumped}", installation.database_url)
    await asyncio.sleep(FALL_DUE_AFTER + 4)
    for family in due:
        await town.says(family.phones[0], "when is it?")
    before = await _reminders_sent(town)

    old = town.directory
    installation.kill()
    town.counted["kills"] += 1
    new = old.with_name(f"{old.name}-restored")
    new.mkdir(mode=0o700)
    for kept in old.iterdir():
        if kept.is_file() and kept.name.startswith(("emulator", "demo")):
            shutil.copy2(kept, new / kept.name)
    with EmbeddedPostgres(new) as database:
        _run("pg_restore", *RESTORE, f"--dbname={database.url}", str(dumped))
    installation.directory = new
    installation.start()
    town.world.admin = await town.world.clerk(installation.email, installation.password)
    # What was told after the backup is gone with the rows; that is what a restore costs.
    town.told = told
    for family in town.families:
        family.visits = {k: v for k, v in family.visits.items() if (k, v.version) in told.changes}
    town.counted["reminders after the backup"] += (before - sent).total()
    await asyncio.sleep(25)
    after = await _reminders_sent(town)
    if twice := sum(after[key] > before[key] > sent[key] for key in before):
        town.found.append(Violation(3, f"{twice} reminders went out again after the restore"))


async def _reminders_sent(town: Town) -> Counter[tuple[str, str]]:
    """How often each phone got the same reminder."""
    texts = (await town.world.emulator.get("/emulator/messages")).json()
    return Counter((text["to"], text["body"]) for text in texts if text["body"].startswith(REMINDERS))


def _run(name: str, *arguments: str) -> None:
    subprocess.run([str(program(name)), *arguments], check=True, capture_output=True)

"""One scenario after the other: people act, the fault strikes, all settles, the invariants are checked."""

import asyncio
import os
import signal
import time
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from service.answering.catching_up import COMPARE_EVERY, ON_ITS_WAY
from service.clock import now
from tests.faults.invariants import Violation, check_all, unsettled
from tests.faults.load import carry_out, plan
from tests.faults.scenarios import Scenario
from tests.faults.town import Town

# The breaker may pause for a minute after a carrier that refused, and a look-up follows a claim that lapsed.
SETTLES_WITHIN = 240.0
# By then the comparison with the carrier's list has been made, however busy the machine.
TAKEN_IN_WITHIN = COMPARE_EVERY + ON_ITS_WAY + timedelta(minutes=2)
QUIET_FOR = 1.0
# A text that will be tried again so soon is not settled yet.
SOON_DUE = timedelta(seconds=15)
STORM = ("worker", "web", "emulator", "postgres")


@dataclass(frozen=True)
class Row:
    """What came of one scenario: one line of the table."""

    number: int
    name: str
    seed: int
    intents: int
    kills: int
    violations: tuple[Violation, ...]
    settled_in: float
    counted: str

    def __str__(self) -> str:
        """The line."""
        return (
            f"| {self.number} | {self.name} | {self.seed} | {self.intents} | {self.kills} "
            f"| {len(self.violations)} | {self.settled_in:.0f} s |"
        )


HEAD = (
    "| scenario | what happens | seed | intents | kills | violations | settled in |\n"
    "| --- | --- | --- | --- | --- | --- | --- |"
)


async def run(
    scenario: Scenario, town: Town, *, seed: int, intents: int, kills: int = 0, strict: bool = False
) -> Row:
    """Run one scenario.

    Args:
        intents: How many things people do meanwhile.
        kills: How many more programs are killed meanwhile, whichever may be.
        strict: Whether every text of a parent must have been taken in; else the comparison has its time.
    """
    await town.answers()
    town.counted.clear()
    town.found.clear()
    dice = Random(f"{seed}:{scenario.number}")  # noqa: S311 - no secret: it has to fall the same way again
    planned = plan(dice, intents, len(town.families))
    fault_dice, storm_dice = Random(dice.random()), Random(dice.random())  # noqa: S311 - as above
    await asyncio.gather(
        carry_out(town, planned), _strike(scenario, town, fault_dice), _storm(town, storm_dice, kills)
    )
    await town.faults()
    violations, took = await settle(town, strict=strict)
    news = [violation for violation in (*town.found, *violations) if violation not in town.known]
    town.known.update(news)
    await _count_stumbles(town)
    return Row(
        scenario.number,
        scenario.name,
        seed,
        town.counted["intents"],
        town.counted["kills"],
        tuple(news),
        took,
        ", ".join(f"{what} {count}" for what, count in sorted(town.counted.items())),
    )


async def _strike(scenario: Scenario, town: Town, dice: Random) -> None:
    assert scenario.fault is not None
    async with town.calm if scenario.calm else nullcontext():
        await scenario.fault(town, dice)


async def _count_stumbles(town: Town) -> None:
    """How many texts of parents were kept for a person because we could not handle them."""
    (row,) = await town.sql("SELECT count(*) AS n FROM inbound_message WHERE outcome = 'failed'")
    town.counted["left to a person"] = row["n"] - town.stumbled
    town.stumbled = row["n"]


async def _storm(town: Town, dice: Random, kills: int) -> None:
    """Kill what may be killed without the run giving up; the database may always."""
    for _ in range(kills):
        await asyncio.sleep(dice.random() * 2)
        victim = dice.choice(STORM)
        async with town.calm:
            if victim == "postgres" or not town.may_kill(victim):
                await town.ends_the_database(dice.choice((signal.SIGKILL, signal.SIGQUIT)))
            else:
                await town.kills(victim)


async def settle(town: Town, *, strict: bool) -> tuple[list[Violation], float]:
    """Wait until nothing is under way any more, and check everything; how long that took, in seconds."""
    took = await _until_quiet(town)
    if strict:
        await _compare(town)
    found = await _check(town, strict=strict)
    if found:
        # A report may have come between the look at the ledger and that at the rows: what is wrong stays so.
        await _until_quiet(town)
        again = await _check(town, strict=strict)
        found = [violation for violation in found if violation in again]
    return found, took


async def _until_quiet(town: Town) -> float:
    """Wait until nothing is due, now or soon, in several looks; how long it was until the first of them."""
    began, quiet_since = time.monotonic(), None
    while (now_at := time.monotonic()) - began < SETTLES_WITHIN:
        async with town.database() as database:
            quiet_since = None if await unsettled(database, now() + SOON_DUE) else quiet_since or now_at
        if quiet_since and now_at - quiet_since > QUIET_FOR:
            break
        await asyncio.sleep(0.3)
    return (quiet_since or time.monotonic()) - began


async def _check(town: Town, *, strict: bool) -> list[Violation]:
    await town.answers()
    within = timedelta(0) if strict else TAKEN_IN_WITHIN
    ledger = await town.ledger()
    async with town.database() as database:
        return await check_all(database, ledger, town.told, now(), taken_in_within=within)


async def _compare(town: Town) -> None:
    """Have a worker compare the carrier's list with ours, as at its start, until nothing is missing."""
    missing = "SELECT sid FROM unnest($1::text[]) AS sid EXCEPT SELECT provider_sid FROM inbound_message"
    written = (await town.ledger()).written
    rows = await town.sql(missing, list(written))
    if not rows:
        return
    youngest = max(written[row["sid"]] for row in rows)
    # Younger ones may still be on their way, so that a worker leaves them alone.
    await asyncio.sleep(max(0.0, (youngest + ON_ITS_WAY - now()).total_seconds() + 2))
    os.kill(await town.runs("worker"), signal.SIGTERM)
    deadline = time.monotonic() + SETTLES_WITHIN
    while await town.sql(missing, list(written)) and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
    await _until_quiet(town)


def percentile(values: Iterable[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0

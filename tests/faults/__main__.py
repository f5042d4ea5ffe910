"""`make faults`: the fault suite as a command. SEED=... runs the same again, LONG=1 the long form."""

import argparse
import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from service.clock import now
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.faults.suite import HEAD, Row, percentile, run, settle
from tests.faults.town import Town
from tests.whole.installation import installed
from tests.whole.people import around

INTENTS, LONG_INTENTS = 60, 10_000
LONG_KILLS = 200


def arguments() -> argparse.Namespace:
    """What is asked for, on the command line or in the environment."""
    parser = argparse.ArgumentParser(prog="tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or secrets.randbelow(10**6)))
    parser.add_argument("--long", action="store_true", default=bool(os.environ.get("LONG")))
    parser.add_argument("--only", type=int, action="append", help="the number of a scenario; may be repeated")
    parser.add_argument("--intents", type=int, help="how many in all scenarios together")
    parser.add_argument("--kills", type=int, help="how many at least in all scenarios together")
    return parser.parse_args()


async def suite(town: Town, asked: argparse.Namespace) -> list[Row]:
    """Run what is asked for, and print a line for each scenario."""
    chosen = [one for one in SCENARIOS if one.fault and (not asked.only or one.number in asked.only)]
    in_all = asked.intents or (LONG_INTENTS if asked.long else INTENTS * len(chosen))
    intents = -(-in_all // len(chosen))
    kills_in_all = asked.kills or (LONG_KILLS if asked.long else 0)
    rows: list[Row] = []
    print(HEAD, flush=True)
    for place, scenario in enumerate(chosen):
        left = kills_in_all - sum(row.kills for row in rows)
        # What scenarios kill by themselves counts; the last one must not be left with all the rest.
        kills = max(0, -(-left // (len(chosen) - place)) - 1)
        row = await run(scenario, town, seed=asked.seed, intents=intents, kills=kills)
        rows.append(row)
        print(row, flush=True)
        explain(row)
    town.counted.clear()
    town.found.clear()
    violations, took = await settle(town, strict=True)
    news = tuple(violation for violation in violations if violation not in town.known)
    last = Row(0, "everything, once all was taken in", asked.seed, 0, 0, news, took, "")
    print(last, flush=True)
    explain(last)
    return [*rows, last]


def explain(row: Row) -> None:
    """Say on standard error what stands behind a line."""
    print(f"  [{row.number}] {row.counted}", file=sys.stderr, flush=True)
    for violation in row.violations[:20]:
        print(
            f"  invariant {violation.invariant}: {violation.what} {' '.join(violation.ids)}",
            file=sys.stderr,
            flush=True,
        )


async def everything(directory: Path, asked: argparse.Namespace) -> int:
    """Start an installation, run the suite on it, and say how it went."""
    began = time.monotonic()
    with installed(directory) as installation:
        async with around(installation) as world:
            town = Town(world)
            await town.settle_in()
            rows = await suite(town, asked)
            waits = (town.waited, town.waited_on_a_plain_day)
            waited, on_a_plain_day = (1000 * percentile(some, 0.99) for some in waits)
    total = sum(len(row.violations) for row in rows)
    print(
        f"\n{now():%Y-%m-%d %H:%M} UTC, commit {_commit()}, seed {asked.seed}: "
        f"{sum(row.intents for row in rows)} intents, {sum(row.kills for row in rows)} kills, "
        f"{total} violations, in {time.monotonic() - began:.0f} s; "
        f"99 of 100 texts of parents were answered within {waited:.0f} ms, and within "
        f"{on_a_plain_day:.0f} ms where no crowd wrote and nothing that they need had just been killed"
    )
    for scenario in filter(_shown_elsewhere, SCENARIOS):
        print(f"{scenario.number} {scenario.name}: {', '.join(scenario.also)}")
    if total:
        print(f"\nThe same again: make faults SEED={asked.seed}{' LONG=1' if asked.long else ''}")
    return int(total > 0)


def _shown_elsewhere(scenario: Scenario) -> bool:
    return bool(scenario.also)


def _commit() -> str:
    words = ("git", "rev-parse", "--short", "HEAD")
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def main() -> int:
    """The command."""
    asked = arguments()
    with tempfile.TemporaryDirectory(prefix="doseline-faults-") as place:
        directory = Path(place) / "data"
        directory.mkdir(mode=0o700)
        return asyncio.run(everything(directory, asked))


if __name__ == "__main__":
    sys.exit(main())

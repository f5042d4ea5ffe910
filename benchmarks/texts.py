"""What texts cost: `python benchmarks/texts.py [--explain]`.

docs/benchmarks.md says what the figures mean.
"""

import argparse
import asyncio
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

import structlog

# The tests' own way to start an installation, from the root of the project.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import answering, families, sending, starting, statements
from service.database import connection_pool, sql
from tests.whole.installation import Installation, installed

# So many phones are registered; the first are for counting statements, the next for texts that come alone.
PHONES = 240
COUNTED = 10
ALONE = 40
TOGETHER = 16
PATIENCE = 60.0  # seconds


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description="measure what texts cost")
    parser.add_argument("--explain", action="store_true", help="list the statements of a text")
    options = parser.parse_args()
    # What this process does itself is measured, not told.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    print(f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} processors")
    print("\nTime to ready")
    starting.measure()
    with tempfile.TemporaryDirectory() as directory, installed(Path(directory)) as installation:
        # Piccolo's engine reads it from there.
        os.environ["DATABASE_URL"] = installation.database_url
        asyncio.run(_measure(installation, explain=options.explain))


async def _measure(installation: Installation, *, explain: bool) -> None:
    async with connection_pool(largest=families.AT_ONCE):
        phones = await families.register(PHONES)
        await _told()
    print("\nStatements per text of a parent")
    await statements.measure(phones[:COUNTED], explain=explain)
    for at_once, writing in ((1, phones[COUNTED:ALONE]), (TOGETHER, phones[ALONE:])):
        print(f"\nAnswers of the webhook, {at_once} at once")
        await answering.measure(installation, writing, at_once=at_once)
    async with connection_pool(largest=2):
        await _told()
        print("\nTexts sent by one worker")
        await sending.measure(installation)


async def _told() -> None:
    """Wait until no text is on its way: what a parent was told is what their answer is read by."""
    deadline = time.monotonic() + PATIENCE
    while (await sql("SELECT count(*) AS n FROM outbox_message WHERE status <> 'delivered'"))[0]["n"]:
        assert time.monotonic() < deadline, "texts are still on their way"
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    main()

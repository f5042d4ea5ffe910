"""How many texts one worker hands to the carrier in a second, with 2,000 of them waiting."""

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from benchmarks.figures import Processors
from service.clock import now
from service.database import sql, unit_of_work
from service.messaging.outbox import OwedText, owe
from tests.whole.installation import Installation

WAITING = 2000
# PostgreSQL takes at most 32,767 values with a statement.
AT_ONCE = 500
PATIENCE = 180.0  # seconds

ACCEPTED = """
SELECT count(*) AS n, min(a.started_at) AS first, max(a.finished_at) AS last
FROM attempt a JOIN outbox_message o ON o.id = a.outbox_message
WHERE o.kind = 'by_hand' AND a.outcome IS NOT NULL
"""
DELIVERED = """
SELECT count(*) AS n, min(sent_at) AS first, max(settled_at) AS last
FROM outbox_message WHERE kind = 'by_hand' AND status = 'delivered'
"""


async def measure(installation: Installation) -> None:
    """Fill the outbox while the worker is held still, let it go, and print how fast it was."""
    with installation.frozen("worker"):
        await _fill()
    processors = Processors(installation.pid)
    accepted = await _all_of(ACCEPTED)
    shares = processors.shares()
    print(f"  accepted by the carrier   {_pace(accepted)}; {shares}")
    print(f"  reported as delivered     {_pace(await _all_of(DELIVERED))}")


async def _fill() -> None:
    moment = now()
    texts = [
        OwedText(
            phone=f"+2547{30_000_000 + number}",
            body="Bring the health card to the visit, please. It shows which vaccines are due.",
            kind="by_hand",
            not_before=moment,
            useful_until=moment + timedelta(hours=1),
        )
        for number in range(WAITING)
    ]
    async with unit_of_work():
        for first in range(0, WAITING, AT_ONCE):
            await owe(texts[first : first + AT_ONCE], now=moment)


async def _all_of(query: str) -> Mapping[str, Any]:
    """What the query says once it counts every text."""
    deadline = time.monotonic() + PATIENCE
    while True:
        row = (await sql(query))[0]
        if row["n"] >= WAITING:
            return row
        assert time.monotonic() < deadline, f"only {row['n']} of {WAITING} within {PATIENCE} s"
        await asyncio.sleep(0.25)


def _pace(row: Mapping[str, Any]) -> str:
    seconds = (row["last"] - row["first"]).total_seconds()
    return f"{WAITING / seconds:4.0f} a second   ({WAITING} in {seconds:.1f} s)"

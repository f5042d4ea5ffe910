"""How long it takes to work out and store every child's forecast: `benchmarks/every_child.py [CHILDREN]`.

An embedded PostgreSQL with fsync on, the Kenyan schedule, up to 15 doses a child, by age. The children are
written by plain SQL; what is measured is the nightly job itself, twice: all for the first time, and all on
the next day.
"""

import argparse
import asyncio
import cProfile
import os
import pstats
import sys
import tempfile
import time
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from service.access.actor import SYSTEM
from service.database import connection_pool, sql
from service.local.postgres import EmbeddedPostgres
from service.migration import migrate
from service.paging import Page
from service.registration.facilities import NewFacility, register_facility
from service.vaccination.activation import activate
from service.vaccination.forecasts import BATCH, renew_stale
from service.vaccination.schedules import NewSchedule, add_schedule

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
OLDEST_DAYS = 5 * 365

# Age in days and CVX code of the doses that a child has had when it is old enough.
DOSES = (
    *((0, "19"), (2, "178"), (42, "178"), (42, "198"), (42, "177"), (42, "122"), (70, "178"), (70, "198")),
    *((70, "177"), (70, "122"), (98, "178"), (98, "198"), (98, "177"), (98, "10"), (275, "04")),
)

CHILDREN = """
INSERT INTO child (id, facility, first_name, last_name, date_of_birth, sex, created_at)
SELECT gen_random_uuid(), $1, 'Zuri', '', $2::date - (n * 7919 % $3), 'female', $4
FROM generate_series(1, $5) AS n
"""
FORECASTS = "INSERT INTO forecast (id, child, groups) SELECT gen_random_uuid(), id, '[]' FROM child"
GIVEN = """
INSERT INTO immunization (id, child, vaccine, given_on, mvx, lot, site, spoilt, source, recorded_at)
SELECT gen_random_uuid(), c.id, d.cvx, c.date_of_birth + d.age, '', '', '', false, 'registry', $3::timestamptz
FROM child c CROSS JOIN unnest($1::int[], $2::text[]) AS d (age, cvx)
WHERE c.date_of_birth + d.age <= $3::timestamptz::date
"""


def main() -> None:
    """Make the children, work them out twice, print the figures."""
    parser = argparse.ArgumentParser(description="forecast every child")
    parser.add_argument("children", nargs="?", type=int, default=100_000)
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="doseline-") as directory,
        EmbeddedPostgres(Path(directory)) as server,
    ):
        os.environ["DATABASE_URL"] = server.url
        asyncio.run(_measure(server.url, options.children, profile=options.profile))


async def _measure(url: str, children: int, *, profile: bool) -> None:
    await migrate(url)
    async with connection_pool(largest=4):
        await _prepare(children)
        for name, now in (("for the first time", NOW), ("the night after", NOW + timedelta(days=1))):
            with cProfile.Profile() if profile else nullcontext() as profiler:
                began = time.perf_counter()
                done = await _all(now)
                taken = time.perf_counter() - began
            print(f"{done} children {name}: {taken:.1f} s, {taken / done * 1000:.2f} ms a child")
            if isinstance(profiler, cProfile.Profile):
                pstats.Stats(profiler).sort_stats("tottime").print_stats(20)


async def _prepare(children: int) -> None:
    clinic = NewFacility(name="Measured", zone="Africa/Nairobi", country="KE")
    facility = await register_facility(clinic, actor=SYSTEM, now=NOW)
    schedule = await add_schedule(NewSchedule(shipped="ke"), actor=SYSTEM, now=NOW)
    await activate(schedule.id, confirm=True, actor=SYSTEM, page=Page(), now=NOW)
    await _make(facility.id, NOW.date(), children)


async def _make(facility_id: UUID, today: date, children: int) -> None:
    await sql(CHILDREN, facility_id, today, OLDEST_DAYS, NOW, children)
    await sql(FORECASTS)
    await sql(GIVEN, [age for age, _ in DOSES], [cvx for _, cvx in DOSES], NOW)
    await sql("ANALYZE")


async def _all(now: datetime) -> int:
    total = 0
    while done := await renew_stale(now=now):
        total += done
        if done < BATCH:
            break
    return total


if __name__ == "__main__":
    main()

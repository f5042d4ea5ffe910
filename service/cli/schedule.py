"""`doseline schedule`: a vaccination schedule checked, or handed in to the service from its files.

CDC's files are large and lie with the operator, so this is the way in for them; the API takes them too.
"""

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from service import clock
from service.access.actor import SYSTEM
from service.cli.on_database import on_database
from service.database import connection_pool
from service.forecasting import ScheduleFaults, loading
from service.forecasting.command import check
from service.local import LocalError
from service.settings import Settings
from service.vaccination.schedules import NewSchedule, ScheduleView, add_files


def main(options: argparse.Namespace) -> int:
    """Check one schedule, or add it; the exit code says whether it can be used."""
    path = Path(options.path)
    if options.action == "check":
        return check(path, sys.stdout.write)
    try:
        files = loading.files_of(path)
    except ScheduleFaults as faults:
        raise LocalError(str(faults)) from None
    settings = Settings.from_env(os.environ)
    added = on_database(settings, partial(_add, files, NewSchedule(country=options.country)))
    print(f"{added.name}, version {added.version}, was added as {added.id}.")
    print(f"See what it would change: POST /api/schedules/{added.id}/activate/")
    return 0


async def _add(files: loading.Files, new: NewSchedule) -> ScheduleView:
    async with connection_pool(largest=2):
        return await add_files(files, new, field="path", actor=SYSTEM, now=clock.now())

"""`doseline migrate`: the schema of this version, from whatever version it has."""

import argparse
import os
from functools import partial
from pathlib import Path

from service import clock, demo, logs
from service.cli.on_database import on_database
from service.database import connection_pool
from service.local.demo_account import DemoAccount, keep
from service.migration import migrate, prepare_queue
from service.settings import Settings


def main(options: argparse.Namespace) -> None:
    """Bring the database up to date; several at once do no harm."""
    logs.configure()
    settings = Settings.from_env(os.environ)
    on_database(settings, partial(_migrate, settings, with_demo=options.demo))


async def _migrate(settings: Settings, *, with_demo: bool) -> None:
    await migrate(settings.database_url)
    await prepare_queue(settings.queue_url)
    if with_demo:
        await _load_demo(settings.data_dir)


async def _load_demo(data_dir: Path) -> None:
    async with connection_pool(largest=2):
        admin = await demo.load(clock.now())
    if admin is not None:
        keep(DemoAccount(admin.email, admin.password), data_dir)

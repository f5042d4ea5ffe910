"""`doseline migrate`: the schema of this version, from whatever version it has."""

import argparse
import asyncio
import os

from service.database import migrate
from service.settings import Settings


def main(_options: argparse.Namespace) -> None:
    """Bring the database up to date; several at once do no harm."""
    settings = Settings.from_env(os.environ)
    settings.require("DATABASE_URL")
    asyncio.run(migrate(settings.database_url))

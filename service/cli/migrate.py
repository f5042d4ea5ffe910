"""`doseline migrate`: the schema of this version, from whatever version it has."""

import argparse
import os
from functools import partial

from service.cli.on_database import on_database
from service.database import migrate
from service.settings import Settings


def main(_options: argparse.Namespace) -> None:
    """Bring the database up to date; several at once do no harm."""
    settings = Settings.from_env(os.environ)
    on_database(settings, partial(migrate, settings.database_url))

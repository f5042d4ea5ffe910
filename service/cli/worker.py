"""`doseline worker`: reminders, sending, and what follows from both."""

import argparse
import os

from service import logs
from service.settings import Settings
from service.worker import run


def main(_options: argparse.Namespace) -> None:
    """Work until a signal ends us."""
    logs.configure()
    run(Settings.from_env(os.environ))

"""`doseline run`: everything on this machine."""

import argparse
import os
from functools import partial

from service.local.run import run
from service.settings import Settings


def main(options: argparse.Namespace) -> None:
    """Serve until a signal ends us."""
    run(Settings.from_env(os.environ), demo=options.demo, say=partial(print, flush=True))

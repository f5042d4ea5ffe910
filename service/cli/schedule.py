"""`doseline schedule check`: the faults of a vaccination schedule, or the schedule as a card."""

import argparse
import sys
from pathlib import Path

from service.forecasting.command import check


def main(options: argparse.Namespace) -> int:
    """Check one schedule; the exit code says whether it can be used."""
    return check(Path(options.path), sys.stdout.write)

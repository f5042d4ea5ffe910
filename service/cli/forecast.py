"""`doseline forecast`: JSON lines in, JSON lines out: doses evaluated, and which are due when."""

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from service.forecasting.command import main as forecast
from service.forecasting.faults import ScheduleFaults
from service.local import LocalError


def main(options: argparse.Namespace) -> None:
    """Answer each line of standard input, in order."""
    try:
        forecast(_lines(), _write, Path(options.schedule))
    except ScheduleFaults as faults:
        raise LocalError(f"--schedule: {faults}") from None


def _lines() -> Iterator[str]:
    # A byte that is no UTF-8 spoils its own line, which then answers with an error, and no other.
    # A spreadsheet's mark at the very beginning ("-sig") is no part of the first line.
    yield from io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="replace")


def _write(line: str) -> None:
    # Whoever reads may wait for the answer before the next question.
    sys.stdout.write(line)
    sys.stdout.flush()

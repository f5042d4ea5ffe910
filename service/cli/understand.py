"""`doseline understand`: JSON lines in, JSON lines out: what a text means in its scene."""

import argparse
import io
import sys
from collections.abc import Iterator

from conversations.understanding.command import main as understand


def main(options: argparse.Namespace) -> None:
    """Answer each line of standard input, in order."""
    del options
    understand(_lines(), _write)


def _lines() -> Iterator[str]:
    # A byte that is no UTF-8 spoils its own line, which then answers with an error, and no other.
    yield from io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")


def _write(line: str) -> None:
    # Whoever reads may wait for the answer before the next text.
    sys.stdout.write(line)
    sys.stdout.flush()

"""Loading the languages ahead of need, beside everything else that a program does to get ready."""

import os
import sys
import threading

from conversations.understanding.reader import load
from service.local import OPERATOR_NEEDED


def begin() -> None:
    """Load the languages, which takes seconds; a mistake in them ends the process with one line."""
    threading.Thread(target=_load, name="languages", daemon=True).start()


def _load() -> None:
    try:
        load()
    except ValueError as error:
        print(f"doseline: {error}", file=sys.stderr, flush=True)
        os._exit(OPERATOR_NEEDED)

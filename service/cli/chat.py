"""`doseline chat`: the conversation in the terminal, with no network and no database."""

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from zoneinfo import ZoneInfo

from conversations.chat import chat
from service import clock
from service.registration.languages import known_language

# Where the clinic of the rehearsal stands.
ZONE = ZoneInfo("Africa/Nairobi")


def main(options: argparse.Namespace) -> None:
    """Be a parent, until the end of input.

    Raises:
        Invalid: there are no texts in the language.
    """
    language = known_language(options.language, field="--language")
    now = clock.now().astimezone(ZONE)
    chat(_lines(), partial(print, flush=True), now, language=language)


def _lines() -> Iterator[str]:
    """What is typed; the prompt is shown only where somebody types."""
    typed = sys.stdin.isatty()
    while True:
        if typed:
            print("> ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        yield line

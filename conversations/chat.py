"""The conversation in a terminal: what a parent would read, and, dimmed, what the machine made of it."""

from collections.abc import Callable, Iterable
from datetime import datetime

from msgspec import json

from conversations.events import Said
from conversations.rehearsal import Turn, a_demo_clinic

_DIM, _PLAIN = "\033[2m", "\033[0m"


def chat(lines: Iterable[str], write: Callable[[str], None], now: datetime, language: str = "en") -> None:
    """Hold a conversation line by line, beginning with a reminder.

    Args:
        lines: what the parent writes.
        write: takes each line of output, without a line break.
        now: the moment of the conversation, aware, in the zone of the demonstration clinic.
        language: the language on file for the phone.
    """
    clinic = a_demo_clinic(now, language)
    write(clinic.prompt("reminder_3_days", "Zuri"))
    for line in lines:
        turn = clinic.hear(Said(line.rstrip("\n")))
        for reply in turn.replies:
            write(reply)
        for note in _notes(turn):
            write(f"{_DIM}  {note}{_PLAIN}")


def _notes(turn: Turn) -> list[str]:
    """How it was read, what is waited for now, and what was done."""
    values = [turn.reading, turn.state, *turn.effects]
    return [f"{type(value).__name__} {json.encode(value).decode()}" for value in values if value is not None]

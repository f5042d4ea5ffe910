"""The conversation in a terminal."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conversations.chat import chat

NOW = datetime(2026, 3, 4, 9, tzinfo=ZoneInfo("Africa/Nairobi"))
DIM = "\033[2m"


@pytest.mark.parametrize(
    ("language", "lines", "ending"),
    [("en", ["can we move it", "1"], "Done. Zuri"), ("es", ["se puede cambiar?", "1"], "Listo. Zuri")],
)
def test_a_visit_is_moved_from_the_terminal(language: str, lines: list[str], ending: str) -> None:
    written: list[str] = []
    chat(lines, written.append, NOW, language)
    spoken = [line for line in written if not line.startswith(DIM)]
    assert spoken[-1].startswith(ending)


def test_state_and_effects_are_shown_dimmed_below_each_line() -> None:
    written: list[str] = []
    chat(["yes"], written.append, NOW)
    dimmed = " ".join(line for line in written if line.startswith(DIM))
    assert all(name in dimmed for name in ("Reading", "Idle", "Confirm"))

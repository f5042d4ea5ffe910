"""`doseline replay`: past texts under the current rules: what would change, which corrections are not met.

Lines of JSON on standard output: the changes, the corrections not met, the summary. Exit code 1 when a change
does harm.
"""

import argparse
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from conversations.intents import Intent
from conversations.meaning import PLAINLY, Right, When
from service.answering.replay import Wanted, Write, tell_cases, tell_changes, tell_unmet
from service.cli.on_database import on_database
from service.database import connection_pool
from service.local import LocalError
from service.settings import Settings

DOES_HARM = 1


class CorrectionLine(msgspec.Struct, forbid_unknown_fields=True):
    """A correction in a file: the body of POST /api/inbound/{id}/correction, with the id."""

    id: UUID
    intent: Intent
    children: tuple[str, ...] | None = None
    when: When | None = None
    note: str | None = None


def main(options: argparse.Namespace) -> int:
    """Replay, and say by the exit code whether it may go live."""
    wanted = Wanted(
        since=_day("--since", options.since),
        until=_day("--until", options.until),
        corrections=_corrections(options.corrections),
        shows_text=options.show_text,
    )
    settings = Settings.from_env(os.environ)
    return on_database(settings, lambda: _replay(wanted, options.export))


async def _replay(wanted: Wanted, export: str | None) -> int:
    async with connection_pool(largest=2):
        if export is not None:
            with _private(Path(export)) as write:
                await tell_cases(wanted, write)
        summary = await tell_changes(wanted, _print)
        await tell_unmet(wanted, _print, summary)
    _print({"summary": summary})
    return DOES_HARM if summary.harmful else 0


def _print(line: dict[str, Any]) -> None:
    print(msgspec.json.encode(line).decode(), flush=True)


@contextmanager
def _private(path: Path) -> Iterator[Write]:
    """A file of lines that only its owner may read: a text is a family's without the names, too."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise LocalError(f"--export: {error.strerror}") from None
    os.fchmod(number, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        yield lambda line: file.write(msgspec.json.encode(line).decode() + "\n")


def _day(option: str, words: str | None) -> date | None:
    try:
        return None if words is None else date.fromisoformat(words)
    except ValueError:
        raise LocalError(f"{option}: expected a date such as 2026-03-12") from None


def _corrections(path: str | None) -> Mapping[UUID, Right]:
    """The corrections of a file, by text."""
    if path is None:
        return {}
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise LocalError(f"--corrections: {getattr(error, 'strerror', None) or 'is not in UTF-8'}") from None
    return {
        one.id: Right(one.intent, one.children, one.when)
        for one in (_correction(number, line) for number, line in enumerate(lines, 1) if line.strip())
    }


def _correction(number: int, line: str) -> CorrectionLine:
    try:
        one = msgspec.json.decode(line, type=CorrectionLine)
    except msgspec.MsgspecError:
        # Not the error itself: it may quote the line.
        raise LocalError(f"--corrections: line {number} is no correction of a text") from None
    if plainer := PLAINLY.get(one.intent):
        raise LocalError(f"--corrections: line {number}: instead of {one.intent} say {plainer}")
    return one

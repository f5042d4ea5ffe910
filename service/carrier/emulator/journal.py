"""What is kept over restarts: one SQLite file.

What is noted is written in batches a moment later, or at once when the ledger asks for it. Nothing waits
for the disk: the file outlives a process that is killed, though not a machine that loses power. A killed
process forgets the last statuses of texts and comes to them again, so their callbacks are told twice, as
Twilio's may be.
"""

import asyncio
import sqlite3
from pathlib import Path
from typing import Final

import msgspec

from service.carrier.emulator.texts import Refusal, Text

_WRITE_BEHIND_SECONDS: Final = 0.05
_SCHEMA: Final = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS texts (place INTEGER PRIMARY KEY, sid TEXT NOT NULL UNIQUE, text BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS stopped (phone TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS refusals (place INTEGER PRIMARY KEY, request BLOB NOT NULL);
"""


class Journal:
    """The SQLite file behind a ledger."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path)
        self._file.executescript(_SCHEMA)
        self._texts: dict[str, Text] = {}
        self._stopped: dict[str, bool] = {}
        self._refusals: list[Refusal] = []
        self._timer: asyncio.TimerHandle | None = None

    def texts(self) -> list[Text]:
        """Every text of earlier runs, in the order in which they came."""
        rows = self._file.execute("SELECT text FROM texts ORDER BY place")
        return [msgspec.json.decode(row[0], type=Text) for row in rows]

    def stopped(self) -> set[str]:
        """The phones that had opted out."""
        return {row[0] for row in self._file.execute("SELECT phone FROM stopped")}

    def refusals(self) -> list[Refusal]:
        """Every request of earlier runs that was refused, in the order in which they came."""
        rows = self._file.execute("SELECT request FROM refusals ORDER BY place")
        return [msgspec.json.decode(row[0], type=Refusal) for row in rows]

    def note_text(self, text: Text) -> None:
        """Write this text soon, in place of what was known under its sid."""
        self._texts[text.sid] = text
        self._write_soon()

    def note_stopped(self, phone: str, *, stopped: bool) -> None:
        """Write soon whether a phone has opted out."""
        self._stopped[phone] = stopped
        self._write_soon()

    def note_refusal(self, refusal: Refusal) -> None:
        """Write soon that a request was refused."""
        self._refusals.append(refusal)
        self._write_soon()

    def write(self) -> None:
        """Write all that was noted, in one transaction."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        texts = [(text.sid, msgspec.json.encode(text)) for text in self._texts.values()]
        with self._file:
            self._file.executemany(
                "INSERT INTO texts (sid, text) VALUES (?, ?)"
                " ON CONFLICT (sid) DO UPDATE SET text = excluded.text",
                texts,
            )
            for phone, stopped in self._stopped.items():
                rule = (
                    "INSERT OR IGNORE INTO stopped VALUES (?)"
                    if stopped
                    else "DELETE FROM stopped WHERE phone = ?"
                )
                self._file.execute(rule, (phone,))
            self._file.executemany(
                "INSERT INTO refusals (request) VALUES (?)",
                [(msgspec.json.encode(refusal),) for refusal in self._refusals],
            )
        self._texts.clear()
        self._stopped.clear()
        self._refusals.clear()

    def close(self) -> None:
        """Write what is left and let go of the file."""
        self.write()
        self._file.close()

    def _write_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WRITE_BEHIND_SECONDS, self.write)

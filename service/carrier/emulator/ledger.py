"""Every text that the carrier has seen, who has opted out, and how often each request was accepted.

Memory is the truth while the process runs. A journal, where there is one, has a new text and an opt-out at
once, and a status soon after. Whoever wants to see texts as they change (the phone page) watches here.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec

from service.carrier.emulator.journal import Journal
from service.carrier.emulator.texts import RANK, Change, Refusal, Status, Text

Watcher = Callable[[Text], None]


class Ledger:
    """The carrier's memory of one account."""

    def __init__(self, journal: Journal | None) -> None:
        self._journal = journal
        self._texts: dict[str, Text] = {}
        self._sids: list[str] = []
        self._places: dict[str, int] = {}
        self._sids_of_phone: dict[str, list[str]] = {}
        self._stopped: set[str] = set()
        self.accepted: Counter[str] = Counter()
        self.refusals: list[Refusal] = []
        self.watchers: list[Watcher] = []
        if journal is not None:
            self._stopped = journal.stopped()
            self.refusals = journal.refusals()
            for text in journal.texts():
                self._add(text)

    def keep(self, text: Text) -> Text:
        """Keep a new text, or a known one as it is now."""
        is_new = text.sid not in self._texts
        if is_new:
            self._add(text)
        else:
            self._texts[text.sid] = text
        if self._journal is not None:
            self._journal.note_text(text)
            if is_new:
                # Before anybody is told of it: what a caller knows to be accepted outlives a kill.
                self._journal.write()
        for watcher in self.watchers:
            watcher(text)
        return text

    def move(self, sid: str, status: Status, *, error_code: int | None, now: datetime) -> Text:
        """Move a text forward to a status; one that is already past it stays as it is."""
        text = self._texts[sid]
        if RANK[status] <= RANK[text.status]:
            return text
        changed = msgspec.structs.replace(
            text,
            status=status,
            error_code=error_code,
            updated_at=now,
            history=(*text.history, Change(status, now, error_code)),
        )
        return self.keep(changed)

    def note_refusal(self, refusal: Refusal) -> None:
        """Note that a request was refused: an attempt, too, may be one too many."""
        self.refusals.append(refusal)
        if self._journal is not None:
            self._journal.note_refusal(refusal)

    def __getitem__(self, sid: str) -> Text:
        """The text of a sid that is known."""
        return self._texts[sid]

    def get(self, sid: str) -> Text | None:
        """The text of a sid as it is now."""
        return self._texts.get(sid)

    def place(self, sid: str) -> int | None:
        """How many texts had come before this one."""
        return self._places.get(sid)

    def newest_first(self, before: int | None = None) -> Iterator[Text]:
        """All texts, or those that came before a place, the newest first."""
        newest = len(self._sids) if before is None else before
        return (self._texts[self._sids[place]] for place in range(newest - 1, -1, -1))

    @property
    def accepted_texts(self) -> int:
        """How many texts the account has had accepted through the API."""
        return sum(text.direction == "outbound-api" for text in self._texts.values())

    def oldest_first(self, phone: str | None = None) -> list[Text]:
        """The texts to and from one phone, or all of them, in the order in which they came."""
        sids = self._sids if phone is None else self._sids_of_phone.get(phone, [])
        return [self._texts[sid] for sid in sids]

    def phones(self) -> list[str]:
        """Every phone that has sent or been sent a text."""
        return list(self._sids_of_phone)

    def is_stopped(self, phone: str) -> bool:
        """Whether a phone has opted out."""
        return phone in self._stopped

    def set_stopped(self, phone: str, *, stopped: bool) -> None:
        """Opt a phone out, or in again."""
        if stopped:
            self._stopped.add(phone)
        else:
            self._stopped.discard(phone)
        if self._journal is not None:
            self._journal.note_stopped(phone, stopped=stopped)
            self._journal.write()

    def _add(self, text: Text) -> None:
        self._texts[text.sid] = text
        self._places[text.sid] = len(self._sids)
        self._sids.append(text.sid)
        self._sids_of_phone.setdefault(text.phone, []).append(text.sid)
        self.accepted.update(text.intents)

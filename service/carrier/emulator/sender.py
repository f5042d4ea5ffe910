"""When a text leaves: the sender's rate and queue, and Twilio's guard against loops.

A sender carries so many segments a second, and its texts wait in the order in which they came. A text that
would wait for too long is known to fail when it comes, and takes no place from those behind it.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from service.carrier.emulator.account import Account
from service.carrier.emulator.texts import Text

# A reply that comes later than this after the last one is no part of a loop.
_LOOP_PAUSE: Final = timedelta(seconds=30)

QUEUE_OVERFLOW: Final = 30001
VALIDITY_EXPIRED: Final = 30036
LOOP: Final = 14107


class Departure(msgspec.Struct, frozen=True):
    """When a text leaves the queue, or fails in it with a code."""

    at: datetime
    error_code: int | None = None


class Senders:
    """The queue of each sender of the account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._free_at: dict[str, datetime] = {}
        self._in_a_row: dict[tuple[str, str], tuple[int, datetime]] = {}

    def overflows(self, sender: str, now: datetime) -> bool:
        """Whether a sender's queue is so long that it takes no further text."""
        return self._start(sender, now) - now > timedelta(seconds=self._account.setup.queue_seconds)

    def depart(self, text: Text, now: datetime) -> Departure:
        """Give a text its place in its sender's queue."""
        if self._is_loop(text, now):
            return Departure(now, LOOP)
        if self.overflows(text.from_, now):
            return Departure(now, QUEUE_OVERFLOW)
        start = self._start(text.from_, now)
        if text.expires_at is not None and start > text.expires_at:
            return Departure(text.expires_at, VALIDITY_EXPIRED)
        rate = self._account.setup.segments_per_second
        if rate is not None:
            self._free_at[text.from_] = start + timedelta(seconds=text.segments / rate)
        return Departure(start)

    def _start(self, sender: str, now: datetime) -> datetime:
        if self._account.setup.segments_per_second is None:
            return now
        return max(now, self._free_at.get(sender, now))

    def _is_loop(self, text: Text, now: datetime) -> bool:
        pair = (text.from_, text.to)
        number, last = self._in_a_row.get(pair, (0, now))
        number = number + 1 if now - last < _LOOP_PAUSE else 1
        self._in_a_row[pair] = number, now
        limit = self._account.setup.replies_in_a_row
        return limit is not None and number > limit

"""A conversation's state between two texts.

Stored as JSON beside a schema version. Loading never fails: what cannot be read, because it is broken or
of another age, is an idle conversation, and the next text simply starts afresh.
"""

from typing import Any

import msgspec

from conversations.states import Idle, LookingForPlaces, State

SCHEMA_VERSION = 1

_encoder = msgspec.json.Encoder()


def dump(state: State) -> str:
    """The state as JSON text, to be stored together with SCHEMA_VERSION."""
    return _encoder.encode(state).decode()


def load(version: int, data: str | bytes | dict[str, Any] | None) -> State:
    """The state that was dumped, or Idle for anything unknown or broken."""
    if version != SCHEMA_VERSION or data is None:
        return Idle()
    try:
        state: State = (
            msgspec.convert(data, State) if isinstance(data, dict) else msgspec.json.decode(data, type=State)
        )
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return Idle()
    # Waiting for the calendar happens within one transaction; found in storage, that transaction was lost.
    return Idle() if isinstance(state, LookingForPlaces) else state

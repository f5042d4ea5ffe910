"""What is kept with a text that was read: its scene and its reading, so that it can be read again later.

Facts change after a text, so the scene is stored as it was. Loading never fails: what is broken, or of
another age, cannot be compared any more and is None.
"""

from typing import Any, TypeVar

import msgspec

from conversations.understanding.reading import Reading, Scene

SCENE_VERSION = 1

Kept = TypeVar("Kept")


def dump(kept: Scene | Reading | None) -> str | None:
    """As JSON text; a scene is stored together with SCENE_VERSION."""
    return None if kept is None else msgspec.json.encode(kept).decode()


def load_scene(version: int | None, data: str | bytes | dict[str, Any] | None) -> Scene | None:
    """The scene that was dumped. Its times keep their offset from UTC, not the name of their zone."""
    return _load(data, Scene) if version == SCENE_VERSION else None


def load_reading(data: str | bytes | dict[str, Any] | None) -> Reading | None:
    """The reading that was dumped."""
    return _load(data, Reading)


def _load(data: str | bytes | dict[str, Any] | None, kind: type[Kept]) -> Kept | None:
    if data is None:
        return None
    try:
        return msgspec.convert(data, kind) if isinstance(data, dict) else msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None

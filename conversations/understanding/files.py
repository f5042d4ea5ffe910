"""A language's files, read and checked."""

import tomllib
from importlib.resources.abc import Traversable
from typing import TypeVar

import msgspec

Shape = TypeVar("Shape")


def read_toml(folder: Traversable, name: str, shape: type[Shape]) -> Shape:
    """A file of a language in the shape it must have.

    Raises:
        ValueError: it is absent or wrong; the message names the language and the entry.
    """
    try:
        return msgspec.convert(tomllib.loads((folder / name).read_text(encoding="utf-8")), shape)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, OSError) as error:
        raise ValueError(f"language {folder.name!r}: {name}: {error}") from None

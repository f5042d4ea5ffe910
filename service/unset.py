"""Fields that a change leaves out, which is not the same as giving them no value."""

from typing import TypeVar

from msgspec import UNSET, UnsetType

T = TypeVar("T")


def either(given: T | UnsetType, otherwise: T) -> T:
    """The value that was given, or the one that stays."""
    return otherwise if given is UNSET or isinstance(given, UnsetType) else given

"""Times of day as people type them: 09:00, or 09:00:30 where seconds matter, on a facility's own clock."""

from datetime import time
from typing import Annotated, TypeAlias

from msgspec import Meta

from service.errors import Invalid

WallTime: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$",
        description="A time of day on the facility's own clock, as HH:MM or HH:MM:SS.",
        examples=["09:00"],
    ),
]


def read_wall_time(text: str, *, field: str) -> time:
    """The time of day that was typed.

    Args:
        field: Where it was given, for the error.

    Raises:
        Invalid: it is none, or it names a zone: the facility's is meant.
    """
    try:
        read = time.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or read.tzinfo is not None:
        raise Invalid(field, "must be a time of day without a zone, such as 09:00")
    return read

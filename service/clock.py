"""The one place that asks the machine what time it is.

Everything else takes `now`, or a Clock, as an argument, so that a day can pass in a test at once.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]


def now() -> datetime:
    """This moment, aware and in UTC."""
    return datetime.now(UTC)

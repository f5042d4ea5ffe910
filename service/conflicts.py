"""Constraints of the database that answer as errors of ours.

The database decides whether a value is taken or a row still needed: asking first and writing then would
leave a gap in which somebody else writes. So operations write, and translate the refusal.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from service.errors import Duplicate, InUse


@contextmanager
def no_duplicate(detail: str) -> Iterator[None]:
    """Tell of a unique constraint as Duplicate. Wrap the unit of work, so that it is undone first.

    Raises:
        Duplicate: with `detail`, which names no value.
    """
    try:
        yield
    except asyncpg.UniqueViolationError:
        raise Duplicate(detail) from None


@contextmanager
def not_in_use(detail: str) -> Iterator[None]:
    """Tell of a row that others refer to as InUse. Wrap the unit of work, so that it is undone first.

    Raises:
        InUse: with `detail`, which says what to do instead.
    """
    try:
        yield
    # A RESTRICT key answers with the second one, which is a sibling of the first.
    except (asyncpg.ForeignKeyViolationError, asyncpg.RestrictViolationError):
        raise InUse(detail) from None

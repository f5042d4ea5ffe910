"""Columns that mean what they say.

Piccolo's defaults surprise: a foreign key is nullable and cascades, a nullable timestamp fills itself
with the present, text is NOT NULL DEFAULT ''. These functions give the columns of this project: no
value unless one was written, no row deleted because another one was.
"""

from collections.abc import Iterable
from typing import Any

from piccolo.columns import (
    UUID,
    Array,
    Boolean,
    Bytea,
    Date,
    ForeignKey,
    Integer,
    SmallInt,
    Time,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.constraints import Check
from piccolo.table import Table


def key() -> UUID:
    """A primary key; the database gives one where the writer does not."""
    return UUID(primary_key=True)


def reference(table: type[Table] | str, *, null: bool = False, index: bool = True) -> ForeignKey[Any]:
    """A link to a row that cannot be deleted while the link stands."""
    return ForeignKey(
        table,
        null=null,
        default=None,
        index=index,
        on_delete=OnDelete.restrict,
        on_update=OnUpdate.restrict,
    )


def plain_id(*, index: bool = False) -> UUID:
    """The id of something that may be gone or of several kinds, kept without a foreign key."""
    return UUID(null=True, default=None, index=index)


def instant(*, null: bool = False, index: bool = False) -> Timestamptz:
    """A moment, stored in UTC."""
    return Timestamptz(null=null, default=None, index=index)


def day(*, null: bool = False, index: bool = False) -> Date:
    """A calendar day, without a zone."""
    return Date(null=null, default=None, index=index)


def wall_time() -> Time:
    """A time of day in the facility's zone."""
    return Time(null=False, default=None)


def words(length: int, *, null: bool = False, unique: bool = False, index: bool = False) -> Varchar:
    """Text of at most `length` characters."""
    return Varchar(length=length, null=null, default=None, unique=unique, index=index)


def whole(*, default: int | None = None, null: bool = False, unique: bool = False) -> Integer:
    """A whole number."""
    return Integer(default=default, null=null, unique=unique)


def small(*, default: int | None = None, null: bool = False) -> SmallInt:
    """A small whole number: a rank, a count of attempts."""
    return SmallInt(default=default, null=null)


def yes_no() -> Boolean:
    """Yes or no; no unless it is written."""
    return Boolean(default=False, null=False)


def list_of_words() -> Array:
    """Several short texts, in order; none unless they are written."""
    return Array(base_column=Varchar(length=80, null=False, default=None), default=list, null=False)


def octets(*, null: bool = False) -> Bytea:
    """Bytes that only code reads."""
    return Bytea(null=null, default=None)


def one_of(column: str, values: Iterable[str]) -> Check:
    """The database refuses any other value: Piccolo's `choices` is a hint to Python only."""
    listed = ", ".join(f"'{value}'" for value in values)
    return Check(f'"{column}" IN ({listed})')

"""Which schedule counts for which child, and the schedules themselves, kept in memory once read.

A version's content never changes, so what was read from it stays true for as long as the process lives.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec
import structlog

from service.database import sql
from service.forecasting import Schedule, ScheduleFaults, loading
from service.vaccination.records import Record

IN_FORCE = """
SELECT id, country, valid_from, born_from, born_before
FROM schedule_version WHERE activated_at IS NOT NULL ORDER BY activated_at DESC, id
"""

log = structlog.get_logger(__name__)

_read: dict[UUID, Schedule] = {}


class Version(msgspec.Struct, frozen=True):
    """A schedule version and for whom it is: None means no limit."""

    id: UUID
    country: str | None = None
    valid_from: date | None = None
    born_from: date | None = None
    born_before: date | None = None

    def is_for(self, record: Record) -> bool:
        """Whether it is meant for a child, today."""
        born = record.child.born
        return (
            self.country in {None, record.country}
            and (self.valid_from is None or self.valid_from <= record.today)
            and (self.born_from is None or self.born_from <= born)
            and (self.born_before is None or born < self.born_before)
        )


def version_for(record: Record, versions: Sequence[Version]) -> Version | None:
    """The version that counts for a child: its country's before one for every country, then the newest.

    Args:
        versions: The active ones, the last activated first.
    """
    meant = [version for version in versions if version.is_for(record)]
    return min(meant, key=lambda version: version.country is None, default=None)


async def versions_in_force() -> list[Version]:
    """The active versions, the last activated first."""
    return [Version(**row) for row in await sql(IN_FORCE)]


async def schedule_of(version_id: UUID) -> Schedule:
    """A version's schedule."""
    if version_id not in _read:
        rows = await sql("SELECT content, schedule FROM schedule_version WHERE id = $1", version_id)
        files = unpacked(rows[0]["content"])
        # CDC's files take a second to read: other work goes on meanwhile.
        _read[version_id] = await asyncio.to_thread(loading.read, files, rows[0]["schedule"])
    return _read[version_id]


async def schedules_for(records: Sequence[Record]) -> list[tuple[UUID, Schedule] | None]:
    """The schedule that counts for each child, with its version's id."""
    versions = [version for version in await versions_in_force() if await _can_be_read(version)]
    chosen = [version_for(record, versions) for record in records]
    return [(version.id, await schedule_of(version.id)) if version else None for version in chosen]


async def _can_be_read(version: Version) -> bool:
    """Whether this release still reads a version; the one before it counts where not."""
    try:
        await schedule_of(version.id)
    except ScheduleFaults as faults:
        log.error("schedule cannot be read", version=str(version.id), faults=len(faults.faults))  # noqa: TRY400
        return False
    return True


def packed(files: loading.Files) -> bytes:
    """The files of a schedule as they are stored."""
    return msgspec.msgpack.encode(dict(files))


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of a schedule as they were handed in."""
    return msgspec.msgpack.decode(content, type=dict[str, bytes])

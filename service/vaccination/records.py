"""A child as the engine takes it, read from the tables, one or a thousand at a time."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from service.access.actor import Actor
from service.access.scope import children_in_scope, given
from service.database import sql
from service.errors import NotFound
from service.forecasting import Child, DoseGiven, Observation
from tables.people import Child as ChildTable

# The order of doses given, everywhere: results of the engine are matched with rows by it.
DOSES_IN_ORDER = "given_on, recorded_at, id"

RECORDS = f"""
SELECT c.id, c.facility, f.zone, f.country, c.date_of_birth, c.sex,
       (SELECT json_agg(json_build_object('on', i.given_on, 'cvx', i.vaccine, 'mvx', i.mvx,
                                          'lot_expires', i.lot_expires, 'spoilt', i.spoilt)
                        ORDER BY {DOSES_IN_ORDER})
        FROM immunization i WHERE i.child = c.id) AS doses,
       (SELECT json_agg(json_build_object('code', o.code, 'on', o.observed_on) ORDER BY o.code)
        FROM observation o WHERE o.child = c.id) AS observations
FROM child c JOIN facility f ON f.id = c.facility
WHERE c.id = ANY($1::uuid[])
"""  # noqa: S608 - made of constants

_doses = msgspec.json.Decoder(list[DoseGiven])
_observations = msgspec.json.Decoder(list[Observation])


class Record(msgspec.Struct, frozen=True):
    """All that a forecast rests on, but for the schedule.

    Attributes:
        today: The day it is at the child's facility.
        country: The facility's.
        doses: In the order DOSES_IN_ORDER.
    """

    child_id: UUID
    facility_id: UUID
    zone: ZoneInfo
    country: str
    today: date
    child: Child
    doses: Sequence[DoseGiven]


async def records_of(child_ids: Iterable[UUID], *, now: datetime) -> list[Record]:
    """The records of these children."""
    return [_record(row, now) for row in await sql(RECORDS, list(child_ids))]


async def record_of(child_id: UUID, *, actor: Actor, now: datetime) -> Record:
    """The record of one child.

    Raises:
        NotFound: there is none, or it is not the actor's.
    """
    await require_child(child_id, actor=actor)
    return (await records_of([child_id], now=now))[0]


async def require_child(child_id: UUID, *, actor: Actor) -> None:
    """See to it that the actor may see a child.

    Raises:
        NotFound: there is none, or it is not the actor's.
    """
    conditions = given(ChildTable.id == child_id, children_in_scope(actor))
    if not await ChildTable.exists().where(*conditions):
        raise NotFound("There is no such child.")


async def lock_child(child_id: UUID, *, actor: Actor) -> None:
    """Let nobody else change what a child's forecast rests on until this unit of work ends.

    Raises:
        NotFound: there is none, or it is not the actor's.
    """
    # Locked first: while one waits for the lock, the child may move out of the actor's reach.
    await sql("SELECT 1 FROM child WHERE id = $1 FOR NO KEY UPDATE", child_id)
    await require_child(child_id, actor=actor)


def _record(row: Any, now: datetime) -> Record:
    zone = ZoneInfo(row["zone"])
    observations = _observations.decode(row["observations"]) if row["observations"] else ()
    return Record(
        child_id=row["id"],
        facility_id=row["facility"],
        zone=zone,
        country=row["country"],
        today=now.astimezone(zone).date(),
        child=Child(row["date_of_birth"], row["sex"].capitalize(), observations),
        doses=_doses.decode(row["doses"]) if row["doses"] else (),
    )

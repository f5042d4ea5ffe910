"""What is known of a child beyond its doses: contraindications, immunity, conditions, where it lives.

Codes are CDSi's ("007" is pregnancy) or those of a national schedule ("region:malaria"); a code that the
schedule in force does not know is kept and changes nothing.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID, uuid4

import msgspec
from msgspec import Meta

from service.access import audit
from service.access.actor import Actor
from service.access.scope import require_staff
from service.database import sql, unit_of_work
from service.errors import Duplicate, Invalid, NotFound
from service.plain_words import one_line
from service.vaccination.forecasts import renew
from service.vaccination.records import lock_child, record_of, require_child

LONGEST_CODE = 24


class NewObservation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that was observed."""

    code: Annotated[str, Meta(description="CDSi's code, or the schedule's.", examples=["region:malaria"])]
    observed_on: date | None = None


class ObservationView(msgspec.Struct, frozen=True):
    """Something known of a child."""

    id: UUID
    child_id: UUID
    code: str
    observed_on: date | None
    recorded_by: UUID | None
    recorded_at: datetime


COLUMNS = "id, child AS child_id, code, observed_on, recorded_by, recorded_at"


async def observe(child_id: UUID, new: NewObservation, *, actor: Actor, now: datetime) -> ObservationView:
    """Record an observation, and work out anew what the child needs.

    Raises:
        NotFound: there is no such child, or it is not the actor's.
        Forbidden: the actor is no staff.
        Invalid: the code is none, or the day lies in the future.
        Duplicate: it is recorded already.
    """
    require_staff(actor)
    code = one_line(new.code, field="code", longest=LONGEST_CODE)
    async with unit_of_work():
        await lock_child(child_id, actor=actor)
        record = await record_of(child_id, actor=actor, now=now)
        if new.observed_on is not None and new.observed_on > record.today:
            raise Invalid("observed_on", "lies in the future")
        made = ObservationView(uuid4(), child_id, code, new.observed_on, actor.id, now)
        stored = await sql(
            """INSERT INTO observation (id, child, code, observed_on, recorded_by, recorded_at)
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id""",
            *msgspec.structs.astuple(made),
        )
        if not stored:
            raise Duplicate("This is recorded already.")
        await audit.record(audit.entry(actor, "create", "observation", made.id, now=now, after=_kept(made)))
        await renew([child_id], now=now)
    return made


async def list_observations(child_id: UUID, *, actor: Actor) -> list[ObservationView]:
    """What is known of a child, by code.

    Raises:
        NotFound: there is no such child, or it is not the actor's.
    """
    await require_child(child_id, actor=actor)
    rows = await sql(
        f"SELECT {COLUMNS} FROM observation WHERE child = $1 ORDER BY code",  # noqa: S608 - made of constants
        child_id,
    )
    return [ObservationView(**row) for row in rows]


async def take_back(child_id: UUID, observation_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Remove an observation that was wrong, or holds no more; the audit trail keeps it.

    Raises:
        NotFound: there is none, or it is not the actor's.
        Forbidden: the actor is no staff.
    """
    require_staff(actor)
    async with unit_of_work():
        await lock_child(child_id, actor=actor)
        rows = await sql(
            f"DELETE FROM observation WHERE id = $1 AND child = $2 RETURNING {COLUMNS}",  # noqa: S608 - as above
            observation_id,
            child_id,
        )
        if not rows:
            raise NotFound("There is no such observation.")
        gone = _kept(ObservationView(**rows[0]))
        await audit.record(audit.entry(actor, "delete", "observation", observation_id, now=now, before=gone))
        await renew([child_id], now=now)


def _kept(view: ObservationView) -> dict[str, object]:
    return {"child_id": view.child_id, "code": view.code, "observed_on": view.observed_on}

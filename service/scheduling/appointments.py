"""Appointments as they are read, and as they are locked to be changed."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from service.access.actor import Actor
from service.database import sql
from service.errors import Conflict, NotFound, StaleVersion
from service.paging import Page, Paged, paged

AppointmentStatus = Literal["booked", "confirmed", "cancelled", "attended", "missed"]
ACTIVE: tuple[AppointmentStatus, ...] = ("booked", "confirmed")


class PlannedDose(msgspec.Struct, frozen=True):
    """A dose that a visit is for."""

    cvx: str
    vaccine: str
    label: str
    antigens: list[str]


class AppointmentView(msgspec.Struct, frozen=True):
    """A child's place in a clinic session.

    Attributes:
        starts_at, ends_at: The clinic session's window, in UTC.
        zone: The facility's IANA zone.
        version: Grows with every change of what the family was told.
        planned_doses: What it is for; empty where no schedule is in force.
        next_appointment_id: The visit that was booked when this one was marked as attended.
    """

    id: UUID
    child_id: UUID
    facility_id: UUID
    session_id: UUID
    starts_at: datetime
    ends_at: datetime
    zone: str
    status: AppointmentStatus
    version: int
    created_at: datetime
    changed_at: datetime
    planned_doses: list[PlannedDose] = []
    next_appointment_id: UUID | None = None


class AppointmentFilter(msgspec.Struct, frozen=True):
    """Which appointments to list; days are those of the facility's calendar, both included."""

    child_id: UUID | None = None
    facility_id: UUID | None = None
    session_id: UUID | None = None
    status: AppointmentStatus | None = None
    from_date: date | None = None
    to_date: date | None = None


COLUMNS = """
    a.id, a.child AS child_id, s.facility AS facility_id, a.clinic_session AS session_id,
    s.starts_at, s.ends_at, f.zone, a.status, a.version, a.created_at, a.changed_at,
    (SELECT json_agg(json_build_object('cvx', p.cvx, 'vaccine', coalesce(v.name, ''), 'label', p.label,
                                       'antigens', p.antigens) ORDER BY p.label, p.cvx)
     FROM planned_dose p LEFT JOIN vaccine v ON v.cvx = p.cvx WHERE p.appointment = a.id) AS planned_doses
"""

_planned_doses = msgspec.json.Decoder(list[PlannedDose])

# The actor's scope stands in the query itself: what is out of it is not found.
VISIBLE = """
FROM appointment a
JOIN clinic_session s ON s.id = a.clinic_session
JOIN facility f ON f.id = s.facility
WHERE ($1 = 'admin'
       OR ($1 = 'scheduler' AND s.facility = ANY($2::uuid[]))
       OR ($1 = 'parent'
           AND EXISTS (SELECT 1 FROM guardianship g WHERE g.child = a.child AND g.guardian = $3)))
"""

FILTERED = (
    VISIBLE
    + """
  AND ($4::uuid IS NULL OR a.child = $4)
  AND ($5::uuid IS NULL OR s.facility = $5)
  AND ($6::uuid IS NULL OR a.clinic_session = $6)
  AND ($7::text IS NULL OR a.status = $7)
  AND ($8::date IS NULL OR a.day >= $8)
  AND ($9::date IS NULL OR a.day <= $9)
"""
)


async def get_appointment(appointment_id: UUID, *, actor: Actor) -> AppointmentView:
    """One appointment.

    Raises:
        NotFound: there is none, or it is not for the actor to see.
    """
    rows = await sql(f"SELECT {COLUMNS} {VISIBLE} AND a.id = $4", *_scope(actor), appointment_id)
    return _only(rows)


async def list_appointments(
    criteria: AppointmentFilter, *, actor: Actor, page: Page
) -> Paged[AppointmentView]:
    """The appointments that the actor may see, by time."""
    values = (*_scope(actor), *msgspec.structs.astuple(criteria))
    total = await sql(f"SELECT count(*) AS n {FILTERED}", *values)
    rows = await sql(
        f"SELECT {COLUMNS} {FILTERED} ORDER BY s.starts_at, a.id LIMIT $10 OFFSET $11",
        *values,
        page.limit,
        page.offset,
    )
    return paged([_view(row) for row in rows], total[0]["n"], page)


async def lock_active(appointment_id: UUID, version: int | None, *, actor: Actor) -> AppointmentView:
    """An active appointment that nobody else can change until this unit of work ends.

    Args:
        version: What the actor last saw; None when that does not matter.

    Raises:
        NotFound: there is none, or it is not for the actor to see.
        StaleVersion: somebody changed it first.
        Conflict: it is cancelled or over.
    """
    # Locked by itself first: a join that waits for the lock finds no row once the session has changed. Not
    # its key: who holds the child and plans doses for this visit refers to it while we wait for the child.
    await sql("SELECT 1 FROM appointment WHERE id = $1 FOR NO KEY UPDATE", appointment_id)
    found = await get_appointment(appointment_id, actor=actor)
    if version is not None and found.version != version:
        raise StaleVersion
    if found.status not in ACTIVE:
        raise Conflict(f"The appointment is {found.status}.")
    return found


async def has_visit_to_come(child_id: UUID, *, now: datetime) -> bool:
    """Whether a child has an active appointment whose clinic session is not over."""
    rows = await sql(
        """SELECT 1 FROM appointment a JOIN clinic_session s ON s.id = a.clinic_session
           WHERE a.child = $1 AND a.status IN ('booked', 'confirmed') AND s.ends_at > $2 LIMIT 1""",
        child_id,
        now,
    )
    return bool(rows)


def _scope(actor: Actor) -> tuple[str, list[UUID], UUID | None]:
    return actor.role, list(actor.facility_ids), actor.guardian_id


def _only(rows: Any) -> AppointmentView:
    if not rows:
        raise NotFound("There is no such appointment.")
    return _view(rows[0])


def _view(row: Any) -> AppointmentView:
    planned = row["planned_doses"]
    return AppointmentView(**{**row, "planned_doses": _planned_doses.decode(planned) if planned else []})

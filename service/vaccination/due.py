"""The due and overdue list of a facility: for which children a dose is recommended by a day.

It reads the stored forecasts, so that a list of thousands is one query.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from service.access.actor import Actor
from service.access.scope import require_facility
from service.database import sql
from service.errors import NotFound
from service.paging import Page, Paged, paged
from service.vaccination.forecasts import StoredForecast

_forecasts = msgspec.json.Decoder(list[StoredForecast])


class DueDose(msgspec.Struct, frozen=True):
    """A dose that is recommended by the day asked for."""

    vaccine_group: str
    dose: str
    earliest: date | None
    recommended: date
    past_due: date | None
    latest: date | None
    overdue: bool
    vaccines: tuple[str, ...]


class DueChild(msgspec.Struct, frozen=True, kw_only=True):
    """A child for whom doses are due, those first that have been due longest.

    Attributes:
        assessed_on: The day for which the forecast holds; null while it is being worked out anew.
        appointment_id, starts_at: The next visit that is booked, if there is one.
    """

    child_id: UUID
    first_name: str
    last_name: str
    date_of_birth: date
    due_on: date
    overdue: bool
    assessed_on: date | None
    doses: list[DueDose]
    appointment_id: UUID | None
    starts_at: datetime | None


class DueFilter(msgspec.Struct, frozen=True):
    """Which children to list.

    Attributes:
        by: Doses that are recommended by this day; today where it is left out.
        overdue: Only children with a dose that is overdue today, or only those without.
        booked: Only children with a visit to come, or only those without.
    """

    by: date | None = None
    overdue: bool | None = None
    booked: bool | None = None


DUE = """
FROM forecast fc
JOIN child c ON c.id = fc.child
LEFT JOIN LATERAL (
    SELECT a.id, s.starts_at FROM appointment a JOIN clinic_session s ON s.id = a.clinic_session
    WHERE a.child = c.id AND a.status IN ('booked', 'confirmed') AND s.ends_at > $2
    ORDER BY s.starts_at LIMIT 1) v ON true
WHERE c.facility = $1 AND fc.due_on <= $3
  AND ($4::boolean IS NULL OR coalesce(fc.past_due_on < $5, false) = $4)
  AND ($6::boolean IS NULL OR (v.id IS NOT NULL) = $6)
"""


async def due_list(
    facility_id: UUID, criteria: DueFilter, *, actor: Actor, page: Page, now: datetime
) -> Paged[DueChild]:
    """The children of a facility for whom doses are due, the longest overdue first.

    Raises:
        NotFound: there is no such facility, or it is not the actor's.
        Forbidden: the actor is no staff.
    """
    require_facility(actor, facility_id)
    today = await _today(facility_id, now)
    by = criteria.by or today
    values = (facility_id, now, by, criteria.overdue, today, criteria.booked)
    total = await sql(f"SELECT count(*) AS n {DUE}", *values)
    rows = await sql(
        f"""SELECT c.id AS child_id, c.first_name, c.last_name, c.date_of_birth, fc.due_on, fc.assessed_on,
                   fc.groups, v.id AS appointment_id, v.starts_at
            {DUE} ORDER BY fc.past_due_on NULLS LAST, fc.due_on, c.id LIMIT $7 OFFSET $8""",
        *values,
        page.limit,
        page.offset,
    )
    return paged([_child(row, by, today) for row in rows], total[0]["n"], page)


async def _today(facility_id: UUID, now: datetime) -> date:
    rows = await sql("SELECT zone FROM facility WHERE id = $1", facility_id)
    if not rows:
        raise NotFound("There is no such facility.")
    return now.astimezone(ZoneInfo(rows[0]["zone"])).date()


def _child(row: Any, by: date, today: date) -> DueChild:
    groups = _forecasts.decode(row["groups"])
    doses = [
        _dose(one, one.recommended, today) for one in groups if one.recommended and one.recommended <= by
    ]
    return DueChild(
        child_id=row["child_id"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        date_of_birth=row["date_of_birth"],
        due_on=row["due_on"],
        overdue=any(dose.overdue for dose in doses),
        assessed_on=row["assessed_on"],
        doses=sorted(doses, key=lambda dose: (dose.recommended, dose.vaccine_group)),
        appointment_id=row["appointment_id"],
        starts_at=row["starts_at"],
    )


def _dose(one: StoredForecast, recommended: date, today: date) -> DueDose:
    return DueDose(
        vaccine_group=one.vaccine_group,
        dose=one.dose_label,
        earliest=one.earliest,
        recommended=recommended,
        past_due=one.past_due,
        latest=one.latest,
        overdue=one.past_due is not None and one.past_due < today,
        vaccines=one.vaccines,
    )

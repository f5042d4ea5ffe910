"""Forecasts as rows: worked out again with every change of what they rest on, and every night for all.

A forecast holds for a day, since a dose becomes due or is missed by nothing but time. Visits to come are told
which doses they are for in the same step.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog

from service.database import AWAY, sql, unit_of_work
from service.forecasting import Assessment, Schedule, assess
from service.forecasting.groups import GroupForecast
from service.forecasting.visits import VisitDose, doses_for_visit, is_to_come, shown
from service.vaccination.in_force import schedules_for
from service.vaccination.records import Record, records_of

# A vaccine that serves as very many doses at once names the first of them.
LONGEST_LABEL = 160
# How many children are worked out in one transaction.
BATCH = 500
# No place on earth is further ahead of UTC.
FARTHEST_ZONE = timedelta(hours=14)
# Any number that no other advisory lock of Doseline uses. Who works out forecasts shares it; who changes what
# many of them rest on has it alone. Else one that is under way is stored after it was to be forgotten.
GROUND_LOCK = 0x64_6F_73_66


log = structlog.get_logger(__name__)


class StoredForecast(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is stored of one vaccine group's forecast; CDC's words for the status."""

    vaccine_group: str
    series_status: str
    dose_number: int | None = None
    dose_label: str = ""
    earliest: date | None = None
    recommended: date | None = None
    past_due: date | None = None
    latest: date | None = None
    vaccines: tuple[str, ...] = ()
    """CVX codes that would serve, the schedule's first one first."""
    antigens: tuple[str, ...] = ()
    """The diseases that the first of them protects against."""


class WorkedOut(msgspec.Struct, frozen=True):
    """What a schedule says of a child today, and the doses for each of its visits to come, by appointment."""

    record: Record
    version_id: UUID | None
    forecasts: tuple[StoredForecast, ...]
    visits: dict[UUID, list[VisitDose]]

    @property
    def due_on(self) -> date | None:
        """The first day on which a dose is recommended."""
        return min((one.recommended for one in self.forecasts if one.recommended), default=None)

    @property
    def past_due_on(self) -> date | None:
        """The first day after which a dose is overdue."""
        return min((one.past_due for one in self.forecasts if one.past_due), default=None)


Visits = dict[UUID, list[tuple[UUID, date]]]
"""Visits to come, by child: appointment and day."""

# The system's own rows: no person changes them, so they leave no audit entry.
STORE = """
INSERT INTO forecast AS old (id, child, schedule_version, assessed_on, groups, due_on, past_due_on)
SELECT gen_random_uuid(), *
FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::jsonb[], $5::date[], $6::date[])
ON CONFLICT (child) DO UPDATE SET (schedule_version, assessed_on, groups, due_on, past_due_on)
    = (EXCLUDED.schedule_version, EXCLUDED.assessed_on, EXCLUDED.groups, EXCLUDED.due_on,
       EXCLUDED.past_due_on)
"""

VISITS_TO_COME = """
SELECT a.child, a.id, a.day FROM appointment a
WHERE a.child = ANY($1::uuid[]) AND a.status IN ('booked', 'confirmed') AND a.day >= $2
"""

PLAN = """
WITH gone AS (DELETE FROM planned_dose WHERE appointment = ANY($1::uuid[]) AND NOT (appointment, cvx) IN (
                  SELECT * FROM unnest($2::uuid[], $3::text[])))
INSERT INTO planned_dose AS old (id, appointment, cvx, label, antigens)
SELECT gen_random_uuid(), p.appointment, p.cvx, p.label, ARRAY(SELECT jsonb_array_elements_text(p.antigens))
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::jsonb[]) AS p (appointment, cvx, label, antigens)
ON CONFLICT (appointment, cvx) DO UPDATE SET (label, antigens) = (EXCLUDED.label, EXCLUDED.antigens)
"""

STALE = """
SELECT fc.child FROM forecast fc JOIN child c ON c.id = fc.child JOIN facility f ON f.id = c.facility
WHERE (fc.assessed_on IS NULL
       OR fc.assessed_on < $1 AND fc.assessed_on < ($2::timestamptz AT TIME ZONE f.zone)::date)
ORDER BY fc.assessed_on NULLS FIRST LIMIT $3 FOR NO KEY UPDATE OF c SKIP LOCKED
"""


async def renew(child_ids: Iterable[UUID], *, now: datetime) -> None:
    """Work out and store the forecasts of these children.

    Call it inside the unit of work that changes what they rest on, with the children locked.
    """
    await sql("SELECT pg_advisory_xact_lock_shared($1)", GROUND_LOCK)
    records = await records_of(child_ids, now=now)
    schedules = await schedules_for(records)
    visits = await _visits_to_come(records)
    # In a thread, so that texts and requests are served while hundreds of children are worked out.
    worked_out = await asyncio.to_thread(_work_out, records, schedules, visits)
    await _store(worked_out)


async def renew_stale(*, now: datetime, at_most: int = BATCH) -> int:
    """Work out forecasts that are of a day gone by or were asked for anew: one transaction of them.

    Returns:
        How many there were; as many as were allowed means that there may be more.
    """
    try:
        return await _renew_batch(now, at_most)
    except AWAY:
        raise
    except Exception as error:  # noqa: BLE001 - as below
        # One child that cannot be worked out must not cost all others their night.
        log.error("forecasts stumbled", error=type(error).__name__)  # noqa: TRY400 - it may quote a row
        return await _renew_one_by_one(now, at_most)


async def _renew_batch(now: datetime, at_most: int) -> int:
    async with unit_of_work():
        children = await _stale(now, at_most)
        if children:
            await renew(children, now=now)
    return len(children)


async def _renew_one_by_one(now: datetime, at_most: int) -> int:
    """The same, each child by itself; one that fails is tried again tomorrow, and told of in the log."""
    async with unit_of_work():
        children = await _stale(now, at_most)
        for child_id in children:
            try:
                async with unit_of_work():
                    await renew([child_id], now=now)
            except AWAY:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the next child is another one
                log.error("child not forecast", child=str(child_id), error=type(error).__name__)  # noqa: TRY400
                await sql("UPDATE forecast SET assessed_on = $2 WHERE child = $1", child_id, now.date())
    return len(children)


async def _stale(now: datetime, at_most: int) -> list[UUID]:
    latest_day = (now + FARTHEST_ZONE).astimezone(UTC).date()
    return [row["child"] for row in await sql(STALE, latest_day, now, at_most)]


async def forget_forecasts(facility_id: UUID | None = None) -> None:
    """Have the forecasts of a facility's children, or of all, worked out anew by the workers.

    Call it inside the unit of work that changes what they rest on.
    """
    await sql("SELECT pg_advisory_xact_lock($1)", GROUND_LOCK)
    await sql(
        """UPDATE forecast SET assessed_on = NULL WHERE assessed_on IS NOT NULL
           AND ($1::uuid IS NULL OR child IN (SELECT id FROM child WHERE facility = $1))""",
        facility_id,
    )


def stored(assessment: Assessment, schedule: Schedule) -> tuple[StoredForecast, ...]:
    """What is kept of an assessment: one forecast for each vaccine group."""
    return tuple(_stored(forecast, schedule) for forecast in shown(assessment))


def _stored(forecast: GroupForecast, schedule: Schedule) -> StoredForecast:
    if not is_to_come(forecast):
        return StoredForecast(forecast.group, forecast.status)
    vaccines = forecast.vaccines
    return StoredForecast(
        vaccine_group=forecast.group,
        series_status=forecast.status,
        dose_number=forecast.dose_number,
        dose_label=forecast.dose_label,
        earliest=forecast.earliest,
        recommended=forecast.recommended,
        past_due=forecast.past_due,
        latest=forecast.latest,
        vaccines=vaccines,
        antigens=schedule.protects_against(vaccines[0]) if vaccines else (),
    )


def _work_out(
    records: Sequence[Record], schedules: Sequence[tuple[UUID, Schedule] | None], visits: Visits
) -> list[WorkedOut]:
    return [
        _work_out_one(record, schedule, visits.get(record.child_id, ()))
        for record, schedule in zip(records, schedules, strict=True)
    ]


def _work_out_one(
    record: Record, in_force: tuple[UUID, Schedule] | None, visits: Iterable[tuple[UUID, date]]
) -> WorkedOut:
    if in_force is None:
        return WorkedOut(record, None, (), {appointment: [] for appointment, _ in visits})
    version_id, schedule = in_force
    assessment = assess(record.child, record.doses, record.today, schedule)
    for_visits = {
        appointment: doses_for_visit(assess(record.child, record.doses, day, schedule), schedule)
        for appointment, day in visits
    }
    return WorkedOut(record, version_id, stored(assessment, schedule), for_visits)


async def _visits_to_come(records: Sequence[Record]) -> Visits:
    found: Visits = {}
    if records:
        first_day = min(record.today for record in records)
        for row in await sql(VISITS_TO_COME, [record.child_id for record in records], first_day):
            found.setdefault(row["child"], []).append((row["id"], row["day"]))
    return found


async def _store(worked_out: Sequence[WorkedOut]) -> None:
    if not worked_out:
        return
    rows = [
        (
            one.record.child_id,
            one.version_id,
            one.record.today,
            msgspec.json.encode(one.forecasts).decode(),
            one.due_on,
            one.past_due_on,
        )
        for one in worked_out
    ]
    await sql(STORE, *_in_columns(rows))
    await _plan([(appointment, doses) for one in worked_out for appointment, doses in one.visits.items()])


async def _plan(visits: Sequence[tuple[UUID, Sequence[VisitDose]]]) -> None:
    """Store which doses these visits are for."""
    if not visits:
        return
    rows: list[tuple[UUID, str, str, str]] = [
        (appointment, dose.cvx, dose.label[:LONGEST_LABEL], msgspec.json.encode(dose.antigens).decode())
        for appointment, doses in visits
        for dose in doses
    ]
    columns = _in_columns(rows) or [[], [], [], []]
    await sql(PLAN, [appointment for appointment, _ in visits], *columns)


def _in_columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows as one list for each column, which is how the driver takes many rows in one statement."""
    return [list(column) for column in zip(*rows, strict=True)]

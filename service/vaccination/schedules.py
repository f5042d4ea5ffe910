"""Schedule versions: handed in by an admin, checked, kept as they are; activation.py puts them in force."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import msgspec
import phonenumbers
from msgspec import Meta

from service.access import audit
from service.access.actor import Actor
from service.access.scope import require_admin, require_staff
from service.conflicts import no_duplicate
from service.database import sql, unit_of_work
from service.errors import Faulty, Invalid, NotFound
from service.forecasting import Schedule, ScheduleFaults, loading
from service.paging import Page, Paged, paged
from service.vaccination.immunizations import CODE
from service.vaccination.in_force import packed

Shipped = Literal["bd", "br", "gb", "in", "ke", "ng", "pk", "who"]

LONGEST_NAME = 160
EVERYWHERE = "everywhere"


class NewSchedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A schedule, in one of three ways: one that comes along, a native TOML file, or CDC's zip.

    Attributes:
        country: For facilities in which country; the schedule's own where it is left out; "everywhere" for
            all countries without one.
        valid_from: The first day on which it counts; the schedule's own where it is left out.
        born_from, born_before: The birth cohort that it is for.
    """

    shipped: Shipped | None = None
    toml: Annotated[str | None, Meta(description="A native schedule, as text.")] = None
    zip: Annotated[bytes | None, Meta(description="CDC's supporting data, in base64.")] = None
    country: Annotated[str | None, Meta(examples=["KE"])] = None
    valid_from: date | None = None
    born_from: date | None = None
    born_before: date | None = None


class ScheduleView(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule version.

    Attributes:
        version: The hash of its content.
        country: Null for every country that has none of its own.
        activated_at: When it was put in force last; the newest for a child's country and cohort counts.
    """

    id: UUID
    version: str
    schedule: str
    name: str
    country: str | None
    valid_from: date | None
    born_from: date | None
    born_before: date | None
    added_at: datetime
    activated_at: datetime | None


COLUMNS = "id, version, schedule, name, country, valid_from, born_from, born_before, added_at, activated_at"
FROM = "FROM schedule_version"


async def add_schedule(new: NewSchedule, *, actor: Actor, now: datetime) -> ScheduleView:
    """Take in a schedule. It counts for nobody until it is activated.

    Raises:
        Forbidden: the actor is no admin.
        Faulty: it cannot be used; every fault with its place.
        Invalid: not one of the three ways, or a value makes no sense.
        Duplicate: this very content is there already.
    """
    require_admin(actor)
    field, files = _handed_in(new)
    return await add_files(files, new, field=field, actor=actor, now=now)


async def add_files(
    files: loading.Files, new: NewSchedule, *, field: str, actor: Actor, now: datetime
) -> ScheduleView:
    """Take in the files of a schedule, whichever way they came.

    Args:
        field: Where they were given, for errors.

    Raises:
        Forbidden, Faulty, Invalid, Duplicate: as for `add_schedule`.
    """
    require_admin(actor)
    try:
        schedule = await asyncio.to_thread(loading.read, files, field)
    except ScheduleFaults as faults:
        raise Faulty(
            field, [(f"{fault.file}: {fault.place}", fault.what) for fault in faults.faults]
        ) from None
    if bad_codes := _faults_of_codes(schedule):
        raise Faulty(field, bad_codes)
    view = _view(schedule, new, now)
    with no_duplicate("This very schedule is there already."):
        async with unit_of_work():
            await _insert(view, packed(files))
            await _name_vaccines(schedule.vaccines)
            after = msgspec.to_builtins(view)
            await audit.record(
                audit.entry(actor, "create", "schedule_version", view.id, now=now, after=after)
            )
    return view


async def list_schedules(*, actor: Actor, page: Page) -> Paged[ScheduleView]:
    """The schedule versions, the newest first.

    Raises:
        Forbidden: the actor is no staff.
    """
    require_staff(actor)
    total = await sql("SELECT count(*) AS n FROM schedule_version")
    rows = await sql(
        f"SELECT {COLUMNS} {FROM} ORDER BY added_at DESC, id LIMIT $1 OFFSET $2",
        page.limit,
        page.offset,
    )
    return paged([ScheduleView(**row) for row in rows], total[0]["n"], page)


async def get_schedule(schedule_id: UUID, *, actor: Actor, lock: bool = False) -> ScheduleView:
    """One schedule version.

    Raises:
        NotFound: there is none.
        Forbidden: the actor is no staff.
    """
    require_staff(actor)
    locking = "FOR NO KEY UPDATE" if lock else ""
    rows = await sql(f"SELECT {COLUMNS} {FROM} WHERE id = $1 {locking}", schedule_id)
    if not rows:
        raise NotFound("There is no such schedule.")
    return ScheduleView(**rows[0])


def _handed_in(new: NewSchedule) -> tuple[str, loading.Files]:
    """The files of a schedule, and the field that they came in."""
    given = [field for field in ("shipped", "toml", "zip") if getattr(new, field) is not None]
    if len(given) != 1:
        raise Invalid("shipped", "give exactly one of shipped, toml and zip")
    if new.shipped is not None:
        return "shipped", loading.files_of(loading.SHIPPED / f"{new.shipped}.toml")
    if new.toml is not None:
        return "toml", {"schedule.toml": new.toml.encode()}
    assert new.zip is not None
    try:
        return "zip", loading.unzipped(new.zip, "zip")
    except ScheduleFaults as faults:
        raise Faulty("zip", [(fault.place, fault.what) for fault in faults.faults]) from None


def _faults_of_codes(schedule: Schedule) -> list[tuple[str, str]]:
    """Codes of the schedule's own that no dose could be recorded by."""
    return [
        (f"local_codes: {cvx}", "must be X- and up to 20 capital letters, digits and hyphens")
        for cvx in schedule.vaccines
        if not CODE.fullmatch(cvx)
    ]


def _view(schedule: Schedule, new: NewSchedule, now: datetime) -> ScheduleView:
    if new.born_from and new.born_before and new.born_from >= new.born_before:
        raise Invalid("born_before", "must be after born_from")
    return ScheduleView(
        id=uuid4(),
        version=schedule.version,
        schedule=schedule.id[:64],
        name=schedule.name[:LONGEST_NAME],
        country=_country(new.country, schedule),
        valid_from=new.valid_from or schedule.valid_from,
        born_from=new.born_from,
        born_before=new.born_before,
        added_at=now,
        activated_at=None,
    )


def _country(asked: str | None, schedule: Schedule) -> str | None:
    country = schedule.country or EVERYWHERE if asked is None else asked
    if country.lower() == EVERYWHERE:
        return None
    if country.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise Invalid("country", f"must be a country code of two letters, such as KE, or {EVERYWHERE}")
    return country.upper()


async def _insert(view: ScheduleView, content: bytes) -> None:
    await sql(
        f"""INSERT INTO schedule_version ({COLUMNS}, content)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",  # noqa: S608 - made of constants
        *msgspec.structs.astuple(view),
        content,
    )


async def _name_vaccines(names: Mapping[str, str]) -> None:
    """Know the schedule's vaccines by name; a name that is there stays."""
    await sql(
        """INSERT INTO vaccine AS old (cvx, name) SELECT * FROM unnest($1::text[], $2::text[])
           ON CONFLICT (cvx) DO UPDATE SET name = EXCLUDED.name WHERE old.name = ''""",
        list(names),
        [name[:80] for name in names.values()],
    )


class VaccineView(msgspec.Struct, frozen=True):
    """A vaccine that some schedule knows, or that was given."""

    cvx: str
    name: str


async def list_vaccines(*, actor: Actor) -> list[VaccineView]:
    """The vaccines by code.

    Raises:
        Forbidden: the actor is no staff.
    """
    require_staff(actor)
    rows: Any = await sql("SELECT cvx, name FROM vaccine ORDER BY cvx")
    return [VaccineView(**row) for row in rows]

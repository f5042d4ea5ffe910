"""A demo clinic with a few families, to see the whole at work; never loaded unless asked for.

Made through the same operations as everything else, so that its texts, reminders and audit trail are real.
A later start only opens clinic sessions for the weeks to come.
"""

import secrets
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from service.access.accounts import NewUser, create_user
from service.access.actor import SYSTEM
from service.database import sql, unit_of_work
from service.errors import Duplicate
from service.paging import Page
from service.registration.children import ChildView, NewChild, register_child
from service.registration.facilities import NewFacility, register_facility
from service.registration.families import NewGuardian
from service.scheduling.booking import NewAppointment, book
from service.scheduling.sessions import NewSession, open_session
from service.vaccination.activation import activate
from service.vaccination.immunizations import NewImmunization, record_dose
from service.vaccination.schedules import NewSchedule, add_schedule

ADMIN = "admin@demo.example"
WEEKS = 4
SATURDAY = 6

# Open at all hours, so that somebody who tries it at night sees texts arrive.
CLINIC = NewFacility(
    name="Kilimani Clinic",
    address="Argwings Kodhek Road",
    phone="+254711082100",
    zone="Africa/Nairobi",
    country="KE",
    texts_from="00:00",
    sunday_texts_from="00:00",
    texts_until="23:59:59",
    names_vaccines=True,
    join_code=42,
)
WINDOWS = (("09:00", "12:00"), ("14:00", "16:00"))
PLACES = 8

AMINA = NewGuardian(phone="+254700000001", name="Amina", language="en", relationship="mother")
ROSA = NewGuardian(phone="+254700000002", name="Rosa", language="es", relationship="mother")
DAVID = NewGuardian(phone="+254700000003", name="David", language="en", relationship="father")


class DemoChild(msgspec.Struct, frozen=True):
    """A child of the demo: its age, the ages at which it had doses, and when it is expected, all in days."""

    first_name: str
    guardian: NewGuardian
    age: int
    visit_in: int
    had: tuple[tuple[int, tuple[str, ...]], ...] = ()


AT_BIRTH, AT_SIX_WEEKS, AT_TEN_WEEKS = (
    ("19", "178"),
    ("178", "198", "177", "122"),
    ("178", "198", "177", "122"),
)
AT_FOURTEEN_WEEKS, AT_NINE_MONTHS = (*AT_TEN_WEEKS, "10"), ("04", "190")

CHILDREN = (
    DemoChild("Zuri", AMINA, age=70, visit_in=3, had=((1, AT_BIRTH), (42, AT_SIX_WEEKS))),
    DemoChild(
        "Juma",
        AMINA,
        age=540,
        visit_in=8,
        had=(
            (0, AT_BIRTH),
            (44, AT_SIX_WEEKS),
            (75, AT_TEN_WEEKS),
            (104, AT_FOURTEEN_WEEKS),
            (280, AT_NINE_MONTHS),
        ),
    ),
    # The second doses were given too early: the forecast says so.
    DemoChild("Mateo", ROSA, age=98, visit_in=2, had=((2, AT_BIRTH), (42, AT_SIX_WEEKS), (63, AT_TEN_WEEKS))),
    DemoChild("Neema", DAVID, age=42, visit_in=5, had=((0, AT_BIRTH),)),
)


class DemoAdmin(msgspec.Struct, frozen=True):
    """Who may sign in to the demo; the password is made at the first start and stored nowhere else."""

    email: str
    password: str


async def load(now: datetime) -> DemoAdmin | None:
    """Load the demo clinic, wholly or not at all.

    Returns:
        Its administrator, when this was the first time; None when it was there already.
    """
    async with unit_of_work():
        rows = await sql("SELECT id FROM facility WHERE name = $1", CLINIC.name)
        if rows:
            await _open_sessions(rows[0]["id"], now)
            return None
        return await _load_all(now)


async def _load_all(now: datetime) -> DemoAdmin:
    facility = await register_facility(CLINIC, actor=SYSTEM, now=now)
    schedule = await add_schedule(NewSchedule(shipped="ke"), actor=SYSTEM, now=now)
    await activate(schedule.id, confirm=True, actor=SYSTEM, page=Page(), now=now)
    sessions = await _open_sessions(facility.id, now)
    for child in CHILDREN:
        await _register(child, facility.id, sessions, now)
    admin = DemoAdmin(ADMIN, secrets.token_urlsafe(12))
    account = NewUser(email=admin.email, password=admin.password, name="Demo", role="admin")
    await create_user(account, actor=SYSTEM, now=now)
    return admin


async def _open_sessions(facility_id: UUID, now: datetime) -> dict[date, UUID]:
    """Open the clinic from tomorrow on, Sundays excepted: the morning session of each new day."""
    today = now.astimezone(ZoneInfo(CLINIC.zone)).date()
    mornings: dict[date, UUID] = {}
    for day in (today + timedelta(days=ahead) for ahead in range(1, 7 * WEEKS + 1)):
        for starts, ends in WINDOWS if day.isoweekday() <= SATURDAY else ():
            new = NewSession(facility_id, day, starts, ends, PLACES)
            try:
                session = await open_session(new, actor=SYSTEM, now=now)
            except Duplicate:
                continue
            mornings.setdefault(day, session.id)
    return mornings


async def _register(child: DemoChild, facility_id: UUID, sessions: dict[date, UUID], now: datetime) -> None:
    today = now.astimezone(ZoneInfo(CLINIC.zone)).date()
    registered = await register_child(
        NewChild(
            facility_id=facility_id,
            first_name=child.first_name,
            date_of_birth=today - timedelta(days=child.age),
            guardians=[child.guardian],
        ),
        actor=SYSTEM,
        now=now,
    )
    await _record_doses(registered, child, now)
    day = min(day for day in sessions if day >= today + timedelta(days=child.visit_in))
    await book(NewAppointment(registered.id, sessions[day]), actor=SYSTEM, now=now)


async def _record_doses(registered: ChildView, child: DemoChild, now: datetime) -> None:
    for age, vaccines in child.had:
        day = registered.date_of_birth + timedelta(days=age)
        for cvx in vaccines:
            dose = NewImmunization(cvx=cvx, given_on=day, source="health_card")
            await record_dose(registered.id, dose, actor=SYSTEM, now=now)

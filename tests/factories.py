"""What tests begin with, made through the operations: `await a_child(guardian="+254700000001")`.

Each takes what a test is about by name and fills the rest with something ordinary. Dates are told from
NOW, the moment at which most tests take place.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from service.access.accounts import NewUser, UserView, create_user
from service.access.actor import NOBODY, SYSTEM, Actor
from service.database import sql
from service.paging import Page
from service.registration.children import ChildView, NewChild, register_child
from service.registration.claims import NewClaim, file_claim
from service.registration.facilities import FacilityView, NewFacility, get_facility, register_facility
from service.registration.families import NewGuardian
from service.scheduling.appointments import AppointmentView
from service.scheduling.booking import NewAppointment, book
from service.scheduling.sessions import NewSession, SessionView, open_session
from service.vaccination.activation import activate
from service.vaccination.immunizations import ImmunizationView, NewImmunization, record_dose
from service.vaccination.schedules import NewSchedule, ScheduleView, Shipped, add_schedule

# A Wednesday, 12:00 in Nairobi.
NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
PASSWORD = "seven quiet herons wade"

_numbers = count(1)


async def a_facility(
    name: str | None = None,
    *,
    zone: str = "Africa/Nairobi",
    country: str = "KE",
    language: str = "en",
    names_vaccines: bool = False,
) -> FacilityView:
    """A clinic, in Nairobi unless said otherwise."""
    new = NewFacility(
        name=name or f"Clinic {next(_numbers)}",
        address="Argwings Kodhek Road",
        zone=zone,
        country=country,
        language=language,
        names_vaccines=names_vaccines,
    )
    return await register_facility(new, actor=SYSTEM, now=NOW)


async def a_child(
    first_name: str = "Zuri",
    *,
    guardian: str | None = None,
    guardians: Iterable[NewGuardian] = (),
    facility: FacilityView | None = None,
    born: date = date(2025, 12, 1),
    consent: bool = True,
    now: datetime = NOW,
) -> ChildView:
    """A child with a guardian on a phone of their own, at a clinic of its own unless one is given."""
    adults = list(guardians) or [NewGuardian(phone=guardian or a_phone(), name="Amina", consent=consent)]
    new = NewChild(
        facility_id=(facility or await a_facility()).id,
        first_name=first_name,
        date_of_birth=born,
        guardians=adults,
    )
    return await register_child(new, actor=SYSTEM, now=now)


def a_phone() -> str:
    """A Kenyan mobile number that no other test data has."""
    return f"+2547{next(_numbers):08d}"


async def a_session(
    facility: FacilityView,
    *,
    day: date | None = None,
    starts: str = "09:00",
    ends: str = "12:00",
    capacity: int = 8,
) -> SessionView:
    """A clinic session in a week, on the facility's own calendar and clock."""
    new = NewSession(facility.id, day or NOW.date() + timedelta(days=7), starts, ends, capacity)
    return await open_session(new, actor=SYSTEM, now=NOW)


async def an_appointment(
    child: ChildView | None = None, session: SessionView | None = None, *, now: datetime = NOW
) -> AppointmentView:
    """A booked appointment, with a child and a clinic session of its own unless they are given."""
    if child is None:
        child = await a_child(facility=await a_facility())
    if session is None:
        session = await a_session(await _facility_of(child))
    return await book(NewAppointment(child.id, session.id), actor=SYSTEM, now=now)


async def a_schedule_in_force(shipped: Shipped = "ke") -> ScheduleView:
    """A schedule that comes along, put in force."""
    return await put_in_force(NewSchedule(shipped=shipped))


async def put_in_force(new: NewSchedule, *, now: datetime = NOW) -> ScheduleView:
    """A schedule, handed in and activated."""
    added = await add_schedule(new, actor=SYSTEM, now=now)
    return (await activate(added.id, confirm=True, actor=SYSTEM, page=Page(), now=now)).schedule


async def a_dose(child: ChildView, cvx: str, on: date, *, now: datetime = NOW) -> ImmunizationView:
    """A dose that was given to a child."""
    return await record_dose(child.id, NewImmunization(cvx=cvx, given_on=on), actor=SYSTEM, now=now)


async def a_claim(facility_id: UUID, phone: str = "+254700000001", **values: Any) -> UUID:
    """A child that a phone has asked to register by text."""
    inbound = await sql(
        """INSERT INTO inbound_message (id, provider_sid, phone, to_number, body, media_count, other_fields,
                                        received_at)
           VALUES ($1, $2, $3, '+1', 'yes', 0, '{}', $4) RETURNING id""",
        uuid4(),
        uuid4().hex,
        phone,
        NOW,
    )
    usual: dict[str, Any] = {
        "phone": phone,
        "first_name": "Zuri",
        "date_of_birth": date(2026, 2, 20),
        "birth_is_estimate": False,
        "facility_id": facility_id,
        "language": "en",
        "consent_words": "May we?",
        "inbound_id": inbound[0]["id"],
    }
    return await file_claim(NewClaim(**usual | values), actor=NOBODY, now=NOW)


async def an_admin(email: str | None = None) -> UserView:
    """An admin whose password is PASSWORD."""
    return await _a_user(NewUser(email=email or _an_email(), password=PASSWORD, name="Grace", role="admin"))


async def a_scheduler(*facilities: FacilityView) -> UserView:
    """A scheduler of these facilities."""
    return await _a_user(
        NewUser(
            email=_an_email(),
            password=PASSWORD,
            name="Otieno",
            role="scheduler",
            facility_ids=[facility.id for facility in facilities],
        )
    )


async def a_parent(phone: str) -> UserView:
    """The account of a guardian who is registered with this phone."""
    return await _a_user(
        NewUser(email=_an_email(), password=PASSWORD, name="Amina", role="parent", guardian_phone=phone)
    )


def acting(user: UserView) -> Actor:
    """The user as operations know whoever acts."""
    return Actor("user", user.id, user.role, frozenset(user.facility_ids), user.guardian_id)


def scheduling_for(*facility_ids: UUID) -> Actor:
    """A scheduler who needs no account, for tests of operations."""
    return Actor("user", None, "scheduler", frozenset(facility_ids))


async def _a_user(new: NewUser) -> UserView:
    return await create_user(new, actor=SYSTEM, now=NOW)


def _an_email() -> str:
    return f"person{next(_numbers)}@example.org"


async def _facility_of(child: ChildView) -> FacilityView:
    return await get_facility(child.facility_id, actor=SYSTEM)

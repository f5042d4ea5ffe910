"""Families to measure with: registered children with appointments, and places to move to."""

import asyncio
from datetime import timedelta
from uuid import UUID

from service.access.actor import SYSTEM
from service.clock import now
from service.registration.children import NewChild, register_child
from service.registration.facilities import NewFacility, register_facility
from service.registration.families import NewGuardian
from service.scheduling.booking import NewAppointment, book
from service.scheduling.sessions import NewSession, SessionView, open_session

AT_ONCE = 8
CLINICS = 10
SESSIONS = 20
PLACES = 50


async def register(how_many: int) -> tuple[str, ...]:
    """Register families at ten clinics; their phones. Call it with the database's pool open."""
    phones = tuple(f"+2547{20_000_000 + number}" for number in range(how_many))
    for clinic in range(CLINICS):
        # Neighbours in the list go to different clinics, so that they do not wait for each other's session.
        await _clinic(clinic, phones[clinic::CLINICS])
    return phones


async def _clinic(number: int, phones: tuple[str, ...]) -> None:
    # Texted at any hour, whenever this is run.
    new = NewFacility(
        name=f"Measured {number}",
        zone="Africa/Nairobi",
        country="KE",
        texts_from="00:00",
        sunday_texts_from="00:00",
        texts_until="23:59:59",
    )
    facility = await register_facility(new, actor=SYSTEM, now=now())
    first, *_ = [await _session(facility.id, in_days=10 + day) for day in range(SESSIONS)]
    await asyncio.gather(*(_family(facility.id, first.id, phone) for phone in phones))


async def _session(facility_id: UUID, *, in_days: int) -> SessionView:
    day = (now() + timedelta(days=in_days)).date()
    new = NewSession(facility_id, day, "09:00", "12:00", PLACES)
    return await open_session(new, actor=SYSTEM, now=now())


async def _family(facility_id: UUID, session_id: UUID, phone: str) -> None:
    new = NewChild(
        facility_id=facility_id,
        first_name="Zuri",
        date_of_birth=(now() - timedelta(days=60)).date(),
        guardians=[NewGuardian(phone=phone, name="Amina")],
    )
    child = await register_child(new, actor=SYSTEM, now=now())
    await book(NewAppointment(child.id, session_id), actor=SYSTEM, now=now())

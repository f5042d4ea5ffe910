"""Facilities: where children are registered and vaccinated, and how their clock and country read.

Admins keep them; a scheduler reads their own.
"""

import zoneinfo
from datetime import datetime, time
from functools import cache
from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
import phonenumbers
from msgspec import UNSET, Meta, UnsetType

from service.access import audit
from service.access.actor import Actor
from service.access.scope import facilities_in_scope, given, require_admin
from service.conflicts import no_duplicate, not_in_use
from service.database import unit_of_work
from service.errors import Invalid, NotFound
from service.paging import Page, Paged, paged
from service.plain_words import one_line
from service.registration.languages import known_language
from service.registration.phones import read_phone
from service.unset import either
from service.vaccination.forecasts import forget_forecasts
from service.wall_time import WallTime, read_wall_time
from tables.places import Facility

LONGEST_NAME = 80
LONGEST_ADDRESS = 160
# Two segments.
LONGEST_SENTENCE = 300
HOURS = ("texts_from", "texts_until", "sunday_texts_from", "remind_at")

Zone = Annotated[str, Meta(description="IANA time zone.", examples=["Africa/Nairobi"], max_length=64)]
Country = Annotated[
    str, Meta(description="ISO 3166 alpha-2: how local phone numbers are read.", examples=["KE"])
]
NamesVaccines = Annotated[
    bool, Meta(description="Whether texts may name what a visit is for: others read a phone too.")
]
Language = Annotated[str, Meta(description="The language of its texts.", examples=["en"], max_length=8)]
JoinCode = (
    Annotated[
        int,
        Meta(
            description="The number on its posters: parents name it when they register a child by text.",
            ge=10,
            le=9999,
            examples=[42],
        ),
    ]
    | None
)
MedicalSentence = Annotated[
    str | None,
    Meta(
        description="What is texted to medical questions; a person is asked as well. Null: our own words.",
        examples=["In an emergency go to the county hospital. A nurse will call you."],
    ),
]
ClinicPhone = Annotated[str | None, Meta(description="Where parents can call.", examples=["+254700000001"])]


class NewFacility(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A facility to be registered."""

    name: Annotated[str, Meta(examples=["Kilimani Clinic"])]
    zone: Zone
    country: Country
    address: Annotated[str, Meta(examples=["Argwings Kodhek Road"])] = ""
    phone: ClinicPhone = None
    language: Language = "en"
    texts_from: WallTime = "09:00"
    texts_until: WallTime = "20:00"
    sunday_texts_from: WallTime = "12:00"
    remind_at: WallTime = "10:00"
    names_vaccines: NamesVaccines = False
    join_code: JoinCode = None
    medical_sentence: MedicalSentence = None


class FacilityChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different; fields left out stay as they are."""

    name: str | UnsetType = UNSET
    zone: Zone | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    address: str | UnsetType = UNSET
    phone: ClinicPhone | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    texts_from: WallTime | UnsetType = UNSET
    texts_until: WallTime | UnsetType = UNSET
    sunday_texts_from: WallTime | UnsetType = UNSET
    remind_at: WallTime | UnsetType = UNSET
    names_vaccines: NamesVaccines | UnsetType = UNSET
    join_code: JoinCode | UnsetType = UNSET
    medical_sentence: MedicalSentence | UnsetType = UNSET


class FacilityView(msgspec.Struct, frozen=True, kw_only=True):
    """A facility as staff see it."""

    id: UUID
    name: str
    address: str
    phone: str | None
    zone: str
    country: str
    language: str
    texts_from: time
    texts_until: time
    sunday_texts_from: time
    remind_at: time
    names_vaccines: bool
    join_code: int | None
    medical_sentence: str | None
    created_at: datetime


async def register_facility(new: NewFacility, *, actor: Actor, now: datetime) -> FacilityView:
    """Register a facility.

    Raises:
        Forbidden: the actor is no admin.
        Invalid: a value cannot be accepted.
        Duplicate: there is one with this name or number.
    """
    require_admin(actor)
    row = _checked(new)
    with no_duplicate("There is a facility with this name or number."):
        async with unit_of_work():
            facility = Facility(id=uuid4(), created_at=now, **row)
            await Facility.insert(facility)
            await audit.record(audit.entry(actor, "create", "facility", facility.id, now=now, after=row))
    return await get_facility(facility.id, actor=actor)


async def change_facility(
    facility_id: UUID, change: FacilityChange, *, actor: Actor, now: datetime
) -> FacilityView:
    """Change a facility. Appointments and reminders that stand keep their times.

    Raises:
        NotFound, Forbidden, Invalid, Duplicate: as for registering.
    """
    with no_duplicate("There is a facility with this name or number."):
        async with unit_of_work():
            await Facility.select(Facility.id).where(Facility.id == facility_id).lock_rows()
            before = await get_facility(facility_id, actor=actor)
            require_admin(actor)
            row = _checked(_merged(change, before))
            await Facility.update(row).where(Facility.id == facility_id)
            if (row["country"], row["zone"]) != (before.country, before.zone):
                await forget_forecasts(facility_id)
            old, new = audit.differences(_columns(before), row)
            await audit.record(
                audit.entry(actor, "update", "facility", facility_id, now=now, before=old, after=new)
            )
    return await get_facility(facility_id, actor=actor)


async def remove_facility(facility_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Remove a facility that nothing belongs to.

    Raises:
        NotFound, Forbidden: as for changing.
        InUse: children, registrations by text, clinic sessions or schedulers belong to it.
    """
    before = await get_facility(facility_id, actor=actor)
    require_admin(actor)
    with not_in_use("Children, registrations, clinic sessions or schedulers still belong to this facility."):
        async with unit_of_work():
            await Facility.delete().where(Facility.id == facility_id)
            await audit.record(
                audit.entry(actor, "delete", "facility", facility_id, now=now, before=_columns(before))
            )


async def get_facility(facility_id: UUID, *, actor: Actor) -> FacilityView:
    """One facility.

    Raises:
        NotFound: there is none, or it is not the actor's.
    """
    row = await (
        Facility.select().where(*given(Facility.id == facility_id, facilities_in_scope(actor))).first()
    )
    if row is None:
        raise NotFound("There is no such facility.")
    return msgspec.convert(row, FacilityView)


async def list_facilities(*, actor: Actor, page: Page) -> Paged[FacilityView]:
    """The facilities that the actor may see, by name."""
    scope = given(facilities_in_scope(actor))
    total = await Facility.count().where(*scope)
    rows = await Facility.select().where(*scope).order_by(Facility.name).limit(page.limit).offset(page.offset)
    return paged(msgspec.convert(rows, list[FacilityView]), total, page)


def _merged(change: FacilityChange, before: FacilityView) -> NewFacility:
    stays = msgspec.to_builtins(before)
    fields = FacilityChange.__struct_fields__
    return NewFacility(**{field: either(getattr(change, field), stays[field]) for field in fields})


def _columns(facility: FacilityView) -> dict[Any, Any]:
    return {field: getattr(facility, field) for field in FacilityChange.__struct_fields__}


def _checked(new: NewFacility) -> dict[Any, Any]:
    """The columns of a facility whose values make sense, each and together."""
    country = _country(new.country)
    row = {
        "name": one_line(new.name, field="name", longest=LONGEST_NAME),
        "address": one_line(new.address, field="address", longest=LONGEST_ADDRESS, may_be_empty=True),
        "phone": None if new.phone is None else read_phone(new.phone, country=country, field="phone"),
        "zone": _zone(new.zone),
        "country": country,
        "language": known_language(new.language, field="language"),
        "names_vaccines": new.names_vaccines,
        "join_code": new.join_code,
        "medical_sentence": _sentence(new.medical_sentence),
    }
    return row | _hours(new)


def _sentence(text: str | None) -> str | None:
    if text is None:
        return None
    return one_line(text, field="medical_sentence", longest=LONGEST_SENTENCE)


def _hours(new: NewFacility) -> dict[Any, Any]:
    hours = {field: read_wall_time(getattr(new, field), field=field) for field in HOURS}
    texts_from, texts_until, sunday_texts_from, remind_at = hours.values()
    if not texts_from < texts_until or not sunday_texts_from < texts_until:
        raise Invalid("texts_until", "must be later than texts_from and sunday_texts_from")
    if not texts_from <= remind_at < texts_until:
        raise Invalid("remind_at", "must lie in the hours in which texts are sent")
    return hours


def _country(text: str) -> str:
    if text.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise Invalid("country", "must be a country code of two letters, such as KE")
    return text.upper()


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _zone(text: str) -> str:
    # Asked of the list of names, not of the file system: ZoneInfo would take a path for a name.
    if text not in _zones():
        raise Invalid("zone", "must be an IANA time zone, such as Africa/Nairobi")
    return text

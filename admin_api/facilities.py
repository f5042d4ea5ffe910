"""Facilities over REST."""

from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.params import FromPath, JSONBody

from admin_api.dependencies import AskedPage, Caller, Now
from admin_api.permission import may
from service.paging import Paged
from service.registration import facilities
from service.registration.facilities import FacilityChange, FacilityView, NewFacility


class FacilityController(Controller):
    """Where children are registered and vaccinated."""

    path = "/facilities"
    tags = ("facilities",)

    @post("/", guards=[may("facilities", "create")], summary="Register a facility")
    async def create(self, data: JSONBody[NewFacility], actor: Caller, now: Now) -> FacilityView:
        """Its zone decides what "tomorrow" and "at night" mean for its families."""
        return await facilities.register_facility(data, actor=actor, now=now)

    @get("/", guards=[may("facilities", "read")], summary="List facilities")
    async def list_(self, actor: Caller, page: AskedPage) -> Paged[FacilityView]:
        """By name; a scheduler sees their own."""
        return await facilities.list_facilities(actor=actor, page=page)

    @get("/{facility_id:uuid}", guards=[may("facilities", "read")], summary="Read a facility")
    async def read(self, facility_id: FromPath[UUID], actor: Caller) -> FacilityView:
        """One facility."""
        return await facilities.get_facility(facility_id, actor=actor)

    @put("/{facility_id:uuid}", guards=[may("facilities", "update")], summary="Change a facility")
    async def update(
        self, facility_id: FromPath[UUID], data: JSONBody[FacilityChange], actor: Caller, now: Now
    ) -> FacilityView:
        """Fields left out stay. Appointments and reminders that stand keep their times."""
        return await facilities.change_facility(facility_id, data, actor=actor, now=now)

    @delete("/{facility_id:uuid}", guards=[may("facilities", "delete")], summary="Remove a facility")
    async def remove(self, facility_id: FromPath[UUID], actor: Caller, now: Now) -> None:
        """Refused while children, registrations, clinic sessions or schedulers belong to it."""
        await facilities.remove_facility(facility_id, actor=actor, now=now)

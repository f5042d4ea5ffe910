"""Appointments over REST. Each change of one texts the family by itself."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from admin_api.dependencies import AskedPage, Caller, Now
from admin_api.permission import may
from service.access.actor import Actor
from service.errors import Invalid
from service.paging import Paged
from service.scheduling import appointments, booking, outcomes, planning
from service.scheduling.appointments import AppointmentFilter, AppointmentStatus, AppointmentView
from service.scheduling.booking import NewAppointment
from service.scheduling.outcomes import DosesAtVisit
from service.scheduling.planning import VisitPlan

Version = Annotated[
    int | None,
    Meta(description="The version that you read. When it has changed since, nothing is done (409)."),
]


class AppointmentChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either another clinic session or another status."""

    session_id: UUID | None = None
    status: Literal["confirmed", "cancelled", "attended", "missed"] | None = None
    doses_given: DosesAtVisit = None
    version: Version = None


class NewPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `book` the next visit is only proposed."""

    book: bool = False


class PlanController(Controller):
    """The next visit of a child."""

    path = "/children/{child_id:uuid}/appointments"
    tags = ("appointments",)

    @post("/plan", guards=[may("appointments", "create")], summary="Plan the next visit", status_code=200)
    async def plan(
        self, child_id: FromPath[UUID], data: JSONBody[NewPlan], actor: Caller, now: Now
    ) -> VisitPlan:
        """The first session with a place from the day on which a dose is recommended, with all it is for."""
        return await planning.plan_visit(child_id, book=data.book, actor=actor, now=now)


class AppointmentController(Controller):
    """Visits that were agreed."""

    path = "/appointments"
    tags = ("appointments",)

    @post("/", guards=[may("appointments", "create")], summary="Book an appointment")
    async def create(self, data: JSONBody[NewAppointment], actor: Caller, now: Now) -> AppointmentView:
        """Takes a place in a clinic session of the child's facility and texts the guardians."""
        return await booking.book(data, actor=actor, now=now)

    @get("/", guards=[may("appointments", "read")], summary="List appointments")
    async def list_(
        self,
        actor: Caller,
        page: AskedPage,
        child_id: FromQuery[UUID | None] = None,
        facility_id: FromQuery[UUID | None] = None,
        session_id: FromQuery[UUID | None] = None,
        status: FromQuery[AppointmentStatus | None] = None,
        from_date: FromQuery[date | None] = None,
        to_date: FromQuery[date | None] = None,
    ) -> Paged[AppointmentView]:
        """By time; both days are included, on the facility's calendar."""
        wanted = AppointmentFilter(
            child_id=child_id,
            facility_id=facility_id,
            session_id=session_id,
            status=status,
            from_date=from_date,
            to_date=to_date,
        )
        return await appointments.list_appointments(wanted, actor=actor, page=page)

    @get("/{appointment_id:uuid}", guards=[may("appointments", "read")], summary="Read an appointment")
    async def read(self, appointment_id: FromPath[UUID], actor: Caller) -> AppointmentView:
        """One appointment, with the version that a change may name."""
        return await appointments.get_appointment(appointment_id, actor=actor)

    @put("/{appointment_id:uuid}", guards=[may("appointments", "update")], summary="Change an appointment")
    async def update(
        self, appointment_id: FromPath[UUID], data: JSONBody[AppointmentChange], actor: Caller, now: Now
    ) -> AppointmentView:
        """Move it (`session_id`), confirm or cancel it, or, as staff, record how the visit ended.

        An attended visit records its doses and books the next one.
        """
        return await _change(appointment_id, data, actor, now)

    @delete(
        "/{appointment_id:uuid}",
        guards=[may("appointments", "delete")],
        summary="Cancel an appointment",
        status_code=200,
    )
    async def cancel(self, appointment_id: FromPath[UUID], actor: Caller, now: Now) -> AppointmentView:
        """Gives the place up. The appointment is kept as cancelled, and is what this answers with."""
        return await booking.cancel(appointment_id, version=None, actor=actor, now=now)


async def _change(
    appointment_id: UUID, change: AppointmentChange, actor: Actor, now: datetime
) -> AppointmentView:
    """The operation that a change asks for."""
    version = change.version
    if change.doses_given is not None and change.status != "attended":
        raise Invalid("doses_given", "goes with the status attended only")
    match change:
        case AppointmentChange(session_id=UUID() as session_id, status=None):
            return await booking.move(appointment_id, session_id, version=version, actor=actor, now=now)
        case AppointmentChange(session_id=None, status="confirmed"):
            return await booking.confirm(appointment_id, version=version, actor=actor, now=now)
        case AppointmentChange(session_id=None, status="cancelled"):
            return await booking.cancel(appointment_id, version=version, actor=actor, now=now)
        case AppointmentChange(session_id=None, status=("attended" | "missed") as outcome):
            return await outcomes.record_outcome(
                appointment_id,
                outcome,
                doses_given=change.doses_given,
                version=version,
                actor=actor,
                now=now,
            )
        case _:
            raise Invalid("status", "give either a session_id or a status")

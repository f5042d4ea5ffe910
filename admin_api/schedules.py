"""Vaccination schedules over REST: handed in, compared with what is in force, activated."""

from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.params import FromPath, JSONBody

from admin_api.dependencies import AskedPage, Caller, Now
from admin_api.permission import may
from service.paging import Paged
from service.vaccination import activation, schedules
from service.vaccination.activation import Activation
from service.vaccination.schedules import NewSchedule, ScheduleView, VaccineView

# CDC's zip in base64 takes about half a MiB.
LARGEST_SCHEDULE = 8 * 1024 * 1024


class NewActivation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `confirm` nothing changes: the answer shows what would."""

    confirm: bool = False


class ScheduleController(Controller):
    """Schedule versions."""

    tags = ("schedules",)

    @post(
        "/schedules",
        guards=[may("schedules", "create")],
        summary="Hand in a schedule",
        request_max_body_size=LARGEST_SCHEDULE,
    )
    async def create(self, data: JSONBody[NewSchedule], actor: Caller, now: Now) -> ScheduleView:
        """One that comes along, a native one, or CDC's. All faults are told at once."""
        return await schedules.add_schedule(data, actor=actor, now=now)

    @get("/schedules", guards=[may("schedules", "read")], summary="List schedules")
    async def list_(self, actor: Caller, page: AskedPage) -> Paged[ScheduleView]:
        """The newest first."""
        return await schedules.list_schedules(actor=actor, page=page)

    @post(
        "/schedules/{schedule_id:uuid}/activate",
        guards=[may("schedules", "update")],
        summary="Show what a schedule would change, or put it in force",
        status_code=200,
    )
    async def activate(
        self,
        schedule_id: FromPath[UUID],
        data: JSONBody[NewActivation],
        actor: Caller,
        page: AskedPage,
        now: Now,
    ) -> Activation:
        """Whose due dates change, and by how much; with `{"confirm": true}` they do."""
        return await activation.activate(schedule_id, confirm=data.confirm, actor=actor, page=page, now=now)

    @get("/vaccines", guards=[may("schedules", "read")], summary="List vaccines")
    async def vaccines(self, actor: Caller) -> list[VaccineView]:
        """The codes that doses are recorded by."""
        return await schedules.list_vaccines(actor=actor)

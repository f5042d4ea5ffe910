"""The audit trail over REST, to read only."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.params import FromQuery, QueryParameter

from admin_api.dependencies import AskedPage, Caller
from admin_api.permission import may
from service.access import trail
from service.access.trail import TrailEntry, TrailFilter
from service.paging import Paged

Subject = Annotated[str | None, QueryParameter(pattern="^[a-z_]{1,40}$", examples=[])]


class TrailController(Controller):
    """Who changed what."""

    path = "/audit"
    tags = ("audit",)

    @get("/", guards=[may("audit", "read")], summary="List changes")
    async def list_(
        self,
        actor: Caller,
        page: AskedPage,
        subject: Subject = None,
        subject_id: FromQuery[UUID | None] = None,
    ) -> Paged[TrailEntry]:
        """The newest first. `subject` is a kind of thing, such as `appointment` or `users`."""
        wanted = TrailFilter(subject=subject, subject_id=subject_id)
        return await trail.list_entries(wanted, actor=actor, page=page)

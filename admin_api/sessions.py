"""Clinic sessions over REST."""

from datetime import date
from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from admin_api.dependencies import AskedPage, Caller, Now
from admin_api.permission import may
from service.paging import Paged
from service.scheduling import sessions
from service.scheduling.sessions import NewSession, SessionChange, SessionFilter, SessionView


class SessionController(Controller):
    """When a facility vaccinates, and how many children it can take."""

    path = "/sessions"
    tags = ("clinic sessions",)

    @post("/", guards=[may("sessions", "create")], summary="Open a clinic session")
    async def create(self, data: JSONBody[NewSession], actor: Caller, now: Now) -> SessionView:
        """Date and times are those of the facility's own calendar and clock."""
        return await sessions.open_session(data, actor=actor, now=now)

    @get("/", guards=[may("sessions", "read")], summary="List clinic sessions")
    async def list_(
        self,
        actor: Caller,
        page: AskedPage,
        facility_id: FromQuery[UUID | None] = None,
        from_date: FromQuery[date | None] = None,
        to_date: FromQuery[date | None] = None,
        *,
        with_places: FromQuery[bool | None] = None,
    ) -> Paged[SessionView]:
        """By time; both days are included. `with_places` asks for those with (or without) room."""
        wanted = SessionFilter(
            facility_id=facility_id, from_date=from_date, to_date=to_date, with_places=with_places
        )
        return await sessions.list_sessions(wanted, actor=actor, page=page)

    @get("/{session_id:uuid}", guards=[may("sessions", "read")], summary="Read a clinic session")
    async def read(self, session_id: FromPath[UUID], actor: Caller) -> SessionView:
        """One clinic session, with the number of its places that are taken."""
        return await sessions.get_session(session_id, actor=actor)

    @put("/{session_id:uuid}", guards=[may("sessions", "update")], summary="Change a clinic session")
    async def update(
        self, session_id: FromPath[UUID], data: JSONBody[SessionChange], actor: Caller, now: Now
    ) -> SessionView:
        """Fields left out stay. The time changes only while no appointment has been told to a family."""
        return await sessions.change_session(session_id, data, actor=actor, now=now)

    @delete("/{session_id:uuid}", guards=[may("sessions", "delete")], summary="Close a clinic session")
    async def remove(self, session_id: FromPath[UUID], actor: Caller, now: Now) -> None:
        """Refused when there are appointments in it, be it as history."""
        await sessions.close_session(session_id, actor=actor, now=now)

"""Registrations over REST: children that parents asked to register by text, for staff to verify."""

from uuid import UUID

from litestar import Controller, get, put
from litestar.params import FromPath, FromQuery, JSONBody

from admin_api.dependencies import AskedPage, Caller, Now
from admin_api.permission import may
from service.paging import Paged
from service.registration import claims, settling
from service.registration.claims import ClaimView, Status
from service.registration.settling import Settlement


class RegistrationController(Controller):
    """Children as parents describe them by text."""

    path = "/registrations"
    tags = ("registrations",)

    @get("/", guards=[may("registrations", "read")], summary="List registrations by text")
    async def list_(
        self, actor: Caller, page: AskedPage, status: FromQuery[Status | None] = None
    ) -> Paged[ClaimView]:
        """Open ones first, each with the children of its facility that it may be."""
        return await claims.list_claims(status, actor=actor, page=page)

    @get("/{registration_id:uuid}", guards=[may("registrations", "read")], summary="Read a registration")
    async def read(self, registration_id: FromPath[UUID], actor: Caller) -> ClaimView:
        """One registration by text."""
        return await claims.get_claim(registration_id, actor=actor)

    @put("/{registration_id:uuid}", guards=[may("registrations", "update")], summary="Settle a registration")
    async def update(
        self, registration_id: FromPath[UUID], data: JSONBody[Settlement], actor: Caller, now: Now
    ) -> ClaimView:
        """Verified, it becomes a child, and the parent is told the first due date.

        A duplicate with a `child_id` makes the phone one of that child's guardians'.
        """
        return await settling.settle_claim(registration_id, data, actor=actor, now=now)

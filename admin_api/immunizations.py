"""Doses that were given, over REST. None is refused for being invalid: each is told what it counts for."""

from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.params import FromPath, JSONBody

from admin_api.dependencies import AskedPage, Caller, Now
from admin_api.permission import may
from service.paging import Paged
from service.vaccination import immunizations
from service.vaccination.immunizations import ImmunizationChange, ImmunizationView, NewImmunization


class ImmunizationController(Controller):
    """A child's history of doses."""

    path = "/children/{child_id:uuid}/immunizations"
    tags = ("immunizations",)

    @post("/", guards=[may("immunizations", "create")], summary="Record a dose that was given")
    async def create(
        self, child_id: FromPath[UUID], data: JSONBody[NewImmunization], actor: Caller, now: Now
    ) -> ImmunizationView:
        """Answers with what it counts for, and works out anew what the child needs."""
        return await immunizations.record_dose(child_id, data, actor=actor, now=now)

    @get("/", guards=[may("immunizations", "read")], summary="List a child's doses")
    async def list_(
        self, child_id: FromPath[UUID], actor: Caller, page: AskedPage, now: Now
    ) -> Paged[ImmunizationView]:
        """By day, each with what it counts for and why."""
        return await immunizations.list_doses(child_id, actor=actor, page=page, now=now)

    @get("/{immunization_id:uuid}", guards=[may("immunizations", "read")], summary="Read a dose")
    async def read(
        self, child_id: FromPath[UUID], immunization_id: FromPath[UUID], actor: Caller, now: Now
    ) -> ImmunizationView:
        """One dose."""
        return await immunizations.get_dose(child_id, immunization_id, actor=actor, now=now)

    @put("/{immunization_id:uuid}", guards=[may("immunizations", "update")], summary="Correct a dose")
    async def update(
        self,
        child_id: FromPath[UUID],
        immunization_id: FromPath[UUID],
        data: JSONBody[ImmunizationChange],
        actor: Caller,
        now: Now,
    ) -> ImmunizationView:
        """Fields left out stay."""
        return await immunizations.change_dose(child_id, immunization_id, data, actor=actor, now=now)

    @delete("/{immunization_id:uuid}", guards=[may("immunizations", "delete")], summary="Take a dose back")
    async def remove(
        self, child_id: FromPath[UUID], immunization_id: FromPath[UUID], actor: Caller, now: Now
    ) -> None:
        """For one recorded by mistake; the audit trail keeps it."""
        await immunizations.remove_dose(child_id, immunization_id, actor=actor, now=now)

"""Children over REST."""

from datetime import date
from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from admin_api.dependencies import AskedPage, Caller, Now
from admin_api.permission import may
from service.paging import Paged
from service.registration import children
from service.registration.children import ChildChange, ChildFilter, ChildView, NewChild


class ChildController(Controller):
    """Children, with the adults who answer for them."""

    path = "/children"
    tags = ("children",)

    @post("/", guards=[may("children", "create")], summary="Register a child")
    async def create(self, data: JSONBody[NewChild], actor: Caller, now: Now) -> ChildView:
        """Creates the guardians, or links those who are registered with their phone."""
        return await children.register_child(data, actor=actor, now=now)

    @get("/", guards=[may("children", "read")], summary="List children")
    async def list_(
        self,
        actor: Caller,
        page: AskedPage,
        facility_id: FromQuery[UUID | None] = None,
        guardian_id: FromQuery[UUID | None] = None,
        born_from: FromQuery[date | None] = None,
        born_until: FromQuery[date | None] = None,
    ) -> Paged[ChildView]:
        """By name; a scheduler sees those of their facilities, a parent their own."""
        wanted = ChildFilter(
            facility_id=facility_id, guardian_id=guardian_id, born_from=born_from, born_until=born_until
        )
        return await children.list_children(wanted, actor=actor, page=page)

    @get("/{child_id:uuid}", guards=[may("children", "read")], summary="Read a child")
    async def read(self, child_id: FromPath[UUID], actor: Caller) -> ChildView:
        """One child. A parent sees no other guardian than themselves."""
        return await children.get_child(child_id, actor=actor)

    @put("/{child_id:uuid}", guards=[may("children", "update")], summary="Change a child")
    async def update(
        self, child_id: FromPath[UUID], data: JSONBody[ChildChange], actor: Caller, now: Now
    ) -> ChildView:
        """Fields left out stay; `guardians`, where given, replaces all of them."""
        return await children.change_child(child_id, data, actor=actor, now=now)

    @delete("/{child_id:uuid}", guards=[may("children", "delete")], summary="Remove a child")
    async def remove(self, child_id: FromPath[UUID], actor: Caller, now: Now) -> None:
        """For one registered by mistake: refused when there are appointments, which are kept."""
        await children.remove_child(child_id, actor=actor, now=now)

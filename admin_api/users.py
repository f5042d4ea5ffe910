"""Accounts over REST."""

from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from admin_api.dependencies import AskedPage, Caller, Now
from admin_api.permission import may
from service.access import accounts
from service.access.accounts import NewUser, UserChange, UserFilter, UserView
from service.access.actor import Role
from service.paging import Paged


class UserController(Controller):
    """People with a password."""

    path = "/users"
    tags = ("users",)

    @post("/", guards=[may("users", "create")], summary="Create an account")
    async def create(self, data: JSONBody[NewUser], actor: Caller, now: Now) -> UserView:
        """A scheduler is given facilities; a parent, the phone of a registered guardian."""
        return await accounts.create_user(data, actor=actor, now=now)

    @get("/", guards=[may("users", "read")], summary="List accounts")
    async def list_(
        self,
        actor: Caller,
        page: AskedPage,
        role: FromQuery[Role | None] = None,
        facility_id: FromQuery[UUID | None] = None,
        *,
        disabled: FromQuery[bool | None] = None,
    ) -> Paged[UserView]:
        """By e-mail address."""
        wanted = UserFilter(role=role, facility_id=facility_id, disabled=disabled)
        return await accounts.list_users(wanted, actor=actor, page=page)

    @get("/{user_id:uuid}", guards=[may("users", "read")], summary="Read an account")
    async def read(self, user_id: FromPath[UUID], actor: Caller) -> UserView:
        """One account."""
        return await accounts.get_user(user_id, actor=actor)

    @put("/{user_id:uuid}", guards=[may("users", "update")], summary="Change an account")
    async def update(
        self, user_id: FromPath[UUID], data: JSONBody[UserChange], actor: Caller, now: Now
    ) -> UserView:
        """Fields left out stay. A new role, password or standing ends all of its tokens."""
        return await accounts.change_user(user_id, data, actor=actor, now=now)

    @delete("/{user_id:uuid}", guards=[may("users", "delete")], summary="Delete an account")
    async def remove(self, user_id: FromPath[UUID], actor: Caller, now: Now) -> None:
        """Refused for an account that texts or handoffs name (disable it), and for the last admin."""
        await accounts.delete_user(user_id, actor=actor, now=now)

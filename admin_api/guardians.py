"""Guardians over REST. They are made by registering a child."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from admin_api.dependencies import AskedPage, Caller, Now
from admin_api.permission import may
from service.paging import Paged
from service.registration import guardians
from service.registration.guardians import GuardianChange, GuardianFilter, GuardianView

PhoneEnd = Annotated[
    str | None, QueryParameter(pattern="^[0-9]{3,6}$", description="The last 3 to 6 digits of the phone.")
]


class GuardianController(Controller):
    """The adults on a phone."""

    path = "/guardians"
    tags = ("guardians",)

    @get("/", guards=[may("guardians", "read")], summary="List guardians")
    async def list_(
        self,
        actor: Caller,
        page: AskedPage,
        phone_ends: PhoneEnd = None,
        *,
        opted_out: FromQuery[bool | None] = None,
    ) -> Paged[GuardianView]:
        """Those registered last first; a scheduler sees the guardians of their facilities' children."""
        wanted = GuardianFilter(phone_ends=phone_ends, opted_out=opted_out)
        return await guardians.list_guardians(wanted, actor=actor, page=page)

    @get("/{guardian_id:uuid}", guards=[may("guardians", "read")], summary="Read a guardian")
    async def read(self, guardian_id: FromPath[UUID], actor: Caller) -> GuardianView:
        """One guardian; name and language are null where another facility keeps them."""
        return await guardians.get_guardian(guardian_id, actor=actor)

    @put("/{guardian_id:uuid}", guards=[may("guardians", "update")], summary="Change a guardian")
    async def update(
        self, guardian_id: FromPath[UUID], data: JSONBody[GuardianChange], actor: Caller, now: Now
    ) -> GuardianView:
        """Name, language and consent. An opt-out is ended by the guardian alone, with START."""
        return await guardians.change_guardian(guardian_id, data, actor=actor, now=now)

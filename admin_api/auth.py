"""Signing in and out, and who one is."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import Controller, Request, delete, get, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Meta

from admin_api.dependencies import Caller, Now
from admin_api.permission import may
from service.access import signing_in
from service.access.accounts import UserView, get_user
from service.access.actor import Actor


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an account is opened with."""

    email: Annotated[str, Meta(examples=["admin@example.org"])]
    password: Annotated[str, Meta(examples=["three plain words and more"])]


class TokenView(msgspec.Struct, frozen=True):
    """A bearer token, shown once. It ends at `expires_at`, or when it was not used for two hours."""

    token: str
    expires_at: datetime
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - RFC 6750's name for its kind


class AuthController(Controller):
    """Tokens."""

    path = "/auth"
    tags = ("auth",)

    @post("/token", summary="Sign in")
    async def sign_in(
        self, data: JSONBody[Credentials], request: Request[Actor, str, State], now: Now
    ) -> TokenView:
        """Exchange an e-mail address and a password for a bearer token."""
        address = request.client.host if request.client else ""
        issued = await signing_in.sign_in(data.email, data.password, address=address, now=now)
        return TokenView(issued.token, issued.expires_at)

    @delete("/token", guards=[may("sign_in", "delete")], summary="Sign out")
    async def sign_out(self, request: Request[Actor, str, State], actor: Caller, now: Now) -> None:
        """End the token with which this is asked."""
        await signing_in.sign_out(request.auth, actor=actor, now=now)

    @get("/me", guards=[may("sign_in", "read")], summary="Who am I")
    async def me(self, actor: Caller) -> UserView:
        """The account that the token belongs to."""
        assert actor.id is not None
        return await get_user(actor.id, actor=actor)

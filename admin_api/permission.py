"""Who may call a route. Each route names what it does to which kind of thing; nothing else is allowed.

The guard reads the token and the user behind it from the database with each request, and leaves the
actor for the route. Which of the things the actor sees is decided by the operation.
"""

from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler

from admin_api.dependencies import present
from service.access import tokens
from service.access.actor import Actor
from service.access.permissions import Action, Resource, allows
from service.errors import Forbidden, Unauthenticated

AnyConnection = ASGIConnection[BaseRouteHandler, Actor, str, State]

LONGEST_TOKEN = 200


class May:
    """The guard of a route: the caller is signed in, and their role may do this."""

    def __init__(self, resource: Resource, action: Action) -> None:
        self.resource = resource
        self.action = action

    async def __call__(self, connection: AnyConnection, _handler: BaseRouteHandler) -> None:
        """Let the caller through, as the actor of this request.

        Raises:
            Unauthenticated: there is no valid token.
            Forbidden: the role may not do this.
        """
        token = bearer_token(connection)
        actor = await tokens.bearer(token, now=present(connection.app.state))
        connection.scope["user"], connection.scope["auth"] = actor, token
        if not allows(actor.role, self.resource, self.action):
            raise Forbidden


def may(resource: Resource, action: Action) -> May:
    """`guards=[may("appointments", "update")]`."""
    return May(resource, action)


def bearer_token(connection: AnyConnection) -> str:
    """The token of the Authorization header (RFC 6750).

    Raises:
        Unauthenticated: there is none.
    """
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= LONGEST_TOKEN:
        raise Unauthenticated("Send a bearer token from POST /api/auth/token.")
    return token.strip()

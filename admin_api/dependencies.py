"""What routes ask for by name: the moment, the actor, the page of a list.

No transaction is opened here: Litestar resolves dependencies in a task group, where one would not hold
for the route. Operations open their own.
"""

from datetime import datetime
from typing import Annotated, Any, TypeAlias

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ValidationException
from litestar.params import QueryParameter

from service.access.actor import Actor
from service.clock import Clock
from service.paging import LARGEST_OFFSET, LARGEST_PAGE, USUAL_PAGE, Page

Now: TypeAlias = NamedDependency[datetime]
Caller: TypeAlias = NamedDependency[Actor]
AskedPage: TypeAlias = NamedDependency[Page]

PAGING = frozenset({"limit", "offset"})


def present(state: State) -> datetime:
    """This moment, by the clock that the app was made with."""
    clock: Clock = state.clock
    return clock()


def _now(state: State) -> datetime:
    return present(state)


def _actor(request: Request[Actor, str, State]) -> Actor:
    """Whoever the route's guard has let through."""
    return request.user


def _page(
    limit: Annotated[
        int, QueryParameter(ge=1, le=LARGEST_PAGE, description="How many at most.")
    ] = USUAL_PAGE,
    offset: Annotated[int, QueryParameter(ge=0, le=LARGEST_OFFSET, description="How many to skip.")] = 0,
) -> Page:
    return Page(limit, offset)


DEPENDENCIES = {
    "now": Provide(_now, sync_to_thread=False),
    "actor": Provide(_actor, sync_to_thread=False),
    "page": Provide(_page, sync_to_thread=False),
}


async def check_request(request: Request[Any, Any, State]) -> None:
    """What Litestar would let pass, or fail on: looked at before a route is called.

    Raises:
        ValidationException: the query holds a name that the route does not read: a filter that is spelled
            wrong must not answer with everything. Or the body is not in UTF-8.
    """
    names = request.route_handler.parsed_fn_signature.parameters
    known = {*names, *PAGING} if "page" in names else {*names}
    wrong = [
        {"key": name, "message": "is not a parameter here"}
        for name in request.query_params
        if name not in known
    ]
    if not _is_text(await request.body()):
        wrong.append({"key": "body", "message": "is not in UTF-8"})
    if wrong:
        raise ValidationException(extra=wrong)


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True

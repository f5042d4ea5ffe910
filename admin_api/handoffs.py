"""Handoffs over REST: conversations that wait for a person."""

from typing import Literal
from uuid import UUID

import msgspec
from litestar import Controller, get, put
from litestar.params import FromPath, FromQuery, JSONBody

from admin_api.dependencies import AskedPage, Caller, Now
from admin_api.permission import may
from service.messaging import handoffs
from service.messaging.handoffs import HandoffFilter, HandoffView
from service.paging import Paged


class HandoffChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody has taken care of it."""

    closed: Literal[True]


class HandoffController(Controller):
    """Conversations that need a person."""

    path = "/handoffs"
    tags = ("handoffs",)

    @get("/", guards=[may("handoffs", "read")], summary="List handoffs")
    async def list_(
        self,
        actor: Caller,
        page: AskedPage,
        now: Now,
        *,
        closed: FromQuery[bool | None] = None,
    ) -> Paged[HandoffView]:
        """What is urgent first, then those that wait longest, each with what is needed to take it over."""
        wanted = HandoffFilter(open=None if closed is None else not closed)
        return await handoffs.list_handoffs(wanted, actor=actor, page=page, now=now)

    @put("/{handoff_id:uuid}", guards=[may("handoffs", "update")], summary="Close a handoff", status_code=204)
    async def update(
        self, handoff_id: FromPath[UUID], data: JSONBody[HandoffChange], actor: Caller, now: Now
    ) -> None:
        """Somebody has taken care of it: `{"closed": true}`."""
        assert data.closed
        await handoffs.close_handoff(handoff_id, actor=actor, now=now)

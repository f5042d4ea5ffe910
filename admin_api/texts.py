"""Texts over REST: written by hand, and what became of any."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from admin_api.dependencies import AskedPage, Caller, Now
from admin_api.permission import may
from service.messaging import by_hand
from service.messaging.by_hand import NewText, TextFilter, TextView
from service.messaging.outbox import Kind
from service.messaging.statuses import OutboxStatus
from service.paging import Paged


class TextController(Controller):
    """Texts to guardians."""

    path = "/notifications/sms"
    tags = ("texts",)

    @post("/", guards=[may("texts", "create")], summary="Text a guardian")
    async def create(self, data: JSONBody[NewText], actor: Caller, now: Now) -> TextView:
        """Goes out as soon as the carrier takes it. To a guardian who has opted out it is kept, not sent."""
        return await by_hand.send(data, actor=actor, now=now)

    @get("/", guards=[may("texts", "read")], summary="List texts")
    async def list_(
        self,
        actor: Caller,
        page: AskedPage,
        guardian_id: FromQuery[UUID | None] = None,
        kind: FromQuery[Kind | None] = None,
        status: FromQuery[OutboxStatus | None] = None,
    ) -> Paged[TextView]:
        """The newest first: those written by hand, and those that were sent by themselves."""
        wanted = TextFilter(guardian_id=guardian_id, kind=kind, status=status)
        return await by_hand.list_texts(wanted, actor=actor, page=page)

    @get("/{text_id:uuid}", guards=[may("texts", "read")], summary="Read a text")
    async def read(self, text_id: FromPath[UUID], actor: Caller) -> TextView:
        """One text, and what the carrier has reported of it."""
        return await by_hand.get_text(text_id, actor=actor)

"""Texts from families over REST: how they were read, what followed, and what they really meant."""

from datetime import date
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from admin_api.dependencies import AskedPage, Caller, Now
from admin_api.permission import may
from service.answering import corrections, past
from service.answering.corrections import NewCorrection
from service.answering.past import CorrectionView, InboundDetail, InboundFilter, InboundView
from service.paging import Paged


class InboundController(Controller):
    """Texts from families."""

    path = "/inbound"
    tags = ("inbound",)

    @get("/", guards=[may("inbound", "read")], summary="List texts from families")
    async def list_(
        self,
        actor: Caller,
        page: AskedPage,
        *,
        guardian_id: FromQuery[UUID | None] = None,
        needs_review: FromQuery[bool | None] = None,
        corrected: FromQuery[bool | None] = None,
        from_date: FromQuery[date | None] = None,
        to_date: FromQuery[date | None] = None,
    ) -> Paged[InboundView]:
        """The newest first. `needs_review`: read in doubt or not at all, and not corrected so far."""
        wanted = InboundFilter(guardian_id, needs_review, corrected, from_date, to_date)
        return await past.list_inbound(wanted, actor=actor, page=page)

    @get("/{inbound_id:uuid}", guards=[may("inbound", "read")], summary="Read a text from a family")
    async def read(self, inbound_id: FromPath[UUID], actor: Caller) -> InboundDetail:
        """How it was read and why, what followed, and the correction if there is one."""
        return await past.get_inbound(inbound_id, actor=actor)

    @post("/{inbound_id:uuid}/correction", guards=[may("inbound", "create")], summary="Correct a reading")
    async def correct(
        self, inbound_id: FromPath[UUID], data: JSONBody[NewCorrection], actor: Caller, now: Now
    ) -> CorrectionView:
        """Say what a text meant. It changes nothing for the family; a later correction replaces this one."""
        return await corrections.correct(inbound_id, data, actor=actor, now=now)

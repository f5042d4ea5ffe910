"""What children need next, over REST: one child's forecast and card, and a facility's due list."""

from datetime import date
from uuid import UUID

from litestar import Controller, get
from litestar.params import FromPath, FromQuery

from admin_api.dependencies import AskedPage, Caller, Now
from admin_api.permission import may
from service.paging import Paged
from service.vaccination import due, needs
from service.vaccination.due import DueChild, DueFilter
from service.vaccination.needs import CardView, ForecastView


class NeedsController(Controller):
    """Forecasts: which dose is due when, and why."""

    tags = ("forecasts",)

    @get(
        "/children/{child_id:uuid}/forecast",
        guards=[may("forecasts", "read")],
        summary="What a child needs next",
    )
    async def forecast(self, child_id: FromPath[UUID], actor: Caller, now: Now) -> ForecastView:
        """By vaccine group and antigen, with the reasons in sentences and as steps."""
        return await needs.forecast_of(child_id, actor=actor, now=now)

    @get("/children/{child_id:uuid}/card", guards=[may("forecasts", "read")], summary="A vaccination card")
    async def card(self, child_id: FromPath[UUID], actor: Caller, now: Now) -> CardView:
        """Doses given, then those to come."""
        return await needs.card_of(child_id, actor=actor, now=now)

    @get("/facilities/{facility_id:uuid}/due", guards=[may("due", "read")], summary="The due list")
    async def due(
        self,
        facility_id: FromPath[UUID],
        actor: Caller,
        page: AskedPage,
        now: Now,
        *,
        by: FromQuery[date | None] = None,
        overdue: FromQuery[bool | None] = None,
        booked: FromQuery[bool | None] = None,
    ) -> Paged[DueChild]:
        """Children with a dose that is recommended by a day (today), the longest overdue first."""
        wanted = DueFilter(by=by, overdue=overdue, booked=booked)
        return await due.due_list(facility_id, wanted, actor=actor, page=page, now=now)

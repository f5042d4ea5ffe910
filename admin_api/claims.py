"""Claims over REST: children that were vaccinated elsewhere, as their parents say, for staff to verify."""

from uuid import UUID

from litestar import Controller, get, put
from litestar.params import FromPath, FromQuery, JSONBody

from admin_api.dependencies import AskedPage, Caller, Now
from admin_api.permission import may
from service.paging import Paged
from service.scheduling import claims
from service.scheduling.claims import ClaimSettlement, Status, VaccinationClaimView


class ClaimController(Controller):
    """Vaccinated elsewhere, as parents say."""

    path = "/claims"
    tags = ("claims",)

    @get("/", guards=[may("claims", "read")], summary="List claims of vaccination elsewhere")
    async def list_(
        self, actor: Caller, page: AskedPage, status: FromQuery[Status | None] = None
    ) -> Paged[VaccinationClaimView]:
        """Open ones first, with the parent's own words and the visit, which stays until somebody decides."""
        return await claims.list_claims(status, actor=actor, page=page)

    @get("/{claim_id:uuid}", guards=[may("claims", "read")], summary="Read a claim")
    async def read(self, claim_id: FromPath[UUID], actor: Caller) -> VaccinationClaimView:
        """One claim."""
        return await claims.get_claim(claim_id, actor=actor)

    @put("/{claim_id:uuid}", guards=[may("claims", "update")], summary="Settle a claim")
    async def update(
        self, claim_id: FromPath[UUID], data: JSONBody[ClaimSettlement], actor: Caller, now: Now
    ) -> VaccinationClaimView:
        """Verified, it records the doses in it, and cancels the visit where `cancel_visit` says so."""
        return await claims.settle_claim(claim_id, data, actor=actor, now=now)

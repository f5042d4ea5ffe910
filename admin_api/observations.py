"""What is known of a child beyond its doses, over REST."""

from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.params import FromPath, JSONBody

from admin_api.dependencies import Caller, Now
from admin_api.permission import may
from service.vaccination import observations
from service.vaccination.observations import NewObservation, ObservationView


class ObservationController(Controller):
    """Contraindications, immunity, conditions."""

    path = "/children/{child_id:uuid}/observations"
    tags = ("observations",)

    @post("/", guards=[may("observations", "create")], summary="Record an observation")
    async def create(
        self, child_id: FromPath[UUID], data: JSONBody[NewObservation], actor: Caller, now: Now
    ) -> ObservationView:
        """In CDSi's codes, or those of the schedule in force; works out anew what the child needs."""
        return await observations.observe(child_id, data, actor=actor, now=now)

    @get("/", guards=[may("observations", "read")], summary="List a child's observations")
    async def list_(self, child_id: FromPath[UUID], actor: Caller) -> list[ObservationView]:
        """By code."""
        return await observations.list_observations(child_id, actor=actor)

    @delete("/{observation_id:uuid}", guards=[may("observations", "delete")], summary="Take one back")
    async def remove(
        self, child_id: FromPath[UUID], observation_id: FromPath[UUID], actor: Caller, now: Now
    ) -> None:
        """It was wrong, or holds no more; the audit trail keeps it."""
        await observations.take_back(child_id, observation_id, actor=actor, now=now)

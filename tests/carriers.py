"""Carriers that do what a test wants, at the port: for what takes hours, or for a worker that dies."""

from datetime import datetime

# ruff: noqa: ARG002 - who refuses everything looks at nothing
from service.carrier.port import CarrierText, NotProcessed, OutgoingText, ReceivedText


class DeadLine:
    """A carrier that nobody can reach; others are made from it."""

    async def send(self, text: OutgoingText) -> CarrierText:
        """Refuse."""
        raise NotProcessed(None)

    async def sent_to(self, phone: str, *, since: datetime) -> list[CarrierText]:
        """Refuse."""
        raise NotProcessed(None)

    async def received_since(self, since: datetime) -> list[ReceivedText]:
        """Refuse."""
        raise NotProcessed(None)

"""The audit trail: one row for each changed row, in the same transaction as the change."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from service.access.actor import Actor
from tables.audit import AuditEntry

Values = Mapping[str, object]


def entry(
    actor: Actor,
    action: str,
    subject: str,
    subject_id: UUID,
    *,
    now: datetime,
    before: Values | None = None,
    after: Values | None = None,
) -> AuditEntry:
    """A row that says who did what to which row, and how it looked before and after.

    Args:
        action: "create", "update", "delete", or the domain's verb: "book", "move", "cancel", "confirm".
        subject: The table's name.
        before: The values that changed, as they were; None when there was no row.
        after: The values that changed, as they are; None when there is no row any more.
    """
    return AuditEntry(
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        subject=subject,
        subject_id=subject_id,
        before=_stored(before),
        after=_stored(after),
    )


def differences(before: Values, after: Values) -> tuple[dict[str, object], dict[str, object]]:
    """What changed, as it was and as it is: the rest of a row would only repeat itself."""
    changed = [name for name in after if after[name] != before.get(name)]
    return {name: before.get(name) for name in changed}, {name: after[name] for name in changed}


async def record(*entries: AuditEntry) -> None:
    """Store entries. Call it inside the unit of work that makes the change."""
    if entries:
        await AuditEntry.insert(*entries)


def _stored(values: Values | None) -> str | None:
    return None if values is None else msgspec.json.encode(values).decode()

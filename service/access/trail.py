"""Reading the audit trail. Writing it is part of every change (audit.py)."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from service.access.actor import Actor
from service.access.scope import given, require_admin
from service.paging import Page, Paged, paged
from tables.audit import AuditEntry


class TrailFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries to list."""

    subject: str | None = None
    subject_id: UUID | None = None


class TrailEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One change of one row.

    Attributes:
        actor_id: The user or guardian; None for the system.
        before: The values that changed, as they were; None when there was no row.
        after: The values that changed, as they are; None when there is no row any more.
    """

    id: int
    at: datetime
    actor_kind: Literal["user", "guardian", "system"]
    actor_id: UUID | None
    action: str
    subject: str
    subject_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


async def list_entries(filter_: TrailFilter, *, actor: Actor, page: Page) -> Paged[TrailEntry]:
    """The changes, the newest first.

    Raises:
        Forbidden: the actor is no admin.
    """
    require_admin(actor)
    conditions = given(
        None if filter_.subject is None else AuditEntry.subject == filter_.subject,
        None if filter_.subject_id is None else AuditEntry.subject_id == filter_.subject_id,
    )
    total = await AuditEntry.count().where(*conditions)
    rows = await (
        AuditEntry.select()
        .where(*conditions)
        .order_by(AuditEntry.id, ascending=False)
        .limit(page.limit)
        .offset(page.offset)
        .output(load_json=True)
    )
    return paged(msgspec.convert(rows, list[TrailEntry]), total, page)

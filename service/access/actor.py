"""Whoever acts: a user of the API, a guardian by text, or the system itself.

Operations take an actor and ask it what it may see; a route or a text handler never decides that.
"""

from typing import Literal
from uuid import UUID

import msgspec

Role = Literal["admin", "scheduler", "parent"]


class Actor(msgspec.Struct, frozen=True):
    """Who acts, for permission and for the audit trail.

    Attributes:
        kind: A user with a token, a guardian whose phone wrote, or the system.
        id: The user's or the guardian's id.
        role: What the user may do; texting guardians act as parents.
        facility_ids: The facilities of a scheduler.
        guardian_id: The guardian that a parent is.
    """

    kind: Literal["user", "guardian", "system"]
    id: UUID | None
    role: Role
    facility_ids: frozenset[UUID] = frozenset()
    guardian_id: UUID | None = None


SYSTEM = Actor("system", None, "admin")

# A phone that belongs to no guardian: it may opt out, and sees nothing.
NOBODY = Actor("system", None, "parent")


def texting(guardian_id: UUID) -> Actor:
    """The guardian who has just written a text."""
    return Actor("guardian", guardian_id, "parent", guardian_id=guardian_id)

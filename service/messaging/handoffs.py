"""Conversations that need a person: one open entry per phone, until somebody closes it."""

from datetime import datetime
from uuid import UUID

import msgspec

from conversations import saved
from conversations.states import Idle
from service.access.actor import Actor
from service.access.audit import entry, record
from service.access.scope import REGISTERED_FIRST_AT, require_staff
from service.database import sql, unit_of_work
from service.errors import NotFound
from service.messaging.summaries import Summary, summaries
from service.paging import Page, Paged, paged


class HandoffView(msgspec.Struct, frozen=True):
    """A conversation that waits for a person, or did."""

    id: UUID
    guardian_id: UUID | None
    reason: str
    last_text: str | None
    opened_at: datetime
    closed_at: datetime | None
    summary: Summary


class HandoffFilter(msgspec.Struct, frozen=True):
    """Which handoffs to list: all, only those open, or only those closed."""

    open: bool | None = None


async def ask_a_person(phone: str, reason: str, *, now: datetime, inbound_id: UUID | None = None) -> bool:
    """Put a conversation in front of staff. Call it inside a unit of work.

    Returns:
        Whether this is news: False while an entry for the same reason is open. Another reason takes the
        place of the one before, because staff need the latest; but what the family wrote is not covered up
        by what became of a text of ours, and what is urgent by nothing at all.
    """
    rows = await sql(
        """INSERT INTO handoff (id, phone, reason, inbound, opened_at)
           VALUES (gen_random_uuid(), $1, $2, $3, $4)
           ON CONFLICT (phone) WHERE closed_at IS NULL
           DO UPDATE SET reason = EXCLUDED.reason, inbound = EXCLUDED.inbound
           WHERE handoff.reason <> EXCLUDED.reason
             AND (EXCLUDED.inbound IS NOT NULL OR handoff.inbound IS NULL)
             AND handoff.reason <> 'urgent' RETURNING id""",
        phone,
        reason,
        inbound_id,
        now,
    )
    return bool(rows)


# Admins see every handoff; schedulers those of guardians whom one of their facilities registered first.
VISIBLE = f"""
FROM handoff h LEFT JOIN guardian g ON g.phone = h.phone LEFT JOIN inbound_message i ON i.id = h.inbound
WHERE ($1 OR {REGISTERED_FIRST_AT} = ANY($2::uuid[]))
  AND ($3::boolean IS NULL OR (h.closed_at IS NULL) = $3)
"""


async def list_handoffs(
    criteria: HandoffFilter, *, actor: Actor, page: Page, now: datetime
) -> Paged[HandoffView]:
    """The handoffs that the actor may see: what is urgent and open first, then the oldest first."""
    require_staff(actor)
    seen = (actor.role == "admin", list(actor.facility_ids), criteria.open)
    total = await sql(f"SELECT count(*) AS n {VISIBLE}", *seen)
    rows = await sql(
        f"""SELECT h.id, g.id AS guardian_id, h.reason, i.body AS last_text, h.opened_at, h.closed_at
            {VISIBLE} ORDER BY h.reason = 'urgent' AND h.closed_at IS NULL DESC, h.opened_at, h.id
            LIMIT $4 OFFSET $5""",
        *seen,
        page.limit,
        page.offset,
    )
    told = await summaries([row["id"] for row in rows], seen[:2], now=now)
    return paged([HandoffView(**row, summary=told[row["id"]]) for row in rows], total[0]["n"], page)


async def close_handoff(handoff_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Somebody has taken care of it.

    Raises:
        NotFound: there is no such open handoff, or it is not for the actor to see.
    """
    require_staff(actor)
    async with unit_of_work():
        visible = await sql(
            f"SELECT h.phone {VISIBLE} AND h.id = $4",
            actor.role == "admin",
            list(actor.facility_ids),
            True,  # noqa: FBT003 - only open ones
            handoff_id,
        )
        if not visible:
            raise NotFound("There is no such open handoff.")
        # The conversation is the machine's again, unless it has gone on by itself meanwhile. Its row is
        # locked first, as by a text.
        await sql("SELECT 1 FROM conversation WHERE phone = $1 FOR UPDATE", visible[0]["phone"])
        await sql(
            """WITH closed AS (
                   UPDATE handoff SET closed_at = $2, closed_by = $3
                   WHERE id = $1 AND closed_at IS NULL RETURNING phone)
               UPDATE conversation SET state = $4, state_version = $5
               WHERE phone = (SELECT phone FROM closed) AND state->>'type' = 'WithPerson'""",
            handoff_id,
            now,
            actor.id,
            saved.dump(Idle()),
            saved.SCHEMA_VERSION,
        )
        await record(entry(actor, "close", "handoff", handoff_id, now=now, after={"closed_at": now}))

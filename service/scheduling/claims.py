"""Vaccinated elsewhere: what a parent says, kept for staff to verify. The visit stays until they have.

Verified, the doses are recorded with where they are known from, and the visit is cancelled if staff say so.
Apart from claims of registration, which are about children that nobody knows yet.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from service.access.actor import Actor
from service.access.audit import entry, record
from service.access.scope import require_staff
from service.database import sql, unit_of_work
from service.errors import Conflict, Invalid, NotFound
from service.paging import Page, Paged, paged
from service.scheduling.booking import cancel
from service.vaccination.immunizations import NewImmunization, record_doses

Status = Literal["open", "verified", "rejected"]


class VaccinationClaimView(msgspec.Struct, frozen=True, kw_only=True):
    """A claim as staff see it, with the visit as it is now. `text`: the parent's own words."""

    id: UUID
    status: Status
    child_id: UUID
    child: str
    appointment_id: UUID
    appointment_status: str
    starts_at: datetime
    inbound_id: UUID
    text: Annotated[str, Meta(description="As it came. Show it as plain text, never as markup.")]
    said_at: datetime
    settled_at: datetime | None
    settled_by: UUID | None


class ClaimSettlement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What staff have found out."""

    status: Literal["verified", "rejected"]
    doses: Annotated[
        list[NewImmunization],
        Meta(description="Of a verified claim: what was given, with its source, `told` or `health_card`."),
    ] = []
    cancel_visit: Annotated[
        bool, Meta(description="Of a verified claim: the visit is needed no more. The family is told.")
    ] = False


async def file_claim(appointment_id: UUID, inbound_id: UUID, *, actor: Actor, now: datetime) -> bool:
    """Put a claim before staff. Call it in the unit of work of the text that makes it.

    Returns:
        Whether this is news: False while one about this visit is open.
    """
    rows = await sql(
        """INSERT INTO vaccination_claim (id, child, appointment, inbound, said_at, status)
           SELECT gen_random_uuid(), a.child, a.id, $2, $3, 'open' FROM appointment a WHERE a.id = $1
           ON CONFLICT (appointment) WHERE status = 'open' DO NOTHING RETURNING id""",
        appointment_id,
        inbound_id,
        now,
    )
    for row in rows:
        after = {"appointment_id": appointment_id, "inbound_id": inbound_id}
        await record(entry(actor, "create", "vaccination_claim", row["id"], now=now, after=after))
    return bool(rows)


async def settle_claim(
    claim_id: UUID, settled: ClaimSettlement, *, actor: Actor, now: datetime
) -> VaccinationClaimView:
    """Decide about a claim, once.

    Raises:
        Forbidden: the actor is no staff.
        NotFound: there is no such claim, or it is not the actor's.
        Conflict: it has been settled before, or the visit to be cancelled is over or cancelled already.
        Invalid: a dose cannot be recorded as it is given, or is not of another place; a rejected claim
            records nothing and cancels nothing.
        Duplicate: a dose is recorded already.
    """
    _check(settled)
    async with unit_of_work():
        await sql("SELECT 1 FROM vaccination_claim WHERE id = $1 FOR UPDATE", claim_id)
        claim = await get_claim(claim_id, actor=actor)
        if claim.status != "open":
            raise Conflict("This claim has been settled before.")
        if settled.cancel_visit:
            await cancel(claim.appointment_id, actor=actor, now=now)
        if settled.doses:
            await record_doses(claim.child_id, settled.doses, actor=actor, now=now)
        await sql(
            "UPDATE vaccination_claim SET status = $2, settled_at = $3, settled_by = $4 WHERE id = $1",
            claim_id,
            settled.status,
            now,
            actor.id,
        )
        after = {"status": settled.status, "cancel_visit": settled.cancel_visit}
        await record(entry(actor, "settle", "vaccination_claim", claim_id, now=now, after=after))
    return await get_claim(claim_id, actor=actor)


def _check(settled: ClaimSettlement) -> None:
    if settled.status == "rejected" and (settled.doses or settled.cancel_visit):
        raise Invalid("status", "is rejected: then nothing is recorded and the visit stays")
    if any(dose.source == "given_here" for dose in settled.doses):
        raise Invalid("doses", "were given elsewhere: say where they are known from")


# As for the visits themselves: staff see those of the children of their facilities.
VISIBLE = """
FROM vaccination_claim v
JOIN child c ON c.id = v.child
JOIN appointment a ON a.id = v.appointment
JOIN clinic_session s ON s.id = a.clinic_session
JOIN inbound_message i ON i.id = v.inbound
WHERE ($1 OR c.facility = ANY($2::uuid[]))
"""
COLUMNS = """
v.id, v.status, v.child AS child_id, c.first_name AS child, v.appointment AS appointment_id,
a.status AS appointment_status, s.starts_at, v.inbound AS inbound_id, i.body AS text, v.said_at,
v.settled_at, v.settled_by
"""


async def get_claim(claim_id: UUID, *, actor: Actor) -> VaccinationClaimView:
    """One claim.

    Raises:
        Forbidden: the actor is no staff.
        NotFound: there is none, or it is not the actor's.
    """
    require_staff(actor)
    rows = await sql(f"SELECT {COLUMNS} {VISIBLE} AND v.id = $3", *_scope(actor), claim_id)
    if not rows:
        raise NotFound("There is no such claim.")
    return _view(rows[0])


async def list_claims(status: Status | None, *, actor: Actor, page: Page) -> Paged[VaccinationClaimView]:
    """The claims that the actor may see: open ones first, of those the oldest first."""
    require_staff(actor)
    wanted = f"{VISIBLE} AND ($3::text IS NULL OR v.status = $3)"
    total = await sql(f"SELECT count(*) AS n {wanted}", *_scope(actor), status)
    rows = await sql(
        f"""SELECT {COLUMNS} {wanted}
            ORDER BY v.status <> 'open', v.said_at, v.id LIMIT $4 OFFSET $5""",
        *_scope(actor),
        status,
        page.limit,
        page.offset,
    )
    return paged([_view(row) for row in rows], total[0]["n"], page)


def _scope(actor: Actor) -> tuple[bool, list[UUID]]:
    return actor.role == "admin", list(actor.facility_ids)


def _view(row: Mapping[str, Any]) -> VaccinationClaimView:
    return msgspec.convert(dict(row), VaccinationClaimView)

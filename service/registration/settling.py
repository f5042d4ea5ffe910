"""What staff decide about a child that a parent asked to register by text, and what the parent is told.

Verified, it becomes a child like any other. A duplicate is linked to the child that it is, where staff name
one. The first text that says anything about a child goes out here, after somebody has looked.
"""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from conversations.effects import Params
from conversations.replies import render
from service.access import audit
from service.access.actor import Actor
from service.access.scope import require_staff
from service.database import sql, unit_of_work
from service.errors import Conflict, Invalid
from service.messaging.family import recipients_of
from service.messaging.outbox import OwedText, owe
from service.messaging.quiet_hours import hours_of, quiet_until
from service.registration.children import (
    ChildChange,
    NewChild,
    change_child,
    get_child,
    register_child,
)
from service.registration.claims import ClaimView, get_claim
from service.registration.families import NewGuardian
from service.scheduling.appointments import has_visit_to_come
from tables.registrations import RegistrationClaim

# News of a registration is still news when the carrier was away over a weekend.
USEFUL_FOR = timedelta(days=3)


class Settlement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What staff have found out. Names and day of birth are as claimed, where left out."""

    status: Literal["verified", "rejected", "duplicate"]
    child_id: Annotated[
        UUID | None,
        Meta(description="Of a duplicate: the child that it is. The phone becomes one of its guardians'."),
    ] = None
    first_name: Annotated[str | None, Meta(examples=["Zuri"])] = None
    last_name: str = ""
    date_of_birth: Annotated[
        date | None,
        Meta(description="Needed when the parent told an age, not a day.", examples=["2026-09-01"]),
    ] = None
    guardian_name: Annotated[str, Meta(examples=["Amina"])] = ""


async def settle_claim(claim_id: UUID, settled: Settlement, *, actor: Actor, now: datetime) -> ClaimView:
    """Decide about a claim, once, and tell the parent.

    Raises:
        Forbidden: the actor is no staff.
        NotFound: there is no such claim, or no such child, or it is not the actor's.
        Conflict: it has been settled before.
        Duplicate: it is verified, and the facility has a child of this name, day of birth and guardian.
        Invalid: a value cannot be accepted.
    """
    require_staff(actor)
    async with unit_of_work():
        await (
            RegistrationClaim.select(RegistrationClaim.id).where(RegistrationClaim.id == claim_id).lock_rows()
        )
        claim = await get_claim(claim_id, actor=actor)
        if claim.status != "open":
            raise Conflict("This registration has been settled before.")
        child_id = await _carry_out(claim, settled, actor, now)
        await _store(claim, settled, child_id, actor, now)
        if child_id is not None:
            await _record_consent(claim, actor, now)
            await _tell_what_is_due(claim, child_id, now)
        elif settled.status == "rejected":
            await _tell(claim, "not_registered", {}, now)
    return await get_claim(claim_id, actor=actor)


async def _carry_out(claim: ClaimView, settled: Settlement, actor: Actor, now: datetime) -> UUID | None:
    """The child that the claim has become, or is; None when it is none."""
    if settled.status == "verified":
        if settled.child_id is not None:
            raise Invalid("child_id", "belongs to a duplicate; what is verified becomes a child of its own")
        return (await register_child(_as_child(claim, settled), actor=actor, now=now)).id
    if settled.status == "duplicate" and settled.child_id is not None:
        await _link(settled.child_id, claim, settled, actor, now)
    return settled.child_id if settled.status == "duplicate" else None


def _as_child(claim: ClaimView, settled: Settlement) -> NewChild:
    if claim.birth_is_estimate and settled.date_of_birth is None:
        raise Invalid("date_of_birth", "is only known as an age; give the day")
    return NewChild(
        facility_id=claim.facility_id,
        first_name=settled.first_name or claim.first_name,
        last_name=settled.last_name,
        date_of_birth=settled.date_of_birth or claim.date_of_birth,
        guardians=[_as_guardian(claim, settled)],
    )


def _as_guardian(claim: ClaimView, settled: Settlement) -> NewGuardian:
    return NewGuardian(phone=claim.phone, name=settled.guardian_name, language=claim.language)


async def _link(child_id: UUID, claim: ClaimView, settled: Settlement, actor: Actor, now: datetime) -> None:
    """Make the phone that of a guardian of the child, beside those that it has."""
    child = await get_child(child_id, actor=actor)
    if claim.phone in {guardian.phone for guardian in child.guardians}:
        return
    kept = [NewGuardian(phone=one.phone, relationship=one.relationship) for one in child.guardians]
    change = ChildChange(guardians=[*kept, _as_guardian(claim, settled)])
    await change_child(child_id, change, actor=actor, now=now)


async def _store(
    claim: ClaimView, settled: Settlement, child_id: UUID | None, actor: Actor, now: datetime
) -> None:
    after = {"status": settled.status, "child": child_id}
    stored: dict[Any, Any] = {**after, "settled_at": now, "settled_by": actor.id}
    await RegistrationClaim.update(stored).where(RegistrationClaim.id == claim.id)
    before = {"status": "open", "child": None}
    await audit.record(
        audit.entry(actor, "settle", "registration_claim", claim.id, now=now, before=before, after=after)
    )


async def _record_consent(claim: ClaimView, actor: Actor, now: datetime) -> None:
    """The parent agreed when they said so, and to nothing when the phone turned out to be somebody else's."""
    rows = await sql(
        """UPDATE guardian SET consented_at = $2 WHERE phone = $1
           AND (consented_at IS NULL OR consented_at > $2) AND NOT EXISTS (
               SELECT 1 FROM handoff h WHERE h.phone = $1 AND h.reason = 'wrong_number'
               AND (h.closed_at IS NULL OR h.opened_at > $2)) RETURNING id""",
        claim.phone,
        claim.created_at,
    )
    for row in rows:
        after = {"consented_at": claim.created_at, "registration_claim": claim.id}
        await audit.record(audit.entry(actor, "consent", "guardian", row["id"], now=now, after=after))


async def _tell_what_is_due(claim: ClaimView, child_id: UUID, now: datetime) -> None:
    """Tell the parent that the child is registered, and the day from which its next vaccines are due."""
    child_recipients = {one.phone: one for one in await recipients_of([child_id])}
    recipient = child_recipients.get(claim.phone)
    if recipient is None:
        return
    rows = await sql(
        """SELECT c.first_name, fc.due_on, ($2::timestamptz AT TIME ZONE f.zone)::date AS today
           FROM child c JOIN facility f ON f.id = c.facility LEFT JOIN forecast fc ON fc.child = c.id
           WHERE c.id = $1""",
        child_id,
        now,
    )
    due_on, today = rows[0]["due_on"], rows[0]["today"]
    params: Params = {"child": rows[0]["first_name"]}
    if due_on is None or await has_visit_to_come(child_id, now=now):
        key = "registered"
    elif due_on <= today:
        key = "registered_due_now"
    else:
        key, params = "registered_due", params | {"due_on": due_on}
    await _tell(claim, key, params, now, guardian_id=recipient.guardian_id, language=recipient.language)


async def _tell(
    claim: ClaimView,
    key: str,
    params: Params,
    now: datetime,
    *,
    guardian_id: UUID | None = None,
    language: str | None = None,
) -> None:
    """Owe the phone that asked one text, in the facility's hours, unless it is not to be texted any more."""
    rows = await sql(
        """SELECT f.name, f.zone, f.texts_from, f.sunday_texts_from, f.texts_until FROM facility f
           WHERE f.id = $1 AND NOT EXISTS (
               SELECT 1 FROM opt_out o WHERE o.phone = $2 AND o.ended_at IS NULL)
             AND NOT EXISTS (
               SELECT 1 FROM handoff h
               WHERE h.phone = $2 AND h.reason = 'wrong_number' AND h.closed_at IS NULL)""",
        claim.facility_id,
        claim.phone,
    )
    for facility in rows:
        opens = quiet_until(now, hours_of(facility), ZoneInfo(facility["zone"]))
        text = OwedText(
            phone=claim.phone,
            body=render(key, params | {"facility": facility["name"]}, language or claim.language),
            kind="registered",
            not_before=opens,
            useful_until=opens + USEFUL_FOR,
            guardian_id=guardian_id,
        )
        await owe([text], now=now)

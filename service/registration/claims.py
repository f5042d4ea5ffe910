"""Children whom parents ask to register by text: kept apart from children until staff have looked.

A claim is what a phone has said, and nothing more. What resembles it among the facility's children is shown
to staff of that facility only; the phone is told nothing before they have settled it (settling.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec
from piccolo.query import OrderByRaw

from conversations.joining.likeness import likeness
from service.access import audit
from service.access.actor import Actor
from service.access.scope import facilities_in_scope, given, require_staff
from service.database import sql
from service.errors import NotFound
from service.paging import Page, Paged, paged
from tables.registrations import RegistrationClaim

# First names that are this alike may be one name, typed twice.
ALIKE = 0.4

Status = Literal["open", "verified", "rejected", "duplicate"]
Likeness = Literal["phone", "birth"]


class NewClaim(msgspec.Struct, frozen=True, kw_only=True):
    """What a parent has said and agreed to, by text."""

    phone: str
    first_name: str
    date_of_birth: date
    birth_is_estimate: bool
    facility_id: UUID
    language: str
    consent_words: str
    inbound_id: UUID


class PossibleDuplicate(msgspec.Struct, frozen=True, kw_only=True):
    """A child of the facility that may be the one that is claimed.

    Attributes:
        alike: "phone" when a guardian of the child has it, "birth" when it was born the same day and is
            called nearly the same.
    """

    child_id: UUID
    first_name: str
    last_name: str
    date_of_birth: date
    alike: list[Likeness]


class ClaimView(msgspec.Struct, frozen=True, kw_only=True):
    """A claim as staff see it.

    Attributes:
        birth_is_estimate: The parent told an age, not a day.
        consent_words: What the parent was asked and said yes to, at `created_at`.
        possible_duplicates: While it is open.
        claimed_again: Other open claims for what may be the same child.
        child_id: The child that it became, or turned out to be.
    """

    id: UUID
    status: Status
    phone: str
    first_name: str
    date_of_birth: date
    birth_is_estimate: bool
    facility_id: UUID
    facility_name: str
    language: str
    consent_words: str
    created_at: datetime
    settled_at: datetime | None
    child_id: UUID | None
    possible_duplicates: list[PossibleDuplicate] = []
    claimed_again: list[UUID] = []


# Whether the phone $1 may put one more child before staff; $2 is now. So that nobody fills the table: three
# claims of a phone wait at once, it makes six in a month, and all phones together make 300 in an hour.
MAY_CLAIM = """
    (SELECT count(*) FILTER (WHERE r.status = 'open') < 3
        AND count(*) FILTER (WHERE r.created_at > $2::timestamptz - interval '30 days') < 6
     FROM registration_claim r WHERE r.phone = $1)
    AND (SELECT count(*) < 300 FROM registration_claim r
         WHERE r.created_at > $2::timestamptz - interval '1 hour')
"""

# The children that may be one that is claimed; names are compared outside, as the conversation does.
RESEMBLING = """
SELECT r.id AS claim_id, r.first_name AS claimed_name, c.id AS child_id, c.first_name, c.last_name,
       c.date_of_birth, c.date_of_birth = r.date_of_birth AS same_birth,
       EXISTS (SELECT 1 FROM guardianship gs JOIN guardian g ON g.id = gs.guardian
               WHERE gs.child = c.id AND g.phone = r.phone) AS same_phone
FROM registration_claim r JOIN child c ON c.facility = r.facility
WHERE r.id = ANY($1::uuid[]) AND r.status = 'open'
  AND (c.date_of_birth = r.date_of_birth OR EXISTS (
      SELECT 1 FROM guardianship gs JOIN guardian g ON g.id = gs.guardian
      WHERE gs.child = c.id AND g.phone = r.phone))
ORDER BY c.created_at, c.id
"""

CLAIMED_AGAIN = """
SELECT r.id AS claim_id, r.first_name AS claimed_name, o.id AS other_id, o.first_name
FROM registration_claim r JOIN registration_claim o
  ON o.facility = r.facility AND o.date_of_birth = r.date_of_birth AND o.id <> r.id
WHERE r.id = ANY($1::uuid[]) AND r.status = 'open' AND o.status = 'open' ORDER BY o.created_at, o.id
"""


async def file_claim(new: NewClaim, *, actor: Actor, now: datetime) -> UUID:
    """Put a child before the staff of its facility. Call it in the unit of work of the text that asks."""
    claim = RegistrationClaim(
        id=uuid4(),
        phone=new.phone,
        first_name=new.first_name,
        date_of_birth=new.date_of_birth,
        birth_is_estimate=new.birth_is_estimate,
        facility=new.facility_id,
        language=new.language,
        consent_words=new.consent_words,
        inbound=new.inbound_id,
        status="open",
        created_at=now,
    )
    await RegistrationClaim.insert(claim)
    claim_id: UUID = claim.id
    # By the id of its text, so that the trail holds no copy of the phone.
    recorded = {name: value for name, value in msgspec.to_builtins(new).items() if name != "phone"}
    await audit.record(audit.entry(actor, "create", "registration_claim", claim_id, now=now, after=recorded))
    return claim_id


async def get_claim(claim_id: UUID, *, actor: Actor) -> ClaimView:
    """One claim.

    Raises:
        Forbidden: the actor is no staff.
        NotFound: there is none, or it is for a facility that is not the actor's.
    """
    require_staff(actor)
    scope = facilities_in_scope(actor, RegistrationClaim.facility)
    rows = await RegistrationClaim.select(*COLUMNS).where(*given(RegistrationClaim.id == claim_id, scope))
    if not rows:
        raise NotFound("There is no such registration.")
    return (await _views(rows))[0]


async def list_claims(status: Status | None, *, actor: Actor, page: Page) -> Paged[ClaimView]:
    """The claims for the actor's facilities: open ones first, of those the oldest first."""
    require_staff(actor)
    conditions = given(
        facilities_in_scope(actor, RegistrationClaim.facility),
        None if status is None else RegistrationClaim.status == status,
    )
    total = await RegistrationClaim.count().where(*conditions)
    rows = await (
        RegistrationClaim.select(*COLUMNS)
        .where(*conditions)
        # An open claim has not been settled at any time.
        .order_by(OrderByRaw("registration_claim.settled_at IS NOT NULL"))
        .order_by(RegistrationClaim.created_at, RegistrationClaim.id)
        .limit(page.limit)
        .offset(page.offset)
    )
    return paged(await _views(rows), total, page)


COLUMNS = (
    RegistrationClaim.id,
    RegistrationClaim.status,
    RegistrationClaim.phone,
    RegistrationClaim.first_name,
    RegistrationClaim.date_of_birth,
    RegistrationClaim.birth_is_estimate,
    RegistrationClaim.facility.as_alias("facility_id"),
    RegistrationClaim.facility.name.as_alias("facility_name"),
    RegistrationClaim.language,
    RegistrationClaim.consent_words,
    RegistrationClaim.created_at,
    RegistrationClaim.settled_at,
    RegistrationClaim.child.as_alias("child_id"),
)


async def _views(rows: Iterable[Mapping[str, Any]]) -> list[ClaimView]:
    rows = list(rows)
    open_ids = [row["id"] for row in rows if row["status"] == "open"]
    children = await sql(RESEMBLING, open_ids) if open_ids else ()
    claims = await sql(CLAIMED_AGAIN, open_ids) if open_ids else ()
    return [
        msgspec.convert(
            {
                **row,
                "possible_duplicates": _resembling(row["id"], children),
                "claimed_again": [
                    one["other_id"] for one in claims if one["claim_id"] == row["id"] and _named_alike(one)
                ],
            },
            ClaimView,
        )
        for row in rows
    ]


def _resembling(claim_id: UUID, children: Sequence[Mapping[str, Any]]) -> list[PossibleDuplicate]:
    mine = [(one, _alike(one)) for one in children if one["claim_id"] == claim_id]
    return [
        PossibleDuplicate(
            child_id=one["child_id"],
            first_name=one["first_name"],
            last_name=one["last_name"],
            date_of_birth=one["date_of_birth"],
            alike=alike,
        )
        for one, alike in mine
        if alike
    ]


def _alike(child: Mapping[str, Any]) -> list[Likeness]:
    found: list[Likeness] = ["phone"] if child["same_phone"] else []
    return [*found, "birth"] if child["same_birth"] and _named_alike(child) else found


def _named_alike(one: Mapping[str, Any]) -> bool:
    return likeness(one["claimed_name"], one["first_name"]) >= ALIKE

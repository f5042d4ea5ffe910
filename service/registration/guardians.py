"""Guardians: the adults on a phone, made when a child is registered and corrected here.

One phone is one guardian, whichever facilities know them. Their name and language are kept by the
facility that registered their first child; staff of others see the number that they typed themselves
and whether it is texted, and nothing else. So nobody learns whose a number is by registering it.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType
from piccolo.columns.combination import Where

from service.access import audit
from service.access.actor import Actor
from service.access.scope import given, guardians_in_scope, require_staff
from service.database import sql, unit_of_work
from service.errors import Forbidden, NotFound
from service.paging import Page, Paged, paged
from service.plain_words import one_line
from service.registration.languages import known_language
from tables.messages import OptOut
from tables.people import Guardian

LONGEST_NAME = 80

GuardianName = Annotated[str, Meta(examples=["Amina"])]


class GuardianChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different; fields left out stay as they are."""

    name: GuardianName | UnsetType = UNSET
    language: str | UnsetType = UNSET
    consent: bool | UnsetType = UNSET


class GuardianFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which guardians to list. A number's end, not all of it: what is asked for stands in URLs."""

    phone_ends: str | None = None
    opted_out: bool | None = None


class GuardianView(msgspec.Struct, frozen=True, kw_only=True):
    """A guardian as staff see them.

    Attributes:
        name: None where another facility keeps their details; so is `language`.
        consented: Whether they agreed to be texted.
        opted_out: Whether they have since written STOP. Only they can take that back.
    """

    id: UUID
    phone: str
    name: str | None
    language: str | None
    consented: bool
    opted_out: bool
    created_at: datetime


async def change_guardian(
    guardian_id: UUID, change: GuardianChange, *, actor: Actor, now: datetime
) -> GuardianView:
    """Correct a guardian's name or language, or note their consent or its end.

    Raises:
        NotFound: there is none, or it is not the actor's.
        Forbidden: the actor is no staff, or another facility keeps this guardian's details.
        Invalid: a value cannot be accepted.
    """
    require_staff(actor)
    async with unit_of_work():
        await Guardian.select(Guardian.id).where(Guardian.id == guardian_id).lock_rows()
        before = await get_guardian(guardian_id, actor=actor)
        if before.name is None:
            raise Forbidden("The facility that registered this guardian first keeps their details.")
        values = _changed_columns(change, before, now)
        if values:
            await Guardian.update(values).where(Guardian.id == guardian_id)
        after = await get_guardian(guardian_id, actor=actor)
        old, new = audit.differences(msgspec.to_builtins(before), msgspec.to_builtins(after))
        if new:
            await audit.record(
                audit.entry(actor, "update", "guardian", guardian_id, now=now, before=old, after=new)
            )
    return after


async def set_language(guardian_id: UUID, language: str, *, actor: Actor, now: datetime) -> None:
    """Text a guardian in another language, as they ask by text. Call it inside a unit of work."""
    rows = await sql("SELECT language FROM guardian WHERE id = $1 FOR UPDATE", guardian_id)
    before = rows[0]["language"]
    if before == language:
        return
    await sql("UPDATE guardian SET language = $2 WHERE id = $1", guardian_id, language)
    await audit.record(
        audit.entry(
            actor,
            "update",
            "guardian",
            guardian_id,
            now=now,
            before={"language": before},
            after={"language": language},
        )
    )


async def get_guardian(guardian_id: UUID, *, actor: Actor) -> GuardianView:
    """One guardian.

    Raises:
        NotFound: there is none, or it is not the actor's.
    """
    rows = await Guardian.select().where(*given(Guardian.id == guardian_id, guardians_in_scope(actor)))
    if not rows:
        raise NotFound("There is no such guardian.")
    return (await _views(rows, actor))[0]


async def list_guardians(filter_: GuardianFilter, *, actor: Actor, page: Page) -> Paged[GuardianView]:
    """The guardians that the actor may see, those registered last first."""
    conditions = given(guardians_in_scope(actor), *_matching(filter_))
    total = await Guardian.count().where(*conditions)
    rows = await (
        Guardian.select()
        .where(*conditions)
        .order_by(Guardian.created_at, ascending=False)
        .order_by(Guardian.id)
        .limit(page.limit)
        .offset(page.offset)
    )
    return paged(await _views(rows, actor), total, page)


async def kept_elsewhere(guardian_ids: Collection[UUID], actor: Actor) -> frozenset[UUID]:
    """Those of the guardians whose name and language are not for this actor to see."""
    if actor.role != "scheduler":
        return frozenset()
    homes = await sql(FIRST_FACILITY, list(guardian_ids))
    return frozenset(row["guardian"] for row in homes if row["facility"] not in actor.facility_ids)


FIRST_FACILITY = """
    SELECT DISTINCT ON (guardianship.guardian) guardianship.guardian, child.facility
      FROM guardianship JOIN child ON child.id = guardianship.child
     WHERE guardianship.guardian = ANY($1)
     ORDER BY guardianship.guardian, child.created_at, child.id
"""


def _changed_columns(change: GuardianChange, before: GuardianView, now: datetime) -> dict[Any, Any]:
    values: dict[Any, Any] = {}
    if change.name is not UNSET:
        values[Guardian.name] = one_line(change.name, field="name", longest=LONGEST_NAME, may_be_empty=True)
    if change.language is not UNSET:
        values[Guardian.language] = known_language(change.language, field="language")
    if change.consent is not UNSET and change.consent != before.consented:
        values[Guardian.consented_at] = now if change.consent else None
    return values


def _matching(filter_: GuardianFilter) -> Iterable[Where | None]:
    if filter_.phone_ends is not None:
        yield Guardian.phone.like(f"%{filter_.phone_ends}")
    if filter_.opted_out is not None:
        silenced = OptOut.select(OptOut.phone).where(OptOut.ended_at.is_null())
        yield Guardian.phone.is_in(silenced) if filter_.opted_out else Guardian.phone.not_in(silenced)


async def _views(rows: Iterable[Mapping[str, Any]], actor: Actor) -> list[GuardianView]:
    rows = list(rows)
    if not rows:
        return []
    elsewhere = await kept_elsewhere([row["id"] for row in rows], actor)
    silenced = await OptOut.select(OptOut.phone).where(
        OptOut.ended_at.is_null(), OptOut.phone.is_in([row["phone"] for row in rows])
    )
    opted_out = {row["phone"] for row in silenced}
    return [_as_view(row, hidden=row["id"] in elsewhere, opted_out=row["phone"] in opted_out) for row in rows]


def _as_view(row: Mapping[str, Any], *, hidden: bool, opted_out: bool) -> GuardianView:
    return GuardianView(
        id=row["id"],
        phone=row["phone"],
        name=None if hidden else row["name"],
        language=None if hidden else row["language"],
        consented=row["consented_at"] is not None,
        opted_out=opted_out,
        created_at=row["created_at"],
    )

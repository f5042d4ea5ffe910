"""Who answers for a child: from what staff typed to guardians and the links between them and the child.

A phone that is known is linked and otherwise left as it is: whoever registers a second child with it
neither renames its guardian nor learns anything about them (see guardians.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID, uuid4

import msgspec
from msgspec import Meta

from service.access import audit
from service.access.actor import Actor
from service.errors import Invalid
from service.plain_words import one_line
from service.registration.guardians import LONGEST_NAME, GuardianName
from service.registration.languages import known_language
from service.registration.phones import read_phone
from tables.people import Guardian, Guardianship

Relationship = Literal["mother", "father", "grandparent", "carer"]


class NewGuardian(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An adult who answers for a child that is being registered."""

    phone: Annotated[
        str,
        Meta(
            description="As written in the facility's country, or in E.164. A guardian who is registered"
            " with this number is linked as they are: what is typed beside it then changes nothing.",
            examples=["+254700000001"],
        ),
    ]
    name: GuardianName = ""
    language: Annotated[str | None, Meta(description="The facility's, where left out.", examples=["en"])] = (
        None
    )
    relationship: Relationship = "carer"
    consent: Annotated[
        bool,
        Meta(
            description="Whether they agreed to be texted. True where left out: staff who register a family"
            " have asked. Without it nothing is sent by itself."
        ),
    ] = True


class Adult(msgspec.Struct, frozen=True):
    """What was typed about an adult, checked."""

    phone: str
    name: str
    language: str
    relationship: Relationship
    consent: bool


def checked(typed: Sequence[NewGuardian], *, country: str, language: str) -> list[Adult]:
    """The adults of one child.

    Args:
        country: The facility's, for local numbers.
        language: The facility's, for those who have named none.

    Raises:
        Invalid: a value cannot be accepted, or a phone is given twice; the field names its place.
    """
    adults = [
        _checked_one(guardian, f"guardians[{place}]", country, language)
        for place, guardian in enumerate(typed)
    ]
    phones = [adult.phone for adult in adults]
    for place, phone in enumerate(phones):
        if phone in phones[:place]:
            raise Invalid(f"guardians[{place}].phone", "is given twice")
    return adults


def _checked_one(typed: NewGuardian, field: str, country: str, language: str) -> Adult:
    return Adult(
        phone=read_phone(typed.phone, country=country, field=f"{field}.phone"),
        name=one_line(typed.name, field=f"{field}.name", longest=LONGEST_NAME, may_be_empty=True),
        language=known_language(typed.language or language, field=f"{field}.language"),
        relationship=typed.relationship,
        consent=typed.consent,
    )


async def find_or_create(adults: Iterable[Adult], *, actor: Actor, now: datetime) -> dict[UUID, Relationship]:
    """The guardians with these phones, made where there are none yet. Call it in a unit of work.

    They stay locked until its end, so that two registrations of one family wait for each other.
    """
    found: dict[UUID, Relationship] = {}
    # In order of their phones, so that two families who share adults never wait for each other.
    for adult in sorted(adults, key=lambda adult: adult.phone):
        guardian_id = await _locked(adult.phone) or await _created(adult, actor, now)
        found[guardian_id] = adult.relationship
    return found


async def link(child_id: UUID, guardians: Mapping[UUID, Relationship]) -> None:
    """Make these, and no others, the guardians of the child. Call it in a unit of work."""
    await Guardianship.delete().where(Guardianship.child == child_id)
    await Guardianship.insert(
        *(
            Guardianship(guardian=guardian_id, child=child_id, relationship=relationship)
            for guardian_id, relationship in guardians.items()
        )
    )


async def _locked(phone: str) -> UUID | None:
    rows = await Guardian.select(Guardian.id).where(Guardian.phone == phone).lock_rows()
    return rows[0]["id"] if rows else None


async def _created(adult: Adult, actor: Actor, now: datetime) -> UUID:
    guardian = Guardian(
        id=uuid4(),
        phone=adult.phone,
        name=adult.name,
        language=adult.language,
        consented_at=now if adult.consent else None,
        created_at=now,
    )
    made = await Guardian.insert(guardian).on_conflict(Guardian.phone, "DO NOTHING").returning(Guardian.id)
    if not made:
        # Another registration of this phone was committed since we looked.
        existing = await _locked(adult.phone)
        assert existing is not None
        return existing
    guardian_id: UUID = guardian.id
    after = msgspec.to_builtins(adult)
    await audit.record(audit.entry(actor, "create", "guardian", guardian_id, now=now, after=after))
    return guardian_id

"""What is true about a phone at the moment its text is handled, read from the tables."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from conversations.facts import ChildFacts, Facts, KnownFacility, NextDue, Prompt, Sex, Visit
from conversations.families import abouts
from conversations.states import JoiningConsent, JoiningFacility, State
from service.database import sql
from service.messaging.consent import QUARANTINED
from service.messaging.quiet_hours import TextHours, hours_of
from service.messaging.standing import MADE_UP, TOLD
from service.messaging.statuses import WENT_OUT
from service.registration.claims import MAY_CLAIM
from service.registration.phones import country_of

# A phone that nobody registered is answered in the first language of the catalogue, and in the zone of its
# country's first clinic, if there is one: what "yesterday" is when it tells a birth.
NO_ZONE = ZoneInfo("UTC")
FALLBACK_LANGUAGE = "en"
SEXES: Final[dict[str, Sex]] = {"female": "F", "male": "M"}

# One row, also for a phone that belongs to nobody.
PHONE = f"""
SELECT g.id, g.name, g.language, {QUARANTINED} AS quarantined,
       EXISTS (SELECT 1 FROM opt_out o WHERE o.phone = p.phone AND o.ended_at IS NULL) AS opted_out,
       {MAY_CLAIM} AS may_join,
       (SELECT c.language_offered FROM conversation c WHERE c.phone = p.phone) AS language_offered,
       (SELECT f.zone FROM facility f WHERE f.country = $3 ORDER BY f.created_at, f.id LIMIT 1) AS zone
FROM (SELECT $1::text AS phone) p LEFT JOIN guardian g ON g.phone = p.phone
"""  # noqa: S608 - made of constants

# A row per child and active visit to come; a child without one has a row of its own.
CHILDREN = """
SELECT c.id AS child_id, c.first_name, c.date_of_birth, c.sex, f.name AS facility, f.address,
       f.phone AS clinic_phone, f.medical_sentence, f.zone, f.country, d.by_another,
       f.texts_from, f.sunday_texts_from, f.texts_until,
       v.id AS appointment_id, v.version, v.status, v.starts_at, fc.due_on,
       CASE WHEN f.names_vaccines THEN ARRAY(
           SELECT DISTINCT unnest(p.antigens) FROM planned_dose p WHERE p.appointment = v.id ORDER BY 1)
       END AS protects_against,
       CASE WHEN f.names_vaccines AND v.id IS NULL THEN ARRAY(
           SELECT DISTINCT jsonb_array_elements_text(g->'antigens') FROM jsonb_array_elements(fc.groups) AS g
           WHERE (g->>'recommended')::date <= greatest(fc.due_on, ($2 AT TIME ZONE f.zone)::date) ORDER BY 1)
       END AS due_against
FROM guardianship gs
JOIN child c ON c.id = gs.child
LEFT JOIN LATERAL (
    SELECT a.id, a.version, a.status, s.starts_at, s.facility
    FROM appointment a JOIN clinic_session s ON s.id = a.clinic_session
    WHERE a.child = c.id AND a.status IN ('booked', 'confirmed') AND s.ends_at > $2) v ON true
JOIN facility f ON f.id = coalesce(v.facility, c.facility)
LEFT JOIN LATERAL (
    SELECT e.actor_kind = 'guardian' AND e.actor_id <> $1
           AND e.action IN ('confirm', 'move', 'book') AS by_another
    FROM audit_entry e WHERE e.subject = 'appointment' AND e.subject_id = v.id ORDER BY e.id DESC LIMIT 1) d
    ON true
LEFT JOIN forecast fc ON fc.child = c.id
WHERE gs.guardian = $1
ORDER BY v.starts_at NULLS LAST, c.created_at, c.id
"""

FACILITIES = "SELECT id, name, join_code FROM facility ORDER BY name, id"

# A row per child that missed a visit lately, for which nothing has made up.
MISSED = f"""
SELECT c.id AS child_id, c.first_name, f.name AS facility, f.address, f.zone,
       a.id AS appointment_id, a.version, a.status, s.starts_at, NULL AS protects_against, false AS by_another
FROM guardianship gs
JOIN child c ON c.id = gs.child
JOIN appointment a ON a.child = c.id AND a.status = 'missed'
JOIN clinic_session s ON s.id = a.clinic_session
JOIN facility f ON f.id = s.facility
WHERE gs.guardian = $1 AND s.starts_at > $2 AND NOT {MADE_UP}
ORDER BY s.starts_at, c.first_name, c.id
"""  # noqa: S608 - made of constants
# A row per child whose visit to come another guardian has cancelled, where there is no other one instead.
GIVEN_UP = """
SELECT c.id AS child_id, c.first_name, f.name AS facility, f.address, f.zone,
       a.id AS appointment_id, a.version, 'booked' AS status, s.starts_at, NULL AS protects_against,
       false AS by_another
FROM guardianship gs
JOIN child c ON c.id = gs.child
JOIN appointment a ON a.child = c.id AND a.status = 'cancelled'
JOIN clinic_session s ON s.id = a.clinic_session
JOIN facility f ON f.id = s.facility
CROSS JOIN LATERAL (
    SELECT * FROM audit_entry e WHERE e.subject = 'appointment' AND e.subject_id = a.id
    ORDER BY e.id DESC LIMIT 1) d
WHERE gs.guardian = $1 AND s.starts_at > $2 AND a.id = ANY($3::uuid[])
  AND d.action = 'cancel' AND d.actor_kind = 'guardian' AND d.actor_id <> $1
  AND NOT EXISTS (
    SELECT 1 FROM appointment n JOIN clinic_session t ON t.id = n.clinic_session
    WHERE n.child = a.child AND n.status IN ('booked', 'confirmed') AND t.ends_at > $2)
ORDER BY s.starts_at, c.first_name, c.id
"""

# The recalls take three weeks; so long afterwards a family may still come back to them.
MISSED_LATELY = timedelta(days=60)

# What the phone may be answering: texts about visits that went out since it last wrote and before it did,
# the latest of each.
PROMPTS = f"""
SELECT * FROM (
    SELECT DISTINCT ON (told.appointment) told.appointment, told.version, o.sent_at, o.id AS text_id,
           o.kind = 'recall' AS recall
    FROM outbox_message o CROSS JOIN LATERAL {TOLD}
    WHERE o.phone = $1 AND o.kind NOT IN ('cancelled', 'asked_again') AND o.status = ANY($2::text[])
      AND o.sent_at > coalesce($3::timestamptz, '-infinity') AND o.sent_at <= $4
    ORDER BY told.appointment, o.sent_at DESC) AS latest
ORDER BY sent_at
"""  # noqa: S608 - made of constants


class PhoneFacts(msgspec.Struct, frozen=True):
    """The facts of the conversation, whose phone it is, and when its clinic may text of itself."""

    facts: Facts
    guardian_id: UUID | None
    hours: TextHours | None = None


async def load(
    phone: str,
    state: State,
    *,
    turned_at: datetime | None,
    now: datetime,
    written_at: datetime | None = None,
) -> PhoneFacts:
    """Read what the machine may know.

    Args:
        state: What the conversation waits for: facilities are loaded where one is to be named.
        turned_at: When the phone wrote before.
        written_at: When it wrote what is to be handled; None for just now.
    """
    owner = (await sql(PHONE, phone, now, country_of(phone)))[0]
    named = await sql(FACILITIES) if isinstance(state, JoiningFacility | JoiningConsent) else ()
    facilities = tuple(KnownFacility(row["id"], row["name"], row["join_code"]) for row in named)
    if owner["id"] is None or owner["quarantined"]:
        return PhoneFacts(_facts_of_stranger(owner, facilities, now), owner["id"])
    children = await sql(CHILDREN, owner["id"], now)
    missed = await sql(MISSED, owner["id"], now - MISSED_LATELY)
    prompts = await sql(PROMPTS, phone, list(WENT_OUT), turned_at, written_at or now)
    given_up = await _given_up(owner["id"], state, children, prompts, now)
    known = _facts(owner, children, missed, prompts, facilities, now)
    known = msgspec.structs.replace(known, given_up_by_another=given_up)
    return PhoneFacts(known, owner["id"], hours_of(children[0]) if children else None)


async def _given_up(
    guardian_id: UUID, state: State, children: Any, prompts: Any, now: datetime
) -> tuple[Visit, ...]:
    """Visits that were asked about and are gone, where another guardian has cancelled them."""
    to_come = {row["appointment_id"] for row in children}
    asked = {one.appointment_id for one in abouts(state)} | {row["appointment"] for row in prompts}
    gone = asked - to_come
    return tuple(map(_visit, await sql(GIVEN_UP, guardian_id, now, list(gone)))) if gone else ()


def _facts_of_stranger(owner: Any, facilities: tuple[KnownFacility, ...], now: datetime) -> Facts:
    return Facts(
        now=now.astimezone(_zone(owner["zone"])),
        language=owner["language"] or FALLBACK_LANGUAGE,
        known=False,
        opted_out=owner["opted_out"],
        may_join=owner["may_join"] and not owner["quarantined"],
        facilities=facilities,
    )


def _zone(name: str | None) -> ZoneInfo:
    return ZoneInfo(name) if name else NO_ZONE


def _facts(
    owner: Any,
    children: Any,
    missed: Any,
    prompts: Any,
    facilities: tuple[KnownFacility, ...],
    now: datetime,
) -> Facts:
    zone = _zone(children[0]["zone"] if children else owner["zone"])
    names = tuple(dict.fromkeys(row["first_name"] for row in children))
    return Facts(
        now=now.astimezone(zone),
        language=owner["language"],
        guardian=owner["name"] or None,
        known=True,
        opted_out=owner["opted_out"],
        children=names,
        about=tuple(_about(name, children) for name in names),
        region=children[0]["country"] if children else None,
        visits=tuple(_visit(row) for row in children if row["appointment_id"] is not None),
        missed=tuple(map(_visit, missed)),
        prompts=tuple(
            Prompt(row["appointment"], row["version"], row["sent_at"], row["text_id"], row["recall"])
            for row in prompts
        ),
        next_due=tuple(
            NextDue(row["first_name"], row["due_on"], tuple(row["due_against"] or ()))
            for row in children
            if row["appointment_id"] is None and row["due_on"] is not None
        ),
        clinic_phone=children[0]["clinic_phone"] if children else None,
        medical_sentence=children[0]["medical_sentence"] if children else None,
        language_offered=bool(owner["language_offered"]),
        may_join=owner["may_join"],
        facilities=facilities,
    )


def _about(name: str, rows: Any) -> ChildFacts:
    """What is known of the child of this name; of two with one name, nothing."""
    named = {row["child_id"]: row for row in rows if row["first_name"] == name}
    if len(named) > 1:
        return ChildFacts()
    (row,) = named.values()
    return ChildFacts(row["date_of_birth"], SEXES.get(row["sex"]))


def _visit(row: Any) -> Visit:
    return Visit(
        appointment_id=row["appointment_id"],
        version=row["version"],
        child_id=row["child_id"],
        child=row["first_name"],
        starts_at=row["starts_at"].astimezone(ZoneInfo(row["zone"])),
        facility=row["facility"],
        address=row["address"] or None,
        status=row["status"],
        protects_against=tuple(row["protects_against"] or ()),
        promised_by_another=bool(row["by_another"]),
    )

"""What is true about a phone at the moment its text is handled, read from the tables."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from conversations.facts import Facts, NextDue, Prompt, Visit
from service.database import sql
from service.messaging.consent import QUARANTINED
from service.messaging.quiet_hours import TextHours, hours_of
from service.messaging.statuses import WENT_OUT

# A phone that nobody registered is answered in the first language of the catalogue, at no clinic.
NO_ZONE = ZoneInfo("UTC")
FALLBACK_LANGUAGE = "en"

# One row, also for a phone that belongs to nobody.
PHONE = f"""
SELECT g.id, g.name, g.language, {QUARANTINED} AS quarantined,
       EXISTS (SELECT 1 FROM opt_out o WHERE o.phone = p.phone AND o.ended_at IS NULL) AS opted_out
FROM (SELECT $1::text AS phone) p LEFT JOIN guardian g ON g.phone = p.phone
"""  # noqa: S608 - made of constants

# A row per child and active visit to come; a child without one has a row of its own.
CHILDREN = """
SELECT c.id AS child_id, c.first_name, f.name AS facility, f.address, f.phone AS clinic_phone, f.zone,
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
LEFT JOIN forecast fc ON fc.child = c.id
WHERE gs.guardian = $1
ORDER BY v.starts_at NULLS LAST, c.created_at, c.id
"""

# What the phone may be answering: texts about a visit that went out since it last wrote, and before it did.
PROMPTS = """
SELECT appointment, appointment_version, max(sent_at) AS sent_at
FROM outbox_message
WHERE phone = $1 AND appointment IS NOT NULL AND kind <> 'cancelled' AND status = ANY($2::text[])
  AND sent_at > coalesce($3::timestamptz, '-infinity') AND sent_at <= $4
GROUP BY appointment, appointment_version ORDER BY 3
"""


class PhoneFacts(msgspec.Struct, frozen=True):
    """The facts of the conversation, whose phone it is, and when its clinic may text of itself."""

    facts: Facts
    guardian_id: UUID | None
    hours: TextHours | None = None


async def load(
    phone: str, *, turned_at: datetime | None, now: datetime, written_at: datetime | None = None
) -> PhoneFacts:
    """Read what the machine may know.

    Args:
        turned_at: When the phone wrote before.
        written_at: When it wrote what is to be handled; None for just now.
    """
    owner = (await sql(PHONE, phone))[0]
    if owner["id"] is None or owner["quarantined"]:
        facts = Facts(
            now=now.astimezone(NO_ZONE),
            language=owner["language"] or FALLBACK_LANGUAGE,
            known=False,
            opted_out=owner["opted_out"],
        )
        return PhoneFacts(facts, owner["id"])
    children = await sql(CHILDREN, owner["id"], now)
    prompts = await sql(PROMPTS, phone, list(WENT_OUT), turned_at, written_at or now)
    hours = hours_of(children[0]) if children else None
    return PhoneFacts(_facts(owner, children, prompts, now), owner["id"], hours)


def _facts(owner: Any, children: Any, prompts: Any, now: datetime) -> Facts:
    zone = ZoneInfo(children[0]["zone"]) if children else NO_ZONE
    return Facts(
        now=now.astimezone(zone),
        language=owner["language"],
        guardian=owner["name"] or None,
        known=True,
        opted_out=owner["opted_out"],
        children=tuple(dict.fromkeys(row["first_name"] for row in children)),
        visits=tuple(_visit(row) for row in children if row["appointment_id"] is not None),
        prompts=tuple(
            Prompt(row["appointment"], row["appointment_version"], row["sent_at"]) for row in prompts
        ),
        next_due=tuple(
            NextDue(row["first_name"], row["due_on"], tuple(row["due_against"] or ()))
            for row in children
            if row["appointment_id"] is None and row["due_on"] is not None
        ),
        clinic_phone=children[0]["clinic_phone"] if children else None,
    )


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
    )

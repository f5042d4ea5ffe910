"""News of a visit, told to the family: each guardian who agreed to be texted, in their own language.

Visits of several children on one day at one facility are told of in one text.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from conversations.effects import Params
from conversations.facts import Visit
from conversations.replies import render
from service.database import sql
from service.messaging.outbox import OwedText, owe
from service.messaging.quiet_hours import TextHours, hours_of, quiet_until

# The keys of the catalogue that speak of a visit, and the kind of text that each one is. Those of a visit to
# come have a form that says what it is for; reminders and recalls, one for several children of one day.
News = Literal["booked", "moved", "cancelled", "reminder_3_days", "reminder_1_day", "missed"]
KINDS: dict[News, Literal["booked", "moved", "cancelled", "reminder", "recall"]] = {
    "booked": "booked",
    "moved": "moved",
    "cancelled": "cancelled",
    "reminder_3_days": "reminder",
    "reminder_1_day": "reminder",
    "missed": "recall",
}
NOT_TO_COME: frozenset[News] = frozenset({"cancelled", "missed"})


class VisitNews(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as its family should know it, in one version.

    Attributes:
        child: The first name; nothing else of the child is ever texted.
        starts_at: UTC.
        zone: The facility's.
        remind_at: The facility's civil hour for reminders, on its own clock.
        protects_against: The diseases its vaccines are for, where the facility lets texts name them.
    """

    appointment_id: UUID
    version: int
    child_id: UUID
    child: str
    starts_at: datetime
    facility: str
    zone: ZoneInfo
    hours: TextHours
    remind_at: time
    protects_against: tuple[str, ...] = ()


# What VisitNews is read from: an appointment a, its child c, its clinic session s and its facility f.
VISIT_COLUMNS = """
    a.id AS appointment_id, a.version, c.id AS child_id, c.first_name AS child, s.starts_at,
    f.name AS facility, f.zone, f.texts_from, f.sunday_texts_from, f.texts_until, f.remind_at,
    CASE WHEN f.names_vaccines THEN ARRAY(
        SELECT DISTINCT unnest(p.antigens) FROM planned_dose p WHERE p.appointment = a.id ORDER BY 1)
    END AS protects_against
"""


def visit_of(row: Mapping[str, Any]) -> VisitNews:
    """The visit of a row with VISIT_COLUMNS."""
    return VisitNews(
        appointment_id=row["appointment_id"],
        version=row["version"],
        child_id=row["child_id"],
        child=row["child"],
        starts_at=row["starts_at"],
        facility=row["facility"],
        zone=ZoneInfo(row["zone"]),
        hours=hours_of(row),
        remind_at=row["remind_at"],
        protects_against=tuple(row["protects_against"] or ()),
    )


class Recipient(msgspec.Struct, frozen=True):
    """A guardian who may be texted about a child."""

    child_id: UUID
    guardian_id: UUID
    phone: str
    language: str


async def tell_family(
    visit: VisitNews,
    news: News,
    *,
    now: datetime,
    expected_at: datetime | None = None,
    already_knows: UUID | None = None,
) -> list[UUID]:
    """Owe the family a text, to be sent as soon as the facility's hours allow.

    Args:
        expected_at: When the family would come if it were not told: then it is told in time, even at night.
        already_knows: The guardian who brought it about by text and is answered directly.

    Returns:
        The ids of the texts.
    """
    recipients = await recipients_of([visit.child_id])
    opens = quiet_until(now, visit.hours, visit.zone)
    in_vain = expected_at is not None and now < expected_at <= opens
    useful_until = expected_at if expected_at is not None and in_vain else visit.starts_at
    texts = [
        text_to(recipient, visit, news, not_before=now if in_vain else opens, useful_until=useful_until)
        for recipient in recipients
        if recipient.guardian_id != already_knows
    ]
    return await owe(texts, now=now)


async def recipients_of(child_ids: Iterable[UUID]) -> list[Recipient]:
    """The guardians of these children who agreed to be texted and have not opted out."""
    rows = await sql(
        """SELECT gs.child AS child_id, g.id AS guardian_id, g.phone, g.language
           FROM guardianship gs JOIN guardian g ON g.id = gs.guardian
           WHERE gs.child = ANY($1::uuid[]) AND g.consented_at IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM opt_out o WHERE o.phone = g.phone AND o.ended_at IS NULL)
           ORDER BY g.created_at, g.id""",
        list(child_ids),
    )
    return [Recipient(**row) for row in rows]


def text_to(
    recipient: Recipient, visit: VisitNews, news: News, *, not_before: datetime, useful_until: datetime
) -> OwedText:
    """The text that tells one guardian."""
    params: Params = {
        "child": visit.child,
        "starts_at": visit.starts_at.astimezone(visit.zone),
        "facility": visit.facility,
    }
    key: str = news
    if visit.protects_against and news not in NOT_TO_COME:
        key, params = f"{news}_for", params | {"diseases": visit.protects_against}
    return OwedText(
        phone=recipient.phone,
        body=render(key, params, recipient.language),
        kind=KINDS[news],
        not_before=not_before,
        useful_until=useful_until,
        guardian_id=recipient.guardian_id,
        appointment_id=visit.appointment_id,
        appointment_version=visit.version,
    )


def text_to_all(
    recipient: Recipient,
    visits: Sequence[VisitNews],
    news: News,
    *,
    not_before: datetime,
    useful_until: datetime,
) -> OwedText:
    """The text that tells one guardian of visits on one day at one facility, one visit or several.

    What they are for is said of a single one only: the diseases of three children are no text.
    """
    first, *further = sorted(visits, key=lambda visit: (visit.starts_at, visit.child))
    text = text_to(recipient, first, news, not_before=not_before, useful_until=useful_until)
    if not further:
        return text
    params: Params = {
        "day": first.starts_at.astimezone(first.zone).date(),
        "facility": first.facility,
        "visits": tuple(map(_in_a_list, (first, *further))),
    }
    return msgspec.structs.replace(
        text,
        body=render(f"{news}_all", params, recipient.language),
        further_visits=tuple((visit.appointment_id, visit.version) for visit in further),
    )


def _in_a_list(visit: VisitNews) -> Visit:
    return Visit(
        appointment_id=visit.appointment_id,
        version=visit.version,
        child_id=visit.child_id,
        child=visit.child,
        starts_at=visit.starts_at.astimezone(visit.zone),
        facility=visit.facility,
    )

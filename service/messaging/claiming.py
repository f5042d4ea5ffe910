"""Which texts go out now: claimed by compare-and-set, for as long as one call to the carrier lasts.

Claiming also decides what must not go out any more: the phone has opted out, the visit has changed, the
family has heard enough of it, or the text comes too late. Some wait: a parent is in the middle of a
dialogue, or one of several visits has changed (service/reminders/mending.py). A claim lapses by itself;
whatever a dead worker leaves behind is found by `reconciliation`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import phonenumbers

from service.database import sql, unit_of_work
from service.messaging.outbox import CAPPED, URGENT, Kind
from service.messaging.quiet_hours import TextHours, hours_of, quiet_until
from service.messaging.sender import (
    Allowance,
    Limits,
    SenderState,
    after_claim,
    allowance,
    lock_sender,
    save_claim,
)
from service.messaging.standing import INTO_A_DIALOGUE, PARTLY_UNTRUE, STANDS, TOLD
from service.messaging.statuses import WENT_OUT

# All texts of a claim are offered to the carrier at once, so a claim lasts one call.
BATCH = 20
# Longer than the gateway waits for an answer; the rest is the time in which a call may begin.
LEASE = timedelta(seconds=15)

# Automatic texts to one number about one visit as it stands: one on a day of the facility's, three in seven.
MOST_A_DAY = 1
MOST_A_WEEK = 3

# Also while nothing may be sent: what is too late is not counted as waiting.
EXPIRE = """
UPDATE outbox_message SET status = 'expired', settled_at = $1 WHERE id IN (
    SELECT id FROM outbox_message WHERE status = 'pending' AND useful_until <= $1
    LIMIT 1000 FOR UPDATE SKIP LOCKED)
RETURNING id
"""

# One statement, so one round trip. A phone's texts of one priority go out in the order in which they were
# written; a text that may not go out is settled instead of claimed.
CLAIM = f"""
WITH due AS (
    SELECT o.id, o.priority, o.not_before, o.segments,
           f.zone, f.texts_from, f.sunday_texts_from, f.texts_until,
           CASE WHEN o.useful_until <= $1 THEN 'expired'
                WHEN o.kind <> 'opt_out' AND EXISTS (
                    SELECT 1 FROM opt_out p WHERE p.phone = o.phone AND p.ended_at IS NULL) THEN 'opt_out'
                WHEN EXISTS (SELECT 1 FROM {TOLD} WHERE NOT {STANDS}) THEN 'changed'
                WHEN o.kind = ANY($6::text[]) AND (
                    SELECT count(*) >= $8 OR $9 <= count(*) FILTER (
                        WHERE (t.sent_at AT TIME ZONE f.zone)::date
                            = ($1::timestamptz AT TIME ZONE f.zone)::date)
                    FROM outbox_message t
                    WHERE t.phone = o.phone AND t.sent_at > $1::timestamptz - interval '7 days'
                      AND ((t.appointment, t.appointment_version) = (o.appointment, o.appointment_version)
                           OR EXISTS (SELECT 1 FROM outbox_visit v WHERE v.outbox_message = t.id
                                      AND v.appointment = o.appointment
                                      AND v.appointment_version = o.appointment_version))
                      AND t.kind = ANY($6::text[]) AND t.status = ANY($7::text[])) THEN 'cap'
                ELSE 'send' END AS verdict
    FROM outbox_message o
    LEFT JOIN appointment a ON a.id = o.appointment
    LEFT JOIN clinic_session s ON s.id = a.clinic_session
    LEFT JOIN facility f ON f.id = s.facility
    WHERE o.status = 'pending' AND o.not_before <= $1 AND NOT EXISTS (
        SELECT 1 FROM outbox_message earlier
        WHERE earlier.phone = o.phone AND earlier.priority = o.priority
          AND earlier.status IN ('pending', 'sending') AND earlier.not_before <= $1
          AND (earlier.created_at, earlier.id) < (o.created_at, o.id))
      AND NOT {INTO_A_DIALOGUE}
      AND (o.useful_until <= $1 OR NOT {PARTLY_UNTRUE})
    ORDER BY o.priority, o.not_before
    LIMIT $2
    FOR UPDATE OF o SKIP LOCKED
), paced AS (
    SELECT due.*, count(*) FILTER (WHERE verdict = 'send') OVER going_out AS place,
           sum(segments) FILTER (WHERE verdict = 'send') OVER going_out - segments AS segments_before
    FROM due WINDOW going_out AS (ORDER BY priority, not_before, id)
), claimed AS (
    UPDATE outbox_message o
    SET status = CASE verdict WHEN 'send' THEN 'sending' WHEN 'expired' THEN 'expired' ELSE 'suppressed' END,
        reason = CASE WHEN verdict NOT IN ('send', 'expired') THEN verdict END,
        attempts = o.attempts + (verdict = 'send')::int,
        leased_until = CASE WHEN verdict = 'send' THEN $3::timestamptz END,
        sent_at = CASE WHEN verdict = 'send' THEN $1 ELSE o.sent_at END,
        settled_at = CASE WHEN verdict = 'send' THEN NULL ELSE $1::timestamptz END
    FROM paced WHERE o.id = paced.id AND (verdict <> 'send' OR (place <= $4 AND segments_before < $5))
    RETURNING o.id, o.phone, o.body, o.segments, o.kind, o.status, o.attempts, o.useful_until, o.priority,
              o.not_before, zone, texts_from, sunday_texts_from, texts_until
), tried AS (
    INSERT INTO attempt (id, outbox_message, number, started_at)
    SELECT gen_random_uuid(), id, attempts, $1 FROM claimed WHERE status = 'sending'
)
SELECT * FROM claimed ORDER BY priority, not_before
"""  # noqa: S608 - made of constants


class ClaimedText(msgspec.Struct, frozen=True):
    """A text that this worker, and no other, may offer to the carrier until its lease ends.

    `zone` and `hours` are those of the facility of the visit that it speaks of; None for answers and for
    what staff write, which go out at any hour.
    """

    id: UUID
    phone: str
    body: str
    kind: Kind
    attempts: int
    useful_until: datetime
    zone: ZoneInfo | None = None
    hours: TextHours | None = None

    def quiet_until(self, now: datetime) -> datetime | None:
        """When it may go out, if not now. What the family would otherwise learn too late is not held back."""
        if self.zone is None or self.hours is None:
            return None
        opens = quiet_until(now, self.hours, self.zone)
        now_or_never = self.kind in URGENT and opens >= self.useful_until
        return None if opens <= now or now_or_never else opens


class Claim(msgspec.Struct, frozen=True):
    """What a worker has taken on.

    Attributes:
        settled: How many texts were settled without a call.
        texts: Those to offer to the carrier.
        sender: As it stands since.
    """

    settled: int
    texts: list[ClaimedText]
    sender: SenderState


async def claim(limits: Limits, *, now: datetime) -> Claim:
    """Claim a batch of what is due, within what the sender may do."""
    async with unit_of_work():
        state = await lock_sender(limits, now=now)
        allowed = allowance(state, limits, now=now, batch=BATCH)
        if not allowed:
            return Claim(0, [], state)
        rows = await _claim_rows(allowed, now)
        sending = [row for row in rows if row["status"] == "sending"]
        if sending:
            segments = sum(row["segments"] for row in sending)
            state = after_claim(state, limits, segments, now=now)
            await save_claim(limits, state)
    return Claim(len(rows) - len(sending), [_claimed(row) for row in sending], state)


async def expire(*, now: datetime) -> int:
    """Settle what has lost its use while it waited; how many texts that were."""
    return len(await sql(EXPIRE, now))


def may_go_to(phone: str, countries: frozenset[str]) -> bool:
    """Whether texts may go to the country of a number."""
    return not countries or phonenumbers.region_code_for_number(phonenumbers.parse(phone)) in countries


async def _claim_rows(allowed: Allowance, now: datetime) -> list[Mapping[str, Any]]:
    rows = await sql(
        CLAIM,
        now,
        BATCH,
        now + LEASE,
        allowed.texts,
        allowed.segments,
        sorted(CAPPED),
        list(WENT_OUT),
        MOST_A_WEEK,
        MOST_A_DAY,
    )
    return list(rows)


def _claimed(row: Mapping[str, Any]) -> ClaimedText:
    return ClaimedText(
        id=row["id"],
        phone=row["phone"],
        body=row["body"],
        kind=row["kind"],
        attempts=row["attempts"],
        useful_until=row["useful_until"],
        zone=ZoneInfo(row["zone"]) if row["zone"] else None,
        hours=hours_of(row) if row["zone"] else None,
    )

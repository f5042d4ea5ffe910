"""The six invariants, as questions to the database and to the carrier's own ledger.

They know nothing of how the service keeps them: each looks at rows, at what the carrier accepted and at
what whoever drove the service was told was done. They hold after every fault, once all has settled.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from service.messaging.outbox import URGENT
from service.messaging.quiet_hours import hours_of, quiet_until

Database: TypeAlias = Any  # an asyncpg connection, which has no types

# The carrier waits so long for a webhook: what is not committed by then was not answered, and is not known.
ANSWERED_WITHIN = timedelta(seconds=15)
# A call that began by day, or in time, may end after it.
CALL_LASTS = timedelta(seconds=15)
# A text that is due has been claimed by then, unless it waits for something.
CLAIMED_WITHIN = timedelta(seconds=5)
# A parent in the middle of a dialogue is not reminded of anything meanwhile.
DIALOGUE_LASTS = timedelta(minutes=15)


@dataclass(frozen=True)
class Violation:
    """An invariant that does not hold, in words without a name or a number of a phone."""

    invariant: int
    what: str
    ids: tuple[str, ...] = ()


class Accepted(msgspec.Struct, frozen=True):
    """A text that the carrier took."""

    sid: str
    accepted_at: datetime


class Ledger(msgspec.Struct, frozen=True):
    """What the carrier says: the texts that it took, by our ids, and those that parents wrote, by its own."""

    accepted: dict[str, int] = {}
    intents: dict[str, list[Accepted]] = {}
    written: dict[str, datetime] = {}


@dataclass(frozen=True)
class Change:
    """A version of an appointment that staff were told was made, and the phones that were to hear of it."""

    kind: Literal["booked", "moved", "cancelled"]
    at: datetime
    phones: tuple[str, ...]


@dataclass
class Told:
    """What the driver was told was done: versions of appointments, and parents' texts, with the moment."""

    changes: dict[tuple[str, int], Change] = field(default_factory=dict)
    texts: dict[str, datetime] = field(default_factory=dict)


# What a row says of whether the carrier took its text.
KEPT_BACK = frozenset({"pending", "suppressed", "expired"})
TAKEN = frozenset({"accepted", "sent", "delivered", "undelivered"})

Check: TypeAlias = Callable[[Database, Ledger, Told, datetime], Awaitable[list[Violation]]]


async def check_all(
    database: Database,
    ledger: Ledger,
    told: Told,
    now: datetime,
    *,
    taken_in_within: timedelta = timedelta(0),
) -> list[Violation]:
    """Every violation of every invariant.

    Args:
        taken_in_within: A text of a parent that is younger may still be on its way to us, by the comparison
            with the carrier's list.
    """
    old = {sid: at for sid, at in ledger.written.items() if at <= now - taken_in_within}
    ledger = msgspec.structs.replace(ledger, written=old)
    return [found for check in CHECKS for found in await check(database, ledger, told, now)]


async def places_are_counted(
    database: Database, ledger: Ledger, told: Told, now: datetime
) -> list[Violation]:
    """1: booked = appointments that hold a place, never above the capacity."""
    del ledger, told, now
    rows = await database.fetch(
        """SELECT s.id, s.booked, s.capacity, count(a.id) AS held FROM clinic_session s
           LEFT JOIN appointment a ON a.clinic_session = s.id AND a.status <> 'cancelled'
           GROUP BY s.id HAVING s.booked <> count(a.id) OR s.booked > s.capacity"""
    )
    return [
        Violation(1, f"{row['booked']} booked, {row['held']} held, of {row['capacity']}", (str(row["id"]),))
        for row in rows
    ]


async def unsettled(database: Database, now: datetime) -> list[Violation]:
    """What is still under way, or forgotten: which of them, time tells."""
    texts = await database.fetch(
        """SELECT o.id, o.status FROM outbox_message o
           WHERE o.status IN ('sending', 'unknown') OR (o.status = 'pending' AND o.not_before <= $1
              AND NOT (o.kind IN ('reminder', 'recall', 'asked_again') AND EXISTS (
                  SELECT 1 FROM conversation c
                  WHERE c.phone = o.phone AND c.question IS NOT NULL AND c.turned_at > $2)))""",
        now - CLAIMED_WITHIN,
        now - DIALOGUE_LASTS,
    )
    timers = await database.fetch(
        "SELECT id FROM reminder WHERE status = 'planned' AND due_at <= $1", now - CLAIMED_WITHIN
    )
    return [Violation(2, f"a text is left {row['status']}", (str(row["id"]),)) for row in texts] + [
        Violation(2, "a timer is left behind", (str(row["id"]),)) for row in timers
    ]


async def nothing_is_lost(database: Database, ledger: Ledger, told: Told, now: datetime) -> list[Violation]:
    """2: every intent ends as it says it did, or waits for its time; what was told as done is there."""
    rows = await database.fetch("SELECT id, status, provider_sid FROM outbox_message")
    # After a restore a text may be known by the id of another row, and the carrier's own id is the same.
    sids = {text.sid for texts in ledger.intents.values() for text in texts}
    disagree = [
        Violation(2, f"{row['status']} here, accepted {taken} times there", (str(row["id"]),))
        for row in rows
        if ((taken := ledger.accepted.get(str(row["id"]), 0)) > 0 and row["status"] in KEPT_BACK)
        or (taken == 0 and row["status"] in TAKEN and row["provider_sid"] not in sids)
    ]
    return [*await unsettled(database, now), *disagree, *await _missing(database, told)]


async def _missing(database: Database, told: Told) -> list[Violation]:
    """Appointments that were acknowledged and are not there, and their families' texts."""
    versions = {
        row["id"]: row["version"] for row in await database.fetch("SELECT id, version FROM appointment")
    }
    versions = {str(key): version for key, version in versions.items()}
    owed = {
        (str(row["appointment"]), row["appointment_version"], row["kind"], row["phone"])
        for row in await database.fetch(
            """SELECT appointment, appointment_version, kind, phone FROM outbox_message
               WHERE appointment IS NOT NULL"""
        )
    }
    silent = await _silences(database)
    found = []
    for (appointment, version), change in told.changes.items():
        if versions.get(appointment, 0) < version:
            found.append(Violation(2, f"version {version} is lost ({change.kind})", (appointment,)))
        found += [
            Violation(2, f"no text tells of version {version} ({change.kind})", (appointment,))
            for phone in change.phones
            if (appointment, version, change.kind, phone) not in owed
            and not any(since <= change.at <= until for since, until in silent[phone])
        ]
    return found


async def _silences(database: Database) -> Mapping[str, list[tuple[datetime, datetime]]]:
    """When each phone was not to be told anything, and while that was about to change."""
    spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = await database.fetch(
        "SELECT phone, since - $1::interval AS since, coalesce(ended_at, now()) + $1 AS until FROM opt_out",
        ANSWERED_WITHIN,
    )
    for row in rows:
        spans[row["phone"]].append((row["since"], row["until"]))
    return spans


async def nothing_goes_out_twice(
    database: Database, ledger: Ledger, told: Told, now: datetime
) -> list[Violation]:
    """3: the carrier accepted at most one text per id of ours."""
    del database, told, now
    return [
        Violation(3, f"accepted {times} times", (text,))
        for text, times in ledger.accepted.items()
        if times > 1
    ]


async def nothing_goes_out_that_must_not(
    database: Database, ledger: Ledger, told: Told, now: datetime
) -> list[Violation]:
    """4: nothing after STOP, nothing about a visit as it no longer is, nothing at night, nothing too late."""
    del now
    return [
        *await _after_stop(database, told),
        *await _after_change(database, told),
        *await _at_night_or_late(database, ledger),
    ]


async def _after_stop(database: Database, told: Told) -> list[Violation]:
    rows = await database.fetch(
        """SELECT o.id, t.started_at, p.since, i.provider_sid AS sid
           FROM opt_out p JOIN outbox_message o ON o.phone = p.phone AND o.kind <> 'opt_out'
           JOIN attempt t ON t.outbox_message = o.id
           LEFT JOIN inbound_message i ON i.id = p.inbound
           WHERE t.started_at > p.since AND (p.ended_at IS NULL OR t.started_at < p.ended_at)"""
    )
    return [
        Violation(4, "tried after STOP", (str(row["id"]),))
        for row in rows
        if row["started_at"] > told.texts.get(row["sid"], row["since"] + ANSWERED_WITHIN)
    ]


async def _after_change(database: Database, told: Told) -> list[Violation]:
    rows = await database.fetch(
        """WITH said AS (
               SELECT id, appointment, appointment_version AS version FROM outbox_message
               WHERE appointment IS NOT NULL
               UNION ALL SELECT outbox_message, appointment, appointment_version FROM outbox_visit)
           SELECT said.id, said.appointment, said.version, t.started_at, e.at
           FROM said JOIN attempt t ON t.outbox_message = said.id
           JOIN audit_entry e ON e.subject = 'appointment' AND e.subject_id = said.appointment
                AND (e.after ->> 'version')::int = said.version + 1
                AND (e.before ->> 'version')::int = said.version
           WHERE t.started_at > e.at"""
    )

    def known_at(row: Mapping[str, Any]) -> datetime:
        change = told.changes.get((str(row["appointment"]), row["version"] + 1))
        at: datetime = change.at if change else row["at"] + ANSWERED_WITHIN
        return at

    return [
        Violation(4, f"tried to tell of version {row['version']} after it was replaced", (str(row["id"]),))
        for row in rows
        if row["started_at"] > known_at(row)
    ]


async def _at_night_or_late(database: Database, ledger: Ledger) -> list[Violation]:
    rows = await database.fetch(
        """SELECT o.id, o.kind, o.useful_until, f.zone, f.texts_from, f.sunday_texts_from, f.texts_until
           FROM outbox_message o LEFT JOIN appointment a ON a.id = o.appointment
           LEFT JOIN clinic_session s ON s.id = a.clinic_session LEFT JOIN facility f ON f.id = s.facility
           WHERE o.id = ANY($1::uuid[])""",
        list(ledger.intents),
    )
    found = []
    for row in rows:
        for text in ledger.intents[str(row["id"])]:
            at = text.accepted_at - CALL_LASTS
            if at > row["useful_until"]:
                found.append(Violation(4, "sent when it was of no use any more", (str(row["id"]),)))
            if row["zone"] and _in_vain_by_night(row, text.accepted_at) and _in_vain_by_night(row, at):
                found.append(Violation(4, f"sent at night ({row['kind']})", (str(row["id"]),)))
    return found


def _in_vain_by_night(row: Mapping[str, Any], at: datetime) -> bool:
    """Whether it is night, and the morning would have been early enough."""
    opens = quiet_until(at, hours_of(row), ZoneInfo(row["zone"]))
    return opens > at and not (row["kind"] in URGENT and opens >= row["useful_until"])


async def a_text_has_one_effect(
    database: Database, ledger: Ledger, told: Told, now: datetime
) -> list[Violation]:
    """5: every text of a parent is taken in, once, and answered at most once."""
    del now
    rows = await database.fetch(
        """SELECT in_answer_to, count(*) AS n FROM outbox_message
           WHERE in_answer_to IS NOT NULL AND follows IS NULL GROUP BY 1 HAVING count(*) > 1"""
    )
    answered = [Violation(5, f"answered {row['n']} times", (str(row["in_answer_to"]),)) for row in rows]
    stored = await database.fetch(
        """SELECT i.provider_sid, i.outcome, EXISTS (
               SELECT 1 FROM handoff h WHERE h.phone = i.phone
               AND (h.closed_at IS NULL OR h.opened_at >= i.received_at)) AS asked FROM inbound_message i"""
    )
    known = {row["provider_sid"] for row in stored}
    lost = [Violation(5, "never taken in", (sid,)) for sid in {*ledger.written, *told.texts} - known]
    undone = [
        Violation(5, f"outcome {row['outcome']}, and no person was asked", (row["provider_sid"],))
        for row in stored
        if row["outcome"] != "handled" and not (row["outcome"] == "failed" and row["asked"])
    ]
    return answered + lost + undone


async def every_change_is_audited(
    database: Database, ledger: Ledger, told: Told, now: datetime
) -> list[Violation]:
    """6: every version and status of an appointment has its row, with before and after; what is made, too."""
    del ledger, told, now
    trails: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in await database.fetch(
        """SELECT subject_id, actor_kind, before, after FROM audit_entry
           WHERE subject = 'appointment' ORDER BY id"""
    ):
        decoded = {name: msgspec.json.decode(row[name] or "null") for name in ("before", "after")}
        trails[str(row["subject_id"])].append(decoded)
    found = []
    for row in await database.fetch("SELECT id, version, status FROM appointment"):
        why = _broken(trails[str(row["id"])], row)
        found += [Violation(6, why, (str(row["id"]),))] if why else []
    return found + await _made_unseen(database)


def _broken(trail: Iterable[Mapping[str, Any]], row: Mapping[str, Any]) -> str:
    """What a trail fails to tell, beginning with the first row; "" when it is whole."""
    at: Mapping[str, Any] | None = None
    for entry in sorted(trail, key=lambda entry: (entry["after"] or {}).get("version", 0)):
        before, after = entry["before"], entry["after"]
        if (before is None) != (at is None) or after is None:
            return "a row of its trail lacks before or after"
        if at is not None and (before["version"], before["status"]) != (at["version"], at["status"]):
            return f"nothing tells how version {at['version']} became {before['version']}"
        at = after
    if at is None or (at["version"], at["status"]) != (row["version"], row["status"]):
        return f"nothing tells how it came to version {row['version']}, {row['status']}"
    return ""


async def _made_unseen(database: Database) -> list[Violation]:
    rows = await database.fetch(
        """SELECT 'child' AS subject, id, 'create' AS action FROM child
           UNION ALL SELECT 'guardian', id, 'create' FROM guardian
           UNION ALL SELECT 'immunization', id, 'create' FROM immunization
           UNION ALL SELECT 'opt_out', id, 'opt_out' FROM opt_out
           UNION ALL SELECT 'opt_out', id, 'opt_in' FROM opt_out WHERE ended_at IS NOT NULL
           EXCEPT SELECT subject, subject_id, action FROM audit_entry"""
    )
    return [
        Violation(6, f"no audit row: {row['action']} {row['subject']}", (str(row["id"]),)) for row in rows
    ]


CHECKS: tuple[Check, ...] = (
    places_are_counted,
    nothing_is_lost,
    nothing_goes_out_twice,
    nothing_goes_out_that_must_not,
    a_text_has_one_effect,
    every_change_is_audited,
)

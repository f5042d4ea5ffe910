"""Stored texts under the current rules, from the oldest to the newest, in batches: memory stays the same.

Nothing is written: what would change is for a person to look at, before the rules go live.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec

from conversations import recorded
from conversations.intents import Intent
from conversations.meaning import Harm, Meaning, Right, When
from conversations.regression import case_of, placeholders
from conversations.replay import Past, Replayed, replay
from service.answering.inbound import LONGEST_TEXT
from service.database import sql

BATCH = 500
BEFORE_ALL = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))

Write = Callable[[dict[str, Any]], object]

# By the moment and then the id, from after the last one of the batch before. Days are UTC's.
TEXTS = """
SELECT i.id, i.received_at, i.body, i.reading, i.scene, i.scene_version, c.intent, c.children, c.wanted
FROM inbound_message i LEFT JOIN reading_correction c ON c.inbound = i.id
WHERE CASE WHEN $3 THEN c.id IS NOT NULL OR i.id = ANY($4::uuid[]) ELSE i.reading IS NOT NULL END
  AND ($1::date IS NULL OR i.received_at >= $1::date::timestamp AT TIME ZONE 'UTC')
  AND ($2::date IS NULL OR i.received_at < ($2::date + 1)::timestamp AT TIME ZONE 'UTC')
  AND (i.received_at, i.id) > ($5::timestamptz, $6::uuid)
ORDER BY i.received_at, i.id LIMIT $7
"""


class Wanted(msgspec.Struct, frozen=True):
    """What to replay. `corrections` go before those stored. `shows_text`: texts and names are told."""

    since: date | None = None
    until: date | None = None
    corrections: Mapping[UUID, Right] = {}
    shows_text: bool = False


class Summary(msgspec.Struct):
    """What came of a replay. `changes` counts by "old -> new"; what has no scene cannot be read again."""

    read: int = 0
    without_scene: int = 0
    changed: int = 0
    changes: Counter[str] = msgspec.field(default_factory=Counter)
    harmful: Counter[Harm] = msgspec.field(default_factory=Counter)
    corrections: int = 0
    corrections_unmet: int = 0
    corrections_without_scene: int = 0


class Stored(msgspec.Struct, frozen=True):
    """A text of the past by its id."""

    id: UUID
    past: Past


async def tell_changes(wanted: Wanted, write: Write) -> Summary:
    """Write a line for each text that would be read differently, and sum up."""
    summary = Summary()
    async for stored in _texts(wanted, summary):
        summary.read += 1
        replayed = replay(stored.past)
        if replayed.changed:
            _count(replayed, summary)
            write(_changed(stored, replayed, wanted))
    return summary


async def tell_unmet(wanted: Wanted, write: Write, summary: Summary) -> None:
    """Write a line for each correction that the current rules do not meet, and count."""
    skipped = Summary()
    async for stored in _texts(wanted, skipped, corrected=True):
        replayed = replay(stored.past)
        summary.corrections += 1
        if not replayed.met:
            summary.corrections_unmet += 1
            write(_unmet(stored, replayed, wanted))
    summary.corrections_without_scene = skipped.without_scene


async def tell_cases(wanted: Wanted, write: Write) -> None:
    """Write each correction as a regression case, without the names of its scene."""
    async for stored in _texts(wanted, Summary(), corrected=True):
        past = stored.past
        assert past.right is not None
        write(case_of(str(stored.id), past.text, past.scene, past.right))


async def _texts(wanted: Wanted, summary: Summary, *, corrected: bool = False) -> AsyncIterator[Stored]:
    """The texts that can be read again; all, or only those that somebody has corrected."""
    ids = list(wanted.corrections)
    last = BEFORE_ALL
    while rows := await sql(TEXTS, wanted.since, wanted.until, corrected, ids, *last, BATCH):
        for row in rows:
            scene = recorded.load_scene(row["scene_version"], row["scene"])
            if scene is None:
                summary.without_scene += 1
                continue
            right = wanted.corrections.get(row["id"]) or _right(row)
            reading = recorded.load_reading(row["reading"])
            yield Stored(row["id"], Past(row["body"][:LONGEST_TEXT], scene, reading, right))
        last = (rows[-1]["received_at"], rows[-1]["id"])


def _right(row: Mapping[str, Any]) -> Right | None:
    if row["intent"] is None:
        return None
    return Right(
        Intent(row["intent"]),
        None if row["children"] is None else msgspec.json.decode(row["children"], type=tuple[str, ...]),
        None if row["wanted"] is None else msgspec.json.decode(row["wanted"], type=When),
    )


def _count(replayed: Replayed, summary: Summary) -> None:
    old = replayed.old.intent if replayed.old else "lost"
    summary.changed += 1
    summary.changes[f"{old} -> {replayed.new.intent}"] += 1
    if replayed.harm:
        summary.harmful[replayed.harm] += 1


def _changed(stored: Stored, replayed: Replayed, wanted: Wanted) -> dict[str, Any]:
    line = {
        "id": stored.id,
        "old": replayed.old and _told(replayed.old, stored, wanted),
        "new": _told(replayed.new, stored, wanted),
    }
    return line | ({"harm": replayed.harm} if replayed.harm else {}) | _text(stored, wanted)


def _unmet(stored: Stored, replayed: Replayed, wanted: Wanted) -> dict[str, Any]:
    assert stored.past.right is not None
    line = {
        "id": stored.id,
        "right": _told(stored.past.right, stored, wanted),
        "new": _told(replayed.new, stored, wanted),
    }
    return line | _text(stored, wanted)


def _told(meaning: Meaning | Right, stored: Stored, wanted: Wanted) -> dict[str, Any]:
    """A meaning for the eye, its children under other names unless texts are shown."""
    told: dict[str, Any] = msgspec.to_builtins(meaning)
    if not wanted.shows_text and told["children"]:
        names = placeholders(stored.past.scene)
        told["children"] = [names.get(child, "") for child in told["children"]]
    return {name: value for name, value in told.items() if value not in (None, (), [], {})}


def _text(stored: Stored, wanted: Wanted) -> dict[str, Any]:
    return {"text": stored.past.text} if wanted.shows_text else {}

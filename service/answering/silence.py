"""Questions of ours that nobody answers: asked once more by day, then dropped.

The time runs from when the text that asked went out, not from when it was written. Which question still
makes sense is the machine's to say (conversations/handlers/silence.py); here it is found and carried out.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from conversations import saved
from conversations.effects import Say
from conversations.events import NobodyAnswered
from conversations.families import abouts
from conversations.replies import render
from conversations.step import Step
from conversations.transitions import step
from service.answering import facts
from service.database import AWAY, sql, unit_of_work
from service.messaging.outbox import REPLY_USEFUL_FOR, OwedText, owe
from service.messaging.quiet_hours import hours_of, quiet_until

# How long a parent has to answer, and then to answer what was asked again.
PATIENCE = timedelta(hours=20)
# How many questions are settled in one transaction.
BATCH = 50

ASKED_AGAIN: Final = "asked_again"

log = structlog.get_logger(__name__)

# What is still under way has not been asked yet; what will not go out any more lapses too.
LAPSED = """
SELECT c.phone, c.state, c.state_version, c.turned_at, o.kind
FROM conversation c JOIN outbox_message o ON o.id = c.question
WHERE o.status NOT IN ('pending', 'sending', 'unknown')
  AND coalesce(o.sent_at, o.settled_at, o.created_at) <= $1
ORDER BY c.id LIMIT $2 FOR UPDATE OF c SKIP LOCKED
"""

# The visit of the question as it is now, and the hours of its facility.
VISIT = """
SELECT a.id, a.version, s.starts_at, f.zone, f.texts_from, f.sunday_texts_from, f.texts_until
FROM appointment a
JOIN clinic_session s ON s.id = a.clinic_session
JOIN facility f ON f.id = s.facility
WHERE a.id = $1
"""


async def end_silences(now: datetime) -> int:
    """Ask once more, or drop, what has stood unanswered for too long.

    Returns:
        How many questions were settled.
    """
    settled = 0
    while batch := await _end_batch(now):
        settled += batch
    return settled


async def _end_batch(now: datetime) -> int:
    async with unit_of_work():
        rows = await sql(LAPSED, now - PATIENCE, BATCH)
        for row in rows:
            await _end_or_drop(row, now)
    return len(rows)


async def _end_or_drop(row: Mapping[str, Any], now: datetime) -> None:
    """A question that we stumble over is dropped: it must not stand in the way of others, or of any text."""
    try:
        async with unit_of_work():
            await _end(row, now)
    except AWAY:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the other conversations go on
        log.error("question dropped", error=type(error).__name__)  # noqa: TRY400
        await sql("UPDATE conversation SET question = NULL WHERE phone = $1", row["phone"])


async def _end(row: Mapping[str, Any], now: datetime) -> None:
    """Let the machine say what follows, and keep the state with the text that asks again, if any."""
    state = saved.load(row["state_version"], row["state"])
    known = await facts.load(row["phone"], state, turned_at=row["turned_at"], now=now)
    after = step(state, NobodyAnswered(asked_before=row["kind"] == ASKED_AGAIN), known.facts)
    question = await _ask(after, row["phone"], known, now)
    await sql(
        "UPDATE conversation SET state = $2, state_version = $3, question = $4 WHERE phone = $1",
        row["phone"],
        saved.dump(after.state),
        saved.SCHEMA_VERSION,
        question,
    )


async def _ask(after: Step, phone: str, known: facts.PhoneFacts, now: datetime) -> UUID | None:
    """Owe the question once more, in the hours of the facility that it is about."""
    says = [effect for effect in after.effects if isinstance(effect, Say)]
    if not says:
        return None
    visit = (await sql(VISIT, abouts(after.state)[0].appointment_id))[0]
    opens = quiet_until(now, hours_of(visit), ZoneInfo(visit["zone"]))
    text = OwedText(
        phone=phone,
        body=" ".join(render(say, language=known.facts.language) for say in says),
        kind=ASKED_AGAIN,
        not_before=opens,
        useful_until=opens + REPLY_USEFUL_FOR,
        guardian_id=known.guardian_id,
        appointment_id=visit["id"],
        appointment_version=visit["version"],
    )
    (text_id,) = await owe([text], now=now)
    return text_id

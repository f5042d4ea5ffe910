"""A parent's text, from the webhook to the answer in the outbox, in one transaction.

The row of the text comes first: the carrier's id is unique, so a text that comes twice has one effect.
The row of the conversation is the lock: texts of one phone are handled in order, phones in parallel.
Then the machine is asked what follows, its effects are applied, and what it says is owed as one text.
"""

import contextlib
import re
import traceback
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
import structlog
from asyncpg.exceptions import TransactionRollbackError

from conversations import recorded, saved
from conversations.effects import OptOut, Say, SetLanguage
from conversations.events import Event, OptOutType, PlaceGone, Said, VisitChanged
from conversations.facts import Facts
from conversations.replies import render
from conversations.states import Idle, OpenQuestion, State
from conversations.transitions import Step, step
from conversations.understanding.reading import Reading
from conversations.understanding.reading import Scene as Circumstances
from service.answering import effects, facts
from service.answering.effects import Scene
from service.answering.facts import PhoneFacts
from service.answering.loops import is_looping
from service.database import AWAY, sql, unit_of_work
from service.messaging import consent
from service.messaging.handoffs import ask_a_person
from service.messaging.outbox import REPLY_USEFUL_FOR, OwedText, owe
from service.messaging.quiet_hours import quiet_until

# A step asks at most for places, loses one, looks again: more rounds would be a machine in a circle.
MOST_ROUNDS = 6
# The carrier joins at most ten segments; a longer text is no text of a parent.
LONGEST_TEXT = 1600
# Two texts that deadlock: one goes through, the other has its turn.
TRIES = 3
E164 = re.compile(r"\+[1-9][0-9]{6,14}")

log = structlog.get_logger(__name__)


class InboundText(msgspec.Struct, frozen=True, kw_only=True):
    """A text as the carrier gave it to us.

    Attributes:
        sid: The carrier's id for it.
        opt_out_type: The word that the carrier has already acted on and answered.
        other_fields: What the webhook told beyond what we read.
        written_at: When the phone wrote it, if no webhook brought it and it was found later in the carrier's
            list; None for just now.
    """

    sid: str
    phone: str
    to: str
    body: str
    media_count: int = 0
    opt_out_type: OptOutType | None = None
    other_fields: dict[str, list[str]] = {}
    written_at: datetime | None = None


class Outcome(StrEnum):
    """What became of a text."""

    HANDLED = "handled"
    DUPLICATE = "duplicate"
    NOT_A_PHONE = "not_a_phone"
    FAILED = "failed"


class Turn(msgspec.Struct, frozen=True):
    """How a conversation stands after a text, what is to be said, and how the text was read in what scene.

    `language` is what the guardian has changed to, if they have.
    """

    state: State
    says: tuple[Say, ...] = ()
    opted_out: bool = False
    language: str | None = None
    reading: Reading | None = None
    read_in: Circumstances | None = None


async def take_in(text: InboundText, *, now: datetime) -> Outcome:
    """Handle a text once.

    The carrier does not repeat a text that was refused, so one that we stumble over is kept all the same and
    put in front of a person. Only while the database is away is there nothing to keep it in.
    """
    try:
        return await _handle_or_try_again(text, now)
    except AWAY:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the text must not be lost by it
        frames = traceback.extract_tb(error.__traceback__, limit=-3)
        where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
        # Not the message: it may quote the text.
        log.error("text not handled", error=type(error).__name__, where=where)  # noqa: TRY400
        return await _keep_for_a_person(text, now)


async def _handle_or_try_again(text: InboundText, now: datetime) -> Outcome:
    """Handle a text; again when the database undid it in favour of another one for the same visit."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(TransactionRollbackError):
            return await _handle(text, now)
    return await _handle(text, now)


async def _handle(text: InboundText, now: datetime) -> Outcome:
    async with unit_of_work():
        inbound_id = await _insert(text, now)
        if inbound_id is None:
            return Outcome.DUPLICATE
        if not E164.fullmatch(text.phone):
            # A short code or a name: nobody to converse with.
            return Outcome.NOT_A_PHONE
        state, turned_at = await _lock_conversation(text.phone, now)
        known = await facts.load(text.phone, state, turned_at=turned_at, now=now, written_at=text.written_at)
        scene = Scene(text.phone, known.guardian_id, inbound_id, turned_at, now)
        said = Said(storable(text.body)[:LONGEST_TEXT], text.media_count, text.opt_out_type)
        turn = await _converse(state, said, known.facts, scene)
        answer = await _answer(turn, scene, known, text)
        await _save(turn, scene, answer)
    log.debug("text handled", inbound=str(inbound_id), says=[say.key for say in turn.says])
    return Outcome.HANDLED


async def _keep_for_a_person(text: InboundText, now: datetime) -> Outcome:
    """Store a text that could not be handled. A STOP that the carrier has recognised counts all the same."""
    async with unit_of_work():
        inbound_id = await _insert(text, now)
        if inbound_id is None:
            return Outcome.DUPLICATE
        await sql("UPDATE inbound_message SET outcome = $2 WHERE id = $1", inbound_id, Outcome.FAILED.value)
        if text.opt_out_type == "STOP":
            await consent.opt_out(text.phone, "text", now=now, inbound_id=inbound_id)
        await ask_a_person(text.phone, "not_handled", now=now, inbound_id=inbound_id)
    return Outcome.FAILED


def storable(body: str) -> str:
    """The words as they are kept and read: PostgreSQL's text holds any character but one."""
    return body.replace("\x00", "\ufffd")


async def _insert(text: InboundText, now: datetime) -> UUID | None:
    """Store the text; None when the carrier's id is known already."""
    rows = await sql(
        """INSERT INTO inbound_message
               (id, provider_sid, phone, to_number, body, media_count, other_fields, received_at, late)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (provider_sid) DO NOTHING RETURNING id""",
        uuid4(),
        text.sid,
        text.phone,
        text.to,
        storable(text.body),
        text.media_count,
        msgspec.json.encode(text.other_fields).decode().replace("\\u0000", "\ufffd"),
        now,
        text.written_at is not None,
    )
    inbound_id: UUID | None = rows[0]["id"] if rows else None
    return inbound_id


async def _lock_conversation(phone: str, now: datetime) -> tuple[State, datetime | None]:
    """The saved state and when the phone last wrote; nobody else handles this phone meanwhile."""
    rows = await sql(
        """INSERT INTO conversation (id, phone, state, state_version, created_at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (phone) DO UPDATE SET phone = EXCLUDED.phone
           RETURNING state, state_version, turned_at""",
        uuid4(),
        phone,
        saved.dump(Idle()),
        saved.SCHEMA_VERSION,
        now,
    )
    return saved.load(rows[0]["state_version"], rows[0]["state"]), rows[0]["turned_at"]


async def _converse(state: State, said: Said, known: Facts, scene: Scene) -> Turn:
    """Step until nothing comes back. A refused effect drops what its step had still to do."""
    turn = Turn(state)
    event: Event | None = said
    for _ in range(MOST_ROUNDS):
        if event is None:
            break
        made = step(turn.state, event, known)
        says, event, opted_out = await _apply(made, scene)
        refused = isinstance(event, PlaceGone | VisitChanged)
        turn = Turn(
            state=turn.state if refused else made.state,
            says=turn.says + says,
            opted_out=turn.opted_out or opted_out,
            language=_language_of(made) or turn.language,
            reading=turn.reading or made.reading,
            read_in=turn.read_in or made.scene,
        )
        if refused:
            known = (
                await facts.load(scene.phone, turn.state, turned_at=scene.turned_at, now=scene.now)
            ).facts
    return turn


def _language_of(made: Step) -> str | None:
    return next((effect.language for effect in made.effects if isinstance(effect, SetLanguage)), None)


async def _apply(made: Step, scene: Scene) -> tuple[tuple[Say, ...], Event | None, bool]:
    """Apply a step's effects in order, up to the first that answers with an event."""
    says: list[Say] = []
    for effect in made.effects:
        if isinstance(effect, Say):
            says.append(effect)
        elif (event := await effects.apply(effect, scene)) is not None:
            return tuple(says), event, False
    return tuple(says), None, any(isinstance(effect, OptOut) for effect in made.effects)


async def _save(turn: Turn, scene: Scene, answer: UUID | None) -> None:
    """Keep the state, and with the text how and in what scene it was read: one statement for both rows.

    A question stays open from the answer that asks it, or from before where nothing was said.
    """
    await sql(
        """WITH turned AS (
               UPDATE conversation SET state = $2, state_version = $3, turned_at = $4,
                   question = CASE WHEN $8 THEN coalesce($9, question) END
               WHERE phone = $1)
           UPDATE inbound_message SET reading = $6, outcome = $7, scene = $10, scene_version = $11
           WHERE id = $5""",
        scene.phone,
        saved.dump(turn.state),
        saved.SCHEMA_VERSION,
        scene.now,
        scene.inbound_id,
        recorded.dump(turn.reading),
        Outcome.HANDLED.value,
        isinstance(turn.state, OpenQuestion),
        answer,
        recorded.dump(turn.read_in),
        recorded.SCENE_VERSION if turn.read_in else None,
    )


async def _answer(turn: Turn, scene: Scene, known: PhoneFacts, text: InboundText) -> UUID | None:
    """Owe what is to be said, as one text; its id, if it goes out."""
    if not turn.says:
        return None
    language = turn.language or known.facts.language
    answer = OwedText(
        phone=scene.phone,
        body=" ".join(render(say, language=language) for say in turn.says),
        kind="opt_out" if turn.opted_out else "reply",
        not_before=scene.now,
        useful_until=scene.now + REPLY_USEFUL_FOR,
        guardian_id=scene.guardian_id,
        in_answer_to=scene.inbound_id,
    )
    if text.written_at is not None:
        return await _answer_late(answer, text.written_at, known, scene)
    if await is_looping(answer, now=scene.now):
        return None
    (text_id,) = await owe([answer], now=scene.now)
    return text_id


async def _answer_late(
    answer: OwedText, written_at: datetime, known: PhoneFacts, scene: Scene
) -> UUID | None:
    """Answer a text that we found late: by day, and not if it has an answer that a restore made us forget.

    Once an answer would only confuse, staff are asked to look: the parent has heard nothing.
    """
    zone = known.facts.now.tzinfo
    by_day = scene.now
    if known.hours is not None and isinstance(zone, ZoneInfo):
        by_day = quiet_until(scene.now, known.hours, zone)
    useful_until = written_at + REPLY_USEFUL_FOR
    if by_day < useful_until:
        late = msgspec.structs.replace(
            answer, not_before=by_day, useful_until=useful_until, maybe_sent_since=written_at
        )
        (text_id,) = await owe([late], now=scene.now)
        return text_id
    if scene.guardian_id is not None:
        await ask_a_person(scene.phone, "late_text", now=scene.now, inbound_id=scene.inbound_id)
    return None

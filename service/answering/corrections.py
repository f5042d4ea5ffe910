"""What a text meant, as staff say: kept beside the reading, to measure and to mend the rules by.

A correction changes nothing for the family. Whoever corrects a reading sees what it did (past.py), and puts
that right like anything else: by booking, moving or texting.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from conversations import recorded
from conversations.intents import Intent
from conversations.meaning import PLAINLY, When
from service.access.actor import Actor
from service.access.audit import entry, record
from service.answering.past import CorrectionView, correction_of, visible
from service.database import sql, unit_of_work
from service.errors import Invalid
from service.plain_words import one_line

LONGEST_NOTE = 500


class NewCorrection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the text meant. What is left out is not judged; an empty list of children means: it names none."""

    intent: Annotated[Intent, Meta(description="What it meant before all else.", examples=["reschedule"])]
    children: Annotated[
        list[str] | None, Meta(description="First names, of the children that the text was about.")
    ] = None
    when: Annotated[When | None, Meta(description="The days and hours that were wished.")] = None
    note: Annotated[str | None, Meta(description="For colleagues.", examples=["Local word for tomorrow"])] = (
        None
    )


async def correct(inbound_id: UUID, new: NewCorrection, *, actor: Actor, now: datetime) -> CorrectionView:
    """Keep the right reading of a text. It takes the place of an earlier one, which the audit trail keeps.

    Raises:
        NotFound: there is no such text, or it is not for the actor to see.
        Forbidden: the actor is no staff.
        Invalid: the intent is a distinction of the machine's own, a child is not of the text's family, or the
            note is too long.
    """
    async with unit_of_work():
        # Two colleagues who correct one text at once have their turns, so that the trail keeps every version.
        await sql("SELECT 1 FROM inbound_message WHERE id = $1 FOR UPDATE", inbound_id)
        row = await visible(inbound_id, actor=actor)
        _check(new, family := _family(row))
        before = correction_of(row)
        after = CorrectionView(
            inbound_id=inbound_id,
            intent=new.intent,
            children=None if new.children is None else [name for name in family if name in new.children],
            when=new.when,
            note=None if new.note is None else one_line(new.note, field="note", longest=LONGEST_NOTE),
            corrected_by=actor.id,
            corrected_at=now,
        )
        await _store(after)
        await record(
            entry(
                actor,
                "correct",
                "inbound_message",
                inbound_id,
                now=now,
                before=None if before is None else _kept(before),
                after=_kept(after),
            )
        )
    return after


def _family(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The children that the text could be about; none where the circumstances are not known."""
    scene = recorded.load_scene(row["scene_version"], row["scene"])
    return scene.children if scene else ()


def _check(new: NewCorrection, family: tuple[str, ...]) -> None:
    if plainer := PLAINLY.get(new.intent):
        raise Invalid("intent", f"is the machine's own distinction: say {plainer}")
    if not set(new.children or ()) <= set(family):
        raise Invalid("children", "names a child that the family did not have when it wrote")


async def _store(view: CorrectionView) -> None:
    await sql(
        """INSERT INTO reading_correction
               (id, inbound, intent, children, wanted, note, corrected_by, corrected_at)
           VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (inbound) DO UPDATE SET intent = $2, children = $3, wanted = $4, note = $5,
               corrected_by = $6, corrected_at = $7""",
        view.inbound_id,
        view.intent.value,
        _json(view.children),
        _json(view.when),
        view.note,
        view.corrected_by,
        view.corrected_at,
    )


def _kept(view: CorrectionView) -> dict[str, object]:
    return {"intent": view.intent, "children": view.children, "when": view.when, "note": view.note}


def _json(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()

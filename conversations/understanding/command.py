"""`doseline understand`: lines of JSON in, lines of JSON out: what a text means in its scene.

The scene is what a reviewer writes down, so its words are mapped here onto the machine's own: a prompt is a
question, a number picks an answer, and the intents are those of the documentation. Where the machine would
ask, the likelier reading is named and `ask` is true.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from conversations.facts import ChildFacts
from conversations.intents import Intent
from conversations.understanding.reader import understand
from conversations.understanding.reading import Part, Question, Reading, Scene
from conversations.wish import Wish, fits

Write = Callable[[str], object]
Prompt = Literal["reminder", "slot_offer", "missed", "after_confirmed", "opted_out", "none"]

_QUESTIONS: dict[Prompt, Question] = {
    "reminder": Question.WILL_YOU_COME,
    "slot_offer": Question.WHICH_PLACE,
    "missed": Question.ANOTHER_DAY,
    "after_confirmed": Question.NOTHING,
    "opted_out": Question.TEXTS_AGAIN,
    "none": Question.NOTHING,
}
# What the documentation calls the machine's own intents.
_NAMES = {
    Intent.KEEP: Intent.CONFIRM,
    Intent.PICTURE: Intent.UNKNOWN,
    Intent.NOTHING: Intent.UNKNOWN,
    Intent.UNSURE: Intent.UNKNOWN,
    Intent.CHOOSE: Intent.RESCHEDULE,
}


class AppointmentLine(Struct):
    """The appointment that the prompt was about."""

    child: str
    starts_at: str
    facility: str = ""


class SceneLine(Struct):
    """The circumstances of a text, as the issue that asked for this command writes them."""

    now: str
    region: str | None = None
    prompt: Prompt = "none"
    guardian: str | None = None
    children: list[str] = []
    about: dict[str, ChildFacts] = {}
    appointment: AppointmentLine | None = None
    options: dict[str, str] = {}
    offers: list[str] = []


class Line(Struct):
    """One text in its scene."""

    id: Any
    text: str
    scene: SceneLine
    language: str | None = None


def main(lines: Iterable[str], write: Write) -> None:
    """One line of JSON out for each line in, in order; a bad line does not stop the rest."""
    for line in lines:
        if line.strip():
            write(msgspec.json.encode(answer(line)).decode() + "\n")


def answer(line: str) -> dict[str, Any]:
    """What the text on this line means."""
    try:
        asked = msgspec.json.decode(line, type=Line)
        scene = scene_of(asked.scene, asked.language)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return {"id": _id_of(line), "error": str(error)}
    return {"id": asked.id, **meaning(understand(asked.text, scene), asked.scene)}


def scene_of(line: SceneLine, language: str | None) -> Scene:
    """The scene as the reader knows it. Times are local to the facility, with no zone."""
    offers = tuple(map(_local, line.offers))
    visit = (_local(line.appointment.starts_at),) if line.appointment else ()
    return Scene(
        now=_local(line.now),
        language=language or "",
        question=_QUESTIONS[line.prompt],
        guardian=line.guardian,
        children=tuple(line.children),
        about=tuple(line.about.get(name, ChildFacts()) for name in line.children) if line.about else (),
        visits_at=visit,
        offers=offers,
        choices=len(offers) or max((int(key) for key in line.options if key.isdecimal()), default=0),
        region=line.region,
    )


def _local(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=None)


def meaning(reading: Reading, scene: SceneLine) -> dict[str, Any]:
    """The reading in the words of the documentation."""
    parts = reading.parts or ()
    chief = _named(reading, scene)
    others = [
        _NAMES.get(part.leaning or part.intent, part.leaning or part.intent)
        for part in parts[1:]
        if part.leaning or part.intent is not Intent.UNSURE
    ]
    return {
        "intent": chief,
        "intents": list(dict.fromkeys((chief, *others))),
        "when": _when(reading, scene),
        "children": _children(reading, scene),
        "confidence": reading.confidence,
        "evidence": reading.evidence,
        "ask": reading.ask or reading.leaning is not None or _is_open(parts) or _must_choose(reading, scene),
        "rule": reading.rule,
        "urgent": reading.urgent,
        "language": reading.language_asked or reading.language,
    }


def _is_open(parts: Sequence[Part]) -> bool:
    """Whether nobody knows what is said of one of several children."""
    return any(part.children and part.intent in {Intent.UNSURE, Intent.UNKNOWN} for part in parts[1:])


def _named(reading: Reading, scene: SceneLine) -> str:
    if reading.intent is Intent.CHOOSE and not scene.offers:
        return scene.options.get(str(reading.choice), Intent.UNKNOWN)
    if reading.intent is Intent.NOTHING and reading.evidence == "approval":
        return Intent.SMALLTALK
    if reading.rule == "question_mark":
        return Intent.UNKNOWN
    if reading.intent is Intent.CONFIRM and scene.prompt in {"slot_offer", "missed"} and not _comes(reading):
        return Intent.RESCHEDULE  # "yes" to other places, or to another day, takes one of them
    open_ = reading.intent in {Intent.UNSURE, Intent.UNKNOWN}
    intent = (reading.leaning or Intent.UNKNOWN) if open_ else reading.intent
    return _NAMES.get(intent, intent)


def _comes(reading: Reading) -> bool:
    return reading.intent is Intent.KEEP


def _must_choose(reading: Reading, scene: SceneLine) -> bool:
    """A "yes" to several offers does not say which."""
    if scene.prompt != "slot_offer" or reading.intent not in {Intent.CONFIRM, Intent.RESCHEDULE}:
        return False
    fitting = _fitting(reading.wish, scene)
    if reading.intent is Intent.RESCHEDULE and not _is_wish(reading.wish):
        return False
    return len(fitting) > 1 and reading.rule != "any_of_these"


def _children(reading: Reading, scene: SceneLine) -> list[str]:
    if reading.all_children or any(part.all_children for part in reading.parts):
        return list(scene.children)
    named = {name for part in reading.parts for name in part.children} | set(reading.children)
    return [name for name in scene.children if name in named]


def _when(reading: Reading, scene: SceneLine) -> dict[str, Any] | None:
    if reading.intent is Intent.CHOOSE and scene.offers and reading.choice:
        at = _local(scene.offers[reading.choice - 1])
        return {**_NOTHING, "dates": [at.date().isoformat()], "time": f"{at:%H:%M}"}
    if (
        scene.prompt == "slot_offer"
        and len(fitting := _fitting(reading.wish, scene)) == 1
        and (_is_wish(reading.wish) or reading.wish.excluded)
    ):
        return {**_NOTHING, "dates": [fitting[0].date().isoformat()], "time": f"{fitting[0]:%H:%M}"}
    if reading.rule == "any_of_these":
        days = {_local(at).date() for at in scene.offers} - set(reading.wish.excluded)
        return {**_NOTHING, "dates": [day.isoformat() for day in sorted(days)]}
    wish = next((part.wish for part in reading.parts if _is_wish(part.wish)), reading.wish)
    if not _is_wish(wish):
        return None
    at_time = wish.at or wish.not_before
    return {
        "dates": [day.isoformat() for day in wish.dates],
        "from": wish.earliest.isoformat() if wish.earliest else None,
        "to": wish.latest.isoformat() if wish.latest else None,
        "time": f"{at_time:%H:%M}" if at_time else None,
        "part": wish.part,
    }


def _fitting(wish: Wish, scene: SceneLine) -> list[datetime]:
    return [at for at in map(_local, scene.offers) if fits(at, wish)]


_NOTHING: dict[str, Any] = {"dates": [], "from": None, "to": None, "time": None, "part": None}


def _is_wish(wish: Wish) -> bool:
    return wish != Wish() and bool(
        wish.dates
        or wish.earliest
        or wish.latest
        or wish.part
        or wish.at
        or wish.not_before
        or wish.not_after
    )


def _id_of(line: str) -> Any:
    try:
        read = msgspec.json.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return read.get("id") if isinstance(read, dict) else None

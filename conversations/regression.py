"""A correction as a regression case: a line that `doseline understand` reads, with what it must answer.

Names go: those of the scene become invented ones, in the text as well, and long numbers become noughts.
Names that the scene does not know stay in the text, so a person looks through the lines before they leave.
"""

import re
from collections.abc import Mapping
from typing import Any

from conversations.meaning import Right, When
from conversations.understanding.normal import normalise
from conversations.understanding.reading import Question, Scene

# Invented, near to no word of any language that we read.
GUARDIAN = "Yolfandra"
CHILDREN = ("Zorvalin", "Quimbrelo", "Xandevor", "Wolpherin", "Vrandiko", "Jubrexan", "Fyldorna", "Thuvelka")
FACILITY = "Clinic"
LONG_NUMBER = re.compile(r"\+?\d{9,}")
WORD = re.compile(r"[^\s.,;:!?\u00a1\u00bf\"'\u2019()/\u2026-]+")

PROMPTS: Mapping[Question, str] = {
    Question.NOTHING: "none",
    Question.WILL_YOU_COME: "reminder",
    Question.WHICH_MEANING: "reminder",
    Question.CANCEL_OR_KEEP: "reminder",
    Question.WHICH_VISIT: "reminder",
    Question.WHICH_PLACE: "slot_offer",
    Question.ANOTHER_DAY: "missed",
    Question.TEXTS_AGAIN: "opted_out",
}
OPTIONS: Mapping[Question, Mapping[str, str]] = {
    Question.WHICH_MEANING: {"1": "confirm", "2": "reschedule", "3": "decline"},
    Question.CANCEL_OR_KEEP: {"1": "decline", "2": "confirm"},
}


def case_of(id_: str, text: str, scene: Scene, right: Right) -> dict[str, Any]:
    """The line, as values that JSON can hold."""
    names = placeholders(scene)
    return {
        "id": id_,
        "text": without_names(text, names),
        "language": scene.language,
        "scene": _scene(scene, names),
        "expect": {
            "intent": right.intent,
            "children": [names.get(child, child) for child in right.children or ()],
            "when": None if right.when is None else _when(right.when),
        },
    }


def placeholders(scene: Scene) -> dict[str, str]:
    """An invented name for each one in the scene."""
    invented = (*CHILDREN, *(f"{CHILDREN[0]}{chr(97 + n % 26)}" for n in range(len(scene.children))))
    names = dict(zip(scene.children, invented, strict=False))
    return {scene.guardian: GUARDIAN, **names} if scene.guardian else names


def without_names(text: str, names: Mapping[str, str]) -> str:
    """The text with invented names, however the real ones are typed: case and accents aside."""
    by_word = {
        word: invented
        for name, invented in names.items()
        for part in name.split()
        if (word := normalise(part))
    }
    changed = WORD.sub(lambda found: by_word.get(normalise(found[0]), found[0]), text)
    return LONG_NUMBER.sub(lambda found: "0" * len(found[0]), changed)


def _scene(scene: Scene, names: Mapping[str, str]) -> dict[str, Any]:
    children = [names[child] for child in scene.children]
    visit = scene.visits_at[0] if scene.visits_at and children else None
    return {
        "now": _local(scene.now),
        "prompt": PROMPTS[scene.question],
        "guardian": GUARDIAN if scene.guardian else None,
        "children": children,
        "appointment": visit and {"child": children[0], "starts_at": _local(visit), "facility": FACILITY},
        "options": dict(OPTIONS.get(scene.question, {})),
        "offers": [_local(at) for at in scene.offers],
    }


def _when(when: When) -> dict[str, Any]:
    return {
        "dates": list(when.dates),
        "from": when.earliest,
        "to": when.latest,
        "time": when.time,
        "part": when.part,
    }


def _local(at: Any) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"

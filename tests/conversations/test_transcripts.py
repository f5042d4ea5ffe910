"""Every dialogue in tests/transcripts, held again and compared line by line.

A transcript is what a nurse would read: who the family is, what was texted, what came back, and below each
text of the parent how it was read and what was done. `pytest --rewrite-transcripts` writes what is true
now; the difference is the review.
"""

from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from conversations.effects import (
    BookAgain,
    Cancel,
    ClaimVaccinated,
    Confirm,
    Effect,
    EndRecall,
    HandOff,
    Move,
    OptIn,
    OptOut,
    RegisterClaim,
    SetLanguage,
)
from conversations.events import Said
from conversations.facts import ChildFacts, Sex
from conversations.joining.answers import Answer
from conversations.rehearsal import Clinic, Turn
from conversations.understanding.reading import Reading

TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"
SCRIPTS = sorted(TRANSCRIPTS.glob("*/*.txt"))
PICTURE = "[picture]"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_dialogue_goes_as_written(path: Path, request: pytest.FixtureRequest) -> None:
    written = path.read_text(encoding="utf-8")
    happens = Rehearsal(path.parent.name).perform(written)
    if request.config.getoption("--rewrite-transcripts"):
        path.write_text(happens, encoding="utf-8")
        return
    assert happens == written


def test_there_are_dialogues_in_every_language() -> None:
    names = {folder.name: {path.stem for path in folder.glob("*.txt")} for folder in TRANSCRIPTS.iterdir()}
    assert all(len(stems) >= 12 for stems in names.values())


class Rehearsal:
    """Performs a transcript: keeps what the family and the script say, and writes anew what we answer."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.carrier: str | None = None
        self.facility = ""
        self.clinic: Clinic

    def perform(self, script: str) -> str:
        lines: list[str] = []
        for line in script.splitlines():
            lines += self._line(line)
        return "\n".join(lines) + "\n"

    def _line(self, line: str) -> list[str]:
        if line.startswith(("> ", "  ", ">\t")):
            return []  # ours: written anew
        if line.startswith("< "):
            return [line, *self._hear(line.removeprefix("< "))]
        if line.startswith("["):
            return [line, *self._direct(line.strip("[]").split())]
        if line.strip() and not line.startswith("#"):
            word, *rest = line.split(maxsplit=1)
            getattr(self, f"_{word}")("".join(rest))
        return [line]

    # --- the scene -----------------------------------------------------------------------------------

    def _now(self, value: str) -> None:
        moment, zone = value.rsplit(maxsplit=1)
        self.clinic = Clinic(datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)), self.language)

    def _phone(self, value: str) -> None:
        self.clinic.clinic_phone = value

    def _medical(self, value: str) -> None:
        self.clinic.medical_sentence = value

    def _stranger(self, _: str) -> None:
        self.clinic.known = False

    def _child(self, value: str) -> None:
        name, *told = (part.strip() for part in value.split(","))
        born = next((date.fromisoformat(one.removeprefix("born ")) for one in told if "born" in one), None)
        sex: Sex | None = "F" if "girl" in told else "M" if "boy" in told else None
        self.clinic.add_child(name, ChildFacts(born, sex))

    def _visit(self, value: str) -> None:
        child, at, facility, *address = (part.strip() for part in value.split(",", 3))
        self.facility = facility
        self.clinic.add_visit(child, self._at(at), facility, *address)

    def _vaccines(self, value: str) -> None:
        child, *diseases = (part.strip() for part in value.split(","))
        self.clinic.plan_vaccines(child, tuple(diseases))

    def _due(self, value: str) -> None:
        child, day, *diseases = (part.strip() for part in value.split(","))
        self.clinic.add_due(child, self._at(f"{day} 00:00").date(), tuple(diseases))

    def _free(self, value: str) -> None:
        for part in value.split("·"):
            gone = part.endswith("(gone)") or "(gone)" in part
            self.clinic.add_free(self._at(part.replace("(gone)", "").strip()), self.facility, contested=gone)

    def _facilities(self, value: str) -> None:
        for part in value.split("·"):
            name, _, number = part.strip().partition(", number ")
            self.clinic.add_facility(name, int(number) if number else None)

    def _at(self, words: str) -> datetime:
        now = self.clinic.now
        moment = datetime.strptime(f"{now.year} {words}", "%Y %a %d %b %H:%M").replace(tzinfo=now.tzinfo)
        assert moment.strftime("%a %-d %b %H:%M") == words, f"no such day: {words}"
        return moment

    # --- stage directions ------------------------------------------------------------------------------

    def _direct(self, words: list[str]) -> list[str]:
        match words:
            case ["send", key, *children]:
                return _ours(self.clinic.prompt(key, *children))
            case ["nobody", "answers"]:
                return self._silence(asked_before=False)
            case ["nobody", "answers", "again"]:
                return self._silence(asked_before=True)
            case ["the", "carrier", "answers", word]:
                self.carrier = word
            case ["too", "many", "claims", "wait"]:
                self.clinic.may_join = False
            case [days, "days", "later"]:
                self.clinic.now += timedelta(days=int(days))
            case _:
                self._meanwhile(words)
        return []

    def _meanwhile(self, words: list[str]) -> None:
        """What staff and the other parent do."""
        match words:
            case ["staff", "marks", child, "as", "missed"]:
                self.clinic.miss(child)
            case ["staff", "moves", child, "to", *at]:
                self.clinic.change(child, self._at(" ".join(at)))
            case ["staff", "cancels", child]:
                self.clinic.cancel(child)
            case ["the", "other", "parent", "confirms", child]:
                self.clinic.other_confirms(child)
            case ["the", "other", "parent", "cancels", child]:
                self.clinic.other_cancels(child)
            case _:
                raise ValueError(f"unknown stage direction: {' '.join(words)}")

    def _silence(self, *, asked_before: bool) -> list[str]:
        turn = self.clinic.nobody_answers(asked_before=asked_before)
        return [line for reply in turn.replies for line in _ours(reply)]

    # --- a text ------------------------------------------------------------------------------------------

    def _hear(self, text: str) -> list[str]:
        facts = self.clinic.facts()
        known = (*self.clinic.visits.values(), *facts.missed)
        visits = {visit.appointment_id: (visit.child, visit.starts_at) for visit in known}
        places = {place.session_id: place.starts_at for place in self.clinic.free}
        body = text.replace(PICTURE, "").replace("\\n", "\n")
        said = Said(body, media_count=text.count(PICTURE), opt_out_type=self.carrier)  # type: ignore[arg-type]
        self.carrier = None
        turn = self.clinic.hear(said)
        names = {one.facility_id: one.name for one in self.clinic.facilities}
        notes = _notes(turn, visits, places, names)
        return [*(f"  {note}" for note in notes), *(line for reply in turn.replies for line in _ours(reply))]


def _ours(text: str) -> list[str]:
    first, *rest = text.splitlines()
    return [f"> {first}", *(f">\t{line}" for line in rest)]


def _notes(
    turn: Turn, visits: dict[UUID, tuple[str, datetime]], places: dict[UUID, datetime], names: dict[UUID, str]
) -> list[str]:
    reading = [" · ".join(_reading(turn.reading, names))] if turn.reading else []
    claims = [_claim(effect, names) for effect in turn.effects if isinstance(effect, RegisterClaim)]
    return reading + [note for effect in turn.effects if (note := _effect(effect, visits, places))] + claims


def _claim(claim: RegisterClaim, names: dict[UUID, str]) -> str:
    about = "about " if claim.born.about else ""
    return f"claim {claim.child}, born {about}{claim.born.on}, {names[claim.facility_id]}"


def _answer(answer: Answer, names: dict[UUID, str]) -> list[str]:
    """What was understood as an answer, or what the words mean by themselves."""
    found = [answer.name] if answer.name else []
    found += [f"{'about ' if birth.about else ''}{birth.on}" for birth in answer.born]
    found += ["impossible"] if answer.impossible else []
    found += [names[facility] for facility in answer.facilities]
    found += [f"number {answer.choice}"] if answer.choice else []
    return ["answer", *(found or [str(answer.meant)])]


def _reading(reading: Reading, names: dict[UUID, str]) -> list[str]:
    if isinstance(reading, Answer):
        return _answer(reading, names)
    if reading.rule == "carrier":
        return ["the carrier has answered"]
    wish = reading.wish
    parts = [str(reading.intent)]
    parts += [f"number {reading.choice}"] if reading.choice else []
    parts += ["all"] if reading.all_children else list(reading.children)
    when = " or ".join(_day(day) for day in wish.dates)
    parts += [", ".join(filter(None, [when, wish.part or "", wish.at.strftime("%H:%M") if wish.at else ""]))]
    parts += [f"from {_day(wish.earliest)}"] if wish.earliest else []
    parts += [f"until {_day(wish.latest)}"] if wish.latest else []
    parts += [f"not {_day(day)}" for day in wish.excluded]
    return [part for part in parts if part]


def _day(day: object) -> str:
    return f"{day:%a %-d %b}"


def _effect(
    effect: Effect, visits: dict[UUID, tuple[str, datetime]], places: dict[UUID, datetime]
) -> str | None:
    note: str | None = None
    match effect:
        case Confirm(id_, _):
            note = f"confirm {_visit(visits[id_])}"
        case Cancel(id_, _):
            note = f"cancel {_visit(visits[id_])}"
        case Move(id_, _, place):
            note = f"move {_visit(visits[id_])} -> {_moment(places[place])}"
        case BookAgain(_, place):
            note = f"book again: {_moment(places[place])}"
        case EndRecall(id_):
            note = f"end recall {_visit(visits[id_])}"
        case ClaimVaccinated(id_):
            note = f"claim that it was given: {_visit(visits[id_])}"
        case _:
            note = _of_the_phone(effect)
    return note


def _of_the_phone(effect: Effect) -> str | None:
    match effect:
        case OptOut():
            return "opt out"
        case OptIn():
            return "opt in"
        case HandOff(reason):
            return f"hand off: {reason}"
        case SetLanguage(code):
            return f"language: {code}"
        case _:
            return None


def _visit(visit: tuple[str, datetime]) -> str:
    return f"{visit[0]}: {_moment(visit[1])}"


def _moment(at: datetime) -> str:
    return f"{at:%a %-d %b %H:%M}"

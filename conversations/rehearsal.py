"""A small clinic in memory, in which a conversation can be held without a database or a phone.

It applies effects as the service does: in order, dropping the rest of a step at the first refusal, and
handing the refusal back to the machine. Golden transcripts and `doseline chat` both run on it, so that
what a nurse reads in a transcript is what the machine does.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from msgspec import Struct, structs

from conversations import saved
from conversations.effects import (
    BookAgain,
    Cancel,
    ClaimVaccinated,
    Confirm,
    Effect,
    EndRecall,
    HandOff,
    LookForPlaces,
    Move,
    OfferLanguage,
    OptIn,
    OptOut,
    RegisterClaim,
    Say,
    SetLanguage,
)
from conversations.events import Event, NobodyAnswered, PlaceGone, PlacesFound, Said, VisitChanged
from conversations.facts import ChildFacts, Facts, KnownFacility, NextDue, Place, Prompt, Visit
from conversations.replies import render
from conversations.states import Idle, State
from conversations.step import Step, of
from conversations.transitions import step
from conversations.understanding.reading import Reading
from conversations.wish import nearest

# Names become ids the same way in every run, so that two runs of a dialogue are equal.
_NAMES = UUID("6f6d1d5e-1f7c-5a53-9f0e-000000000000")
# A conversation answers each effect at most once; more rounds than this would be a loop in the machine.
_MOST_ROUNDS = 10


class Turn(Struct, frozen=True):
    """What one text led to: how it was read, what was done, and what was answered."""

    reading: Reading | None
    state: State
    effects: tuple[Effect, ...]
    replies: tuple[str, ...]


class Clinic:
    """One family's phone and the clinic's calendar."""

    def __init__(
        self, now: datetime, language: str = "en", *, known: bool = True, phone: str | None = None
    ) -> None:
        """An empty clinic at this moment, in this zone."""
        self.now = now
        self.language = language
        self.known = known
        self.clinic_phone = phone
        self.opted_out = False
        self.medical_sentence: str | None = None
        self.language_offered = False
        self.promised: set[UUID] = set()
        self._given_up_by_another: list[Visit] = []
        self.state: State = Idle()
        self.children: list[str] = []
        self.about: dict[str, ChildFacts] = {}
        self.visits: dict[UUID, Visit] = {}
        self.free: list[Place] = []
        self.due: list[NextDue] = []
        self.contested: set[UUID] = set()
        self.facilities: list[KnownFacility] = []
        self.may_join = True
        self._prompts: list[Prompt] = []
        self._given_up: dict[UUID, Visit] = {}
        self._missed: dict[UUID, Visit] = {}

    # --- arranging ---------------------------------------------------------------------------------

    def add_visit(self, child: str, starts_at: datetime, facility: str, address: str | None = None) -> Visit:
        """Plan a visit for a child of this family."""
        if child not in self.children:
            self.children.append(child)
        visit = Visit(
            uuid5(_NAMES, f"visit {child} {len(self.visits)}"),
            1,
            uuid5(_NAMES, child),
            child,
            starts_at,
            facility,
            address,
        )
        self.visits[visit.appointment_id] = visit
        return visit

    def add_child(self, name: str, about: ChildFacts) -> None:
        """A child of this family, with or without a visit."""
        self.children.append(name)
        self.about[name] = about

    def plan_vaccines(self, child: str, diseases: tuple[str, ...]) -> None:
        """Say which diseases the vaccines of a child's next visit protect against."""
        visit = self.visit_of(child)
        self.visits[visit.appointment_id] = structs.replace(visit, protects_against=diseases)

    def add_due(self, child: str, on: date, diseases: tuple[str, ...] = ()) -> None:
        """From which day the next dose of a child is due."""
        if child not in self.children:
            self.children.append(child)
        self.due.append(NextDue(child, on, diseases))

    def add_free(self, starts_at: datetime, facility: str, *, contested: bool = False) -> Place:
        """A session with a place left; a contested one is gone by the time it is asked for."""
        place = Place(uuid5(_NAMES, f"place {starts_at.isoformat()} {facility}"), starts_at, facility)
        self.free.append(place)
        if contested:
            self.contested.add(place.session_id)
        return place

    def add_facility(self, name: str, number: int | None = None) -> None:
        """A facility that a parent can name."""
        self.facilities.append(KnownFacility(uuid5(_NAMES, f"facility {name}"), name, number))

    def prompt(self, key: str, *children: str) -> str:
        """Text about the visits of one child or several, as the clinic does by itself; what goes out."""
        visits = tuple(self._missed_of(child) or self.visit_of(child) for child in children)
        text_id = uuid5(_NAMES, f"text {len(self._prompts)}")
        recall = key == "missed"
        self._prompts += [
            Prompt(visit.appointment_id, visit.version, self.now, text_id, recall) for visit in visits
        ]
        if len(visits) == 1:
            return render(key, of(visits[0]), self.language)
        day, facility = visits[0].starts_at.date(), visits[0].facility
        return render(f"{key}_all", {"visits": visits, "day": day, "facility": facility}, self.language)

    def visit_of(self, child: str) -> Visit:
        """The child's next visit."""
        return next(visit for visit in self._upcoming() if visit.child == child)

    def change(self, child: str, starts_at: datetime) -> None:
        """Staff move a visit, and the text about it has not gone out yet."""
        visit = self.visit_of(child)
        self._store(structs.replace(visit, starts_at=starts_at, status="booked"))

    def cancel(self, child: str) -> None:
        """Staff cancel a visit."""
        del self.visits[self.visit_of(child).appointment_id]

    def other_confirms(self, child: str) -> None:
        """Another guardian says by text that they come."""
        visit = self.visit_of(child)
        self.visits[visit.appointment_id] = structs.replace(visit, status="confirmed")
        self.promised.add(visit.appointment_id)

    def other_cancels(self, child: str) -> None:
        """Another guardian gives the place up by text."""
        visit = self.visits.pop(self.visit_of(child).appointment_id)
        self._given_up[visit.appointment_id] = visit
        self._given_up_by_another.append(visit)

    def _with_promise(self, visit: Visit) -> Visit:
        return structs.replace(visit, promised_by_another=visit.appointment_id in self.promised)

    def miss(self, child: str) -> None:
        """Staff mark the child's visit as missed."""
        visit = self.visits.pop(next(id_ for id_, visit in self.visits.items() if visit.child == child))
        missed = structs.replace(visit, version=visit.version + 1, status="missed")
        self._missed[missed.appointment_id] = missed

    def _missed_of(self, child: str) -> Visit | None:
        return next((visit for visit in self._missed.values() if visit.child == child), None)

    # --- one text -----------------------------------------------------------------------------------

    def hear(self, said: Said) -> Turn:
        """Handle one text as the service does."""
        return self._handle(said)

    def nobody_answers(self, *, asked_before: bool = False) -> Turn:
        """A question has stood for long."""
        return self._handle(NobodyAnswered(asked_before))

    def _handle(self, event: Event) -> Turn:
        """Handle what happens, with the state saved and loaded as it would be."""
        before = saved.load(saved.SCHEMA_VERSION, saved.dump(self.state))
        was_silenced = self.opted_out
        done: list[Effect] = []
        reading: Reading | None = None
        for _ in range(_MOST_ROUNDS):
            result = step(before, event, self.facts())
            reading = reading or result.reading
            report = self._apply(result, done)
            if report is None:
                break
            if isinstance(report, PlacesFound):
                before = result.state
            event = report
        self.state = result.state
        self._prompts.clear()
        replies = [render(effect, language=self.language) for effect in done if isinstance(effect, Say)]
        assert not (was_silenced and self.opted_out and replies), "a silenced phone was texted"
        return Turn(reading, self.state, tuple(done), tuple(replies))

    def facts(self) -> Facts:
        """What is true now."""
        with_visit = {visit.child for visit in self._upcoming()}
        return Facts(
            now=self.now,
            language=self.language,
            known=self.known,
            opted_out=self.opted_out,
            children=tuple(self.children) if self.known else (),
            about=tuple(self.about.get(name, ChildFacts()) for name in self.children) if self.known else (),
            visits=tuple(map(self._with_promise, self._upcoming())) if self.known else (),
            missed=tuple(self._missed.values()) if self.known else (),
            prompts=tuple(self._prompts),
            next_due=tuple(one for one in self.due if one.child not in with_visit),
            given_up_by_another=tuple(self._given_up_by_another),
            clinic_phone=self.clinic_phone,
            medical_sentence=self.medical_sentence,
            language_offered=self.language_offered,
            may_join=self.may_join,
            facilities=tuple(self.facilities),
        )

    def _apply(self, result: Step, done: list[Effect]) -> Event | None:
        """Apply a step's effects; the report on the first that the machine must hear about."""
        for effect in result.effects:
            report = self._do(effect)
            if not isinstance(report, PlaceGone | VisitChanged):
                done.append(effect)
            if report:
                return report
        return None

    def _do(self, effect: Effect) -> Event | None:
        match effect:
            case Confirm(appointment_id, version):
                return self._change(appointment_id, version, status="confirmed")
            case Cancel(appointment_id, version):
                return self._cancel(appointment_id, version)
            case Move(appointment_id, version, session_id):
                return self._move(appointment_id, version, session_id)
            case BookAgain(appointment_id, session_id):
                return self._book_again(appointment_id, session_id)
            case LookForPlaces(appointment_id, wish):
                visit = self.visits.get(appointment_id) or self._lost(appointment_id)
                free = [place for place in self.free if place.starts_at > self.now]
                return PlacesFound(appointment_id, nearest(free, wish, visit.starts_at))
            case OptOut() | OptIn():
                self.opted_out = isinstance(effect, OptOut)
            case SetLanguage(language):
                self.language = language
            case OfferLanguage():
                self.language_offered = True
            case ClaimVaccinated() | RegisterClaim() | Say() | HandOff() | EndRecall():
                pass
        return None

    def _change(self, appointment_id: UUID, version: int, **changes: object) -> Event | None:
        visit = self.visits.get(appointment_id)
        if visit is None or visit.version != version:
            return VisitChanged(appointment_id)
        self._store(structs.replace(visit, **changes))
        return None

    def _cancel(self, appointment_id: UUID, version: int) -> Event | None:
        visit = self.visits.get(appointment_id)
        if visit is None or visit.version != version:
            return VisitChanged(appointment_id)
        self._given_up[appointment_id] = self.visits.pop(appointment_id)
        return None

    def _move(self, appointment_id: UUID, version: int, session_id: UUID) -> Event | None:
        place = self._take(session_id)
        if place is None:
            return PlaceGone(appointment_id)
        return self._change(
            appointment_id, version, starts_at=place.starts_at, facility=place.facility, status="confirmed"
        )

    def _book_again(self, appointment_id: UUID, session_id: UUID) -> Event | None:
        place = self._take(session_id)
        if place is None:
            return PlaceGone(appointment_id)
        old = self._lost(appointment_id)
        self._missed.pop(appointment_id, None)
        self.add_visit(old.child, place.starts_at, place.facility, old.address)
        return None

    def _lost(self, appointment_id: UUID) -> Visit:
        return self._missed.get(appointment_id) or self._given_up[appointment_id]

    def _take(self, session_id: UUID) -> Place | None:
        place = next((place for place in self.free if place.session_id == session_id), None)
        if place is None:
            return None
        self.free.remove(place)
        return None if session_id in self.contested else place

    def _store(self, visit: Visit) -> None:
        self.visits[visit.appointment_id] = structs.replace(visit, version=visit.version + 1)

    def _upcoming(self) -> list[Visit]:
        return sorted(
            (visit for visit in self.visits.values() if visit.starts_at > self.now),
            key=lambda visit: visit.starts_at,
        )


def a_demo_clinic(now: datetime, language: str = "en") -> Clinic:
    """A family with one child, a visit in eight days, and a handful of free places around it."""
    clinic = Clinic(now, language, phone="+254 20 555 0100")
    morning = now.replace(hour=10, minute=0, second=0, microsecond=0)
    clinic.add_visit("Zuri", morning + timedelta(days=8), "Kilimani Clinic", "12 Argwings Kodhek Road")
    clinic.add_facility("Kilimani Clinic", 42)
    for days, hour in _free_hours():
        clinic.add_free(morning.replace(hour=hour) + timedelta(days=days), "Kilimani Clinic")
    return clinic


def _free_hours() -> Iterable[tuple[int, int]]:
    return ((days, hour) for days in (5, 6, 9, 12, 13) for hour in (9, 14))

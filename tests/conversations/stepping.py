"""Any state, event and facts there can be, and one family to tell about: for tests of the machine."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from msgspec import structs

from conversations.effects import (
    Effect,
    HandOff,
    HandOffReason,
    LookForPlaces,
    OfferLanguage,
    OptIn,
    OptOut,
    Say,
)
from conversations.events import Event, NobodyAnswered, PlaceGone, PlacesFound, Said, VisitChanged
from conversations.facts import Facts, KnownFacility, Place, Prompt, Visit
from conversations.intents import Intent
from conversations.joining.births import Birth
from conversations.states import (
    About,
    AwaitingConfirmation,
    ChoosingPlace,
    ChoosingVisit,
    Clarifying,
    GaveUpPlace,
    Idle,
    Joining,
    JoiningBirth,
    JoiningConsent,
    JoiningFacility,
    JoiningName,
    LookingForPlaces,
    Overruling,
    Recalled,
    State,
    WithPerson,
)
from conversations.understanding.languages import languages, lexicon
from conversations.wish import DayPart, Wish

NAIROBI = ZoneInfo("Africa/Nairobi")
NOW = datetime(2026, 3, 4, 9, tzinfo=NAIROBI)
IDS = [UUID(int=number) for number in range(1, 5)]

# --- anything at all ---

words = sorted(
    {word for code in languages() for word in lexicon(code).book.words}
    | {"monday", "lunes", "zuri", "2", "12", "join", "registro", "march", "3/4", "2026", "weeks", "kilimani"}
)
texts = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from([*words, ",", "?", "!", "\n", "but", "pero"]), max_size=14).map(" ".join),
)
ids = st.sampled_from(IDS)
moments = st.integers(0, 60 * 24).map(lambda hours: NOW + timedelta(hours=hours))
names = st.one_of(
    st.sampled_from(["Zuri", "Juma", "Will", "No", "Ana María"]), st.text(min_size=1, max_size=50)
)
visits = st.builds(
    Visit,
    ids,
    st.integers(1, 3),
    ids,
    names,
    moments,
    st.just("Kilimani Clinic"),
    st.none() | st.text(max_size=9),
    st.sampled_from(["booked", "confirmed"]),
    st.just(()),
    st.booleans(),
)
places = st.builds(Place, ids, moments, st.just("Kilimani Clinic"))
prompts = st.builds(
    Prompt, ids, st.integers(1, 3), st.just(NOW), st.none() | st.just(UUID(int=99)), st.booleans()
)
facilities = st.builds(KnownFacility, ids, names, st.none() | st.integers(10, 9999))
facts = st.builds(
    Facts,
    now=st.just(NOW),
    language=st.sampled_from(["en", "es", "sw"]),
    guardian=st.none(),
    known=st.booleans(),
    opted_out=st.booleans(),
    children=st.lists(names, max_size=3).map(tuple),
    visits=st.lists(visits, max_size=4, unique_by=lambda visit: visit.appointment_id).map(tuple),
    missed=st.lists(visits, max_size=2, unique_by=lambda visit: visit.appointment_id).map(tuple),
    prompts=st.lists(prompts, max_size=3).map(tuple),
    given_up_by_another=st.lists(visits, max_size=1).map(tuple),
    language_offered=st.booleans(),
    clinic_phone=st.none() | st.just("+254 20 555 0100"),
    may_join=st.booleans(),
    facilities=st.lists(facilities, max_size=3).map(tuple),
)
dates = st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=2).map(tuple)
wishes = st.builds(
    Wish,
    dates,
    st.none() | st.dates(),
    st.none() | st.dates(),
    st.none() | st.sampled_from(DayPart),
    st.none() | st.just(time(9)),
    dates,
    st.lists(moments, max_size=2).map(tuple),
)
abouts = st.builds(About, ids, st.integers(1, 3))
some_abouts = st.lists(abouts, max_size=3, unique_by=lambda about: about.appointment_id).map(tuple)
some_places = st.lists(places, max_size=3).map(tuple)
counts = st.integers(0, 2)
codes = st.sampled_from(["en", "es"])
born = st.builds(Birth, st.dates(date(2008, 1, 1), date(2026, 3, 4)), st.booleans())
joining: st.SearchStrategy[Joining] = st.one_of(
    st.builds(JoiningName, codes, counts),
    st.builds(JoiningBirth, codes, names, dates, counts),
    st.builds(JoiningFacility, codes, names, born, st.lists(ids, max_size=3).map(tuple), counts),
    st.builds(JoiningConsent, codes, names, born, ids, counts),
)
settled: st.SearchStrategy[State] = st.one_of(
    st.builds(Idle, counts),
    st.builds(AwaitingConfirmation, some_abouts, counts, st.booleans()),
    st.builds(Clarifying, abouts, counts),
    st.builds(ChoosingVisit, some_abouts, st.sampled_from(Intent), wishes, counts),
    st.builds(LookingForPlaces, abouts, wishes, st.booleans(), st.booleans()),
    st.builds(ChoosingPlace, abouts, some_places, wishes, st.booleans(), counts, some_abouts, st.booleans()),
    st.builds(Overruling, some_abouts, counts),
    st.builds(GaveUpPlace, abouts, counts),
    st.builds(Recalled, st.lists(abouts, min_size=1, max_size=3).map(tuple), counts),
    st.builds(WithPerson, st.sampled_from(HandOffReason)),
)
states = settled | joining
carrier = st.sampled_from([None, None, None, "STOP", "START", "HELP"])
said = st.builds(Said, texts, st.integers(0, 2), carrier)
events: st.SearchStrategy[Event] = st.one_of(
    said,
    st.builds(NobodyAnswered, st.booleans()),
    st.builds(PlacesFound, ids, some_places),
    st.builds(PlaceGone, ids),
    st.builds(VisitChanged, ids),
)


def changes(effects: tuple[Effect, ...]) -> list[Effect]:
    return [
        effect
        for effect in effects
        if not isinstance(effect, Say | HandOff | OptOut | OptIn | LookForPlaces | OfferLanguage)
    ]


ZURI = Visit(IDS[0], 1, UUID(int=11), "Zuri", datetime(2026, 3, 12, 10, tzinfo=NAIROBI), "Kilimani Clinic")
JUMA = Visit(IDS[1], 1, UUID(int=12), "Juma", datetime(2026, 3, 13, 9, tzinfo=NAIROBI), "Kilimani Clinic")
FREE = (
    Place(UUID(int=21), datetime(2026, 3, 9, 9, tzinfo=NAIROBI), "Kilimani Clinic"),
    Place(UUID(int=22), datetime(2026, 3, 10, 14, tzinfo=NAIROBI), "Kilimani Clinic"),
)
CHOOSING = ChoosingPlace(About(IDS[0], 1), FREE)


def family(**changes: Any) -> Facts:
    return structs.replace(Facts(now=NOW, children=("Zuri", "Juma"), visits=(ZURI, JUMA)), **changes)


def reminded(*visits: Visit) -> tuple[Prompt, ...]:
    return tuple(Prompt(visit.appointment_id, visit.version, NOW) for visit in visits)


def keys(effects: tuple[Effect, ...]) -> list[str]:
    return [effect.key for effect in effects if isinstance(effect, Say)]


def abouts_of(state: State) -> set[UUID]:
    named = getattr(state, "visits", None) or (state.visit,)  # type: ignore[union-attr]
    return {one.appointment_id for one in named}


def together(*visits: Visit) -> tuple[Prompt, ...]:
    return tuple(structs.replace(prompt, text_id=UUID(int=98)) for prompt in reminded(*visits))

"""Finding another place: from a wish, through offers, to a moved visit."""

from datetime import timedelta

from msgspec import structs

from conversations.effects import BookAgain, Effect, HandOff, HandOffReason, LookForPlaces, Move, Params, Say
from conversations.events import PlaceGone, PlacesFound
from conversations.facts import Facts, Place, Visit
from conversations.families import ask_which, nothing_left, tell_what_is_true, visits_meant
from conversations.handlers.people import give_to_person, has_been_asked_enough
from conversations.intents import Intent
from conversations.states import (
    About,
    ChoosingPlace,
    GaveUpPlace,
    Idle,
    Joining,
    LookingForPlaces,
    Recalled,
    State,
    WithPerson,
)
from conversations.step import Step, about, of, say, stay, with_phone
from conversations.understanding.reading import Reading
from conversations.wish import Wish, fits

# A child that is ill today is mostly well enough then to be brought.
WELL_AGAIN = timedelta(days=7)


def offer_places(state: State, reading: Reading, facts: Facts) -> Step:
    """Another day is wanted: look for places near the wish. Several visits are moved one by one."""
    meant = visits_meant(state, reading, facts, Intent.RESCHEDULE)
    if meant.instead:
        return meant.instead
    if len(meant.visits) > 1:
        return ask_which(meant.visits, Intent.RESCHEDULE, reading)
    return look_for_places(meant.visits[0], reading.wish)


def offer_places_again(state: GaveUpPlace, reading: Reading, facts: Facts) -> Step:
    """The place is given up, and now another day is wanted after all."""
    del facts
    looking = LookingForPlaces(state.visit, reading.wish, again=True)
    return Step(looking, (LookForPlaces(state.visit.appointment_id, reading.wish),))


def look_for_places(visit: Visit, wish: Wish) -> Step:
    """Ask the calendar; the place they have now is no answer."""
    wish = structs.replace(wish, excluded_times=(*wish.excluded_times, visit.starts_at))
    told = (Say("other_said_coming", of(visit)),) if visit.promised_by_another else ()
    return Step(LookingForPlaces(about(visit), wish), (*told, LookForPlaces(visit.appointment_id, wish)))


def offer_later_places(state: State, reading: Reading, facts: Facts) -> Step:
    """A sick child: no advice from a machine, but later days. The visit stands until one is picked."""
    waits_for_another = getattr(state, "again", False) or isinstance(state, GaveUpPlace | Recalled | Joining)
    if waits_for_another or not facts.visits:
        return stay(state, with_phone("sick_child", facts))
    meant = visits_meant(state, reading, facts, Intent.SICK_CHILD)
    after = meant.instead or look_later(meant.visits, reading, facts)
    if not isinstance(after.state, LookingForPlaces):
        return structs.replace(after, effects=(say("get_well"), *after.effects))
    return structs.replace(after, effects=(with_phone("sick_child_later", facts), *after.effects))


def look_later(visits: tuple[Visit, ...], reading: Reading, facts: Facts) -> Step:
    """Places from a week on, after the visit. Several visits are moved one by one."""
    last = max(visit.starts_at.date() for visit in visits)
    earliest = max(facts.now.date() + WELL_AGAIN, last + timedelta(days=1))
    wish = Wish(earliest=earliest, excluded=reading.wish.excluded)
    if len(visits) > 1:
        return ask_which(visits, Intent.RESCHEDULE, structs.replace(reading, wish=wish))
    found = look_for_places(visits[0], wish)
    assert isinstance(found.state, LookingForPlaces)
    return structs.replace(found, state=structs.replace(found.state, unasked=True))


def show_places(state: LookingForPlaces, event: PlacesFound, facts: Facts) -> Step:
    """The calendar has answered: offer what is free, or leave it to a person."""
    visit = facts.visit(state.visit.appointment_id)
    if visit is None and not state.again:
        return nothing_left(facts)
    if not event.places:
        key = "no_places_but" if visit else "no_places"
        effects: tuple[Effect, ...] = (Say(key, of(visit) if visit else {}), HandOff(HandOffReason.NO_PLACES))
        return Step(WithPerson(HandOffReason.NO_PLACES), effects)
    ref = about(visit) if visit else state.visit
    choosing = ChoosingPlace(
        ref, event.places, state.wish, again=state.again, rest=state.rest, unasked=state.unasked
    )
    return Step(choosing, (offer(choosing, after_loss=state.after_loss),))


def choose_place(state: ChoosingPlace, reading: Reading, facts: Facts) -> Step:
    """A number of the list."""
    if reading.choice is None or reading.choice > len(state.offers):
        return show_offers_again(state, reading, facts)
    return take_place(state, state.offers[reading.choice - 1], facts)


def accept_place(state: ChoosingPlace, reading: Reading, facts: Facts) -> Step:
    """A "yes" takes the one place that was offered; of several, it does not say which."""
    fitting = [
        place
        for place in state.offers
        if _names_something(reading.wish) and fits(place.starts_at, reading.wish)
    ]
    if len(fitting) == 1:
        return take_place(state, fitting[0], facts)
    if len(state.offers) == 1 and not _names_something(reading.wish):
        return take_place(state, state.offers[0], facts)
    return show_offers_again(state, reading, facts)


def narrow_places(state: ChoosingPlace, reading: Reading, facts: Facts) -> Step:
    """A day in words: one of the offers, or a wish for others."""
    fitting = tuple(place for place in state.offers if fits(place.starts_at, reading.wish))
    if _names_something(reading.wish) and len(fitting) == 1:
        return take_place(state, fitting[0], facts)
    if _names_something(reading.wish) and 1 < len(fitting) < len(state.offers):
        narrowed = structs.replace(state, offers=fitting, misunderstood=0)
        return Step(narrowed, (offer(narrowed),))
    # "None of these" turns the offers down; "is Wednesday free?" does not yet.
    offered = () if _names_something(reading.wish) else tuple(place.starts_at for place in state.offers)
    wish = structs.replace(
        reading.wish,
        excluded=(*state.wish.excluded, *reading.wish.excluded),
        excluded_times=(*state.wish.excluded_times, *offered),
    )
    looking = LookingForPlaces(state.visit, wish, again=state.again, rest=state.rest)
    return Step(looking, (LookForPlaces(state.visit.appointment_id, wish),))


def take_place(state: ChoosingPlace, place: Place, facts: Facts) -> Step:
    """Move to the place, if the visit is still the one we spoke of."""
    taken: Params = {"starts_at": place.starts_at, "facility": place.facility}
    if state.again:
        return _book_again(state, BookAgain(state.visit.appointment_id, place.session_id), taken, facts)
    visit = facts.visit(state.visit.appointment_id)
    if visit is None:
        return nothing_left(facts)
    if visit.version != state.visit.version:
        return tell_what_is_true([visit])
    moved = Move(visit.appointment_id, visit.version, place.session_id)
    return Step(Idle(), (moved, Say("moved_by_parent", {"child": visit.child, **taken})))


def _book_again(state: ChoosingPlace, booked: BookAgain, taken: Params, facts: Facts) -> Step:
    """A new visit; after a miss with the child's name, and on to the other children who were missed."""
    missed = facts.missed_visit(state.visit.appointment_id)
    if missed is None:
        return Step(Idle(), (booked, Say("booked_again", taken)))
    taken = {"child": missed.child, **taken}
    rest = tuple(visit for one in state.rest if (visit := facts.missed_visit(one.appointment_id)))
    if not rest:
        return Step(Idle(), (booked, Say("missed_booked", taken)))
    said = Say("missed_booked_but_open", {**taken, "visits": rest})
    return Step(Recalled(tuple(map(about, rest))), (booked, said))


def show_offers_again(state: ChoosingPlace, reading: Reading, facts: Facts) -> Step:
    """Not clear which one: say the offers once more, with how to answer."""
    del reading
    if has_been_asked_enough(state):
        return give_to_person(facts)
    state = structs.replace(state, misunderstood=state.misunderstood + 1)
    return Step(state, (Say("which_place", {"offers": state.offers}),))


def place_was_taken(state: State, event: PlaceGone, facts: Facts) -> Step:
    """Somebody else was faster: nothing has changed, so look again at once."""
    again = state.again if isinstance(state, ChoosingPlace) else False
    wish = state.wish if isinstance(state, ChoosingPlace) else Wish()
    rest = state.rest if isinstance(state, ChoosingPlace) else ()
    visit = facts.visit(event.appointment_id)
    if visit is None and not again:
        return nothing_left(facts)
    ref = about(visit) if visit else About(event.appointment_id, 0)
    looking = LookingForPlaces(ref, wish, again=again, after_loss=True, rest=rest)
    return Step(looking, (LookForPlaces(event.appointment_id, wish),))


def offer(state: ChoosingPlace, *, after_loss: bool = False) -> Say:
    """One place is a yes-or-no question, several are a list; where none is as wished, say so."""
    as_wished = not _names_something(state.wish) or any(
        fits(place.starts_at, state.wish) for place in state.offers
    )
    ending = "_after_loss" if after_loss else "" if as_wished else "_nearest"
    if len(state.offers) == 1:
        place = state.offers[0]
        return Say(f"offer{ending}", {"starts_at": place.starts_at, "facility": place.facility})
    return Say(f"offers{ending}", {"offers": state.offers})


def _names_something(wish: Wish) -> bool:
    return bool(wish.dates or wish.earliest or wish.latest or wish.part or wish.at)

"""The machine as a whole: what holds for any text, state and facts, and what a dialogue does not show."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from conversations.documentation import LEADS_TO
from conversations.effects import (
    Cancel,
    Confirm,
    Effect,
    EndRecall,
    HandOff,
    HandOffReason,
    LookForPlaces,
    Move,
    OfferLanguage,
    OptIn,
    OptOut,
    RegisterClaim,
    Say,
)
from conversations.events import Event, NobodyAnswered, PlaceGone, PlacesFound, Said, VisitChanged
from conversations.facts import Facts, KnownFacility, Place, Prompt, Visit
from conversations.intents import Intent
from conversations.joining.births import Birth
from conversations.replies import render
from conversations.scenes import bound
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
from conversations.transitions import TRANSITIONS, handler_for, step
from conversations.understanding.lexicon import languages, lexicon
from conversations.wish import DayPart, Wish

NAIROBI = ZoneInfo("Africa/Nairobi")
NOW = datetime(2026, 3, 4, 9, tzinfo=NAIROBI)
IDS = [UUID(int=number) for number in range(1, 5)]

# --- anything at all ------------------------------------------------------------------------------

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


@settings(max_examples=400, deadline=None)
@given(states, events, facts)
def test_any_event_in_any_state_gives_a_step_and_always_the_same(
    state: State, event: Event, facts: Facts
) -> None:
    after = step(state, event, facts)
    assert after == step(state, event, facts)
    assert all(render(effect, language=facts.language) for effect in after.effects if isinstance(effect, Say))


@settings(max_examples=400, deadline=None)
@given(states, said, facts)
def test_nothing_changes_but_what_is_still_true(state: State, said: Said, facts: Facts) -> None:
    current = {(visit.appointment_id, visit.version) for visit in facts.visits}
    for effect in step(state, said, facts).effects:
        if isinstance(effect, Confirm | Move) or type(effect).__name__ == "Cancel":
            assert (effect.appointment_id, effect.version) in current  # type: ignore[union-attr]


@settings(max_examples=300, deadline=None)
@given(states, said, facts.map(lambda facts: structs.replace(facts, opted_out=True)))
def test_a_phone_that_is_opted_out_changes_nothing_and_hears_nothing_unless_it_opts_in(
    state: State, said: Said, facts: Facts
) -> None:
    effects = step(state, said, facts).effects
    assert not changes(effects)
    if not any(isinstance(effect, OptIn) for effect in effects):
        assert not any(isinstance(effect, Say) for effect in effects)


@settings(max_examples=300, deadline=None)
@given(settled, said, facts.map(lambda facts: structs.replace(facts, known=False)))
def test_a_stranger_changes_nothing_and_learns_no_name(state: State, said: Said, facts: Facts) -> None:
    effects = step(state, said, facts).effects
    assert not changes(effects)
    assert all(set(effect.params) <= {"phone"} for effect in effects if isinstance(effect, Say))


@settings(max_examples=400, deadline=None)
@given(joining, said, facts)
def test_registering_a_child_tells_nobody_what_is_stored(state: State, said: Said, facts: Facts) -> None:
    """The same answers with all that we know of children as with none of it."""
    facts = structs.replace(facts, prompts=(), visits=(), children=(), guardian=None)
    known = structs.replace(facts, known=True, children=("Zuri", "Juma"), visits=(ZURI, JUMA))
    mine, theirs = step(state, said, facts), step(state, said, known)
    assert (mine.reading and theirs.reading) or said.opt_out_type
    if isinstance(theirs.state, Joining):
        assert (mine.state, mine.effects) == (theirs.state, theirs.effects)
    claims = [effect for effect in theirs.effects if isinstance(effect, RegisterClaim)]
    assert not claims or (isinstance(state, JoiningConsent) and facts.may_join)


@settings(max_examples=300, deadline=None)
@given(states, said, facts)
def test_what_the_carrier_has_answered_is_not_answered_again(state: State, said: Said, facts: Facts) -> None:
    after = step(state, structs.replace(said, opt_out_type="STOP"), facts)
    assert after.effects == (OptOut(),)


@settings(max_examples=400, deadline=None)
@given(states, texts, facts)
def test_the_diagram_shows_every_way_a_conversation_can_go(state: State, text: str, facts: Facts) -> None:
    facts = structs.replace(facts, known=True, opted_out=False, prompts=())
    state = bound(state, Said(text), facts)
    after = step(state, Said(text), facts)
    assert after.reading
    if (type(state), after.reading.intent) not in TRANSITIONS or len(after.reading.parts) > 1:
        return
    handler = handler_for(state, after.reading, facts)
    everywhere = {type(state).__name__, "Idle", "AwaitingConfirmation", "WithPerson"}
    drawn = everywhere | set(LEADS_TO.get(handler.__name__, ()))
    if "ChoosingPlace" in drawn:
        drawn.add("LookingForPlaces")
    if any(isinstance(effect, Say) and effect.key == "other_gave_up" for effect in after.effects):
        drawn.add("GaveUpPlace")
    assert type(after.state).__name__ in drawn


@settings(max_examples=200, deadline=None)
@given(states, texts, facts)
def test_a_person_is_asked_at_most_once_for_what_is_not_understood(
    state: State, text: str, facts: Facts
) -> None:
    facts = structs.replace(facts, prompts=())
    asked = 0
    for _ in range(4):
        after = step(state, Said(text), facts)
        if after.reading is None or after.reading.intent not in {Intent.UNKNOWN, Intent.UNSURE}:
            return
        asked += any(isinstance(effect, HandOff) for effect in after.effects)
        state = after.state
    assert asked <= 1


# --- what a dialogue does not show ----------------------------------------------------------------

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


def test_a_reply_belongs_to_the_prompt_and_not_to_the_next_visit() -> None:
    after = step(Idle(), Said("yes"), family(prompts=reminded(JUMA)))
    assert after.effects[0] == Confirm(JUMA.appointment_id, 1)


def test_a_number_still_picks_from_the_list_when_a_reminder_came_between() -> None:
    after = step(CHOOSING, Said("2"), family(prompts=reminded(JUMA)))
    assert after.effects[0] == Move(IDS[0], 1, FREE[1].session_id)


def test_a_yes_after_a_reminder_answers_the_reminder_and_not_the_older_list() -> None:
    after = step(CHOOSING, Said("yes"), family(prompts=reminded(JUMA)))
    assert after.effects[0] == Confirm(JUMA.appointment_id, 1)


def test_two_prompts_about_one_visit_are_one_question() -> None:
    after = step(Idle(), Said("yes"), family(prompts=reminded(ZURI, ZURI)))
    assert after.effects[0] == Confirm(ZURI.appointment_id, 1)


def test_a_visit_that_is_confirmed_already_is_not_confirmed_again() -> None:
    sure = structs.replace(ZURI, status="confirmed")
    after = step(Idle(), Said("yes"), family(visits=(sure,), prompts=reminded(sure)))
    assert keys(after.effects) == ["confirmed"]
    assert not changes(after.effects)


def test_a_child_without_a_visit_is_named_in_the_answer() -> None:
    after = step(Idle(), Said("yes Juma"), family(visits=(ZURI,), prompts=reminded(ZURI)))
    assert after.effects == (Say("no_visit_for_child", {"child": "Juma"}),)


def test_a_day_tells_two_visits_apart() -> None:
    after = step(Idle(), Said("yes friday 13 march"), family(prompts=reminded(ZURI, JUMA)))
    assert after.effects[0] == Confirm(JUMA.appointment_id, 1)


def test_a_visit_that_changed_under_our_hands_is_told_as_it_is_now() -> None:
    moved = structs.replace(ZURI, version=2)
    after = step(AwaitingConfirmation((About(IDS[0], 1),)), VisitChanged(IDS[0]), family(visits=(moved,)))
    assert after.state == AwaitingConfirmation((About(IDS[0], 2),))
    assert keys(after.effects) == ["visit_has_changed"]


def test_a_visit_that_went_under_our_hands_is_said_to_be_cancelled() -> None:
    after = step(CHOOSING, VisitChanged(IDS[0]), family(visits=()))
    assert (after.state, keys(after.effects)) == (Idle(), ["visit_is_gone"])


@pytest.mark.parametrize("text", ["move Juma to tuesday", "yes Juma will come", "number 2 for Juma"])
def test_the_places_offered_to_one_child_are_not_taken_for_another(text: str) -> None:
    offers = structs.replace(CHOOSING, offers=FREE[1:]) if "yes" in text else CHOOSING
    assert not changes(step(offers, Said(text), family()).effects)


@pytest.mark.parametrize(
    "text", ["can Juma come another day?", "yes Juma will come", "Juma cannot come either"]
)
def test_after_one_child_gave_up_its_place_another_child_is_heard(text: str) -> None:
    after = step(GaveUpPlace(About(IDS[0], 2)), Said(text), family(visits=(JUMA,)))
    assert LookForPlaces(IDS[0], Wish()) not in after.effects
    assert abouts_of(after.state) == {JUMA.appointment_id}


def test_while_a_lost_place_is_replaced_another_child_is_heard() -> None:
    again = structs.replace(CHOOSING, again=True)
    after = step(again, Said("Juma cannot come"), family(visits=(JUMA,)))
    assert changes(after.effects) == [Cancel(JUMA.appointment_id, 1)]


def test_offers_stay_open_when_a_child_without_a_visit_is_named() -> None:
    after = step(CHOOSING, Said("yes Juma will come"), family(visits=(ZURI,)))
    assert after.effects == (Say("no_visit_for_child", {"child": "Juma"}),)
    assert after.state == CHOOSING


@pytest.mark.parametrize("text", ["Zuri cannot come", "yes Zuri will come"])
def test_two_children_of_one_name_are_asked_about(text: str) -> None:
    namesake = structs.replace(JUMA, child="Zuri")
    facts = family(visits=(ZURI, namesake), children=("Zuri",), prompts=reminded(ZURI, namesake))
    after = step(Idle(), Said(text), facts)
    assert not changes(after.effects)
    assert isinstance(after.state, ChoosingVisit)
    again = step(after.state, Said("Zuri"), structs.replace(facts, prompts=()))
    assert not changes(again.effects)


def test_a_visit_that_changed_while_another_one_went_is_not_taken_for_unchanged() -> None:
    state = ChoosingVisit((About(IDS[0], 2), About(IDS[1], 1)), Intent.DECLINE)
    moved = structs.replace(JUMA, version=2)
    after = step(state, Said("both"), family(visits=(moved,)))
    assert not changes(after.effects)


def test_no_to_two_visits_does_not_cancel_the_one_that_is_left() -> None:
    state = AwaitingConfirmation((About(IDS[0], 1), About(IDS[1], 1)))
    after = step(state, Said("no"), family(visits=(JUMA,)))
    assert not changes(after.effects)


def test_a_place_that_went_leads_to_another_look_with_the_same_wish() -> None:
    wish = Wish(dates=(date(2026, 3, 9),))
    after = step(structs.replace(CHOOSING, wish=wish), PlaceGone(IDS[0]), family())
    assert after.effects == (LookForPlaces(IDS[0], wish),)
    found = step(after.state, PlacesFound(IDS[0], FREE[1:]), family())
    assert keys(found.effects) == ["offer_after_loss"]


def test_places_that_nobody_waits_for_are_ignored() -> None:
    assert step(Idle(), PlacesFound(IDS[0], FREE), family()) == step(
        Idle(), PlacesFound(IDS[0], ()), family()
    )


def test_a_state_lost_between_two_transactions_is_idle() -> None:
    after = step(LookingForPlaces(About(IDS[0], 1)), Said("hello"), family())
    assert after.state == Idle()


def test_a_quarantined_number_is_silent_until_it_asks_for_help_or_stop() -> None:
    state = WithPerson(HandOffReason.WRONG_NUMBER)
    prompts = reminded(ZURI)
    assert step(state, Said("when is it"), family(prompts=prompts)).effects == ()
    assert step(state, Said("yes"), family(prompts=prompts)).effects == ()
    assert keys(step(state, Said("help"), family(prompts=prompts)).effects) == ["help"]


@pytest.mark.parametrize("known", [True, False])
def test_a_phones_own_reaction_is_answered_by_nobody(known: bool) -> None:  # noqa: FBT001 - a case of the table
    assert step(Idle(), Said("Liked \u201cA visit is booked\u201d"), family(known=known)).effects == ()


def test_times_of_another_zone_are_shown_as_the_facility_keeps_them() -> None:
    utc = structs.replace(ZURI, starts_at=ZURI.starts_at.astimezone(UTC).astimezone(NAIROBI))
    after = step(Idle(), Said("when"), family(visits=(utc,)))
    [reply] = [effect for effect in after.effects if isinstance(effect, Say)]
    assert "10:00" in render(reply)


# --- several things in one text --------------------------------------------------------------------


def test_each_child_gets_what_was_said_of_it() -> None:
    after = step(Idle(), Said("yes Zuri, no Juma"), family(prompts=together(ZURI, JUMA)))
    assert changes(after.effects) == [Confirm(IDS[0], 1), Cancel(IDS[1], 1)]


def test_nothing_is_done_for_either_child_when_one_visit_has_changed() -> None:
    moved = structs.replace(JUMA, version=2)
    facts = family(visits=(ZURI, moved), prompts=together(ZURI, JUMA))
    after = step(Idle(), Said("yes Zuri, no Juma"), facts)
    assert not changes(after.effects)
    assert keys(after.effects) == ["visit_has_changed_all"]


def test_an_answer_for_each_child_to_no_question_is_asked_about() -> None:
    after = step(Idle(), Said("yes Zuri, no Juma"), family())
    assert not changes(after.effects)
    assert keys(after.effects) == ["will_you_come_all"]


def test_the_third_child_is_still_asked_about() -> None:
    neema = structs.replace(JUMA, appointment_id=IDS[2], child_id=UUID(int=13), child="Neema")
    facts = family(visits=(ZURI, JUMA, neema), prompts=together(ZURI, JUMA, neema))
    facts = structs.replace(facts, children=("Zuri", "Juma", "Neema"))
    after = step(Idle(), Said("yes Zuri, no Juma"), facts)
    assert keys(after.effects) == ["confirmed", "given_up", "will_you_come"]
    assert after.state == AwaitingConfirmation((About(IDS[2], 1),))


def test_which_visit_is_answered_for_each_child() -> None:
    state = ChoosingVisit((About(IDS[0], 1), About(IDS[1], 1)), Intent.DECLINE)
    after = step(state, Said("Zuri can't come, Juma will come"), family())
    assert sorted(map(repr, changes(after.effects))) == sorted(
        map(repr, [Cancel(IDS[0], 1), Confirm(IDS[1], 1)])
    )


def test_a_promise_with_a_medical_doubt_confirms_nothing() -> None:
    after = step(Idle(), Said("yes but is it safe?"), family(visits=(ZURI,), prompts=reminded(ZURI)))
    assert not changes(after.effects)


@settings(max_examples=300, deadline=None)
@given(settled, texts, facts)
def test_one_text_never_does_two_things_to_one_visit(state: State, text: str, facts: Facts) -> None:
    effects = changes(step(state, Said(text), facts).effects)
    # That a recall ends is a part of the claim, or the "no", that answers it.
    touched = [
        effect.appointment_id
        for effect in effects
        if hasattr(effect, "appointment_id") and not isinstance(effect, EndRecall)
    ]
    assert len(touched) == len(set(touched))


# --- two guardians, languages, what is urgent, doubtful readings ----------------------------------

PROMISED = structs.replace(ZURI, status="confirmed", promised_by_another=True)
TO_OVERRULE = Overruling((About(IDS[0], 1),))


@pytest.mark.parametrize("text", ["no", "we can't come", "cancel the visit please"])
def test_what_another_guardian_has_promised_is_not_cancelled_unasked(text: str) -> None:
    after = step(Idle(), Said(text), family(visits=(PROMISED,), prompts=reminded(PROMISED)))
    assert not changes(after.effects)
    assert after.state == TO_OVERRULE


@pytest.mark.parametrize(
    ("text", "cancelled"),
    [("1", True), ("we can't come", True), ("2", False), ("we will come", False), ("don't cancel", False)],
)
def test_the_later_guardian_decides_once_told(text: str, *, cancelled: bool) -> None:
    after = step(TO_OVERRULE, Said(text), family(visits=(PROMISED,)))
    assert changes(after.effects) == ([Cancel(IDS[0], 1)] if cancelled else [])
    assert isinstance(after.state, GaveUpPlace if cancelled else Idle)


@pytest.mark.parametrize("text", ["yes", "no", "ok", "maybe"])
def test_a_bare_word_does_not_overrule_another_guardian(text: str) -> None:
    after = step(TO_OVERRULE, Said(text), family(visits=(PROMISED,)))
    assert not changes(after.effects)
    assert keys(after.effects) == ["other_promised"]


def test_an_urgent_text_reaches_a_person_from_any_phone() -> None:
    text = Said("she is not breathing")
    urgent = HandOff(HandOffReason.URGENT)
    assert urgent in step(Idle(), text, family()).effects
    assert urgent in step(Idle(), text, family(known=False)).effects
    assert step(Idle(), text, family(opted_out=True)).effects == (urgent,)


def test_a_medical_question_is_answered_in_the_facilitys_own_words_and_no_others() -> None:
    after = step(Idle(), Said("is it safe with a fever?"), family(medical_sentence="A nurse will call."))
    assert after.effects[-1] == Say("medical_own", {"sentence": "A nurse will call."})


def test_another_language_is_offered_once_and_never_put_upon_anybody() -> None:
    text = Said("gracias, \u00bfa qu\u00e9 hora es la cita?")
    after = step(Idle(), text, family(visits=(ZURI,)))
    assert keys(after.effects) == ["when", "language_offer"]
    assert OfferLanguage() in after.effects
    assert keys(step(Idle(), text, family(visits=(ZURI,), language_offered=True)).effects) == ["when"]


def test_a_text_that_leans_to_an_opt_out_is_asked_about_it() -> None:
    for state in (Idle(), WithPerson(HandOffReason.ASKED)):
        assert keys(step(state, Said("dont wish this anymore"), family()).effects) == ["stop_meant"]


def test_a_promise_keeps_the_visit_where_places_were_offered_to_a_sick_child() -> None:
    offered = structs.replace(CHOOSING, offers=FREE[:1], unasked=True)
    after = step(offered, Said("we are still coming"), family())
    assert changes(after.effects) == [Confirm(IDS[0], 1)]
    assert isinstance(changes(step(offered, Said("yes"), family()).effects)[0], Move)


# --- several visits in one text, missed visits, silence -------------------------------------------

MISSED = structs.replace(ZURI, version=2, starts_at=NOW - timedelta(days=1), status="missed")
MISSED_TOO = structs.replace(JUMA, version=2, starts_at=NOW - timedelta(days=1), status="missed")


def recalled(*visits: Visit) -> tuple[Prompt, ...]:
    return tuple(structs.replace(prompt, recall=True) for prompt in reminded(*visits))


def together(*visits: Visit) -> tuple[Prompt, ...]:
    return tuple(structs.replace(prompt, text_id=UUID(int=98)) for prompt in reminded(*visits))


def test_a_yes_to_one_text_about_two_visits_is_for_both() -> None:
    after = step(Idle(), Said("yes"), family(prompts=together(ZURI, JUMA)))
    assert changes(after.effects) == [Confirm(IDS[0], 1), Confirm(IDS[1], 1)]


def test_a_yes_to_two_texts_is_asked_about() -> None:
    after = step(Idle(), Said("yes"), family(prompts=reminded(ZURI, JUMA)))
    assert not changes(after.effects)


def test_a_yes_to_one_text_about_two_visits_of_which_one_has_changed_confirms_neither() -> None:
    moved = structs.replace(JUMA, version=2)
    after = step(Idle(), Said("yes"), family(visits=(ZURI, moved), prompts=together(ZURI, JUMA)))
    assert not changes(after.effects)


def test_a_no_to_one_text_about_two_visits_cancels_nothing_unasked() -> None:
    after = step(Idle(), Said("no"), family(prompts=together(ZURI, JUMA)))
    assert not changes(after.effects)
    assert isinstance(after.state, ChoosingVisit)


@pytest.mark.parametrize("text", ["yes", "monday", "move", "ok monday is good"])
def test_a_recall_that_is_answered_looks_for_places_for_the_child_that_was_missed(text: str) -> None:
    after = step(Idle(), Said(text), family(visits=(), missed=(MISSED,), prompts=recalled(MISSED)))
    [looking] = after.effects
    assert isinstance(looking, LookForPlaces)
    assert looking.appointment_id == MISSED.appointment_id
    assert all(day >= NOW.date() for day in looking.wish.dates)


def test_a_yes_to_a_recall_does_not_confirm_another_childs_visit() -> None:
    after = step(Idle(), Said("yes"), family(visits=(JUMA,), missed=(MISSED,), prompts=recalled(MISSED)))
    assert not changes(after.effects)


def test_a_yes_to_a_reminder_that_came_after_a_recall_is_for_the_reminder() -> None:
    later = structs.replace(reminded(JUMA)[0], sent_at=NOW + timedelta(hours=1))
    facts = family(visits=(JUMA,), missed=(MISSED,), prompts=(*recalled(MISSED), later))
    assert changes(step(Idle(), Said("yes"), facts).effects) == [Confirm(JUMA.appointment_id, 1)]


def test_a_recall_that_was_made_up_for_is_answered_by_what_is_planned() -> None:
    new = structs.replace(ZURI, appointment_id=IDS[3])
    after = step(Idle(), Said("yes"), family(visits=(new,), prompts=recalled(MISSED)))
    assert keys(after.effects) == ["will_you_come"]


def test_a_no_about_one_of_two_missed_children_leaves_the_other_open() -> None:
    facts = family(visits=(), missed=(MISSED, MISSED_TOO), prompts=recalled(MISSED, MISSED_TOO))
    after = step(Idle(), Said("Juma cannot come"), facts)
    assert changes(after.effects) == [EndRecall(MISSED_TOO.appointment_id)]
    assert after.state == Recalled((About(IDS[0], 2),))


def test_turning_down_every_place_after_a_miss_settles_it() -> None:
    state = structs.replace(CHOOSING, again=True)
    after = step(state, Said("we will not come"), family(visits=(), missed=(MISSED,)))
    assert changes(after.effects) == [EndRecall(MISSED.appointment_id)]


def test_a_child_that_was_not_missed_is_heard_after_a_recall() -> None:
    facts = family(visits=(JUMA,), missed=(MISSED,), prompts=recalled(MISSED))
    after = step(Idle(), Said("can Juma come another day?"), facts)
    assert [effect.appointment_id for effect in after.effects if isinstance(effect, LookForPlaces)] == [
        IDS[1]
    ]


SILENT = NobodyAnswered()
ASKED = (
    Clarifying(About(IDS[0], 1)),
    ChoosingVisit((About(IDS[0], 1), About(IDS[1], 1)), Intent.DECLINE),
    CHOOSING,
)


@pytest.mark.parametrize("state", ASKED)
def test_a_question_that_nobody_answers_is_asked_once_more_and_then_dropped(state: State) -> None:
    once = step(state, SILENT, family())
    assert once.state == state
    assert keys(once.effects)[0] == "asked_again"
    twice = step(once.state, NobodyAnswered(asked_before=True), family())
    assert (twice.state, twice.effects) == (Idle(), ())


@pytest.mark.parametrize("state", ASKED)
@pytest.mark.parametrize(
    "facts",
    [
        family(visits=()),
        family(visits=(structs.replace(ZURI, version=2), structs.replace(JUMA, version=2))),
        family(opted_out=True),
        family(prompts=reminded(JUMA)),
        family(known=False),
    ],
)
def test_a_question_that_has_become_senseless_is_dropped_in_silence(state: State, facts: Facts) -> None:
    after = step(state, SILENT, facts)
    assert (after.state, after.effects) == (Idle(), ())


def test_places_that_are_past_are_not_offered_again() -> None:
    later = family(now=FREE[0].starts_at + timedelta(minutes=1))
    after = step(CHOOSING, SILENT, later)
    assert after.state == structs.replace(CHOOSING, offers=FREE[1:])
    assert step(CHOOSING, SILENT, family(now=FREE[1].starts_at)).state == Idle()


@settings(max_examples=300, deadline=None)
@given(states, st.booleans(), facts)
def test_silence_changes_nothing_and_is_no_question_twice(
    state: State,
    asked_before: bool,  # noqa: FBT001 - drawn
    facts: Facts,
) -> None:
    after = step(state, NobodyAnswered(asked_before), facts)
    assert all(isinstance(effect, Say) for effect in after.effects)
    assert not (after.effects and (asked_before or facts.opted_out or not facts.known))

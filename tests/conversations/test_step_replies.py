"""The machine: replies that a dialogue does not show."""

from datetime import UTC, date
from uuid import UUID

import pytest
from msgspec import structs

from conversations.effects import (
    Cancel,
    Confirm,
    HandOff,
    HandOffReason,
    LookForPlaces,
    Move,
    OfferLanguage,
    Say,
)
from conversations.events import PlaceGone, PlacesFound, Said, VisitChanged
from conversations.intents import Intent
from conversations.replies import render
from conversations.states import (
    About,
    AwaitingConfirmation,
    ChoosingVisit,
    GaveUpPlace,
    Idle,
    LookingForPlaces,
    WithPerson,
)
from conversations.transitions import step
from conversations.wish import Wish
from tests.conversations.stepping import (
    CHOOSING,
    FREE,
    IDS,
    JUMA,
    NAIROBI,
    ZURI,
    abouts_of,
    changes,
    family,
    keys,
    reminded,
    together,
)


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

"""The machine: several visits in one text, and visits that were missed."""

from datetime import timedelta

import pytest
from msgspec import structs

from conversations.effects import (
    Confirm,
    EndRecall,
    LookForPlaces,
)
from conversations.events import Said
from conversations.facts import Prompt, Visit
from conversations.states import (
    About,
    ChoosingVisit,
    Idle,
    Recalled,
)
from conversations.transitions import step
from tests.conversations.stepping import (
    CHOOSING,
    IDS,
    JUMA,
    NOW,
    ZURI,
    changes,
    family,
    keys,
    reminded,
    together,
)

MISSED = structs.replace(ZURI, version=2, starts_at=NOW - timedelta(days=1), status="missed")
MISSED_TOO = structs.replace(JUMA, version=2, starts_at=NOW - timedelta(days=1), status="missed")


def recalled(*visits: Visit) -> tuple[Prompt, ...]:
    return tuple(structs.replace(prompt, recall=True) for prompt in reminded(*visits))


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

"""What is kept of a conversation between two texts."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import saved
from conversations.effects import HandOffReason
from conversations.intents import Intent
from conversations.states import (
    About,
    AwaitingConfirmation,
    ChoosingVisit,
    Clarifying,
    GaveUpPlace,
    Idle,
    LookingForPlaces,
    Recalled,
    State,
    WithPerson,
)

ABOUT = About(UUID(int=1), 3)


@pytest.mark.parametrize(
    "state",
    [
        Idle(),
        Idle(1),
        AwaitingConfirmation((ABOUT, ABOUT), 1),
        Clarifying(ABOUT),
        ChoosingVisit((ABOUT,), Intent.CONFIRM),
        GaveUpPlace(ABOUT),
        Recalled((ABOUT, ABOUT), 1),
        WithPerson(HandOffReason.ASKED),
    ],
)
def test_a_state_comes_back_as_it_was_saved(state: State) -> None:
    assert saved.load(saved.SCHEMA_VERSION, saved.dump(state)) == state


def test_a_saved_state_is_json_that_a_column_can_hold_as_an_object() -> None:
    assert saved.load(saved.SCHEMA_VERSION, {"type": "Idle", "misunderstood": 1}) == Idle(1)


def test_waiting_for_the_calendar_is_never_taken_up_again() -> None:
    assert saved.load(saved.SCHEMA_VERSION, saved.dump(LookingForPlaces(ABOUT))) == Idle()


@pytest.mark.parametrize("version", [0, saved.SCHEMA_VERSION + 1, -1])
def test_a_state_of_another_age_is_idle(version: int) -> None:
    assert saved.load(version, saved.dump(GaveUpPlace(ABOUT))) == Idle()


@given(st.one_of(st.none(), st.text(), st.binary(), st.dictionaries(st.text(), st.text())))
def test_whatever_is_stored_loading_never_fails(data: str | bytes | dict[str, str] | None) -> None:
    assert saved.load(saved.SCHEMA_VERSION, data) == Idle()

"""The machine: questions that nobody answers."""

from datetime import timedelta

import pytest
from msgspec import structs

from conversations.events import NobodyAnswered
from conversations.facts import Facts
from conversations.intents import Intent
from conversations.states import (
    About,
    ChoosingVisit,
    Clarifying,
    Idle,
    State,
)
from conversations.transitions import step
from tests.conversations.stepping import CHOOSING, FREE, IDS, JUMA, ZURI, family, keys, reminded

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

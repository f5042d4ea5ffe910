"""The machine: two guardians who answer differently."""

import pytest
from msgspec import structs

from conversations.effects import (
    Cancel,
)
from conversations.events import Said
from conversations.states import (
    About,
    GaveUpPlace,
    Idle,
    Overruling,
)
from conversations.transitions import step
from tests.conversations.stepping import IDS, ZURI, changes, family, keys, reminded

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

"""Texts that are not what they look like."""

import pytest

from service.answering.disguise import disguises


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("yes, we will come", []),
        ("s\u00ed, ma\u00f1ana \U0001f44d", []),
        ("\u043f\u0440\u0438\u0432\u0435\u0442 hello", []),
        ("\u0939\u093e\u0901 ok", []),
        ("yes \u202eon", ["direction_marks"]),
        ("yes\u200f", ["direction_marks"]),
        ("ST\u041eP", ["mixed_scripts"]),
        ("\u2066ye\u0455", ["direction_marks", "mixed_scripts"]),
    ],
)
def test_a_text_that_may_mislead_the_eye_is_marked(text: str, found: list[str]) -> None:
    assert disguises(text) == found

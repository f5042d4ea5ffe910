"""The emulator's page says what the emulator does."""

import msgspec
import pytest

from docs.emulator import PAGE, page
from service.carrier.emulator.views import LedgerView
from service.carrier.emulator.words import keyword


def test_the_tables_are_those_of_the_code() -> None:
    assert PAGE.read_text() == page(), "run: python -m docs.emulator"


def test_every_field_of_the_ledger_is_explained() -> None:
    explained = PAGE.read_text()
    assert all(f"| `{field.name}` |" in explained for field in msgspec.structs.fields(LedgerView))


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("STOP, STOPALL, UNSUBSCRIBE, END, QUIT, CANCEL, REVOKE and OPTOUT", "STOP"),
        ("START and UNSTOP", "START"),
        ("HELP and INFO", "HELP"),
    ],
)
def test_the_words_that_are_named_are_acted_on(words: str, meaning: str) -> None:
    assert words in PAGE.read_text()
    assert {keyword(word, stopped=False) for word in words.replace(" and ", ", ").split(", ")} == {meaning}

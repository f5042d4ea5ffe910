"""The page about the conversation says what the tables say."""

from pathlib import Path

from conversations.documentation import LEADS_TO, document
from conversations.transitions import ANYWHERE, TRANSITIONS

PAGE = Path(__file__).parents[2] / "docs" / "conversation.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), (
        "run: python -m conversations.documentation > docs/conversation.md"
    )


def test_every_handler_of_the_table_is_explained() -> None:
    for handler in [*ANYWHERE.values(), *TRANSITIONS.values()]:
        assert handler.__doc__


def test_no_arrow_is_drawn_for_a_handler_that_is_gone() -> None:
    assert set(LEADS_TO) <= {handler.__name__ for handler in TRANSITIONS.values()}

"""docs/api.md says what the code does today."""

from docs.api import PAGE, page


def test_the_page_says_what_the_code_does() -> None:
    assert PAGE.read_text() == page(), "run: python -m docs.api"

"""docs/api.md says what the code does today."""

import runpy
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


def test_the_page_says_what_the_code_does() -> None:
    written = runpy.run_path(str(PAGE.with_suffix(".py")))["page"]()
    assert PAGE.read_text() == written, "run: python docs/api.py"

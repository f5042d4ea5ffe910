"""Tables of a page that are written by code: each stands under a mark that names it."""

import re
from collections.abc import Mapping
from pathlib import Path


def with_tables(page: Path, tables: Mapping[str, str]) -> str:
    """The page as it ought to be: everything written by hand, and these tables under their marks.

    Raises:
        ValueError: the page has no such mark.
    """
    text = page.read_text()
    for name, table in tables.items():
        before, mark, after = text.partition(f"<!-- {name}: written by docs/{page.stem}.py -->\n\n")
        if not mark:
            raise ValueError(f"{page.name} has no mark for {name}")
        _, end, rest = after.partition("\n\n")
        text = before + mark + table + end + rest
    return text


def written(header: str, rows: list[str]) -> str:
    """A Markdown table from its header row and the rows below."""
    return "\n".join([header, re.sub(r"[^|]+", " --- ", header), *rows])

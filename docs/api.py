"""Writes the tables of docs/api.md that follow from code: python docs/api.py."""

import re
from collections.abc import Iterator
from pathlib import Path

from litestar.routes import HTTPRoute

import admin_api
from admin_api.permission import May
from admin_api.problems import codes
from service.access.permissions import roles_that_may

PAGE = Path(__file__).with_suffix(".md")


def routes() -> str:
    """What there is, and for whom."""
    order = {"GET": 1, "POST": 0, "PUT": 2, "DELETE": 3}
    rows = sorted(_routes(), key=lambda row: (row[1].count("{"), order[row[0]]))
    resources = dict.fromkeys(path.split("/{")[0] for _, path, _, _ in rows)
    lines = [
        f"| `{method} {path}/` | {summary} | {who} |"
        for resource in resources
        for method, path, summary, who in rows
        if path.split("/{")[0] == resource
    ]
    return "\n".join(["| route | does | for |", "| --- | --- | --- |", *lines])


def errors() -> str:
    """Every code that a problem can have."""
    lines = [
        f"| {int(status)} | `{code}` | {title} |"
        for code, (status, title) in sorted(codes().items(), key=lambda row: (row[1][0], row[0]))
    ]
    return "\n".join(["| status | code | means |", "| --- | --- | --- |", *lines])


def page() -> str:
    """The page as it ought to be: everything written by hand, and the tables of today's code."""
    text = PAGE.read_text()
    for name, table in (("routes", routes()), ("errors", errors())):
        marked = f"<!-- {name}: written by docs/api.py -->"
        text = re.sub(
            f"(?<={re.escape(marked)}\n\n).*?(?=\n\n)",
            lambda _, table=table: table,
            text,
            count=1,
            flags=re.DOTALL,
        )
    return text


def _routes() -> Iterator[tuple[str, str, str, str]]:
    for route in admin_api.router().routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            guard = next((guard for guard in handler.guards or () if isinstance(guard, May)), None)
            who = roles_that_may(guard.resource, guard.action) if guard else ("everybody",)
            for method in handler.http_methods - {"OPTIONS"}:
                yield method, route.path_format, handler.summary or "", ", ".join(who)


if __name__ == "__main__":
    PAGE.write_text(page())

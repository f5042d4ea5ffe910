"""Writes the tables of docs/api.md that follow from code: python -m docs.api."""

from collections.abc import Iterator
from pathlib import Path

from litestar.routes import HTTPRoute

import admin_api
from admin_api.permission import May
from admin_api.problems import codes
from docs.marked import with_tables, written
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
    return written("| route | does | for |", lines)


def errors() -> str:
    """Every code that a problem can have."""
    lines = [
        f"| {int(status)} | `{code}` | {title} |"
        for code, (status, title) in sorted(codes().items(), key=lambda row: (row[1][0], row[0]))
    ]
    return written("| status | code | means |", lines)


def page() -> str:
    """The page as it ought to be."""
    return with_tables(PAGE, {"routes": routes(), "errors": errors()})


def _routes() -> Iterator[tuple[str, str, str, str]]:
    for route in admin_api.router().routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            guard = next((guard for guard in handler.guards or () if isinstance(guard, May)), None)
            who = roles_that_may(guard.resource, guard.action) if guard else ("everybody",)
            for method in handler.http_methods - {"OPTIONS"}:
                yield method, route.path_format, handler.summary or "", ", ".join(who)


if __name__ == "__main__":
    PAGE.write_text(page())

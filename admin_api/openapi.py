"""The OpenAPI document, finished: what Litestar cannot know about our routes, and what it gets wrong.

Added: who may call a route (from its guard), how errors look, that unknown fields are refused. Mended:
times of day, which it calls durations; the names of pages; alternatives with one member.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec
from litestar.routes import BaseRoute, HTTPRoute

from admin_api import problems
from admin_api.permission import May
from service.access.permissions import roles_that_may

Json: TypeAlias = dict[str, Any]

PAGED = re.compile(r"Paged_.*\.(\w+)_")
PROBLEM: Json = msgspec.json.schema_components(
    [problems.Problem], ref_template="#/components/schemas/{name}"
)[1]
METHODS = frozenset({"get", "post", "put", "delete"})
ANONYMOUS = "Everybody"


def finished(document: Json, routes: Iterable[BaseRoute]) -> Json:
    """The document with all that callers need to know."""
    document = _renamed(deepcopy(document))
    guards = dict(_guards(routes))
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            _finish(item[method], path, guards.get((path, method.upper())))
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        if _is_body(schema):
            schema["additionalProperties"] = False
    schemas |= PROBLEM
    mended: Json = everywhere(document, _mended)
    return mended


def _guards(routes: Iterable[BaseRoute]) -> Iterator[tuple[tuple[str, str], May]]:
    for route in routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            for guard in handler.guards or ():
                if isinstance(guard, May):
                    yield from (((route.path_format, method), guard) for method in handler.http_methods)


def _finish(operation: Json, path: str, guard: May | None) -> None:
    who = [f"{role}s".capitalize() for role in roles_that_may(guard.resource, guard.action)] if guard else []
    operation["description"] = f"{operation['description']}\n\nFor: {', '.join(who or [ANONYMOUS])}."
    if guard is None:
        operation["security"] = []
    for code in operation["responses"].keys() - {"200", "201", "204"}:
        del operation["responses"][code]
    operation["responses"] |= {
        str(int(status)): _answer(status) for status in _refusals(operation, path, guard)
    }


def _refusals(operation: Json, path: str, guard: May | None) -> Iterator[HTTPStatus]:
    """The errors that callers of a route have to expect."""
    if operation.get("parameters") or "requestBody" in operation:
        yield HTTPStatus.BAD_REQUEST
    yield HTTPStatus.UNAUTHORIZED
    if guard is None:
        yield HTTPStatus.TOO_MANY_REQUESTS
        return
    yield HTTPStatus.FORBIDDEN
    changes = "requestBody" in operation
    if changes or "{" in path:
        yield HTTPStatus.NOT_FOUND
    if changes or guard.action == "delete":
        yield HTTPStatus.CONFLICT
    if changes:
        yield from (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY)


def _answer(status: HTTPStatus) -> Json:
    """An error, with the codes that it can have and what the first of them looks like."""
    codes = {code: title for code, (other, title) in problems.codes().items() if other == status}
    words = next(iter(codes.items()))
    example = msgspec.to_builtins(problems.problem(status, words, f"{words[1]}.", []))
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": f"{status.phrase}: {', '.join(f'`{code}`' for code in codes)}",
        "content": {problems.MEDIA_TYPE: {"schema": schema, "example": example}},
    }


def _is_body(schema: Json) -> bool:
    """Every schema of something that is sent is named for it."""
    return bool(re.match(r"New|Credentials$|\w+Change$", schema.get("title", "")))


def _renamed(document: Json) -> Json:
    """Pages by what is on them: PageOfChildren would be guessed by nobody, ChildViewPage is."""
    schemas = document["components"]["schemas"]
    names = {name: PAGED.sub(r"\1Page", name) for name in schemas}
    document["components"]["schemas"] = {names[name]: schema for name, schema in schemas.items()}

    def renamed(node: Json) -> Json:
        prefix, _, name = node.get("$ref", "").rpartition("/")
        return node | {"$ref": f"{prefix}/{names[name]}"} if name in names else node

    result: Json = everywhere(document, renamed)
    return result


def _mended(node: Json) -> Json:
    if node.get("format") == "duration":
        return node | {"format": "time"}
    match node:
        case {"oneOf": [dict() as only], **rest}:
            return only | rest
    return node


def everywhere(node: Any, change: Callable[[Json], Json]) -> Any:
    """A document with each of its objects changed, the inner ones first."""
    if isinstance(node, dict):
        return change({key: everywhere(value, change) for key, value in node.items()})
    return [everywhere(value, change) for value in node] if isinstance(node, list) else node

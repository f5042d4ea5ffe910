"""Errors as RFC 9457 problem details: the one place where our errors get an HTTP status.

Litestar's own errors (unknown route, malformed body, wrong type) answer in the same form, and so does
whatever nobody expected: with an id that stands in the log, and nothing of what went wrong. Values that
were sent are not repeated.
"""

import re
import traceback
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias
from uuid import uuid4

import msgspec
import structlog
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from service.errors import (
    Conflict,
    DoselineError,
    Forbidden,
    Invalid,
    NotFound,
    TooManyAttempts,
    Unauthenticated,
)

DEEPEST_FRAMES = 12

MEDIA_TYPE = "application/problem+json"

# By the nearest class in the error's family: a SessionFull is a Conflict.
STATUSES: Mapping[type[DoselineError], HTTPStatus] = {
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    DoselineError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

# What the framework refuses before an operation is reached.
REFUSALS: Mapping[HTTPStatus, tuple[str, str]] = {
    HTTPStatus.BAD_REQUEST: ("bad_request", "The request cannot be read"),
    HTTPStatus.NOT_FOUND: ("not_found", "Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method_not_allowed", "This address does not do that"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("too_large", "The request is too large"),
}
UNEXPECTED = ("unexpected", "Something went wrong on our side")

# What msgspec says in the words of its standards.
PLAINER: Mapping[str, str] = {
    "Invalid RFC3339 encoded date": "must be a date such as 2026-03-12",
    "Invalid RFC3339 encoded time": "must be a time such as 09:00:00",
    "Invalid UUID": "must be an id such as those that lists answer with",
}
# msgspec quotes the value that it refuses.
QUOTED_VALUE = re.compile(r" '.*'", re.DOTALL)

AnyRequest: TypeAlias = Request[Any, Any, State]

log = structlog.get_logger(__name__)


class FieldProblem(msgspec.Struct, frozen=True):
    """A field of the request, and why its value cannot be accepted."""

    field: str
    why: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is wrong, for people (title, detail) and for programs (type, code, errors).

    Attributes:
        type: A name for the kind of problem; it is no address.
        errors: The fields that are to blame, where it is some.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem] = []


def status_of(kind: type[DoselineError]) -> HTTPStatus:
    """The HTTP status of an error of ours."""
    return next(STATUSES[ancestor] for ancestor in kind.__mro__ if ancestor in STATUSES)


def kinds(family: type[DoselineError] = DoselineError) -> Iterator[type[DoselineError]]:
    """The errors that operations raise for the API's callers, without the families they belong to."""
    for kind in family.__subclasses__():
        if kind.__module__ == DoselineError.__module__:
            yield kind
            yield from kinds(kind)


def codes() -> dict[str, tuple[HTTPStatus, str]]:
    """Every code that a problem can have, with its status and title."""
    found = {code: (status, title) for status, (code, title) in REFUSALS.items()}
    found[UNEXPECTED[0]] = (HTTPStatus.INTERNAL_SERVER_ERROR, UNEXPECTED[1])
    return found | {kind.code: (status_of(kind), kind.title) for kind in kinds()}


def handlers() -> ExceptionHandlersMap:
    """What the app answers when something is raised."""
    return {
        DoselineError: _expected,
        HTTPException: _refused,
        # A body of a hundred thousand brackets: the decoder gives up in time.
        RecursionError: _too_deep,
        Exception: _unexpected,
    }


def _expected(_request: AnyRequest, error: DoselineError) -> Response[bytes]:
    errors = [FieldProblem(*each) for each in error.problems] if isinstance(error, Invalid) else []
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyAttempts):
        headers["Retry-After"] = str(error.retry_after_seconds)
    return _answer(status_of(type(error)), (error.code, error.title), error.detail, errors, headers)


def _refused(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    status = HTTPStatus(error.status_code)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _unexpected(request, error)
    words = REFUSALS.get(status, ("refused", status.phrase))
    errors = _fields(error.extra)
    detail = "Some values cannot be accepted." if errors else _detail(status)
    return _answer(status, words, detail, errors, dict(error.headers or {}))


def _too_deep(_request: AnyRequest, _error: RecursionError) -> Response[bytes]:
    return _answer(HTTPStatus.BAD_REQUEST, REFUSALS[HTTPStatus.BAD_REQUEST], "The body is nested too deep.")


def _unexpected(request: AnyRequest, error: Exception) -> Response[bytes]:
    error_id = str(uuid4())
    # The message of an unknown error may quote a row, so only its kind and place are logged.
    frames = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__, limit=-DEEPEST_FRAMES)
    ]
    log.error(
        "unexpected_error",
        error_id=error_id,
        kind=type(error).__qualname__,
        method=request.method,
        frames=frames,
    )
    detail = f"It has been recorded as {error_id}."
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, UNEXPECTED, detail)


def _detail(status: HTTPStatus) -> str:
    return {
        HTTPStatus.BAD_REQUEST: "The body is not the JSON that is expected here.",
        HTTPStatus.NOT_FOUND: "There is nothing at this address.",
        HTTPStatus.METHOD_NOT_ALLOWED: "The Allow header names the methods that this address takes.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than this address takes: 64 KiB, mostly.",
    }.get(status, status.phrase)


def _fields(extra: object) -> list[FieldProblem]:
    """Litestar's list of what did not validate."""
    if not isinstance(extra, list):
        return []
    return [_field(error.get("key", "body"), error["message"]) for error in extra]


def _field(key: str, message: str) -> FieldProblem:
    # A body that is not there is told of as the key that was looked for.
    why = "is missing" if message == repr(key) else QUOTED_VALUE.sub("", message)
    return FieldProblem("body" if key == "data" else key, PLAINER.get(why, why[:200]))


def _answer(
    status: HTTPStatus,
    words: tuple[str, str],
    detail: str,
    errors: list[FieldProblem] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    content = msgspec.json.encode(problem(status, words, detail, errors or []))
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def problem(status: HTTPStatus, words: tuple[str, str], detail: str, errors: list[FieldProblem]) -> Problem:
    """The details of a problem, with the words (code and title) of its kind."""
    code, title = words
    return Problem(
        type=f"urn:doseline:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        errors=errors,
    )

"""The line that a request came on: to cut it without a word, and to see that the server is ending.

ASGI has no message for either, so this looks behind uvicorn's `send`, which is a method of the request
cycle. It is kept apart because it is the one place that knows uvicorn from the inside.
"""

from typing import Any, Final

from litestar import Response
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Receive, Scope, Send

_LINE: Final = "doseline.line"


class Line:
    """The connection of one request under uvicorn."""

    def __init__(self, send: Send) -> None:
        self._cycle: Any = getattr(send, "__self__", None)
        self._was_kept = getattr(self._cycle, "keep_alive", False)

    def cut(self) -> None:
        """Close the connection as a network does that fails."""
        if self._cycle is None:
            raise RuntimeError("to hang up, the emulator has to run under uvicorn")
        self._cycle.transport.abort()

    @property
    def is_ending(self) -> bool:
        """Whether the server has been asked to end: it then no longer keeps connections it had kept."""
        return bool(self._was_kept and not self._cycle.keep_alive)


def knowing_its_line(app: ASGIApp) -> ASGIApp:
    """Wrap an application so that its requests know the line they came on."""

    async def with_line(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"][_LINE] = Line(send)
        await app(scope, receive, send)

    return with_line


def line_of(scope: Scope) -> Line:
    """The line of a request."""
    line: Line = scope["state"][_LINE]
    return line


class HangUp(Response[None]):
    """Instead of an answer: the line is cut, after a part of it where there is one."""

    def __init__(self, part: bytes = b"") -> None:
        super().__init__(None)
        self._part = part

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIResponse:
        """Cut the line where another response would be sent."""
        return _CutLine(self._part)


class _CutLine(ASGIResponse):
    def __init__(self, part: bytes) -> None:
        super().__init__()
        self._part = part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._part:
            await _begin(send, self._part)
        line_of(scope).cut()
        # The server complains of a missing response unless it knows that the client has gone.
        while (await receive())["type"] != "http.disconnect":
            pass


async def _begin(send: Send, part: bytes) -> None:
    """Send the head of an answer that is promised to be longer, and a part of it."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % (2 * len(part) + 1))]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": part, "more_body": True})

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
    """Instead of an answer: the line is cut."""

    def __init__(self) -> None:
        super().__init__(None)

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIResponse:
        """Cut the line where another response would be sent."""
        return _CutLine()


class _CutLine(ASGIResponse):
    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        line_of(scope).cut()
        # The server complains of a missing response unless it knows that the client has gone.
        while (await receive())["type"] != "http.disconnect":
            pass

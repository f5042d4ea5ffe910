"""To take a request and close the line without a word.

ASGI has no message for that, so the transport below the server is closed. It is kept apart because it is
the one place that knows uvicorn from the inside.
"""

from asyncio import Transport
from typing import Any, Final

from litestar import Response
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Receive, Scope, Send

_LINE: Final = "doseline.line"


def knowing_its_line(app: ASGIApp) -> ASGIApp:
    """Wrap an application so that its responses can close the line they would go out on."""

    async def with_line(scope: Scope, receive: Receive, send: Send) -> None:
        # uvicorn's `send` is a method of the request cycle, which holds the transport.
        cycle = getattr(send, "__self__", None)
        scope["state"][_LINE] = getattr(cycle, "transport", None)
        await app(scope, receive, send)

    return with_line


class HangUp(Response[None]):
    """Instead of an answer: the line is closed."""

    def __init__(self) -> None:
        super().__init__(None)

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIResponse:
        """Close the line where another response would be sent."""
        return _ClosedLine()


class _ClosedLine(ASGIResponse):
    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        line: Transport | None = scope["state"][_LINE]
        if line is None:
            raise RuntimeError("to hang up, the emulator has to run under uvicorn")
        line.abort()
        # The server complains of a missing response unless it knows that the client has gone.
        while (await receive())["type"] != "http.disconnect":
            pass

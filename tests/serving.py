"""Applications served on loopback, in the loop of the test, as uvicorn serves them."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import uvicorn
from litestar import Litestar
from uvicorn._types import ASGIApplication


def door(port: int = 0) -> socket.socket:
    """An open port of loopback; a free one unless it is named.

    The protocol is named because asyncio switches Nagle's delay off only where it is.
    """
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind(("127.0.0.1", port))
    return opened


def address(opened: socket.socket) -> str:
    """Where an open port is reached."""
    return f"http://127.0.0.1:{opened.getsockname()[1]}"


@asynccontextmanager
async def serving(
    app: ASGIApplication | Litestar, opened: socket.socket, *, lifespan: bool = True
) -> AsyncIterator[uvicorn.Server]:
    """Serve an application on an open port until the block ends.

    Args:
        lifespan: Whether the application opens and closes what it holds; not where a test holds it.
    """
    config = uvicorn.Config(
        cast("ASGIApplication", app),
        log_config=None,
        timeout_graceful_shutdown=3,
        lifespan="on" if lifespan else "off",
    )
    config.load()
    server = uvicorn.Server(config)
    # What `serve` does, less its signal handlers, which belong to pytest here, and its slow tick.
    server.lifespan = config.lifespan_class(config)
    await server.startup([opened])
    # Sets the Date header, once.
    await server.on_tick(0)
    try:
        yield server
    finally:
        # And what `shutdown` does, less the tenth of a second that it always waits.
        for listener in server.servers:
            listener.close()
        for connection in list(server.server_state.connections):
            connection.shutdown()
        await server.lifespan.shutdown()

"""Texts as they change, sent to whoever watches: the server-sent events behind the phone page."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

import msgspec
from litestar.response.sse import ServerSentEventMessage

from service.carrier.emulator.ledger import Ledger
from service.carrier.emulator.texts import Text
from service.carrier.emulator.views import TextView

# A page that falls this far behind is let go: it comes back and reads everything anew.
_LONGEST_BACKLOG: Final = 2000
# Shorter than the idle time-outs of common proxies.
_HEARTBEAT_SECONDS: Final = 15


async def watch(ledger: Ledger) -> AsyncGenerator[ServerSentEventMessage, None]:
    """Give an event for each text that is new or changed, until the watcher goes or falls behind."""
    changes: asyncio.Queue[Text] = asyncio.Queue(_LONGEST_BACKLOG)

    def note(text: Text) -> None:
        if not changes.full():
            changes.put_nowait(text)

    ledger.watchers.append(note)
    try:
        # Said once the watcher listens: whoever reads the texts from here on misses none.
        yield ServerSentEventMessage(event="ready", data="")
        while not changes.full():
            yield await _next(changes)
    finally:
        ledger.watchers.remove(note)


async def _next(changes: asyncio.Queue[Text]) -> ServerSentEventMessage:
    try:
        text = await asyncio.wait_for(changes.get(), _HEARTBEAT_SECONDS)
    except TimeoutError:
        return ServerSentEventMessage(comment="still here")
    return ServerSentEventMessage(event="text", data=msgspec.json.encode(TextView.of(text)).decode())

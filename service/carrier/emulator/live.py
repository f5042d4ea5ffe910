"""Texts as they change, sent to whoever watches: the server-sent events behind the phone page."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Final

import msgspec
from litestar.response.sse import ServerSentEventMessage

from service.carrier.emulator.ledger import Ledger
from service.carrier.emulator.texts import Text
from service.carrier.emulator.views import TextView

# A page that falls this far behind is let go: it comes back and reads everything anew.
_LONGEST_BACKLOG: Final = 2000
# How often a quiet stream looks up whether the server is ending: a page left open must not hold it up.
_GLANCE_SECONDS: Final = 0.25
# A word every 15 seconds, which is shorter than the idle time-outs of common proxies.
_GLANCES_PER_HEARTBEAT: Final = 60
# How soon a page comes back after the stream has ended.
_RETRY_MILLISECONDS: Final = 500


async def watch(
    ledger: Ledger, is_ending: Callable[[], bool]
) -> AsyncGenerator[ServerSentEventMessage, None]:
    """Give an event for each text that is new or changed.

    It ends when the watcher has fallen behind or the server is ending.
    """
    changes: asyncio.Queue[Text] = asyncio.Queue(_LONGEST_BACKLOG)

    def note(text: Text) -> None:
        if not changes.full():
            changes.put_nowait(text)

    ledger.watchers.append(note)
    try:
        # Said once the watcher listens: whoever reads the texts from here on misses none.
        yield ServerSentEventMessage(event="ready", data="", retry=_RETRY_MILLISECONDS)
        glances = 0
        while not changes.full() and not is_ending():
            text = await _next(changes)
            glances += 1
            if text is not None:
                yield ServerSentEventMessage(
                    event="text", data=msgspec.json.encode(TextView.of(text)).decode()
                )
            elif glances % _GLANCES_PER_HEARTBEAT == 0:
                yield ServerSentEventMessage(comment="still here")
    finally:
        ledger.watchers.remove(note)


async def _next(changes: asyncio.Queue[Text]) -> Text | None:
    """Give the next change, or None when there is none for a while."""
    try:
        return await asyncio.wait_for(changes.get(), _GLANCE_SECONDS)
    except TimeoutError:
        return None

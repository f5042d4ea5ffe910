"""The web process: the admin API, the carrier's webhooks, health and metrics, put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from litestar import Litestar, Request
from litestar.datastructures import State

import admin_api
from conversations.understanding.reader import load
from service import health, webhooks
from service.clock import Clock, now
from service.database import connection_pool
from service.nudge import nudging
from service.settings import Settings

CONNECTIONS = 12
READING = frozenset({"GET", "HEAD", "OPTIONS"})


async def nudge_worker(request: Request[Any, Any, Any]) -> None:
    """After an answer is out: whatever was asked for may have left a text in the outbox."""
    if request.method not in READING and request.route_handler.opt.get("owes_texts", True):
        request.app.state.nudge()


@asynccontextmanager
async def serving(app: Litestar) -> AsyncIterator[None]:
    """Hold the database's pool and the way to the workers while the process serves.

    The languages take seconds to load: meanwhile parents' texts wait, and nothing else does.
    """
    loading = asyncio.create_task(asyncio.to_thread(load))

    async def wait_for_languages() -> None:
        await asyncio.shield(loading)

    def languages_are_loaded() -> bool:
        return loading.done() and not loading.cancelled() and loading.exception() is None

    app.state.wait_for_languages, app.state.languages_are_loaded = wait_for_languages, languages_are_loaded
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(connection_pool(largest=CONNECTIONS))
        nudge = await stack.enter_async_context(nudging(app.state.settings.queue_url))
        app.state.nudge, app.state.queue_answers = nudge, nudge.answers
        yield


async def wait_for_nothing() -> None:
    """In tests the languages are loaded at the first text."""


async def no_queue() -> bool:
    """Before the process serves, there is none that could be away."""
    return True


def create_app(settings: Settings, clock: Clock = now) -> Litestar:
    """The web application.

    Args:
        clock: Where every request gets its `now` from.
    """
    return Litestar(
        route_handlers=[admin_api.router(), webhooks.router(), health.router()],
        state=State(
            {
                "settings": settings,
                "clock": clock,
                "nudge": lambda: None,
                "queue_answers": no_queue,
                "wait_for_languages": wait_for_nothing,
                "languages_are_loaded": lambda: True,
            }
        ),
        lifespan=[serving],
        after_response=nudge_worker,
        before_send=[admin_api.add_security_headers],
        exception_handlers=admin_api.exception_handlers(),
        openapi_config=admin_api.openapi_config(),
        # Loggers belong to the program that serves this (service/logs.py).
        logging_config=None,
    )

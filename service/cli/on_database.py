"""How a command that does one thing to the database reaches it, and what it says when it cannot."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import TypeVar

import asyncpg

from service.database import wait_until_it_answers
from service.local import LocalError
from service.settings import Settings

T = TypeVar("T")

_NOT_REACHED = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)


def on_database(settings: Settings, operation: Callable[[], Coroutine[None, None, T]]) -> T:
    """Run an operation once the database answers.

    Raises:
        SettingsError: no database is set.
        LocalError: it does not let us in; the line says why, without the address or a password.
    """
    settings.require("DATABASE_URL")
    # Piccolo's engine reads it from there.
    os.environ["DATABASE_URL"] = settings.database_url

    async def reach_and_operate() -> T:
        try:
            await wait_until_it_answers(settings.database_url, seconds=0)
        except _NOT_REACHED as error:
            raise LocalError(f"DATABASE_URL: the database cannot be used: {_one_line(error)}") from None
        return await operation()

    return asyncio.run(reach_and_operate())


def _one_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]

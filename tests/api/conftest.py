"""The API as its users have it: over HTTP, in the test's own loop, on the real database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from service.access import tokens
from service.access.accounts import UserView
from service.app import create_app
from service.settings import Settings
from tests.factories import NOW


@dataclass
class Wall:
    """A clock that stands still until it is moved."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, time: timedelta) -> None:
        """Let time pass."""
        self.at += time


def served(app: Litestar, address: str = "192.0.2.1") -> httpx.ASGITransport:
    """The app to be spoken to in this loop; errors come as the answers that a caller would get."""
    # Litestar's and httpx's types of one protocol are not each other's.
    application: Any = app
    return httpx.ASGITransport(application, raise_app_exceptions=False, client=(address, 40000))


@dataclass
class Api:
    """The API, and ways to be somebody in it."""

    app: Litestar
    clock: Wall
    address: str = "192.0.2.1"

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        """Whoever holds the token, or nobody."""
        return httpx.AsyncClient(
            transport=served(self.app, self.address),
            base_url="http://doseline.example",
            headers={"Authorization": f"Bearer {token}"} if token else {},
        )

    async def as_(self, user: UserView) -> httpx.AsyncClient:
        """A user who has just signed in."""
        return self.client((await tokens.issue(user.id, now=self.clock())).token)


@pytest.fixture(scope="session")
def application() -> Litestar:
    """The web application, whose routes are the same for all tests."""
    return create_app(Settings(), Wall())


@pytest.fixture
async def api(database: str) -> Api:
    """The application on an empty database."""
    assert database
    clock = Wall()
    return Api(create_app(Settings(), clock), clock)

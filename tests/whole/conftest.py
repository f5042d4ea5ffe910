"""An installation for the tests of a module, and the people around it for each of them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.whole.installation import Installation, installed
from tests.whole.people import World, around


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Everything, running in a directory of its own."""
    directory = tmp_path_factory.mktemp("installation")
    directory.chmod(0o700)
    with installed(directory) as running:
        yield running


@pytest.fixture
async def world(installation: Installation) -> AsyncIterator[World]:
    """The people around it."""
    async with around(installation) as people:
        yield people

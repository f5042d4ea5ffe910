"""The short form of `make faults`: one scenario of each sort, on one installation, with one seed."""

from pathlib import Path

import pytest

from tests.faults.scenarios import SCENARIOS, SHORT
from tests.faults.suite import run
from tests.faults.town import Town
from tests.whole.installation import installed
from tests.whole.people import around

SEED = 20_261_125
INTENTS = 30


async def test_whatever_dies_nothing_is_lost_nothing_goes_out_twice_and_nothing_after_stop(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    directory = tmp_path_factory.mktemp("faults")
    directory.chmod(0o700)
    with installed(directory) as installation:
        async with around(installation) as world:
            town = Town(world)
            await town.settle_in(12)
            rows = [await run(scenario, town, seed=SEED, intents=INTENTS) for scenario in SHORT]
    assert not [(row.name, violation) for row in rows for violation in row.violations]
    assert sum(row.intents for row in rows) == INTENTS * len(SHORT)
    assert sum(row.kills for row in rows) > 0


def test_every_scenario_is_there_and_is_shown_by_something() -> None:
    assert [scenario.number for scenario in SCENARIOS] == list(range(1, 23))
    assert all(scenario.fault or scenario.also for scenario in SCENARIOS)


@pytest.mark.parametrize("named", [test for scenario in SCENARIOS for test in scenario.also])
def test_a_test_that_the_table_names_is_there(named: str) -> None:
    path, _, name = named.partition("::")
    assert f"def {name}(" in Path(path).read_text()

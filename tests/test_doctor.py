"""What `doseline doctor` finds, with everything running and with one part after the other broken."""

import subprocess
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from service.clock import now
from service.database import sql
from service.doctor import CHECKS, examine
from service.settings import Settings
from tests.local.test_cli import doseline as command
from tests.running import Running

NOWHERE = "127.0.0.1:9"


async def found(settings: Settings, ahead: timedelta = timedelta(0)) -> dict[str, str]:
    """The parts that are not well, and why."""
    return {f.part: f.words async for f in examine(settings, lambda: now() + ahead) if not f.well}


async def test_a_whole_installation_is_well(doseline: Running) -> None:
    assert await found(doseline.settings) == {}


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"database_url": f"postgresql://u:hunter2@{NOWHERE}/x"}, "database"),
        ({"database_url": f"postgresql://u:hunter2@{NOWHERE}/x"}, "migrations"),
        ({"database_url": ""}, "settings"),
        ({"queue_url": f"redis://:hunter2@{NOWHERE}/0"}, "queue"),
        ({"twilio_auth_tokens": ("hunter2",)}, "carrier"),
        ({"twilio_api_base_url": f"http://{NOWHERE}"}, "carrier"),
        ({"twilio_api_base_url": f"http://{NOWHERE}"}, "clock"),
        ({"twilio_account_sid": "", "twilio_auth_tokens": ()}, "carrier"),
        ({"public_url": f"http://{NOWHERE}"}, "webhooks"),
    ],
)
async def test_a_part_that_is_broken_is_named_without_a_secret(
    doseline: Running, changes: dict[str, Any], part: str
) -> None:
    unwell = await found(msgspec.structs.replace(doseline.settings, **changes))
    assert part in unwell
    assert "hunter2" not in str(unwell)


async def test_an_address_that_leads_elsewhere_is_noticed(doseline: Running) -> None:
    elsewhere = doseline.settings.twilio_api_base_url
    settings = msgspec.structs.replace(doseline.settings, public_url=elsewhere)
    assert list(await found(settings)) == ["webhooks"]


async def test_a_migration_that_has_not_been_run_is_noticed(doseline: Running) -> None:
    rows = await sql("DELETE FROM migration WHERE name = (SELECT max(name) FROM migration) RETURNING *")
    try:
        assert list(await found(doseline.settings)) == ["migrations"]
    finally:
        await sql(
            "INSERT INTO migration (name, app_name, ran_on) VALUES ($1, $2, $3)",
            rows[0]["name"],
            rows[0]["app_name"],
            rows[0]["ran_on"],
        )


async def test_a_clock_that_is_off_is_noticed(doseline: Running) -> None:
    assert list(await found(doseline.settings, ahead=timedelta(hours=1))) == ["clock"]


async def test_texts_that_would_travel_in_the_open_are_noticed(doseline: Running) -> None:
    settings = msgspec.structs.replace(doseline.settings, twilio_api_base_url=None, twilio_auth_tokens=())
    assert "settings" in {f.part async for f in examine_settings(settings)}


async def examine_settings(settings: Settings) -> Any:
    """Only what needs no network: Twilio itself is never called by a test."""
    async for finding in examine(settings, now):
        yield finding
        return


def test_the_command_says_all_of_it_and_ends_with_a_code() -> None:
    done: subprocess.CompletedProcess[str] = command("doctor", PUBLIC_URL=f"http://{NOWHERE}")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert [line.split()[2] if line.startswith("NOT") else line.split()[1] for line in lines] == list(CHECKS)
    assert done.stderr == ""

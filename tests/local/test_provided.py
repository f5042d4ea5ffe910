"""What a run provides by itself, and what it says about it."""

from pathlib import Path

import msgspec
import pytest

from service.local.banner import banner
from service.local.demo_account import DemoAccount, keep, kept
from service.local.directory import DirectoryError
from service.local.emulated import with_emulated_carrier
from service.settings import Settings


def settings_in(directory: Path, **environ: str) -> Settings:
    return Settings.from_env({"DATA_DIR": str(directory), "EMULATOR_PORT": "4444", **environ})


def test_without_credentials_the_emulator_is_the_carrier_and_stays_the_same_one(tmp_path: Path) -> None:
    first = with_emulated_carrier(settings_in(tmp_path))
    assert first.twilio_api_base_url == "http://127.0.0.1:4444"
    assert first == with_emulated_carrier(settings_in(tmp_path))
    assert first == Settings.from_env(first.to_env())
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]


def test_credentials_that_are_set_are_used(tmp_path: Path) -> None:
    carrier = {
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "t",
        "TWILIO_FROM_NUMBER": "+12025550100",
    }
    given = settings_in(tmp_path, **carrier)
    assert with_emulated_carrier(given) is given


def test_an_account_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "emulator-account.json").write_text("{}")
    tmp_path.chmod(0o700)
    with pytest.raises(DirectoryError, match=r"emulator-account.json cannot be read: remove it"):
        with_emulated_carrier(settings_in(tmp_path))


def test_the_demo_account_is_shown_again_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    account = DemoAccount(email="admin@clinic.example", password="a lamp on the river")
    assert kept(tmp_path) is None
    keep(account, tmp_path)
    assert kept(tmp_path) == account
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]


def test_the_banner_shows_every_page_and_fits_a_small_terminal() -> None:
    settings = msgspec.structs.replace(
        Settings(), port=8111, emulator_port=4111, data_dir=Path("/srv/" + "d" * 90)
    )
    demo = DemoAccount(email="admin@clinic.example", password="correct horse")
    text = banner(settings, emulator=True, demo=demo)
    for shown in (
        "http://127.0.0.1:4111/phone",
        "http://127.0.0.1:8111/docs",
        "admin@clinic.example",
        "correct horse",
        "Ctrl-C",
    ):
        assert shown in text
    assert len(text.splitlines()) <= 12
    assert "phone" not in banner(settings, emulator=False, demo=None)

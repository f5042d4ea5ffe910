"""Settings: what is read, what is refused, and what is never shown."""

from pathlib import Path

import pytest

from service.settings import VARIABLES, Settings, SettingsError

ACCOUNT = "AC" + "0" * 32
SERVICE = "MG" + "a" * 32
CARRIER = {
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": "swordfish",
    "TWILIO_FROM_NUMBER": "+254700000001",
}


def test_nothing_set_is_a_machine_of_its_own() -> None:
    settings = Settings.from_env({})
    assert (settings.host, settings.port, settings.emulator_port) == ("127.0.0.1", 8000, 4010)
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.data_dir == Path.cwd() / ".doseline"
    assert not settings.has_carrier
    assert not settings.database_url


def test_a_blank_variable_is_not_set() -> None:
    assert Settings.from_env({"PORT": " ", "DATABASE_URL": ""}) == Settings.from_env({})


def test_defaults_follow_what_is_set() -> None:
    settings = Settings.from_env({"PORT": "9000", "DATABASE_URL": "postgresql://db/doseline"})
    assert settings.public_url == "http://127.0.0.1:9000"
    assert settings.queue_url == "postgresql://db/doseline"


def test_a_database_may_be_reached_by_a_unix_socket() -> None:
    url = "postgresql:///doseline?host=/run/postgresql&user=doseline"
    assert Settings.from_env({"DATABASE_URL": url}).database_url == url


def test_tokens_may_be_several_while_one_is_replaced() -> None:
    settings = Settings.from_env({**CARRIER, "TWILIO_AUTH_TOKEN": "new, old"})
    assert settings.twilio_auth_tokens == ("new", "old")


def test_an_address_loses_its_last_slash_because_signatures_cover_it() -> None:
    assert Settings.from_env({"PUBLIC_URL": "https://line.example/"}).public_url == "https://line.example"


BAD = [
    ("DATABASE_URL", "mysql://user:hunter2@db/doseline"),
    ("DATABASE_URL", "postgresql://user:hunter2@db"),
    ("QUEUE_URL", "amqp://user:hunter2@queue"),
    ("PUBLIC_URL", "line.example"),
    ("PUBLIC_URL", "https://line.example/?a=1"),
    ("PUBLIC_URL", "https://line.example:99999"),
    ("TWILIO_ACCOUNT_SID", "AC123"),
    ("TWILIO_AUTH_TOKEN", "hunter2,,hunter3"),
    ("TWILIO_MESSAGING_SERVICE_SID", "AC" + "0" * 32),
    ("TWILIO_FROM_NUMBER", "0700000001"),
    ("TWILIO_FROM_NUMBER", "+25470\u0660000001"),
    ("TWILIO_API_BASE_URL", "ftp://carrier"),
    ("HOST", "everywhere"),
    ("PORT", "0"),
    ("PORT", "8_000"),
    ("PORT", "http\nPORT=1"),
    ("EMULATOR_PORT", "65536"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_one_line_that_names_the_variable_and_hides_secrets(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({**CARRIER, name: value})
    message = str(refused.value)
    assert message.startswith(f"{name} must be ")
    assert "\n" not in message
    assert "hunter2" not in message
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "environ",
    [
        {k: v for k, v in CARRIER.items() if k != "TWILIO_FROM_NUMBER"},
        {**CARRIER, "TWILIO_MESSAGING_SERVICE_SID": SERVICE},
    ],
    ids=["no sender", "two senders"],
)
def test_an_account_has_exactly_one_sender(environ: dict[str, str]) -> None:
    with pytest.raises(
        SettingsError, match="exactly one of TWILIO_MESSAGING_SERVICE_SID and TWILIO_FROM_NUMBER"
    ):
        Settings.from_env(environ)


@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"])
def test_half_of_the_credentials_is_refused(missing: str) -> None:
    with pytest.raises(SettingsError, match=f"{missing} is not set"):
        Settings.from_env({k: v for k, v in CARRIER.items() if k != missing})


def test_a_command_can_insist_on_a_variable() -> None:
    Settings.from_env(CARRIER).require("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
    with pytest.raises(SettingsError, match="DATABASE_URL is not set: expected a postgresql:// URL"):
        Settings.from_env(CARRIER).require("DATABASE_URL")


def test_a_printed_settings_object_shows_no_secret() -> None:
    shown = repr(Settings.from_env({**CARRIER, "DATABASE_URL": "postgresql://u:hunter2@db/doseline"}))
    assert "hunter2" not in shown
    assert "swordfish" not in shown
    assert ACCOUNT in shown


def test_every_variable_fills_one_field_and_every_field_has_its_variable() -> None:
    assert sorted(variable.field for variable in VARIABLES) == sorted(Settings.__struct_fields__)


def test_settings_reach_another_process_unchanged() -> None:
    settings = Settings.from_env(
        {**CARRIER, "TWILIO_AUTH_TOKEN": "new,old", "DATABASE_URL": "postgresql://db/doseline"}
    )
    assert Settings.from_env(settings.to_env()) == settings

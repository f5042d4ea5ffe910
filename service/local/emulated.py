"""The account that the carrier emulator and Doseline share where no Twilio credentials are set.

It is made up once and kept in DATA_DIR, so that texts and signatures stay valid from run to run.
"""

import secrets
from pathlib import Path

import msgspec

from service.local.directory import DirectoryError, prepare, write_private
from service.settings import Settings

NUMBER = "+254700000100"


class EmulatedAccount(msgspec.Struct, frozen=True):
    """What Twilio would have given us."""

    account_sid: str
    auth_token: str


def with_emulated_carrier(settings: Settings) -> Settings:
    """The same settings with the emulator as carrier, unless they name one.

    Raises:
        DirectoryError: DATA_DIR cannot be used.
    """
    if settings.has_carrier:
        return settings
    account = _account(prepare(settings.data_dir) / "emulator-account.json")
    return msgspec.structs.replace(
        settings,
        twilio_account_sid=account.account_sid,
        twilio_auth_tokens=(account.auth_token,),
        twilio_from_number=settings.twilio_from_number or NUMBER,
        twilio_messaging_service_sid=None,
        twilio_api_base_url=f"http://127.0.0.1:{settings.emulator_port}",
    )


def _account(path: Path) -> EmulatedAccount:
    if not path.exists():
        made = EmulatedAccount(account_sid=f"AC{secrets.token_hex(16)}", auth_token=secrets.token_hex(16))
        write_private(path, msgspec.json.encode(made))
    try:
        return msgspec.json.decode(path.read_bytes(), type=EmulatedAccount)
    except (OSError, msgspec.MsgspecError):
        raise DirectoryError(f"{path} cannot be read: remove it to have a new account made") from None

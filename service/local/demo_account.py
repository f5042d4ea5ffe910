"""Who may sign in to the demo clinic: the password is made when it is loaded, and kept to be shown again."""

from pathlib import Path

import msgspec

from service.local.directory import prepare, write_private

_NAME = "demo-account.json"


class DemoAccount(msgspec.Struct, frozen=True):
    """The administrator of the demo clinic."""

    email: str
    password: str


def keep(account: DemoAccount, data_dir: Path) -> None:
    """Write it where only the owner of DATA_DIR can read it."""
    write_private(prepare(data_dir) / _NAME, msgspec.json.encode(account))


def kept(data_dir: Path) -> DemoAccount | None:
    """The account of an earlier start, if a demo clinic was ever loaded."""
    path = data_dir / _NAME
    return msgspec.json.decode(path.read_bytes(), type=DemoAccount) if path.exists() else None

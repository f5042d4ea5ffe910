"""The command line, as an operator meets it."""

import importlib.util
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from docs.operations import PAGE, page
from service.cli import COMMANDS, Command
from service.local.directory import lock, release
from service.local.postgres import program


def doseline(*arguments: str, password: str = "", **environ: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "service.cli", *arguments]
    clean = {"PATH": os.environ["PATH"], **environ}
    return subprocess.run(
        command, env=clean, input=f"{password}\n", capture_output=True, text=True, timeout=20, check=False
    )


@pytest.fixture
def own_database(postgres_url: str) -> Iterator[str]:
    """An empty database of this test's own."""
    name = f"cli_{uuid4().hex}"
    there = urlsplit(postgres_url)
    psql = [str(program("psql")), postgres_url, "--no-psqlrc", "--quiet", "--command"]
    subprocess.run([*psql, f"CREATE DATABASE {name}"], check=True)
    yield f"{there.scheme}://{there.netloc}/{name}?{there.query}"
    subprocess.run([*psql, f"DROP DATABASE {name} WITH (FORCE)"], check=True)


def test_the_operators_page_says_what_the_code_does() -> None:
    assert PAGE.read_text() == page(), "run: python -m docs.operations"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_its_module_and_its_place_on_the_operators_page(command: Command) -> None:
    assert importlib.util.find_spec(command.module) is not None
    assert f"`doseline {command.name}" in PAGE.read_text()


def test_help_waits_for_no_library() -> None:
    seen = (
        "import sys, service.cli as c; c.parser(); print({'litestar', 'piccolo', 'asyncio'} & {*sys.modules})"
    )
    assert subprocess.check_output([sys.executable, "-c", seen], text=True) == "set()\n"


def test_a_wrong_setting_is_one_line_and_exit_code_2() -> None:
    done = doseline("migrate", DATABASE_URL="mysql://u:hunter2@db/x")
    assert (done.returncode, done.stderr) == (
        2,
        "doseline: DATABASE_URL must be a postgresql:// URL with a database name\n",
    )


def test_a_missing_setting_is_one_line_and_exit_code_2() -> None:
    done = doseline("migrate")
    assert done.returncode == 2
    assert done.stderr.startswith("doseline: DATABASE_URL is not set: expected ")


def test_a_database_that_does_not_answer_is_one_line_without_its_address() -> None:
    done = doseline("migrate", DATABASE_URL="postgresql://u:hunter2@127.0.0.1:9/x")
    assert done.returncode == 2
    assert done.stderr.startswith("doseline: DATABASE_URL: the database cannot be used: ")
    assert len(done.stderr.splitlines()) == 1
    assert "hunter2" not in done.stderr


def test_the_first_admin_is_made_with_a_password_from_standard_input(own_database: str) -> None:
    assert doseline("migrate", DATABASE_URL=own_database).returncode == 0
    create = ("user", "create", "--role", "admin", "--email", "Amina@clinic.example")
    weak = doseline(*create, password="short", DATABASE_URL=own_database)
    assert (weak.returncode, weak.stdout) == (2, "")
    assert weak.stderr.startswith("doseline: password: ")
    made = doseline(*create, password="a lamp on the long river", DATABASE_URL=own_database)
    assert (made.returncode, made.stdout) == (0, "amina@clinic.example may sign in as admin.\n"), made.stderr
    again = doseline(*create, password="a lamp on the long river", DATABASE_URL=own_database)
    assert again.stderr == "doseline: There is an account with this e-mail address.\n"


@pytest.mark.parametrize("variable", ["PORT", "EMULATOR_PORT"])
def test_a_busy_port_is_named_with_its_variable_before_anything_starts(
    tmp_path: Path, variable: str, free_port: Callable[[], int]
) -> None:
    ports = {"PORT": str(free_port()), "EMULATOR_PORT": str(free_port())}
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        done = doseline("run", DATA_DIR=str(tmp_path), **{**ports, variable: str(port)})
    assert done.returncode == 2
    assert done.stderr == (
        f"doseline: 127.0.0.1 port {port}: Address already in use: set {variable} to another one\n"
    )
    assert not (tmp_path / "postgres").exists()


def test_the_two_ports_must_differ(tmp_path: Path) -> None:
    done = doseline("run", DATA_DIR=str(tmp_path), PORT="23456", EMULATOR_PORT="23456")
    assert (
        done.stderr == "doseline: PORT and EMULATOR_PORT are both 23456: choose another one for one of them\n"
    )


def test_a_second_run_in_the_same_directory_is_refused(tmp_path: Path) -> None:
    held = lock(tmp_path / "run.lock")
    done = doseline("run", DATA_DIR=str(tmp_path))
    release(held)
    assert done.returncode == 2
    assert done.stderr == (
        f"doseline: doseline already runs with DATA_DIR {tmp_path}: stop it, or choose another one\n"
    )

"""The embedded database: closed to others, and back after every kind of death."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.local.directory import DirectoryError
from service.local.identity import SYSTEM_USER, IdentityError
from service.local.postgres import EmbeddedPostgres, PostgresError, program

PROGRAM = Path(__file__).parent / "programs" / "hold_postgres.py"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


def sql(server: EmbeddedPostgres, statement: str) -> str:
    command = [str(program("psql")), server.url, "--no-psqlrc", "-Atqc", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def hold(directory: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Another process that runs the database, ready."""
    command = [sys.executable, str(PROGRAM), str(directory), *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("ready")
    return process


def bury(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate(timeout=10)


def postmaster(directory: Path) -> int:
    return int((directory / "postgres" / "postmaster.pid").read_text().split()[0])


@pytest.fixture(scope="module")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that has been run once and holds one committed row; tests copy it."""
    directory = tmp_path_factory.mktemp("initialised")
    with EmbeddedPostgres(directory, durable=False) as server:
        sql(server, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')")
    return directory


@pytest.fixture
def directory(initialised: Path, tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "data"
    shutil.copytree(initialised, place, symlinks=True)
    yield place
    shutil.rmtree(place)


def remembers(directory: Path) -> bool:
    """Start the database here, within the time an operator waits, and look for the committed row."""
    begun = time.monotonic()
    with EmbeddedPostgres(directory, durable=False) as server:
        assert time.monotonic() - begun < 10
        return sql(server, "SELECT word FROM kept") == "still here"


def test_the_database_listens_on_no_port_and_its_directory_is_ours_alone(directory: Path) -> None:
    with EmbeddedPostgres(directory) as server:
        assert sql(server, "SHOW listen_addresses") == ""
        assert sql(server, "SHOW fsync") == "on"
        closed = [directory, server.data]
        assert [path.stat().st_mode & 0o777 for path in closed] == [0o700, 0o700]
        secrets = [path for path in directory.iterdir() if path.is_file()]
        assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}


def test_no_directory_that_is_not_ours_changes(tmp_path: Path) -> None:
    parents = [tmp_path, *tmp_path.parents]
    before = [path.stat().st_mode for path in parents]
    with EmbeddedPostgres(tmp_path / "deep" / "data", durable=False):
        pass
    assert [path.stat().st_mode for path in parents] == before


CONNECT = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"


@as_root
@pytest.mark.parametrize("name", ["data", "d" * 100], ids=["socket beside the data", "socket elsewhere"])
def test_another_local_user_cannot_connect(name: str) -> None:
    python = shutil.which("python3", path=f"/usr/local/bin:{os.defpath}")
    if python is None:
        pytest.skip("no Python that another user could run")
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)  # so that only our own directories keep others out
        with EmbeddedPostgres(Path(parent) / name, durable=False) as server:
            command = [python, "-c", CONNECT, str(server.socket)]
            assert subprocess.run(command, check=False).returncode == 0
            refused = subprocess.run(
                command, user=65534, group=65534, extra_groups=(), capture_output=True, text=True, check=False
            )
    assert "PermissionError" in refused.stderr


def test_a_restart_is_quick_and_keeps_what_was_committed(directory: Path) -> None:
    begun = time.monotonic()
    with EmbeddedPostgres(directory) as server:
        assert time.monotonic() - begun < 1
        assert sql(server, "SELECT word FROM kept") == "still here"


def test_a_killed_postmaster_is_no_obstacle(directory: Path) -> None:
    holder = hold(directory)
    os.kill(postmaster(directory), signal.SIGKILL)
    bury(holder)
    assert remembers(directory)


def test_a_killed_parent_takes_the_server_with_it(directory: Path) -> None:
    holder = hold(directory)
    bury(holder)
    assert remembers(directory)


def test_a_server_that_outlived_its_parent_is_ended_first(directory: Path) -> None:
    holder = hold(directory, "orphan")
    orphan = postmaster(directory)
    bury(holder)
    assert Path(f"/proc/{orphan}/cwd").resolve() == directory / "postgres"
    assert remembers(directory)


def test_parent_and_server_may_be_killed_together(directory: Path) -> None:
    holder = hold(directory, "orphan")
    os.kill(postmaster(directory), signal.SIGKILL)
    bury(holder)
    assert remembers(directory)


def test_a_lock_file_that_names_a_living_stranger_is_no_obstacle(directory: Path) -> None:
    # In a new container the old server's process id soon belongs to another program.
    stranger = subprocess.Popen(["sleep", "60"])
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        (directory / "postgres" / name).write_text(f"{stranger.pid}\n{directory}/postgres\n0\n5432\n")
    assert remembers(directory)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_an_initialisation_that_was_cut_short_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18")
    with EmbeddedPostgres(tmp_path, durable=False) as server:
        assert sql(server, "SELECT 1") == "1"


def test_two_processes_never_run_the_same_data(directory: Path) -> None:
    with EmbeddedPostgres(directory, durable=False) as first:
        with pytest.raises(PostgresError, match=f"another process already runs the database in {directory}"):
            EmbeddedPostgres(directory).start()
        assert sql(first, "SELECT word FROM kept") == "still here"


def test_a_server_that_cannot_start_says_why_in_one_line(directory: Path) -> None:
    (directory / "postgres" / "postgresql.auto.conf").write_text("shared_buffers = 'plenty'\n")
    with pytest.raises(PostgresError, match="contains errors") as refused:
        EmbeddedPostgres(directory).start()
    assert "\n" not in str(refused.value)


def test_a_directory_of_files_that_others_can_read_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    (home / "letter").touch()
    with pytest.raises(DirectoryError, match=r"is open to other users \(mode 755\)"):
        EmbeddedPostgres(home).start()
    assert home.stat().st_mode & 0o777 == 0o755


def test_a_socket_directory_that_somebody_else_made_is_refused(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / ("d" * 100), durable=False)
    server.socket.parent.mkdir()
    server.socket.parent.chmod(0o777)
    with pytest.raises(PostgresError, match="is not ours"):
        server.start()
    server.socket.parent.rmdir()


@as_root
def test_a_directory_of_another_user_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    with pytest.raises(IdentityError, match="belongs to nobody: run as that user"):
        EmbeddedPostgres(tmp_path).start()


@as_root
def test_an_ordinary_user_runs_it_as_itself(tmp_path: Path) -> None:
    # In a user namespace root is an ordinary user, who can still pass to a project below /root.
    user = ["unshare", "--user", "--map-user=1", "--map-group=1", "--"]
    if subprocess.run([*user, "true"], check=False, capture_output=True).returncode:
        pytest.skip("user namespaces are forbidden here")
    command = [*user, sys.executable, str(PROGRAM), str(tmp_path / "data")]
    done = subprocess.run(command, input="", check=True, capture_output=True, text=True)
    assert done.stdout.startswith("ready")


IN_A_CONTAINER_WITHOUT_NAMESPACES = """
set -e
cp -a /etc "$1/etc" && mount --bind "$1/etc" /etc   # the user is created in a copy
mkdir "$1/bin" && for tool in useradd test; do ln -s "$(which $tool)" "$1/bin/"; done
export PATH="$1/bin"
for run in first second; do "$2" "$3" "$1/open/data" </dev/null; done
"""


@as_root
def test_where_namespaces_are_forbidden_a_system_user_runs_it() -> None:
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        (Path(parent) / "open").mkdir(mode=0o755)
        script = ["sh", "-c", IN_A_CONTAINER_WITHOUT_NAMESPACES, "sh", parent, sys.executable, str(PROGRAM)]
        done = subprocess.run(["unshare", "--mount", *script], check=False, capture_output=True, text=True)
        if "unshare: " in done.stderr or "does not run as root" in done.stderr:
            pytest.skip(f"not possible here: {done.stderr.strip()}")
        assert done.stdout.count("ready") == 2, done.stderr
        assert SYSTEM_USER in (Path(parent) / "etc" / "passwd").read_text()
        data = Path(parent) / "open" / "data"
        assert data.stat().st_mode & 0o777 == 0o700
        assert data.stat().st_uid == (data / "postgres").stat().st_uid != 0
        assert (Path(parent) / "open").stat().st_uid == 0


@as_root
def test_where_nobody_could_run_it_one_line_says_so(tmp_path: Path) -> None:
    # No `unshare`, and a parent directory that only root can enter.
    tmp_path.chmod(0o700)
    script = 'mkdir "$1/bin"; ln -s "$(which test)" "$1/bin/"; PATH="$1/bin" exec "$2" "$3" "$1/data"'
    command = ["sh", "-c", script, "sh", str(tmp_path), sys.executable, str(PROGRAM)]
    done = subprocess.run(command, input="", check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(
        "PostgreSQL does not run as root, and this container forbids user namespaces: "
    )
    assert len(done.stderr.splitlines()) == 1
    assert tmp_path.stat().st_mode & 0o777 == 0o700

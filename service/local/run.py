"""`doseline run`: one installation on one machine, from an empty directory to a page in the browser.

What is not set is provided: a database, a carrier. What is set is used, so the same command serves a
first look and a small clinic. The parts are the same programs that a production process manager starts.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from service.local import LocalError, demo_account
from service.local.banner import banner
from service.local.directory import DirectoryError, lock, prepare, release
from service.local.emulated import with_emulated_carrier
from service.local.postgres import EmbeddedPostgres, PostgresError
from service.local.supervisor import PAUSES, Program, Supervisor
from service.settings import Settings

# -P: a directory named `service` where the command is started must not be taken for ours.
_DOSELINE: Final = (sys.executable, "-P", "-m", "service.cli")
_LOOK_EVERY: Final = 0.5  # seconds between two looks at whether the database still runs
_ENDS_US: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What this run consists of, with complete settings."""

    settings: Settings
    database: EmbeddedPostgres | None
    emulator: bool
    demo: bool


def run(settings: Settings, *, demo: bool, say: Callable[[str], None]) -> None:
    """Start everything, say where to look, and serve until a signal ends it all.

    Args:
        settings: what is not set here is provided.
        demo: whether the demo clinic is loaded.
        say: takes what the operator should read.

    Raises:
        LocalError: what an operator has to change, in one line.
    """
    # Until the event loop listens for signals, SIGTERM unwinds what was begun, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.umask(0o077)
    with _alone_in(settings.data_dir), contextlib.ExitStack() as stack:
        complete = with_emulated_carrier(settings)
        emulator = complete is not settings
        _check_ports(complete, emulator=emulator)
        database = None if settings.database_url else EmbeddedPostgres(settings.data_dir)
        if database is not None:
            stack.enter_context(database)
            complete = _on(database.url, complete)
        plan = Plan(settings=complete, database=database, emulator=emulator, demo=demo)
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(_serve(plan, say))


async def _serve(plan: Plan, say: Callable[[str], None]) -> None:
    loop, this = asyncio.get_running_loop(), asyncio.current_task()
    assert this is not None
    for number in _ENDS_US:
        loop.add_signal_handler(number, this.cancel)
    environ = {**os.environ, **plan.settings.to_env()}
    async with Supervisor(environ, say=say) as programs:
        await _start(programs, plan)
        say(banner(plan.settings, emulator=plan.emulator, demo=demo_account.kept(plan.settings.data_dir)))
        if plan.database is not None:
            programs.also(_keep_database(plan.database, say))
        await programs.watch()


async def _start(programs: Supervisor, plan: Plan) -> None:
    """Everything at once, but the worker: the web must hear what becomes of the texts that it sends.

    Both go on when the database is up to date.
    """
    settings = plan.settings
    web = Program(
        name="web",
        command=(*_DOSELINE, "web"),
        address=(_reached(settings.host), settings.port),
        ready_at="/health/ready",
        gated=True,
    )
    worker = Program(name="worker", command=(*_DOSELINE, "worker"), gated=True)
    emulator = Program(
        name="emulator", command=(*_DOSELINE, "emulator"), address=("127.0.0.1", settings.emulator_port)
    )
    first = [web, *([emulator] if plan.emulator else [])]
    await asyncio.gather(_migrate(programs, plan), *map(programs.start, first))
    await programs.start(worker)


async def _migrate(programs: Supervisor, plan: Plan) -> None:
    await programs.complete(
        Program(name="migrate", command=(*_DOSELINE, "migrate", *(["--demo"] if plan.demo else [])))
    )
    programs.open_gate()


async def _keep_database(database: EmbeddedPostgres, say: Callable[[str], None]) -> None:
    """Start the database again if it was killed; the programs connect again by themselves."""
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        if not database.running:
            say("doseline: PostgreSQL ended: starting it again")
            await start_again(database)


async def start_again(database: EmbeddedPostgres) -> None:
    """Start a database that has ended; once more if it is killed while it starts, as where memory is short.

    Raises:
        PostgresError: it does not start, however often.
    """
    for pause in PAUSES:
        with contextlib.suppress(PostgresError):
            database.stop()
            database.start()
            return
        await asyncio.sleep(pause)
    database.start()


def _on(database_url: str, settings: Settings) -> Settings:
    queue_url = settings.queue_url or database_url
    return msgspec.structs.replace(settings, database_url=database_url, queue_url=queue_url)


@contextlib.contextmanager
def _alone_in(data_dir: Path) -> Iterator[None]:
    held = lock(prepare(data_dir) / "run.lock")
    if held is None:
        raise DirectoryError(
            f"doseline already runs with DATA_DIR {data_dir}: stop it, or choose another one"
        )
    try:
        yield
    finally:
        release(held)


def _check_ports(settings: Settings, *, emulator: bool) -> None:
    """See that the ports are free before anything starts, to name the variable that helps."""
    wanted = [("PORT", settings.host, settings.port)]
    if emulator:
        wanted.append(("EMULATOR_PORT", "127.0.0.1", settings.emulator_port))
        if settings.emulator_port == settings.port:
            raise LocalError(
                f"PORT and EMULATOR_PORT are both {settings.port}: choose another one for one of them"
            )
    for variable, host, port in wanted:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            # As servers do: connections of a server that has just ended do not keep the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise LocalError(
                    f"{host} port {port}: {error.strerror}: set {variable} to another one"
                ) from None


def _reached(host: str) -> str:
    """Where a server that listens on `host` is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound

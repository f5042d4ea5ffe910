"""Programs that are started, watched and ended together.

A program that ends is started again after a pause that grows; one that keeps ending, or ends before it
was ever ready, ends them all: what is wrong at the start stays wrong. The programs write to our own
standard output and error.
"""

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from types import TracebackType
from typing import Final, Self

import msgspec

from service.local import OPERATOR_NEEDED, LocalError, lifeline

PAUSES: Final = (0.1, 0.5, 1.0, 2.0)
PAUSES_WITHIN: Final = 60.0  # seconds after which an end is forgotten
GRACE: Final = 4.0  # seconds between the polite signal and the last one
READY_WITHIN: Final = 60.0
_LOOK_EVERY: Final = 0.05
_LOOK_WITHIN: Final = 5.0


class ProgramFailed(LocalError):
    """A program cannot be kept running; the text is one line."""


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A command, and the address at which it answers once it is ready (None: at once).

    With `ready_at`, a path, it is ready when it answers there with 200.

    One that is gated is started, but waits at the gate with everything that could do harm.
    """

    name: str
    command: tuple[str, ...]
    address: tuple[str, int] | None = None
    ready_at: str = ""
    gated: bool = False


class Supervisor:
    """The programs of one run: leaving the context ends them all, within the grace and a moment."""

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        say: Callable[[str], None],
        pauses: tuple[float, ...] = PAUSES,
        grace: float = GRACE,
    ) -> None:
        """Nothing is started yet.

        Args:
            environ: what the programs find in their environment.
            say: takes a line for the operator when a program is started again.
            pauses: seconds before the first start again, the second and so on; after the last, all ends.
            grace: seconds that a program has to end when asked.
        """
        self._environ = dict(environ)
        self._say = say
        self._pauses = pauses
        self._grace = grace
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: set[asyncio.Task[None]] = set()
        self._gate_keeper: int | None = None

    async def __aenter__(self) -> Self:
        self._lifeline, self._parents_end = os.pipe()
        self._gate, self._gate_keeper = os.pipe()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        try:
            await self._end_all()
        finally:
            self.open_gate()
            for descriptor in (self._lifeline, self._parents_end, self._gate):
                os.close(descriptor)

    def open_gate(self) -> None:
        """Let the gated programs go on, now and whenever they are started again."""
        if self._gate_keeper is not None:
            os.close(self._gate_keeper)
            self._gate_keeper = None

    async def complete(self, program: Program) -> None:
        """Run a program to its end.

        Raises:
            ProgramFailed: it ended with anything but success.
        """
        process = await self._spawn(program)
        if await process.wait() != 0:
            raise ProgramFailed(_how_it_ended(program, process))
        del self._running[program.name]

    async def start(self, program: Program) -> None:
        """Start a program, return when it is ready, and keep it running from then on.

        Raises:
            ProgramFailed: it ended, or did not answer in time.
        """
        process = await self._spawn(program)
        try:
            async with asyncio.timeout(READY_WITHIN):
                await _ready(program, process)
        except TimeoutError:
            raise ProgramFailed(f"{program.name} does not answer at {program.address}") from None
        self.also(self._keep(program, process))

    def also(self, keeper: Coroutine[None, None, None]) -> None:
        """Have something else done as long as the programs run; `watch` ends with it."""
        self._keepers.add(asyncio.create_task(keeper))

    async def watch(self) -> None:
        """Stay until a program cannot be kept running.

        Raises:
            ProgramFailed: which one, and how it ended.
        """
        done, _ = await asyncio.wait(self._keepers, return_when=asyncio.FIRST_COMPLETED)
        await next(iter(done))

    async def _keep(self, program: Program, process: asyncio.subprocess.Process) -> None:
        ends: deque[float] = deque()
        while True:
            await process.wait()
            if process.returncode == OPERATOR_NEEDED:
                raise ProgramFailed(_how_it_ended(program, process))
            now = asyncio.get_running_loop().time()
            ends.append(now)
            while now - ends[0] > PAUSES_WITHIN:
                ends.popleft()
            if len(ends) > len(self._pauses):
                raise ProgramFailed(f"{_how_it_ended(program, process)}, {len(ends)} times within a minute")
            self._say(f"doseline: {_how_it_ended(program, process)}: starting it again")
            await asyncio.sleep(self._pauses[len(ends) - 1])
            process = await self._spawn(program)

    async def _spawn(self, program: Program) -> asyncio.subprocess.Process:
        pipes = {lifeline.LIFELINE: self._lifeline} | ({lifeline.GATE: self._gate} if program.gated else {})
        process = await asyncio.create_subprocess_exec(
            *program.command,
            env={**self._environ, **{name: str(descriptor) for name, descriptor in pipes.items()}},
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=tuple(pipes.values()),
            # Ctrl-C reaches everything in the terminal's group; who ends when is decided here.
            start_new_session=True,
        )
        self._running[program.name] = process
        return process

    async def _end_all(self) -> None:
        """Ask every program to end; those that have not in time, or at a second Ctrl-C, are killed."""
        running = [process for process in self._running.values() if process.returncode is None]
        _signal(running, signal.SIGTERM)
        try:
            async with asyncio.timeout(self._grace):
                await asyncio.gather(*(process.wait() for process in running))
        except TimeoutError:
            pass
        finally:
            _signal(running, signal.SIGKILL)
        await asyncio.gather(*(process.wait() for process in running))


def _signal(processes: list[asyncio.subprocess.Process], number: signal.Signals) -> None:
    for process in processes:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)


async def _ready(program: Program, process: asyncio.subprocess.Process) -> None:
    while program.address is not None:
        if process.returncode is not None:
            raise ProgramFailed(_how_it_ended(program, process))
        with contextlib.suppress(OSError):
            async with asyncio.timeout(_LOOK_WITHIN):
                if await _answers(program.address, program.ready_at):
                    return
        await asyncio.sleep(_LOOK_EVERY)


async def _answers(address: tuple[str, int], path: str) -> bool:
    """Whether something listens there, and says 200 at the path if there is one."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        if not path:
            return True
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {address[0]}\r\nConnection: close\r\n\r\n".encode())
        return b" 200 " in await reader.readline()
    finally:
        writer.close()


def _how_it_ended(program: Program, process: asyncio.subprocess.Process) -> str:
    code = process.returncode or 0
    how = f"exit code {code}" if code >= 0 else f"signal {-code}"
    return f"{program.name} ended ({how})"

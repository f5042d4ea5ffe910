"""Programs that live and die together."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from service.local.supervisor import Program, ProgramFailed, Supervisor

PROGRAMS = Path(__file__).parent / "programs"


def child(*arguments: str, port: int | None = None) -> Program:
    command = (sys.executable, str(PROGRAMS / "child.py"), *arguments)
    return Program(name=arguments[0], command=command, address=("127.0.0.1", port) if port else None)


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def supervisor(say: "asyncio.Queue[str] | None" = None, *, grace: float = 4.0) -> Supervisor:
    said = say or asyncio.Queue()
    return Supervisor(os.environ, say=said.put_nowait, pauses=(0.0,) * 4, grace=grace)


async def test_a_program_answers_once_started_and_is_gone_afterwards(free_port: Callable[[], int]) -> None:
    port = free_port()
    async with supervisor() as programs:
        await programs.start(child("answer", str(port), port=port))
        assert answers(port)
    assert not answers(port)


async def test_a_program_with_a_path_is_ready_when_it_answers_there_with_200() -> None:
    codes = ["503 Service Unavailable", "503 Service Unavailable", "200 OK"]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readline() == b"GET /health/ready HTTP/1.1\r\n"
        writer.write(f"HTTP/1.1 {codes.pop(0)}\r\n\r\n".encode())
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as door, supervisor() as programs:
        waits = child("stay", port=door.sockets[0].getsockname()[1])
        await programs.start(msgspec.structs.replace(waits, ready_at="/health/ready"))
    assert codes == []


async def test_a_program_that_does_not_end_when_asked_is_killed(free_port: Callable[[], int]) -> None:
    port = free_port()
    async with supervisor(grace=0.1) as programs:
        await programs.start(child("hold", str(port), port=port))
        begun = time.monotonic()
    assert time.monotonic() - begun < 1
    assert not answers(port)


async def test_a_program_that_ended_is_started_again_and_the_operator_is_told(tmp_path: Path) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    settled = asyncio.Event()

    async def hear(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        settled.set()
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as ear, supervisor(said) as programs:
        port: int = ear.sockets[0].getsockname()[1]
        await programs.start(child("settle", str(tmp_path / "starts"), "3", str(port)))
        await asyncio.wait_for(settled.wait(), 10)
    lines = [said.get_nowait() for _ in range(said.qsize())]
    assert lines == ["doseline: settle ended (exit code 3): starting it again"] * 2


async def test_a_program_that_keeps_ending_ends_them_all(free_port: Callable[[], int]) -> None:
    port = free_port()
    async with supervisor() as programs, asyncio.timeout(20):
        await programs.start(child("answer", str(port), port=port))
        await programs.start(child("end", "7"))
        with pytest.raises(ProgramFailed, match=r"^end ended \(exit code 7\), 5 times within a minute$"):
            await programs.watch()
    assert not answers(port)


async def test_a_program_that_needs_its_operator_is_not_started_again() -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    async with supervisor(said) as programs, asyncio.timeout(10):
        await programs.start(child("end", "2"))
        with pytest.raises(ProgramFailed, match=r"^end ended \(exit code 2\)$"):
            await programs.watch()
    assert said.empty()


async def test_a_program_that_ends_before_it_is_ready_is_not_tried_again(
    free_port: Callable[[], int],
) -> None:
    with pytest.raises(ProgramFailed, match=r"^end ended \(exit code 3\)$"):
        async with supervisor() as programs:
            await programs.start(child("end", "3", port=free_port()))


async def test_a_gated_program_waits_until_it_may_go_on(free_port: Callable[[], int]) -> None:
    port = free_port()
    gated = msgspec.structs.replace(child("wait", str(port), port=port), gated=True)
    async with supervisor() as programs:
        starting = asyncio.create_task(programs.start(gated))
        await programs.complete(child("end", "0"))
        assert not answers(port)
        programs.open_gate()
        await starting
        assert answers(port)


async def test_a_program_may_have_to_succeed_first() -> None:
    async with supervisor() as programs:
        await programs.complete(child("end", "0"))
        with pytest.raises(ProgramFailed, match=r"^end ended \(exit code 1\)$"):
            await programs.complete(child("end", "1"))


def test_killing_the_parent_ends_the_programs_at_once(free_port: Callable[[], int]) -> None:
    ports = [free_port(), free_port()]
    command = [sys.executable, str(PROGRAMS / "supervise.py"), *map(str, ports)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    assert all(answers(port) for port in ports)
    parent.kill()
    # Standard output ends when the last process that inherited it does.
    parent.communicate(timeout=2)
    assert not any(answers(port) for port in ports)

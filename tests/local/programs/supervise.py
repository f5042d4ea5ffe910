"""Supervises two programs that answer, and says so; tests kill it. Arguments: the two ports."""

import asyncio
import os
import sys
from pathlib import Path

from service.local.supervisor import Program, Supervisor

CHILD = str(Path(__file__).with_name("child.py"))


async def main() -> None:
    async with Supervisor(os.environ, say=print) as programs:
        for kind, port in zip(("answer", "hold"), sys.argv[1:], strict=True):
            command = (sys.executable, CHILD, kind, port)
            await programs.start(Program(name=kind, command=command, address=("127.0.0.1", int(port))))
        print("ready", flush=True)  # noqa: T201 - the test waits for this line
        await programs.watch()


asyncio.run(main())

"""How programs that were started together begin in order and end together, also when their parent is killed.

The parent keeps the writing end of a pipe and every child inherits the reading end. Whatever ends the
parent, the kernel closes its end, and each child reads the end of the file. Unlike the kernel's signal at a
parent's death, this works on every system and whichever thread started the child.

The gate is a second such pipe: a program that was started early loads its libraries, which takes most of
a start, and waits there until the parent closes its end.
"""

import os
import threading

LIFELINE = "DOSELINE_LIFELINE"
GATE = "DOSELINE_GATE"


def hold() -> None:
    """End this process at once when its parent ends, if it was started with a lifeline.

    At once and not gracefully: the database goes at the same moment, and every program has to stand
    being killed anyway.
    """
    descriptor = os.environ.pop(LIFELINE, None)
    if descriptor is not None:
        threading.Thread(target=_end_with, args=(int(descriptor),), name="lifeline", daemon=True).start()


def wait_at_gate() -> None:
    """Wait until the parent lets us go on, if it started us with a gate."""
    descriptor = os.environ.pop(GATE, None)
    if descriptor is not None:
        os.read(int(descriptor), 1)
        os.close(int(descriptor))


def _end_with(descriptor: int) -> None:
    os.read(descriptor, 1)
    os._exit(1)

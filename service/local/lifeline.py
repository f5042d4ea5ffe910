"""How programs that were started together end together, also when the one that started them is killed.

The parent keeps the writing end of a pipe and every child inherits the reading end. Whatever ends the
parent, the kernel closes its end, and each child reads the end of the file. Unlike the kernel's signal at a
parent's death, this works on every system and whichever thread started the child.
"""

import os
import threading

VARIABLE = "DOSELINE_LIFELINE"


def hold() -> None:
    """End this process at once when its parent ends, if it was started with a lifeline.

    At once and not gracefully: the database goes at the same moment, and every program has to stand
    being killed anyway.
    """
    descriptor = os.environ.pop(VARIABLE, None)
    if descriptor is not None:
        threading.Thread(target=_end_with, args=(int(descriptor),), name="lifeline", daemon=True).start()


def _end_with(descriptor: int) -> None:
    os.read(descriptor, 1)
    os._exit(1)

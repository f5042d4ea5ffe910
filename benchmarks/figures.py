"""What figures are made of: times in order, and the processor's share of each program."""

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies: the nearest rank, nothing in between."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def milliseconds(values: Sequence[float]) -> str:
    """The median, the slowest hundredth and the slowest of some seconds."""
    p50, p99 = percentile(values, 0.50), percentile(values, 0.99)
    return f"p50 {p50 * 1000:6.1f} ms   p99 {p99 * 1000:6.1f} ms   slowest {max(values) * 1000:6.1f} ms"


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


class Processors:
    """How much processor time the programs of a run have used since this was made."""

    def __init__(self, run: int) -> None:
        self._run = run
        self._begun = time.monotonic()
        self._used = _used_by_programs(run)

    def shares(self) -> str:
        """The share of one processor that each program has had."""
        passed = time.monotonic() - self._begun
        used = _used_by_programs(self._run)
        shares = {name: (used[name] - self._used.get(name, 0.0)) / passed for name in sorted(used)}
        return ", ".join(f"{name} {share:.0%}" for name, share in shares.items() if share >= 0.01)


def _used_by_programs(run: int) -> dict[str, float]:
    """Seconds of processor time by program; PostgreSQL's many processes are one."""
    command = [shutil.which("ps") or "/bin/ps", "-ww", "-eo", "pid=,ppid=,args="]
    table = subprocess.check_output(command, text=True)
    rows = [line.split(maxsplit=2) for line in table.splitlines()]
    names = {int(pid): _name(args) for pid, parent, args in rows if int(parent) == run}
    server = next((pid for pid, name in names.items() if name == "postgres"), None)
    names |= {int(pid): "postgres" for pid, parent, _ in rows if int(parent) == server}
    used: dict[str, float] = {}
    for pid, name in names.items():
        used[name] = used.get(name, 0.0) + _used_by(pid)
    return used


def _name(command: str) -> str:
    return "postgres" if "/postgres " in command else command.rsplit(maxsplit=1)[-1]


def _used_by(pid: int) -> float:
    try:
        user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return 0.0
    return (int(user) + int(system)) / TICKS_PER_SECOND

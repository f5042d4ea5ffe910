"""How long a start takes: from the command to the page that says where to look."""

import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.figures import median
from tests.whole.installation import Installation, installed

STARTS = 3


def measure() -> None:
    """A first start in an empty directory, and a later one on the data of the first."""
    first, later = [], []
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory() as directory:
            first.append(_start(Path(directory)))
            later.append(_start(Path(directory)))
    print(f"  first start   {median(first):.2f} s   (of {_listed(first)})")
    print(f"  later start   {median(later):.2f} s   (of {_listed(later)})")


def _start(directory: Path) -> float:
    begun = time.monotonic()
    with installed(directory) as installation:
        _be_ready(installation)
        return time.monotonic() - begun


def _be_ready(installation: Installation) -> None:
    with urllib.request.urlopen(f"{installation.web_url}/health/ready", timeout=10) as answer:  # noqa: S310 - loopback
        assert answer.status == 200


def _listed(seconds: list[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in seconds)

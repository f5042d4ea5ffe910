"""How long it takes to read one text: `python benchmarks/understanding.py`.

Reads every committed reply in its scene, with all languages loaded, on one core; prints the median and the
99th percentile, each text at its best of several rounds, since other programs on the machine only ever add
time. Then the slowest of some texts of 1,600 characters.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from conversations.understanding.command import Line, scene_of  # noqa: E402  after the path is set
from conversations.understanding.languages import known  # noqa: E402
from conversations.understanding.reader import understand  # noqa: E402
from conversations.understanding.reading import Scene  # noqa: E402

SETS = sorted((ROOT / "tests" / "conversations").glob("replies/*.jsonl"))
ROUNDS = 7
LONG = (
    "no " * 534,
    "not monday or tuesday but " * 62,
    "stop texting dont stop texting me " * 47,
    "a" * 1600,
    "1 2 3 4 5 6 7 8 9 10 11 12 " * 60,
    "\u0915\u094d\u0937 " * 400,
    "?!" * 800,
    "cancel dont cancel we will not not come " * 40,
    "between 2 and 4 or from 3 to 5 " * 52,
    "thrusday tuseday apointment recshedule " * 41,
)


# Letters of words that no language knows, and what stands between them.
STRANGE = [(letters, between) for letters in ("aeiourstlnmdpc", "one20fr") for between in (" ", ", ")]


def strange(letters: str, between: str) -> str:
    """1,600 characters of words that were never seen, so that nothing of them is remembered."""
    some = random.Random(1)  # noqa: S311  nothing is kept secret by it
    words = ("".join(some.choices(letters, k=some.randint(4, 16))) for _ in range(400))
    return between.join(words)[:1600]


def best(read: Callable[[], object]) -> float:
    """Milliseconds, at best."""
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        read()
        taken.append(time.perf_counter() - began)
    return min(taken) * 1000


def first(text: str, scene: Scene) -> float:
    """Milliseconds for a text that is read once."""
    began = time.perf_counter()
    understand(text, scene)
    return (time.perf_counter() - began) * 1000


def texts() -> list[tuple[str, Scene]]:
    lines = [
        msgspec.json.decode(line, type=Line) for path in SETS for line in path.read_text("utf-8").splitlines()
    ]
    return [(line.text, scene_of(line.scene, line.language)) for line in lines]


def main() -> None:
    began = time.perf_counter()
    spoken = known()
    print(f"{len(spoken.lexicons)} languages loaded in {(time.perf_counter() - began) * 1000:.0f} ms")
    every = texts()
    for text, scene in every:
        understand(text, scene)
    taken = sorted(best(lambda text=text, scene=scene: understand(text, scene)) for text, scene in every)  # type: ignore[misc]
    print(f"{len(every)} texts: median {statistics.median(taken) * 1000:.0f} us (at most 300 us), ", end="")
    print(f"p99 {taken[int(len(taken) * 0.99)]:.2f} ms (at most 2 ms)")
    slowest = max(best(lambda text=text: understand(text[:1600], every[0][1])) for text in LONG)  # type: ignore[misc]
    unseen = max(first(strange(*one), every[0][1]) for one in STRANGE)
    print(f"1,600 characters: at most {slowest:.1f} ms, of unseen words {unseen:.1f} ms (at most 20 ms)")


if __name__ == "__main__":
    main()

"""How long it takes to assess one child: `python benchmarks/forecasting.py [folder or zip of CDC's XML]`.

Prints the median over 200 children of different birthdays, one core, and the best of several rounds, since
other programs on the machine only ever add time. With `--profile` it also prints where the time goes.
"""

import argparse
import cProfile
import pstats
import statistics
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from service.forecasting import Child, DoseGiven, Schedule, assess, load

SCHEDULES = Path(__file__).resolve().parents[1] / "service" / "forecasting" / "schedules"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "cdsi" / "supporting-data-4.64"

Given = Sequence[tuple[int, str]]
"""Days after birth and CVX codes."""

HISTORIES: dict[str, Given] = {
    "us": (
        *((0, "08"), (61, "146"), (61, "133"), (61, "116"), (122, "146"), (122, "133"), (122, "116")),
        *((183, "146"), (183, "133"), (183, "116"), (366, "03"), (366, "21"), (366, "83"), (460, "20")),
        (460, "48"),
    ),
    "ke": (
        *(
            (0, "19"),
            (2, "178"),
            (42, "178"),
            (42, "198"),
            (42, "177"),
            (42, "119"),
            (70, "178"),
            (70, "198"),
        ),
        *((70, "177"), (70, "119"), (98, "178"), (98, "198"), (98, "177"), (98, "10"), (275, "04")),
    ),
    "in": (
        *((0, "19"), (0, "08"), (0, "178"), (42, "178"), (42, "198"), (42, "177"), (42, "119"), (70, "178")),
        *((70, "198"), (98, "178"), (98, "198"), (98, "177"), (98, "324"), (275, "04"), (500, "01")),
    ),
}

Case = tuple[Child, list[DoseGiven], date]


def cases(given: Given, count: int = 200) -> list[Case]:
    births = [date(2020, 1, 1) + timedelta(days=5 * n) for n in range(count)]
    return [
        (
            Child(born, "Female"),
            [DoseGiven(born + timedelta(day), cvx) for day, cvx in given],
            born + timedelta(760),
        )
        for born in births
    ]


def median_ms(every: list[Case], schedule: Schedule) -> float:
    taken = []
    for child, doses, on in every:
        began = time.perf_counter()
        assess(child, doses, on, schedule)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def measure(name: str, path: Path, allowed: float, *, profile: bool) -> None:
    schedule, every = load(path), cases(HISTORIES[name])
    first, *rest = [median_ms(every, schedule) for _ in range(9)]
    print(
        f"{name}: {min(rest):.3f} ms per child, {len(HISTORIES[name])} doses "
        f"(at most {allowed} ms; first round with cold caches {first:.3f} ms)"
    )
    if profile:
        with cProfile.Profile() as profiler:
            median_ms(every, schedule)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(15)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("cdsi", nargs="?", type=Path, default=SHARED)
    arguments.add_argument("--profile", action="store_true")
    asked = arguments.parse_args()
    if asked.cdsi.exists():
        measure("us", asked.cdsi, 1.0, profile=asked.profile)
    else:
        print(f"us: not measured, there is no {asked.cdsi}")
    for name in ("ke", "in"):
        measure(name, SCHEDULES / f"{name}.toml", 0.15, profile=asked.profile)


if __name__ == "__main__":
    main()

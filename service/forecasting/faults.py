"""What is wrong with a schedule: everything at once, each with its file and place."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from msgspec import Struct

from service.forecasting.durations import Duration, parse
from service.forecasting.model import FOR_LIFE, Age

T = TypeVar("T")


class Fault(Struct, frozen=True, order=True):
    """One thing that has to be put right."""

    file: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.what}"


class ScheduleFaults(Exception):
    """A schedule that cannot be used."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class Reading:
    """What a loader has learnt so far: the ages met, and the faults found."""

    def __init__(self) -> None:
        self.file = ""
        self.faults: list[Fault] = []
        # The first two places are what an empty age stands for: FROM_BIRTH and FOR_LIFE.
        self._ages: dict[Duration | str, Age] = {"from birth": 0, "for life": FOR_LIFE}

    def fault(self, place: str, what: str) -> None:
        self.faults.append(Fault(self.file, place, what))

    def age(self, text: str, place: str, empty: Age) -> Age:
        """The place of an age among all ages."""
        return self.age_of(self.duration(text, place), empty)

    def age_of(self, length: Duration | None, empty: Age) -> Age:
        return empty if length is None else self._ages.setdefault(length, len(self._ages))

    def duration(self, text: str, place: str) -> Duration | None:
        return self._read(parse, text, place)

    def number(self, text: str, place: str) -> int:
        return self._read(int, text, place) or 0

    def day(self, text: str, place: str, empty: int) -> int:
        found = self._read(date.fromisoformat, text, place)
        return empty if found is None else found.toordinal()

    def ages(self) -> tuple[Duration, ...]:
        return tuple(age if isinstance(age, Duration) else Duration() for age in self._ages)

    def _read(self, how: Callable[[str], T], text: str, place: str) -> T | None:
        if not text:
            return None
        try:
            return how(text)
        except ValueError as error:
            self.fault(place, str(error))
            return None

"""Faults on demand: how the network and the carrier misbehave, by a table and a seeded die.

Nothing here does harm by itself: a fault says at which moment it strikes, the code of that moment asks
`strike` and acts. The same seed and the same requests give the same faults, so a run can be repeated.
"""

import random
from typing import Annotated, Final, Literal

import msgspec

Kind = Literal[
    "status_429",
    "status_500",
    "status_500_after_accepting",
    "timeout_after_accepting",
    "disconnect",
    "callback_before_201",
    "delay",
    "drop",
    "duplicate",
    "reorder",
    "undelivered",
]
Moment = Literal["before accepting", "before the answer", "instead of the answer", "journey", "callback"]

# Where each fault acts. "journey" is decided once per text, "callback" once per status callback.
MOMENTS: Final[dict[Kind, Moment]] = {
    "status_429": "before accepting",
    "status_500": "before accepting",
    "callback_before_201": "before the answer",
    "status_500_after_accepting": "instead of the answer",
    "timeout_after_accepting": "instead of the answer",
    "disconnect": "instead of the answer",
    "reorder": "journey",
    "undelivered": "journey",
    "delay": "callback",
    "drop": "callback",
    "duplicate": "callback",
}


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to misbehave.

    Attributes:
        to: the phone whose texts it meets; None for every phone.
        rate: how likely it strikes when its moment comes.
        count: how often it still may strike; None for ever.
        delay_ms: how late a delayed callback comes, or how long a held answer is held.
        error_code: why an undelivered text failed.
    """

    kind: Kind
    to: str | None = None
    rate: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    count: Annotated[int, msgspec.Meta(ge=0)] | None = None
    delay_ms: Annotated[int, msgspec.Meta(ge=0)] | None = None
    error_code: int = 30003


class FaultPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every fault in force; `{}` is a carrier at its best."""

    seed: int = 0
    faults: tuple[Fault, ...] = ()


class Faults:
    """The plan in force, what is left of its counts, and a die for each of its lines.

    Each fault has a die of its own, so that adding a line does not change how the others fall.
    """

    def __init__(self) -> None:
        self.set(FaultPlan())

    def set(self, plan: FaultPlan) -> None:
        """Put a plan in force and throw away the one before."""
        self._seed = plan.seed
        self._faults = list(plan.faults)
        # Not a secret: the dice have to fall the same way for the same seed.
        self._dice = [random.Random(f"{plan.seed}:{line}") for line in range(len(plan.faults))]  # noqa: S311

    def plan(self) -> FaultPlan:
        """Show the plan as it stands, with the counts that are left."""
        return FaultPlan(self._seed, tuple(self._faults))

    def strike(self, moment: Moment, phone: str) -> tuple[Fault, ...]:
        """Say which faults strike a phone's text at this moment, and count them."""
        if not self._faults:
            return ()
        return tuple(
            fault for line, fault in enumerate(self._faults) if self._strikes(line, fault, moment, phone)
        )

    def _strikes(self, line: int, fault: Fault, moment: Moment, phone: str) -> bool:
        if MOMENTS[fault.kind] != moment or fault.to not in {None, phone} or fault.count == 0:
            return False
        if self._dice[line].random() >= fault.rate:
            return False
        if fault.count is not None:
            self._faults[line] = msgspec.structs.replace(fault, count=fault.count - 1)
        return True

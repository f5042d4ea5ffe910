"""Faults on demand: how the network and the carrier misbehave, by a table and seeded dice.

Nothing here does harm by itself: a fault says at which moment it strikes, the code of that moment asks
`strike` and acts. The same seed and the same requests give the same faults, so a run can be repeated.
"""

import random
from collections import Counter
from typing import Annotated, Final, Literal

import msgspec

from service.carrier.emulator.error_codes import ERROR_CODES, Where
from service.carrier.emulator.refusals import E164

Kind = Literal[
    "status_429",
    "status_500",
    "status_503",
    "error",
    "callback_before_201",
    "status_500_after_accepting",
    "timeout_after_accepting",
    "disconnect",
    "wrong_json",
    "reorder",
    "undelivered",
    "delay",
    "drop",
    "duplicate",
    "duplicate_inbound",
]
Moment = Literal[
    "before accepting",
    "before listing",
    "before the answer",
    "instead of the answer",
    "journey",
    "callback",
    "hand-over",
]


class Meaning(msgspec.Struct, frozen=True):
    """At which moment a kind of fault is decided, and what it then does."""

    moment: Moment
    does: str


# "journey" is decided once per text, "callback" once per status that would be told.
KINDS: Final[dict[Kind, Meaning]] = {
    "status_429": Meaning("before accepting", "refuses with 429 and code 20429; nothing is accepted"),
    "status_500": Meaning("before accepting", "refuses with 500 and code 20500; nothing is accepted"),
    "status_503": Meaning("before accepting", "answers 503 with an HTML page, as a proxy does"),
    "error": Meaning(
        "before accepting", "`error_code` strikes where Twilio gives it: see the table of codes"
    ),
    "callback_before_201": Meaning("before the answer", "tells the first status before the API answers"),
    "status_500_after_accepting": Meaning("instead of the answer", "accepts the text and answers 500"),
    "timeout_after_accepting": Meaning(
        "instead of the answer", "accepts the text, says nothing for `delay_ms` (30 s), then cuts the line"
    ),
    "disconnect": Meaning("instead of the answer", "accepts the text and cuts the line in mid-answer"),
    "wrong_json": Meaning("instead of the answer", "accepts the text and answers 201 with half a document"),
    "reorder": Meaning("journey", "tells the statuses of a text in reverse"),
    "undelivered": Meaning("journey", "the phone's network reports `error_code` (30003), whichever it is"),
    "delay": Meaning("callback", "a status comes `delay_ms` late, and so do those after it"),
    "drop": Meaning("callback", "a status is reached and not told"),
    "duplicate": Meaning("callback", "a status is told twice"),
    "duplicate_inbound": Meaning("hand-over", "a phone's text is handed to the webhook twice"),
}
_ERROR_STRIKES: Final[dict[Where, Moment]] = {
    "refused": "before accepting",
    "failed": "journey",
    "undelivered": "journey",
    "webhook": "hand-over",
}


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to misbehave.

    Attributes:
        kind: what goes wrong, see below.
        to: the phone whose texts it meets; None for every phone.
        rate: how likely it strikes when its moment comes.
        count: how often it still may strike; None for ever.
        delay_ms: how late a delayed callback comes, or how long a held answer is held.
        error_code: what went wrong with a text.
        request: the request that is refused: to send a text, or to list and fetch texts.
    """

    kind: Kind
    to: Annotated[str, msgspec.Meta(pattern=f"^{E164.pattern}$")] | None = None
    rate: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    count: Annotated[int, msgspec.Meta(ge=0)] | None = None
    delay_ms: Annotated[int, msgspec.Meta(ge=0)] | None = None
    error_code: int | None = None
    request: Literal["send", "list"] = "send"

    def __post_init__(self) -> None:
        """See that the fields fit each other.

        Raises:
            ValueError: naming the field that does not.
        """
        if self.kind == "error" and self.error_code not in ERROR_CODES:
            raise ValueError("`error_code` has to be one of those in docs/emulator.md")
        if self.error_code is not None and self.kind not in {"error", "undelivered"}:
            raise ValueError("`error_code` belongs to the kinds error and undelivered only")
        if self.delay_ms is not None and self.kind not in {"delay", "timeout_after_accepting"}:
            raise ValueError("`delay_ms` belongs to the kinds delay and timeout_after_accepting only")
        if self.delay_ms is None and self.kind == "delay":
            raise ValueError("`delay_ms` is missing")
        if self.request == "list" and self.moment != "before listing":
            raise ValueError("`request` may be list only where a request is refused")

    @property
    def moment(self) -> Moment:
        """When it is decided whether this strikes."""
        moment = KINDS[self.kind].moment
        if self.kind == "error":
            moment = _ERROR_STRIKES[ERROR_CODES[self.error_code or 0].where]
        refuses_lists = moment == "before accepting" and self.request == "list"
        return "before listing" if refuses_lists else moment


class FaultPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every fault in force; `{}` is a carrier at its best."""

    seed: int = 0
    faults: tuple[Fault, ...] = ()


class FaultInForce(msgspec.Struct, frozen=True, kw_only=True):
    """A fault as it stands: `count` is what is left of it, `struck` how often it has struck."""

    kind: Kind
    to: str | None
    rate: float
    count: int | None
    delay_ms: int | None
    error_code: int | None
    request: str
    struck: int


class PlanInForce(msgspec.Struct, frozen=True):
    """The plan as it stands."""

    seed: int
    faults: tuple[FaultInForce, ...]


class Faults:
    """The plan in force and what is left of it."""

    def __init__(self) -> None:
        self.set(FaultPlan())

    def set(self, plan: FaultPlan) -> None:
        """Put a plan in force and throw away the one before."""
        self._seed = plan.seed
        self._lines = [_Line(fault, f"{plan.seed}:{place}") for place, fault in enumerate(plan.faults)]

    def plan(self) -> PlanInForce:
        """Show the plan as it stands."""
        return PlanInForce(self._seed, tuple(line.shown() for line in self._lines))

    def strike(self, moment: Moment, phone: str) -> tuple[Fault, ...]:
        """Say which faults strike a phone's text at this moment, and count them."""
        return tuple(line.fault for line in self._lines if line.strikes(moment, phone))


class _Line:
    """One line of the plan, with a die that falls by line, phone and turn.

    So neither another line nor what happens meanwhile to other phones changes how it falls.
    """

    def __init__(self, fault: Fault, seed: str) -> None:
        self.fault = fault
        self._seed = seed
        self._struck = 0
        self._turns: Counter[str] = Counter()

    def strikes(self, moment: Moment, phone: str) -> bool:
        fault = self.fault
        if fault.moment != moment or fault.to not in {None, phone} or self._left() == 0:
            return False
        self._turns[phone] += 1
        # Not a secret: the die has to fall the same way for the same seed.
        die = random.Random(f"{self._seed}:{phone}:{self._turns[phone]}")  # noqa: S311
        if die.random() >= fault.rate:
            return False
        self._struck += 1
        return True

    def shown(self) -> FaultInForce:
        fields = msgspec.structs.asdict(self.fault) | {"count": self._left()}
        return FaultInForce(**fields, struck=self._struck)

    def _left(self) -> int | None:
        return None if self.fault.count is None else self.fault.count - self._struck

"""The other side of the emulator's own interface: faults, the ledger, the account's setup, and the clock.

This is what a test of Doseline uses to make the carrier misbehave, and to see from outside what it took.
Like the phones, it needs no credentials.
"""

from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec
from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from service.carrier.emulator.account import AccountSetup
from service.carrier.emulator.carrier import Carrier
from service.carrier.emulator.faults import FaultPlan, PlanInForce
from service.carrier.emulator.views import AccountView, ClockView, LedgerView

_TEN_YEARS: Final = 10 * 365 * 86_400
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class ClockChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do with the clock; `{}` stops it where it is.

    Attributes:
        now: the moment to move it to.
        advance_seconds: how far to move it instead.
        manual: False lets it run by itself again.
    """

    now: _Moment | None = None
    advance_seconds: Annotated[float, msgspec.Meta(ge=-_TEN_YEARS, le=_TEN_YEARS)] | None = None
    manual: bool = True

    def __post_init__(self) -> None:
        """See that one thing is asked for.

        Raises:
            ValueError: naming the fields that contradict each other.
        """
        if self.now is not None and self.advance_seconds is not None:
            raise ValueError("`now` and `advance_seconds` exclude each other")
        if not self.manual and (self.now is not None or self.advance_seconds is not None):
            raise ValueError("`manual` may not be false where the clock is set")


@get("/account")
async def read_account(carrier: NamedDependency[Carrier]) -> AccountView:
    """Say which number is the clinic's, where its texts are handed over, and how its sender is limited."""
    return AccountView.of(carrier.account)


@post("/account", status_code=HTTP_200_OK)
async def set_account(data: JSONBody[AccountSetup], carrier: NamedDependency[Carrier]) -> AccountView:
    """Set the account up in place of how it was; `{}` brings the defaults back."""
    carrier.account.setup = data
    return AccountView.of(carrier.account)


@get("/ledger")
async def read_ledger(carrier: NamedDependency[Carrier]) -> LedgerView:
    """Say what was accepted for each of the caller's texts, and what was refused."""
    return LedgerView.of(carrier.ledger)


@get("/faults")
async def read_faults(carrier: NamedDependency[Carrier]) -> PlanInForce:
    """Show the faults in force, what is left of their counts, and how often each has struck."""
    return carrier.faults.plan()


@post("/faults", status_code=HTTP_200_OK)
async def set_faults(data: JSONBody[FaultPlan], carrier: NamedDependency[Carrier]) -> PlanInForce:
    """Put faults in force in place of those before; `{}` clears them."""
    carrier.faults.set(data)
    return carrier.faults.plan()


@delete("/faults")
async def clear_faults(carrier: NamedDependency[Carrier]) -> None:
    """Be a carrier at its best again."""
    carrier.faults.set(FaultPlan())


@get("/clock")
async def read_clock(carrier: NamedDependency[Carrier]) -> ClockView:
    """Say what time it is at the carrier."""
    return ClockView(carrier.clock.now(), carrier.clock.is_manual)


@post("/clock", status_code=HTTP_200_OK)
async def set_clock(data: JSONBody[ClockChange], carrier: NamedDependency[Carrier]) -> ClockView:
    """Stop the clock, move it, or let it run; answered when all that fell due on the way is done."""
    clock = carrier.clock
    if not data.manual:
        await clock.run()
    else:
        seconds = data.advance_seconds or 0.0
        by = timedelta(seconds=seconds) if data.now is None else data.now - clock.now()
        await clock.move(by, carrier.delivery.settled)
    return ClockView(clock.now(), clock.is_manual)


controls = Router(
    "/emulator",
    route_handlers=[
        read_account,
        set_account,
        read_ledger,
        read_faults,
        set_faults,
        clear_faults,
        read_clock,
        set_clock,
    ],
)

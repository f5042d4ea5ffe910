"""Answers spoilt on purpose: what a caller of a carrier has to live with.

After a refusal nothing was accepted and the caller may try again. After a spoilt answer the text is on its
way, and the caller cannot know.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Final

from litestar import Response

from service.carrier.emulator.faults import Fault, Faults, Kind
from service.carrier.emulator.line import HangUp
from service.carrier.emulator.refusals import Refused

_HELD_MS: Final = 30_000
_REFUSED_WITH: Final[dict[Kind, int]] = {"status_429": 20429, "status_500": 20500}


def refuse_on_purpose(faults: Faults, phone: str) -> None:
    """Refuse a request before anything of it is kept, if a fault says so.

    Raises:
        Refused: 20429 or 20500.
    """
    for fault in faults.strike("before accepting", phone):
        raise Refused(_REFUSED_WITH[fault.kind])


async def spoil(fault: Fault) -> Response[None]:
    """Give what the caller gets in place of the answer to a text that was accepted.

    Raises:
        Refused: 20500, for the fault that answers so.
    """
    return await _SPOILT[fault.kind](fault)


async def _fail(_: Fault) -> Response[None]:
    raise Refused(20500)


async def _hold(fault: Fault) -> Response[None]:
    await asyncio.sleep((_HELD_MS if fault.delay_ms is None else fault.delay_ms) / 1000)
    return HangUp()


async def _hang_up(_: Fault) -> Response[None]:
    return HangUp()


_SPOILT: Final[dict[Kind, Callable[[Fault], Coroutine[None, None, Response[None]]]]] = {
    "status_500_after_accepting": _fail,
    "timeout_after_accepting": _hold,
    "disconnect": _hang_up,
}

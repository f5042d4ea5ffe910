"""Answers spoilt on purpose: what a caller of a carrier has to live with.

After a refusal nothing was accepted and the caller may try again. After a spoilt answer the text is on its
way, and the caller cannot know.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Final

from litestar import MediaType, Response

from service.carrier.emulator.faults import Fault, Faults, Kind, Moment
from service.carrier.emulator.line import HangUp
from service.carrier.emulator.refusals import Refused

_HELD_MS: Final = 30_000
_REFUSED_WITH: Final[dict[Kind, int]] = {"status_429": 20429, "status_500": 20500, "status_503": 503}


def refuse_on_purpose(faults: Faults, moment: Moment, phone: str) -> None:
    """Refuse a request before anything of it is kept, if a fault says so.

    Raises:
        Refused: with the code of the fault.
    """
    for fault in faults.strike(moment, phone):
        raise Refused(fault.error_code or _REFUSED_WITH[fault.kind])


async def spoil(fault: Fault, document: bytes) -> Response[bytes] | Response[None]:
    """Give what the caller gets in place of the document that answers an accepted text.

    Raises:
        Refused: 20500, for the fault that answers so.
    """
    return await _SPOILT[fault.kind](fault, document[: len(document) // 2])


async def _fail(_: Fault, __: bytes) -> Response[None]:
    raise Refused(20500)


async def _hold(fault: Fault, _: bytes) -> Response[None]:
    await asyncio.sleep((_HELD_MS if fault.delay_ms is None else fault.delay_ms) / 1000)
    return HangUp()


async def _hang_up(_: Fault, half: bytes) -> Response[None]:
    return HangUp(half)


async def _break_off(_: Fault, half: bytes) -> Response[bytes]:
    return Response(half, media_type=MediaType.JSON)


_Spoiler = Callable[[Fault, bytes], Coroutine[None, None, Response[bytes] | Response[None]]]
_SPOILT: Final[dict[Kind, _Spoiler]] = {
    "status_500_after_accepting": _fail,
    "timeout_after_accepting": _hold,
    "disconnect": _hang_up,
    "wrong_json": _break_off,
}

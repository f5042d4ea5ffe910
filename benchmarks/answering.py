"""How long the webhook takes to answer a parent's text, with everything else at work.

The texts are posted straight to the web process, signed as the carrier signs them. Meanwhile the worker
sends the answers and the emulator reports on them, as it is in life.
"""

import asyncio
import itertools
import secrets
import time
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import urlencode

import aiohttp
import msgspec
from twilio.request_validator import RequestValidator

from benchmarks.figures import Processors, milliseconds
from service.local.emulated import EmulatedAccount
from tests.whole.installation import Installation

# What one parent writes, in order; six from each of 200 make 1,200.
TEXTS = ("YES", "when", "can we move it", "2", "thanks", "YES")

Latencies = dict[str, list[float]]


async def measure(installation: Installation, phones: tuple[str, ...], *, at_once: int) -> None:
    """Post every parent's texts, so many at once, and print how long the answers took."""
    path = installation.directory / "emulator-account.json"
    account = msgspec.json.decode(path.read_bytes(), type=EmulatedAccount)
    validator = RequestValidator(account.auth_token)
    latencies: Latencies = defaultdict(list)
    processors, begun = Processors(installation.pid), time.monotonic()
    waiting = iter(phones)
    async with aiohttp.ClientSession() as session:
        poster = _Poster(session, f"{installation.web_url}/twilio/inbound", validator)
        await asyncio.gather(*(_write(waiting, poster, latencies) for _ in range(at_once)))
    passed = time.monotonic() - begun
    everything = list(itertools.chain.from_iterable(latencies.values()))
    print(f"  {'all texts':<16} {milliseconds(everything)}")
    for body, values in latencies.items() if at_once > 1 else ():
        print(f"    {body:<14} {milliseconds(values)}")
    print(f"  {len(everything)} texts, {len(everything) / passed:.0f} a second; {processors.shares()}")


class _Poster:
    """Signs and posts texts."""

    def __init__(self, session: aiohttp.ClientSession, url: str, validator: RequestValidator) -> None:
        self._session = session
        self._url = url
        self._validator = validator

    async def post(self, phone: str, body: str) -> float:
        """Post one text; the seconds until its answer was read."""
        form = {
            "MessageSid": f"SM{secrets.token_hex(16)}",
            "From": phone,
            "To": "+254700000100",
            "Body": body,
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": self._validator.compute_signature(self._url, form),
        }
        data = urlencode(form)
        begun = time.perf_counter()
        async with self._session.post(self._url, data=data, headers=headers) as answer:
            await answer.read()
            assert answer.status == 200
        return time.perf_counter() - begun


async def _write(phones: Iterator[str], poster: _Poster, latencies: Latencies) -> None:
    """Write as one parent after the other, as long as there are some."""
    for phone in phones:
        for place, body in enumerate(TEXTS):
            kind = body if TEXTS.index(body) == place else f"{body}, again"
            latencies[kind].append(await poster.post(phone, body))

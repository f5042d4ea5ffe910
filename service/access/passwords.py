"""Passwords: which are accepted, and how they are kept.

The rules are NIST SP 800-63B's: long enough, not an obvious one, and no demands on the kinds of
characters, which only make people write passwords down. Kept as argon2id; hashing takes some 50 ms of
one core and 64 MiB on purpose, so it runs in a few threads, away from the event loop.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import Invalid

T = TypeVar("T")

# 15 where there is no second factor (SP 800-63B-4, 3.1.1.2).
SHORTEST = 15
LONGEST = 128
# Parts of names shorter than this are in too many good passwords.
TELLING = 4

COMMON = frozenset(
    {
        "administrator12",
        "changemechangeme",
        "correcthorsebatterystaple",
        "iloveyouiloveyou",
        "letmeinletmeinletmein",
        "passwordpassword",
        "password12345678",
        "thisismypassword",
        "vaccinationclinic",
        "welcomewelcome1",
    }
)
# Runs along the keyboard, the alphabet and the digits, forwards and backwards.
RUNS = tuple(
    run * 8
    for row in ("1234567890", "qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz")
    for run in (row, row[::-1])
)
REPEATED = re.compile(r"(.{1,5}?)\1+.{0,4}", re.DOTALL)

# At most this many hashes at once: each takes 64 MiB, and callers queue meanwhile.
AT_ONCE = 4

_hasher = PasswordHasher()
_threads = CapacityLimiter(AT_ONCE)

# Verified when there is no such account, so that the answer takes as long as for one that exists.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$NqCCHGcEWXCCJPw0CcWVvQ$b2sfbEoO0bDwYPqfF4id7s0Te9Oi6kqYCR3h64loPCU"


def check(password: str, *, email: str, name: str) -> None:
    """Refuse a password that is easily guessed.

    Args:
        email: The account's address; its part before the @ must not be in the password.
        name: The person's name; its words must not be in the password.

    Raises:
        Invalid: it is too short, too long or obvious.
    """
    password = _normalised(password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid("password", f"must have {SHORTEST} to {LONGEST} characters; a few words do well")
    plain = password.casefold()
    telling = ["doseline", email.partition("@")[0].casefold(), *name.casefold().split()]
    if any(len(part) >= TELLING and part in plain for part in telling):
        raise Invalid("password", "must not hold the name, the e-mail address or this service's name")
    if plain in COMMON or REPEATED.fullmatch(plain) or any(plain in run for run in RUNS):
        raise Invalid("password", "is too easy to guess")


async def hashed(password: str) -> str:
    """The password as it is stored."""
    return await _in_thread(partial(_hasher.hash, _normalised(password)))


async def matches(password: str, stored: str | None) -> bool:
    """Whether this is the password that was stored; takes as long when nothing was stored."""
    right = await _in_thread(partial(_verified, _normalised(password), stored or NOBODY))
    return right and stored is not None


def _verified(password: str, stored: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


async def _in_thread(work: Callable[[], T]) -> T:
    return await to_thread.run_sync(work, limiter=_threads)


def _normalised(password: str) -> str:
    """The same characters however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password)

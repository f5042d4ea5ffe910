"""Guessing passwords, slowed down.

Each try is counted before the password is looked at, under a lock for its account, so that a thousand
tries at once are no way around. The limits are for failures: per account and address together first,
so that a stranger who guesses is stopped long before the owner is; per address, for one who tries many
accounts; per account last and widest, and never for an address that the owner signed in from lately,
so that nobody can lock somebody else out.
"""

import hashlib
import ipaddress
import math
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from service.database import sql, unit_of_work
from service.errors import TooManyAttempts
from tables.accounts import LoginAttempt

# How long an address counts as the owner's after a sign-in, and how long attempts are kept.
KNOWN_FOR = timedelta(days=30)
# An IPv6 customer has a whole /64 to come from.
IPV6_PREFIX = 64


class Limit(msgspec.Struct, frozen=True):
    """At most `failures` in any span of `within`."""

    failures: int
    within: timedelta


PER_ACCOUNT_AND_ADDRESS = Limit(5, timedelta(minutes=15))
PER_ADDRESS = Limit(30, timedelta(minutes=15))
PER_ACCOUNT = Limit(100, timedelta(hours=1))

# For each limit, the failure that has to grow old before there is room again.
OLDEST_THAT_COUNTS = """
    SELECT tried_at FROM login_attempt
     WHERE ($1::bytea IS NULL OR account_hash = $1) AND ($2::bytea IS NULL OR address_hash = $2)
       AND NOT succeeded AND tried_at > $3
     ORDER BY tried_at DESC OFFSET $4 LIMIT 1
"""


async def begin_attempt(email: str, address: str, *, now: datetime) -> UUID:
    """Count a try at a password, before the password is looked at.

    Args:
        email: The account that is tried, whether it exists or not.
        address: The network address that the try comes from.

    Returns:
        What `succeeded` takes when the password was right.

    Raises:
        TooManyAttempts: there were too many failures; this one is not counted as another.
    """
    account, source = _hash(email), _hash(_network(address))
    async with unit_of_work():
        # Locks in a fixed order: the address's before the account's, for all who try.
        for key in (source, account):
            await sql("SELECT pg_advisory_xact_lock($1)", int.from_bytes(key[:8], signed=True))
        await _refuse_beyond(PER_ACCOUNT_AND_ADDRESS, account, source, now)
        await _refuse_beyond(PER_ADDRESS, None, source, now)
        if not await _is_known(account, source, now):
            await _refuse_beyond(PER_ACCOUNT, account, None, now)
        attempt = LoginAttempt(account_hash=account, address_hash=source, succeeded=False, tried_at=now)
        await LoginAttempt.insert(attempt)
    attempt_id: UUID = attempt.id
    return attempt_id


async def succeeded(attempt_id: UUID) -> None:
    """The password was right: the try is no failure."""
    await LoginAttempt.update({LoginAttempt.succeeded: True}).where(LoginAttempt.id == attempt_id)


async def forget_attempts(*, now: datetime) -> None:
    """Delete the attempts that no limit looks at any more."""
    await LoginAttempt.delete().where(LoginAttempt.tried_at < now - KNOWN_FOR)


async def _refuse_beyond(limit: Limit, account: bytes | None, address: bytes | None, now: datetime) -> None:
    rows = await sql(OLDEST_THAT_COUNTS, account, address, now - limit.within, limit.failures - 1)
    if rows:
        until = rows[0]["tried_at"] + limit.within
        raise TooManyAttempts(max(1, math.ceil((until - now).total_seconds())))


async def _is_known(account: bytes, address: bytes, now: datetime) -> bool:
    return await LoginAttempt.exists().where(
        LoginAttempt.account_hash == account,
        LoginAttempt.address_hash == address,
        LoginAttempt.succeeded.eq(True),  # noqa: FBT003 - the column's value, not a switch
        LoginAttempt.tried_at > now - KNOWN_FOR,
    )


def _network(address: str) -> str:
    """What counts as one source: an IPv4 address, or the network of an IPv6 one."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ipaddress.ip_network((ip, IPV6_PREFIX), strict=False))


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()

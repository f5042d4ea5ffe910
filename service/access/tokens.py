"""Bearer tokens: given at sign-in, looked up with each request, ended by sign-out and by changes.

A token is 256 random bits that mean nothing by themselves. Who it stands for is read from the database
with each request, so a changed role, facility or a disabled account acts at once.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from service.access.actor import Actor
from service.database import sql
from service.errors import Unauthenticated
from tables.accounts import Token

LASTS = timedelta(hours=12)
MAY_IDLE = timedelta(hours=2)
# Use is noted at most this often: it is a write with each request otherwise.
NOTED_EVERY = timedelta(minutes=1)
RANDOM_BYTES = 32


class IssuedToken(msgspec.Struct, frozen=True):
    """A token as its owner gets it, once.

    Attributes:
        token: The secret itself; only its hash is stored.
        expires_at: When it ends at the latest; unused for two hours, it ends earlier.
    """

    token: str
    expires_at: datetime


async def issue(user_id: UUID, *, now: datetime) -> IssuedToken:
    """A new token for a user whose password has just been verified."""
    token = secrets.token_urlsafe(RANDOM_BYTES)
    await Token.insert(
        Token(
            user=user_id,
            token_hash=_hash(token),
            created_at=now,
            expires_at=now + LASTS,
            used_at=now,
            revoked_at=None,
        )
    )
    return IssuedToken(token, now + LASTS)


BEARER = """
    SELECT token.id AS token_id, token.used_at, users.id, users.role, users.guardian,
           ARRAY(SELECT facility FROM facility_member WHERE "user" = users.id) AS facility_ids
      FROM token JOIN users ON users.id = token."user"
     WHERE token.token_hash = $1 AND token.revoked_at IS NULL
       AND token.expires_at > $2 AND token.used_at > $3 AND users.disabled_at IS NULL
"""


async def bearer(token: str, *, now: datetime) -> Actor:
    """Whom the token stands for, as they are now.

    Raises:
        Unauthenticated: it is unknown, revoked, too old or was idle too long, or the user is disabled.
    """
    rows = await sql(BEARER, _hash(token), now, now - MAY_IDLE)
    if not rows:
        raise Unauthenticated("The token is not valid, or not any more.")
    row = rows[0]
    if row["used_at"] <= now - NOTED_EVERY:
        await Token.update({Token.used_at: now}).where(Token.id == row["token_id"])
    return Actor("user", row["id"], row["role"], frozenset(row["facility_ids"]), row["guardian"])


async def revoke(token: str, *, now: datetime) -> None:
    """End one token: its owner signs out."""
    await Token.update({Token.revoked_at: now}).where(
        Token.token_hash == _hash(token), Token.revoked_at.is_null()
    )


async def revoke_all(user_id: UUID, *, now: datetime) -> None:
    """End all tokens of a user, because what was true at sign-in no longer is."""
    await Token.update({Token.revoked_at: now}).where(Token.user == user_id, Token.revoked_at.is_null())


def _hash(token: str) -> bytes:
    # No salt and no work factor: 256 random bits cannot be guessed, and the hash must be findable.
    return hashlib.sha256(token.encode()).digest()

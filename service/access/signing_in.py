"""Signing in and out: an e-mail address and a password for a token."""

from datetime import datetime
from uuid import UUID

import msgspec

from service.access import audit, passwords, throttle, tokens
from service.access.actor import Actor, Role
from service.access.emails import canonical, is_address
from service.access.tokens import IssuedToken
from service.database import unit_of_work
from service.errors import Unauthenticated
from tables.accounts import User


class _Account(msgspec.Struct, frozen=True):
    id: UUID
    role: Role
    password_hash: str


async def sign_in(email: str, password: str, *, address: str, now: datetime) -> IssuedToken:
    """A token for whoever knows the password.

    An unknown account, a disabled one and a wrong password get the same answer after the same work.

    Args:
        address: The network address of the caller, for the throttle.

    Raises:
        Unauthenticated: the address or the password is wrong.
        TooManyAttempts: after too many failures.
    """
    email = canonical(email)
    attempt_id = await throttle.begin_attempt(email, address, now=now)
    account = await _account(email)
    right = await passwords.matches(password, account.password_hash if account else None)
    if account is None or not right:
        raise _refusal()
    async with unit_of_work():
        await _still(account)
        await throttle.succeeded(attempt_id)
        issued = await tokens.issue(account.id, now=now)
        actor = Actor("user", account.id, account.role)
        await audit.record(audit.entry(actor, "sign_in", "users", account.id, now=now))
    return issued


async def sign_out(token: str, *, actor: Actor, now: datetime) -> None:
    """End the token."""
    assert actor.id is not None
    async with unit_of_work():
        await tokens.revoke(token, now=now)
        await audit.record(audit.entry(actor, "sign_out", "users", actor.id, now=now))


async def _account(email: str) -> _Account | None:
    if not is_address(email):
        return None
    row = await (
        User.select(User.id, User.role, User.password_hash)
        .where(User.email == email, User.disabled_at.is_null())
        .first()
    )
    return None if row is None else msgspec.convert(row, _Account)


async def _still(account: _Account) -> None:
    """Hashing took a while: whoever was disabled or given another password meanwhile gets no token."""
    unchanged = await (
        User.select(User.id)
        .where(User.id == account.id, User.password_hash == account.password_hash)
        .where(User.disabled_at.is_null())
        .lock_rows("NO KEY UPDATE")
    )
    if not unchanged:
        raise _refusal()


def _refusal() -> Unauthenticated:
    return Unauthenticated("The e-mail address or the password is wrong.")

"""`doseline user create`: the first admin, who makes all other accounts through the API."""

import argparse
import getpass
import os
import sys
from functools import partial

from service import clock
from service.access.accounts import NewUser, UserView, create_user
from service.access.actor import SYSTEM
from service.cli.on_database import on_database
from service.database import connection_pool
from service.settings import Settings


def main(options: argparse.Namespace) -> None:
    """Make an account with the password that stands in the first line of standard input."""
    settings = Settings.from_env(os.environ)
    settings.require("DATABASE_URL")
    name = options.name or options.email.partition("@")[0]
    new = NewUser(email=options.email, password=_password(), name=name, role=options.role)
    user = on_database(settings, partial(_create, new))
    print(f"{user.email} may sign in as {user.role}.")


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass()
    return sys.stdin.readline().rstrip("\r\n")


async def _create(new: NewUser) -> UserView:
    async with connection_pool(largest=2):
        return await create_user(new, actor=SYSTEM, now=clock.now())

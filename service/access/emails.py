"""E-mail addresses as the names of accounts."""

import re

from service.errors import Invalid

LONGEST = 254
# Deliberately loose: whether an address exists is for the mail to find out. ASCII only, because
# PostgreSQL and Python do not agree on the lower case of every other letter.
ADDRESS = re.compile(r"[!-?A-~]{1,64}@[!-?A-~]{1,189}")


def canonical(email: str) -> str:
    """The spelling under which an account is stored and looked up."""
    return email.strip().lower()


def is_address(canonical_email: str) -> bool:
    """Whether there can be an account of this name."""
    return len(canonical_email) <= LONGEST and ADDRESS.fullmatch(canonical_email) is not None


def check(email: str) -> str:
    """The canonical spelling of an address.

    Raises:
        Invalid: it is no address.
    """
    address = canonical(email)
    if not is_address(address):
        raise Invalid("email", "must be an e-mail address in ASCII letters")
    return address

"""Who may use the API: users, their facilities, their tokens."""

from piccolo.columns import Boolean
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from tables.columns import instant, key, octets, one_of, reference, words
from tables.people import Guardian
from tables.places import Facility

ROLES = ("admin", "scheduler", "parent")


class User(Table, tablename="users"):
    """A person with a password. A parent's account is tied to the guardian it belongs to."""

    id = key()
    email = words(254, unique=True)
    name = words(80)
    password_hash = words(200)
    role = words(16)
    guardian = reference(Guardian, null=True)
    disabled_at = instant(null=True)
    created_at = instant()

    users_role_known = one_of("role", ROLES)
    users_email_lower_case = Check("email = lower(email)")
    users_parent_has_guardian = Check("(role = 'parent') = (guardian IS NOT NULL)")


class FacilityMember(Table):
    """Which facilities a scheduler works for."""

    id = key()
    user = reference(User)
    facility = reference(Facility)

    facility_member_once = Unique(["user", "facility"])


class Token(Table):
    """A bearer token. Only its SHA-256 is stored: a copy of the database opens nothing."""

    id = key()
    user = reference(User)
    token_hash = octets()
    created_at = instant()
    expires_at = instant()
    used_at = instant()
    revoked_at = instant(null=True)

    token_hash_once = Unique(["token_hash"])


class LoginAttempt(Table):
    """One try at a password, kept to slow guessing down. Holds hashes, not addresses."""

    id = key()
    account_hash = octets()
    address_hash = octets()
    succeeded = Boolean(default=False, null=False)
    tried_at = instant(index=True)

"""What each role may do with each kind of thing, as one table. What is not in it is refused.

Which of the things a role sees is the other half (scope.py): a scheduler may read children, those of
their own facilities.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

from service.access.actor import Role

Action: TypeAlias = Literal["create", "read", "update", "delete"]
Resource: TypeAlias = Literal[
    "sign_in",  # one's own: who am I, and its end
    "users",
    "facilities",
    "sessions",
    "children",
    "guardians",
    "registrations",
    "schedules",
    "immunizations",
    "observations",
    "forecasts",
    "due",
    "appointments",
    "texts",
    "inbound",  # what families write, and staff's corrections of how it was read
    "claims",  # of vaccinations elsewhere
    "handoffs",
    "audit",
]
Actions: TypeAlias = frozenset[Action]

ALL: Actions = frozenset(get_args(Action))
READ: Actions = frozenset({"read"})
KEEP: Actions = frozenset({"read", "update"})
OWN: Actions = frozenset({"read", "delete"})

PERMISSIONS: Mapping[Role, Mapping[Resource, Actions]] = {
    "admin": {resource: READ if resource == "audit" else ALL for resource in get_args(Resource)},
    "scheduler": {
        "sign_in": OWN,
        "facilities": READ,
        "sessions": ALL,
        "children": ALL,
        "guardians": KEEP,
        "registrations": KEEP,
        "schedules": READ,
        "immunizations": ALL,
        "observations": ALL,
        "forecasts": READ,
        "due": READ,
        "appointments": ALL,
        "texts": frozenset({"create", "read"}),
        "inbound": frozenset({"create", "read"}),
        "claims": KEEP,
        "handoffs": KEEP,
    },
    # A parent confirms and moves (update) and cancels (delete) what staff have booked.
    "parent": {
        "sign_in": OWN,
        "children": READ,
        "immunizations": READ,
        "forecasts": READ,
        "appointments": frozenset({"read", "update", "delete"}),
    },
}


def allows(role: Role, resource: Resource, action: Action) -> bool:
    """Whether the role may do this with some things of the kind."""
    return action in PERMISSIONS[role].get(resource, frozenset())


def roles_that_may(resource: Resource, action: Action) -> tuple[Role, ...]:
    """The roles that may do this, for the documentation of routes."""
    return tuple(role for role in PERMISSIONS if allows(role, resource, action))

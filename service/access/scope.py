"""Which rows an actor may see: the object-level half of permission.

What a role may do with a kind of thing stands in permissions.py; here stands which of them. Conditions
go into the query itself, so that a row out of scope is not found instead of being found and hidden.
"""

from typing import TypeAlias
from uuid import UUID

from piccolo.columns import Column
from piccolo.columns.combination import Where, WhereRaw

from service.access.actor import Actor
from service.errors import Forbidden, NotFound
from tables.people import Child, Guardian, Guardianship
from tables.places import Facility

Condition: TypeAlias = Where | WhereRaw

NOTHING = WhereRaw("false")

# Where the guardian `g` of a query was registered first: what a family writes is for that clinic, and not
# for every one that knows its number.
REGISTERED_FIRST_AT = """(SELECT c.facility FROM guardianship gs JOIN child c ON c.id = gs.child
                          WHERE gs.guardian = g.id ORDER BY c.created_at, c.id LIMIT 1)"""


def given(*conditions: Condition | None) -> tuple[Condition, ...]:
    """The conditions that restrict: `query.where(*given(children_in_scope(actor), by_status))`."""
    return tuple(condition for condition in conditions if condition is not None)


def facilities_in_scope(actor: Actor, facility: Column = Facility.id) -> Condition | None:
    """The facilities whose things the actor may see; None for all.

    Args:
        facility: The column of the query that holds the facility's id.
    """
    if actor.role == "admin":
        return None
    if actor.role == "scheduler" and actor.facility_ids:
        return facility.is_in(list(actor.facility_ids))
    # A parent sees a facility's name with a child or an appointment, not the facility as such.
    return NOTHING


def children_in_scope(actor: Actor, child: Column = Child.id) -> Condition | None:
    """The children that the actor may see; None for all.

    Args:
        child: The column of the query that holds the child's id, for example Appointment.child.
    """
    if actor.role == "admin":
        return None
    if actor.role == "scheduler":
        if not actor.facility_ids:
            return NOTHING
        return child.is_in(Child.select(Child.id).where(Child.facility.is_in(list(actor.facility_ids))))
    if actor.guardian_id is None:
        return NOTHING
    own = Guardianship.select(Guardianship.child).where(Guardianship.guardian == actor.guardian_id)
    return child.is_in(own)


def guardians_in_scope(actor: Actor, guardian: Column = Guardian.id) -> Condition | None:
    """The guardians that the actor may see, those of the children in scope; None for all.

    Args:
        guardian: The column of the query that holds the guardian's id.
    """
    if actor.role == "admin":
        return None
    if actor.role == "parent":
        return NOTHING if actor.guardian_id is None else guardian == actor.guardian_id
    if not actor.facility_ids:
        return NOTHING
    known = Guardianship.select(Guardianship.guardian).where(
        Guardianship.child.facility.is_in(list(actor.facility_ids))
    )
    return guardian.is_in(known)


def require_staff(actor: Actor) -> None:
    """Refuse parents.

    Raises:
        Forbidden: the actor is no admin and no scheduler.
    """
    if actor.role == "parent":
        raise Forbidden


def require_admin(actor: Actor) -> None:
    """Refuse everybody but admins.

    Raises:
        Forbidden: the actor is no admin.
    """
    if actor.role != "admin":
        raise Forbidden


def require_facility(actor: Actor, facility_id: UUID) -> None:
    """Refuse whoever does not work for the facility. Whether it exists is for the query to find.

    Raises:
        Forbidden: the actor is no staff.
        NotFound: the facility is not one of a scheduler's own.
    """
    require_staff(actor)
    if actor.role == "scheduler" and facility_id not in actor.facility_ids:
        raise NotFound("There is no such facility.")

"""The errors that Doseline expects, as one small tree.

DoselineError            code, title, safe detail
├── Unauthenticated      no valid token, or wrong credentials
├── Forbidden            may be seen, but not done
├── NotFound             also what a role may not see
├── TooManyAttempts      with the seconds to wait
├── Conflict             true when asked, but not any more, or not together
│   ├── SessionFull
│   ├── StaleVersion
│   ├── AlreadyBooked
│   ├── InUse
│   └── Duplicate
└── Invalid              the field and why
    └── Faulty           every fault of a document that was handed in

A detail is shown to whoever asked: it never holds a name, a phone number or a text. HTTP statuses
belong to the API (admin_api/problems.py); the carrier's own errors stand in service/carrier/port.py.
"""

from collections.abc import Sequence
from typing import ClassVar


class DoselineError(Exception):
    """An expected error, safe to show."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something is wrong"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title


class Unauthenticated(DoselineError):
    """Nobody is signed in, or the credentials are wrong: which of the two parts is not told."""

    code = "unauthenticated"
    title = "Sign in first"


class Forbidden(DoselineError):
    """The role may see this but not do it."""

    code = "forbidden"
    title = "Your role may not do this"


class NotFound(DoselineError):
    """There is no such thing, or it is not for this role to see."""

    code = "not_found"
    title = "Not found"


class TooManyAttempts(DoselineError):
    """Slow down."""

    code = "too_many_attempts"
    title = "Too many attempts"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"Try again in {retry_after_seconds} seconds.")
        self.retry_after_seconds = retry_after_seconds


class Conflict(DoselineError):
    """What was asked does not go with what is true now."""

    code = "conflict"
    title = "In conflict with what is stored"


class SessionFull(Conflict):
    """No place is left in the clinic session."""

    code = "session_full"
    title = "No place is left in this clinic session"


class StaleVersion(Conflict):
    """Somebody changed it first."""

    code = "stale_version"
    title = "It has changed since you read it"


class AlreadyBooked(Conflict):
    """The child has an active appointment that day."""

    code = "already_booked"
    title = "The child already has an appointment that day"


class InUse(Conflict):
    """Other rows depend on it."""

    code = "in_use"
    title = "It is still in use"


class Duplicate(Conflict):
    """There is one like it already."""

    code = "duplicate"
    title = "There is one like it already"


class Invalid(DoselineError):
    """A value that cannot be accepted: which field, and why."""

    code = "invalid"
    title = "A value cannot be accepted"

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Each field that is to blame, and why."""
        return [(self.field, self.why)]


class Faulty(Invalid):
    """A document that cannot be used, with all of its faults at once."""

    code = "faulty"
    title = "The document has faults"

    def __init__(self, field: str, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__(field, f"has {len(faults)} faults" if len(faults) != 1 else "has a fault")
        self.faults = tuple(faults)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Each fault by its place in the document."""
        return [(f"{self.field}: {place}", what) for place, what in self.faults]

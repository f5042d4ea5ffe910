"""What families say was done elsewhere, for staff to verify."""

from piccolo.constraints import Check
from piccolo.table import Table

from tables.accounts import User
from tables.appointments import Appointment
from tables.columns import instant, key, one_of, reference, words
from tables.messages import InboundMessage
from tables.people import Child

STATUSES = ("open", "verified", "rejected")


class VaccinationClaim(Table):
    """The doses of a visit were given elsewhere, says a parent ("already vaccinated"). The visit stays."""

    id = key()
    child = reference(Child)
    appointment = reference(Appointment)
    inbound = reference(InboundMessage, index=False)
    said_at = instant(index=True)
    status = words(16)
    settled_at = instant(null=True)
    settled_by = reference(User, null=True, index=False)

    vaccination_claim_status_known = one_of("status", STATUSES)
    vaccination_claim_settled = Check("(status = 'open') = (settled_at IS NULL)")

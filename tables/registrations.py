"""What parents ask for by text before they are known: a child to be registered, until staff settle it."""

from piccolo.columns import Text
from piccolo.constraints import Check
from piccolo.table import Table

from tables.accounts import User
from tables.columns import day, instant, key, one_of, reference, words, yes_no
from tables.messages import InboundMessage
from tables.people import E164, Child
from tables.places import Facility

CLAIM_STATUSES = ("open", "verified", "rejected", "duplicate")


class RegistrationClaim(Table):
    """A child as a phone has described it. It is nobody's child until staff have verified it."""

    id = key()
    phone = words(16)
    first_name = words(60)
    date_of_birth = day()
    # Reckoned from an age ("2 months old"), so that staff ask for the day.
    birth_is_estimate = yes_no()
    facility = reference(Facility)
    language = words(8)
    # The question that the parent agreed to, word for word; `inbound` is the text that agreed.
    consent_words = Text(null=False, default=None)
    inbound = reference(InboundMessage, index=False)
    status = words(16)
    # Also the moment of consent.
    created_at = instant()
    settled_at = instant(null=True)
    settled_by = reference(User, null=True, index=False)
    child = reference(Child, null=True)

    registration_claim_phone_is_e164 = Check(E164)
    registration_claim_status_known = one_of("status", CLAIM_STATUSES)
    registration_claim_settled = Check("(status = 'open') = (settled_at IS NULL)")

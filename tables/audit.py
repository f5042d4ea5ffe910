"""Who changed what: written with each change, never altered (a trigger refuses)."""

from piccolo.columns import JSONB, BigSerial
from piccolo.table import Table

from tables.columns import instant, one_of, plain_id, words

ACTOR_KINDS = ("user", "guardian", "system")


class AuditEntry(Table):
    """One change of one row: who, what, before and after."""

    id = BigSerial(primary_key=True)
    at = instant(index=True)
    actor_kind = words(16)
    actor_id = plain_id()
    action = words(40)
    subject = words(40)
    subject_id = plain_id(index=True)
    before = JSONB(null=True, default=None)
    after = JSONB(null=True, default=None)

    audit_entry_actor_known = one_of("actor_kind", ACTOR_KINDS)

"""Texts: what parents wrote, what we owe them, and what became of it."""

from typing import Literal, get_args

from piccolo.columns import JSONB, BigSerial, Boolean, Text
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from tables.accounts import User
from tables.appointments import Appointment
from tables.columns import day, instant, key, one_of, reference, small, whole, words, yes_no
from tables.people import E164, Guardian

OUTBOX_STATUSES = (
    "pending",
    "sending",
    "unknown",
    "accepted",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "suppressed",
    "expired",
    "parked",
)
OutboxKind = Literal[
    "reply",
    "opt_out",
    "booked",
    "moved",
    "cancelled",
    "reminder",
    "recall",
    "asked_again",
    "by_hand",
    "registered",
]
OUTBOX_KINDS: tuple[str, ...] = get_args(OutboxKind)
OPT_OUT_SOURCES = ("text", "carrier", "staff")
CONSENT_CHANGES = ("opted_out", "opted_in", "agreed", "withdrew", "wrong_number")


class InboundMessage(Table):
    """A text that a phone sent us, once per the carrier's id for it."""

    id = key()
    provider_sid = words(64, unique=True)
    phone = words(32, index=True)
    to_number = words(32)
    body = Text(null=False, default=None)
    media_count = small(default=0)
    # Fields of the webhook that we do not read today.
    other_fields = JSONB(null=False, default=None)
    received_at = instant(index=True)
    # Not brought by the webhook: found later in the carrier's own list.
    late = Boolean(null=False, default=False)
    # How it was understood: intent, rule, evidence. Null when nothing had to be understood.
    reading = JSONB(null=True, default=None)
    # In which circumstances it was read, so that it can be read again after they have changed. Names
    # children: health data, as the body is.
    scene = JSONB(null=True, default=None)
    # The schema version of `scene`.
    scene_version = small(null=True)
    outcome = words(24, null=True)

    inbound_message_scene_has_version = Check("(scene IS NULL) = (scene_version IS NULL)")


class ReadingCorrection(Table):
    """What staff say a text meant. A later one takes its place; the audit trail keeps both."""

    id = key()
    inbound = reference(InboundMessage, index=False)
    intent = words(32)
    # First names. Null: nothing is said of children; empty: the text names none.
    children = JSONB(null=True, default=None)
    # Days and hours. Null: nothing is said of them.
    wanted = JSONB(null=True, default=None)
    note = Text(null=True, default=None)
    corrected_by = reference(User, null=True)
    corrected_at = instant()

    reading_correction_once = Unique(["inbound"])


class OutboxMessage(Table):
    """A text that we owe a phone. Written with the change it tells of; sent later by a worker."""

    id = key()
    phone = words(16)
    body = Text(null=False, default=None)
    segments = small()
    kind = words(16)
    # Lower goes first: answers, then changes, then reminders.
    priority = small()
    guardian = reference(Guardian, null=True)
    # The visit it speaks of; the text is dropped when that is no longer its version.
    appointment = reference(Appointment, null=True)
    appointment_version = whole(null=True)
    in_answer_to = reference(InboundMessage, null=True)
    written_by = reference(User, null=True)
    not_before = instant()
    useful_until = instant()
    status = words(16)
    attempts = small(default=0)
    # While `sending`: when the claim of the worker that holds it lapses.
    leased_until = instant(null=True)
    provider_sid = words(64, null=True)
    error_code = whole(null=True)
    # Why it was not sent, where the status alone does not say.
    reason = words(16, null=True)
    # The text in whose place it goes out because that one did not arrive, and how often it was repeated.
    follows = reference("self", null=True, index=False)
    repeats = small(default=0)
    created_at = instant()
    # When the carrier was last asked to send it: what a parent writes after it may answer it.
    sent_at = instant(null=True)
    settled_at = instant(null=True)

    outbox_message_phone_is_e164 = Check(E164)
    outbox_message_status_known = one_of("status", OUTBOX_STATUSES)
    outbox_message_kind_known = one_of("kind", OUTBOX_KINDS)
    outbox_message_names_version = Check("(appointment IS NULL) = (appointment_version IS NULL)")


class OutboxVisit(Table):
    """A further visit of which one text speaks: a family's children of one day are told of together."""

    id = key()
    outbox_message = reference(OutboxMessage, index=False)
    appointment = reference(Appointment)
    appointment_version = whole()

    outbox_visit_once = Unique(["outbox_message", "appointment"])


class Conversation(Table):
    """What we are waiting for from one phone. Its row is the lock that keeps a phone's texts in order."""

    id = key()
    phone = words(16, unique=True)
    state = JSONB(null=False, default=None)
    # The schema version of `state`.
    state_version = small()
    # When the parent last wrote: prompts sent after it are still unanswered.
    turned_at = instant(null=True)
    # The text that asked what we wait to be answered; null while no question is open.
    question = reference(OutboxMessage, null=True, index=False)
    # Whether this phone has been offered another language: once is enough.
    language_offered = yes_no()
    created_at = instant()

    conversation_phone_is_e164 = Check(E164)


class Attempt(Table):
    """One call to the carrier for one text."""

    id = key()
    outbox_message = reference(OutboxMessage)
    number = small()
    started_at = instant()
    finished_at = instant(null=True)
    outcome = words(16, null=True)
    error_code = whole(null=True)

    attempt_once = Unique(["outbox_message", "number"])


class DeliveryReceipt(Table):
    """A status that the carrier reported for a text, once per status."""

    id = key()
    outbox_message = reference(OutboxMessage)
    provider_sid = words(64)
    status = words(24)
    error_code = whole(null=True)
    received_at = instant()

    delivery_receipt_once = Unique(["outbox_message", "status"])


class OptOut(Table):
    """A span in which a phone must not be texted. Never deleted; a START ends it."""

    id = key()
    phone = words(16)
    source = words(16)
    since = instant()
    inbound = reference(InboundMessage, null=True)
    ended_at = instant(null=True)

    opt_out_phone_is_e164 = Check(E164)
    opt_out_source_known = one_of("source", OPT_OUT_SOURCES)


class ConsentEntry(Table):
    """What a phone agreed to or forbade, one line after the other: append-only.

    Triggers on `opt_out` and `guardian` write it, so it is whole whichever code changes them.
    """

    id = BigSerial(primary_key=True)
    at = instant()
    phone = words(16, index=True)
    change = words(16)
    source = words(16, null=True)
    inbound = reference(InboundMessage, null=True, index=False)

    consent_entry_change_known = one_of("change", CONSENT_CHANGES)


class Sender(Table):
    """What all workers have to know of one sender (a number or a messaging service)."""

    id = key()
    name = words(64, unique=True)
    # The pace: when everything that was handed over has had its time at the permitted rate.
    busy_until = instant()
    spent_on = day()
    spent_segments = whole(default=0)
    # The breaker: no call before `closed_until`; then one text tries whether the carrier is back.
    failures = whole(default=0)
    closed_until = instant(null=True)
    error_code = whole(null=True)
    # Up to when the carrier's list of parents' texts was compared with ours.
    inbound_compared_until = instant()
    # Which database this row was last used in: another one is a copy, restored from a backup.
    database_id = words(80)


class Handoff(Table):
    """A conversation that needs a person."""

    id = key()
    phone = words(16)
    reason = words(32)
    inbound = reference(InboundMessage, null=True)
    opened_at = instant(index=True)
    closed_at = instant(null=True)
    closed_by = reference(User, null=True)

    handoff_phone_is_e164 = Check(E164)

"""Visits that were agreed, and the reminders and recalls planned for them."""

from piccolo.constraints import Check, Unique
from piccolo.table import Table

from tables.columns import day, instant, key, list_of_words, one_of, reference, whole, words
from tables.people import Child
from tables.places import ClinicSession

STATUSES = ("booked", "confirmed", "cancelled", "attended", "missed")
ACTIVE = ("booked", "confirmed")
REMINDER_KINDS = ("three_days", "one_day", "recall_1", "recall_2", "recall_3", "recall_task")
REMINDER_STATUSES = ("planned", "queued", "silenced")


class Appointment(Table):
    """A child's place in a clinic session.

    `version` grows with every change of what the family was told (moved, cancelled, over), so that an
    answer or a reminder that belongs to an earlier state of it is recognised. A confirmation changes
    nothing that the family was told and leaves it as it is.
    """

    id = key()
    child = reference(Child)
    clinic_session = reference(ClinicSession)
    # The day of the visit on the facility's calendar: one active visit per child and day.
    day = day()
    status = words(16)
    version = whole(default=1)
    created_at = instant()
    changed_at = instant()

    appointment_status_known = one_of("status", STATUSES)
    appointment_version_counts = Check("version >= 1")


class Reminder(Table):
    """A timer: a text, or after the last recall a task for staff, about one version of an appointment."""

    id = key()
    appointment = reference(Appointment)
    appointment_version = whole()
    kind = words(16)
    due_at = instant()
    status = words(16)
    settled_at = instant(null=True)

    reminder_once = Unique(["appointment", "appointment_version", "kind"])
    reminder_kind_known = one_of("kind", REMINDER_KINDS)
    reminder_status_known = one_of("status", REMINDER_STATUSES)


class PlannedDose(Table):
    """A dose that a visit is for."""

    id = key()
    appointment = reference(Appointment, index=False)
    # The vaccine that is expected to be given.
    cvx = words(24)
    label = words(160)
    antigens = list_of_words()

    planned_dose_once = Unique(["appointment", "cvx"])

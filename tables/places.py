"""Where children are vaccinated, and when there is room."""

from piccolo.constraints import Check, Unique
from piccolo.table import Table

from tables.columns import instant, key, reference, wall_time, whole, words, yes_no


class Facility(Table):
    """A clinic. Its zone decides what "tomorrow" and "at night" mean for its families."""

    id = key()
    name = words(80, unique=True)
    address = words(160)
    phone = words(16, null=True)
    # IANA name, for example Africa/Nairobi.
    zone = words(64)
    # ISO 3166 alpha-2: how local phone numbers are read and which way round 3/12 is.
    country = words(2)
    language = words(8)
    # Automatic texts are sent from/until these hours of the facility's own clock.
    texts_from = wall_time()
    texts_until = wall_time()
    sunday_texts_from = wall_time()
    # The civil hour at which reminders go out.
    remind_at = wall_time()
    # Whether the programme lets texts name what a visit is for: a phone is read by others too.
    names_vaccines = yes_no()
    # The number on its posters, by which parents name it when they register a child by text. Of two digits
    # or more, so that it is never taken for a numbered answer.
    join_code = whole(null=True, unique=True)
    # What is said to medical questions, in the facility's own words; null: the catalogue's.
    medical_sentence = words(300, null=True)
    created_at = instant()

    facility_text_hours = Check(
        "texts_from < texts_until AND sunday_texts_from < texts_until"
        " AND remind_at >= texts_from AND remind_at < texts_until"
    )
    facility_join_code_is_no_choice = Check("join_code BETWEEN 10 AND 9999")


class ClinicSession(Table):
    """A time in which a facility vaccinates, with a number of places."""

    id = key()
    facility = reference(Facility)
    starts_at = instant(index=True)
    ends_at = instant()
    capacity = whole()
    # Places taken. Kept by conditional updates; the check is what makes overbooking impossible.
    booked = whole(default=0)
    created_at = instant()

    clinic_session_never_overbooked = Check("booked >= 0 AND booked <= capacity")
    clinic_session_has_room = Check("capacity >= 0")
    clinic_session_ends_after_start = Check("ends_at > starts_at")
    clinic_session_once = Unique(["facility", "starts_at", "ends_at"])

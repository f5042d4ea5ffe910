"""What children are vaccinated with and when: schedules, doses given, what is known of a child, forecasts."""

from piccolo.columns import JSONB, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from tables.columns import (
    day,
    instant,
    key,
    octets,
    one_of,
    plain_id,
    reference,
    words,
    yes_no,
)
from tables.people import Child
from tables.places import Facility

SOURCES = ("given_here", "health_card", "registry", "told")

# CDC's numbers have two or three digits; a vaccine without one has a name of its own in its schedule.
CVX = "cvx ~ '^([0-9]{2,3}|X-[A-Z0-9-]{1,20})$'"


class Vaccine(Table):
    """A vaccine by its CVX code; the name is empty for a code that no schedule has named yet."""

    cvx = Varchar(length=24, primary_key=True, default=None, null=False)
    name = words(80)

    vaccine_cvx_is_a_code = Check(CVX)


class ScheduleVersion(Table):
    """A schedule as it was handed in. What it says never changes: a change of it is another version.

    For a child the version counts that was activated last among those that are valid, are for the country
    of its facility or for any, and are for the cohort in which it was born.
    """

    id = key()
    # The hash of the content.
    version = words(64)
    schedule = words(64)
    name = words(160)
    # The files as they were handed in, by name.
    content = octets()
    # ISO 3166 alpha-2; null stands for every country that has none of its own.
    country = words(2, null=True)
    valid_from = day(null=True)
    # The birth cohort: from this day, until before that day.
    born_from = day(null=True)
    born_before = day(null=True)
    added_at = instant()
    activated_at = instant(null=True)

    # One content may serve several countries and cohorts, each by an entry of its own.
    schedule_version_once = Unique(
        ["version", "country", "valid_from", "born_from", "born_before"], nulls_distinct=False
    )
    schedule_version_cohort = Check("born_from < born_before")


class Immunization(Table):
    """A dose that was given, wherever it was given. Whether it counts is worked out, never typed."""

    id = key()
    child = reference(Child)
    vaccine = reference(Vaccine, index=False)
    given_on = day()
    mvx = words(8)
    lot = words(40)
    lot_expires = day(null=True)
    # Where on the body: left arm, right thigh, by mouth.
    site = words(40)
    # Recalled, wrongly given, or its cold chain was broken.
    spoilt = yes_no()
    # Where it was given; null where that is no facility of ours.
    facility = reference(Facility, null=True)
    # The visit at which it was given.
    appointment = plain_id()
    source = words(16)
    recorded_by = plain_id()
    recorded_at = instant()

    immunization_source_known = one_of("source", SOURCES)


class Observation(Table):
    """Something known of a child, in CDSi's codes: a contraindication, an immunity, a condition."""

    id = key()
    child = reference(Child)
    code = words(24)
    observed_on = day(null=True)
    recorded_by = plain_id()
    recorded_at = instant()

    observation_once = Unique(["child", "code"])


class Forecast(Table):
    """What a child needs next of each vaccine group, as it was worked out last: one row for each child.

    The groups stand in one value, because they are worked out together and written every night; the two
    days are what lists are made by.
    """

    id = key()
    child = reference(Child, index=False)
    # Null where no schedule is in force for the child.
    schedule_version = reference(ScheduleVersion, null=True)
    # The facility's day for which it holds; null asks for it to be worked out anew. The migration indexes it,
    # those first that ask.
    assessed_on = day(null=True)
    groups = JSONB(null=False, default=None)
    # The first recommended day of a dose to come, and the first day after which one is overdue.
    due_on = day(null=True, index=True)
    past_due_on = day(null=True)

    forecast_once = Unique(["child"])

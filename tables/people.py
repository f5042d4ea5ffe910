"""Children and the adults who answer for them."""

from piccolo.constraints import Check, Unique
from piccolo.table import Table

from tables.columns import day, instant, key, one_of, reference, words
from tables.places import Facility

SEXES = ("female", "male", "unknown")
RELATIONSHIPS = ("mother", "father", "grandparent", "carer")

E164 = r"phone ~ '^\+[1-9][0-9]{6,14}$'"


class Guardian(Table):
    """The adult on a phone; "parent or carer" in texts."""

    id = key()
    phone = words(16, unique=True)
    name = words(80)
    language = words(8)
    # When the guardian agreed to be texted; null means never, and nothing automatic is sent.
    consented_at = instant(null=True)
    created_at = instant()

    guardian_phone_is_e164 = Check(E164)


class Child(Table):
    """A child, registered at one facility."""

    id = key()
    facility = reference(Facility)
    first_name = words(60)
    last_name = words(60)
    date_of_birth = day()
    sex = words(8)
    created_at = instant()

    child_sex_known = one_of("sex", SEXES)


class Guardianship(Table):
    """Who answers for whom: several adults for a child, several children for an adult."""

    id = key()
    guardian = reference(Guardian)
    child = reference(Child)
    relationship = words(16)

    guardianship_once = Unique(["guardian", "child"])
    guardianship_relationship_known = one_of("relationship", RELATIONSHIPS)

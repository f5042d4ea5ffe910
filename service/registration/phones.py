"""Phone numbers as people write them, read as E.164."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from service.errors import Invalid

# What the tables hold: a plus sign and 7 to 15 digits.
SHORTEST, LONGEST = 8, 16
# Longer than any number with its spaces, dots and brackets.
LONGEST_TYPED = 40


def read_phone(text: str, *, country: str | None, field: str) -> str:
    """The number in E.164.

    Its length must be possible for its country; whether the range is in use is not asked. Ranges open
    faster than the library's tables are renewed, which would turn real parents away, and the carrier's
    test numbers lie outside all ranges.

    Args:
        country: ISO 3166 alpha-2 of the country whose local spelling is read; None takes +... only.
        field: Where it was given, for the error.

    Raises:
        Invalid: it is no possible number. The number itself is not repeated.
    """
    number = _parsed(text, country)
    if number is None or number.extension or not phonenumbers.is_possible_number(number):
        raise Invalid(field, "is not a phone number; write it like +254700000001")
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if not SHORTEST <= len(written) <= LONGEST:
        raise Invalid(field, "is too short or too long for a phone number")
    return written


def _parsed(text: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    if len(text) > LONGEST_TYPED or not text.isprintable():
        return None
    try:
        return phonenumbers.parse(text, country)
    except NumberParseException:
        return None


def country_of(phone: str) -> str | None:
    """The country of a number in E.164, ISO 3166 alpha-2; None where it belongs to none."""
    number = _parsed(phone, None)
    return None if number is None else phonenumbers.region_code_for_number(number)

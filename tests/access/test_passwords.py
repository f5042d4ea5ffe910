"""Passwords: refused when easily guessed, kept so that a copy of the database opens nothing."""

import pytest
from argon2 import PasswordHasher

from service.access import passwords
from service.errors import Invalid

EMAIL, NAME = "grace.njeri@example.org", "Grace Njeri"


@pytest.mark.parametrize(
    "password",
    [
        "seven quiet herons wade",
        "mbuzi kumi na mbili shambani",
        "x" * 7 + "kd9!Qm2#vLz",
        "пятнадцать цапель идут",
    ],
)
def test_a_few_words_are_accepted(password: str) -> None:
    passwords.check(password, email=EMAIL, name=NAME)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("fourteen chars", "shorter than 15"),
        ("w" + "ordsandmore" * 12, "longer than 128"),
        ("aaaaaaaaaaaaaaaaa", "one character"),
        ("abcabcabcabcabcab", "a short pattern"),
        ("passwordpassword", "known from breaches"),
        ("PasswordPassword", "the same in other letters"),
        ("123456789012345", "digits in their order"),
        ("qwertyuiopasdfgh", "along the keyboard"),
        ("zyxwvutsrqponmlkji", "the alphabet backwards"),
        ("doseline is my life", "the service's name"),
        ("grace.njeri herons", "the e-mail address"),
        ("my name is Njeri 123", "the person's name"),
    ],
)
def test_an_obvious_password_is_refused(password: str, reason: str) -> None:
    with pytest.raises(Invalid, match=r"^password: ") as refusal:
        passwords.check(password, email=EMAIL, name=NAME)
    assert password not in str(refusal.value), reason


def test_short_parts_of_a_name_may_appear() -> None:
    passwords.check("an ox in the long grass", email="al@example.org", name="Al Ox")


async def test_what_is_stored_is_argon2id_and_differs_each_time() -> None:
    first = await passwords.hashed("seven quiet herons wade")
    second = await passwords.hashed("seven quiet herons wade")
    assert first != second
    assert first.startswith("$argon2id$")
    assert await passwords.matches("seven quiet herons wade", first)
    assert not await passwords.matches("seven quiet herons wadE", first)


async def test_a_password_is_the_same_however_the_keyboard_composes_it() -> None:
    stored = await passwords.hashed("caf\u00e9 con leche y pan")
    assert await passwords.matches("cafe\u0301 con leche y pan", stored)


async def test_no_password_opens_an_account_that_does_not_exist() -> None:
    assert not await passwords.matches("nobody has this password", None)


def test_the_work_for_an_unknown_account_is_the_work_for_a_known_one() -> None:
    assert not PasswordHasher().check_needs_rehash(passwords.NOBODY)

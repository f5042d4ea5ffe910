"""What parents write when they register a child: names, days of birth, facilities, and the word JOIN."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.facts import KnownFacility
from conversations.joining.births import OLDEST_YEARS, Birth, births, plausible
from conversations.joining.likeness import facilities_named, likeness
from conversations.joining.names import first_name
from conversations.joining.words import join_language, joining_words, month_numbers
from conversations.understanding.languages import languages

TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("en", "3 march 2026", ["2026-03-03"]),
        ("en", "March 3rd, 2026", ["2026-03-03"]),
        ("en", "she was born on the 3rd of March 2026 in Kilimani", ["2026-03-03"]),
        ("en", "3 mar 26", ["2026-03-03"]),
        ("en", "13/1/2026", ["2026-01-13"]),
        ("en", "1/13/26", ["2026-01-13"]),
        ("en", "2026-01-13", ["2026-01-13"]),
        ("en", "13.01.2026", ["2026-01-13"]),
        # Two readings, or no year: asked about, never guessed.
        ("en", "3/2/2026", ["2026-03-02", "2026-02-03"]),
        ("en", "2/2/2026", ["2026-02-02"]),
        ("en", "3 march", ["2026-03-03", "2025-03-03"]),
        ("en", "december 25", ["2025-12-25", "2024-12-25"]),
        ("en", "born yesterday", ["2026-03-03"]),
        ("en", "the day before yesterday", ["2026-03-02"]),
        ("en", "today!", ["2026-03-04"]),
        ("en", "10 days old", ["2026-02-22"]),
        ("en", "three days ago", ["2026-03-01"]),
        ("es", "3 de marzo de 2026", ["2026-03-03"]),
        ("es", "el 3 de marzo del 26", ["2026-03-03"]),
        ("es", "nació ayer", ["2026-03-03"]),
        ("es", "antes de ayer", ["2026-03-02"]),
        ("es", "hace tres días", ["2026-03-01"]),
        # Days that cannot be are read as what they say, for the parent to be told.
        ("en", "3 march 2027", ["2027-03-03"]),
        ("en", "3/3/1985", ["1985-03-03"]),
        # No day at all, or no single one.
        ("en", "31 february 2026", []),
        ("en", "the 3rd", []),
        ("en", "monday", []),
        ("en", "born 3/3/2026 or 4/4/2026", []),
        ("en", "2 years old", []),
        ("en", "30 months", []),
        ("en", "march or april 3", []),
        ("en", "0700 000 001", []),
        ("en", "+254700000001", []),
        ("en", "", []),
    ],
)
def test_a_day_of_birth_is_read_as_parents_write_it(language: str, text: str, days: list[str]) -> None:
    assert [birth.on.isoformat() for birth in births(text, language, TODAY)] == days


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "2 months old", "2026-01-04"),
        ("en", "she is two months", "2026-01-04"),
        ("en", "6 weeks", "2026-01-21"),
        ("en", "one month and 2 weeks", "2026-01-21"),
        ("es", "tiene dos meses", "2026-01-04"),
        ("sw", "ana miezi miwili", "2026-01-04"),
        ("sw", "mwezi mmoja na wiki 2", "2026-01-21"),
    ],
)
def test_an_age_tells_a_day_only_about(language: str, text: str, day: str) -> None:
    assert births(text, language, TODAY) == (Birth(date.fromisoformat(day), about=True),)


def test_an_age_in_months_ends_with_the_month_it_leads_to() -> None:
    assert births("1 month", "en", date(2026, 3, 31)) == (Birth(date(2026, 2, 28), about=True),)


@pytest.mark.parametrize(
    ("born", "possible"),
    [
        ("2026-03-04", True),
        ("2026-03-05", False),
        ("2007-03-04", True),
        ("2007-03-03", False),
        ("1985-03-03", False),
    ],
)
def test_a_birth_lies_behind_and_within_a_childhood(born: str, possible: bool) -> None:  # noqa: FBT001 - a table
    assert plausible(date.fromisoformat(born), TODAY) is possible


@settings(deadline=None)
@given(
    st.text(max_size=300) | st.from_regex(r"[0-9 /.-]{1,40}( (months|march|días|2026))*", fullmatch=True),
    st.sampled_from(languages()),
    st.dates(date(2000, 1, 1), date(2100, 12, 31)),
)
def test_whatever_is_written_is_a_day_or_none(text: str, language: str, today: date) -> None:
    for birth in births(text, language, today):
        assert not birth.about or today - timedelta(days=800) < birth.on <= today


@settings(deadline=None)
@given(st.dates(date(2008, 1, 1), TODAY), st.sampled_from(languages()))
def test_a_whole_date_is_that_date_in_every_language(born: date, language: str) -> None:
    names = {number: name for name, number in month_numbers(language).items()}
    written = f"{born.day} {names[born.month]} {born.year}"
    assert births(written, language, TODAY) == (Birth(born),)
    assert births(born.isoformat(), language, TODAY) == (Birth(born),)
    assert plausible(born, TODAY)
    assert TODAY.year - born.year <= OLDEST_YEARS


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("zuri", "Zuri"),
        ("ZURI", "Zuri"),
        ("her name is zuri.", "Zuri"),
        ("It's Zuri \U0001f600", "Zuri"),
        ("mary anne", "Mary Anne"),
        ("McKenzie", "McKenzie"),
        ("n'golo", "N'Golo"),
        ("José", "José"),
        ("Will", "Will"),
        ("se llama lucía", "Lucía"),
        ("अमित", "अमित"),
        ("yes", None),
        ("my baby", None),
        ("Zuri Wanjiku Otieno", None),
        ("zuri2", None),
        ("A", None),
        ("http://x.example", None),
        ("Zuri\nJuma", None),
        ("", None),
        ("\u202eiruz", "Iruz"),
    ],
)
def test_a_first_name_is_found_and_nothing_else_is_taken_for_one(text: str, name: str | None) -> None:
    assert first_name(text, "en") == name


@settings(deadline=None)
@given(st.text(max_size=200))
def test_a_name_is_short_visible_and_of_one_line(text: str) -> None:
    name = first_name(text, "en")
    assert name is None or (name.isprintable() and 1 < len(name) <= 60 and name.strip() == name)


FACILITIES = tuple(
    KnownFacility(UUID(int=at), name, number)
    for at, (name, number) in enumerate(
        {
            "Kilimani Clinic": 12,
            "Kilifi County Hospital": 14,
            "Westlands Health Centre": None,
            "Hospital de Coyoacán": 20,
            "Kilimani Mother and Child Clinic": 21,
            "Clinic 24": 24,
        }.items()
    )
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("12", ["Kilimani Clinic"]),
        ("number 14 please", ["Kilifi County Hospital"]),
        ("99", []),
        ("kilimani clinic", ["Kilimani Clinic"]),
        ("KILIMANI", ["Kilimani Clinic", "Kilimani Mother and Child Clinic"]),
        ("kilimani mother", ["Kilimani Mother and Child Clinic"]),
        ("coyoacan", ["Hospital de Coyoacán"]),
        ("the westland centre", ["Westlands Health Centre"]),
        ("kilifi hosptal", ["Kilifi County Hospital"]),
        ("Mombasa", []),
        ("", []),
        ("yes", []),
    ],
)
def test_a_facility_is_found_by_number_or_by_most_of_its_name(text: str, names: list[str]) -> None:
    assert [one.name for one in facilities_named(text, FACILITIES, "en")] == names


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [("Zuri", "zurí", True), ("Zuri", "Zurie", True), ("Mohamed", "Mohammed", True), ("Zuri", "Juma", False)],
)
def test_names_typed_twice_are_alike(one: str, other: str, alike: bool) -> None:  # noqa: FBT001 - a table
    assert (likeness(one, other) >= 0.4) is alike


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_does_not_depend_on_the_order(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1


@pytest.mark.parametrize(
    ("text", "home", "language"),
    [
        ("JOIN", "en", "en"),
        ("join", "es", "es"),
        ("hi, I want to register my baby please", "en", "en"),
        ("Quiero registrar a mi hija", "en", "es"),
        ("REGISTRO", "en", "es"),
        ("dont register me", "en", None),
        ("can you join us on monday", "en", None),
        ("> Write JOIN to add your child\nno", "en", None),
        ("no", "en", None),
        ("", "en", None),
    ],
)
def test_the_word_is_found_where_nothing_else_is_said(text: str, home: str, language: str | None) -> None:
    assert join_language(text, home) == language


@pytest.mark.parametrize("language", languages())
def test_every_language_has_words_for_it(language: str) -> None:
    assert joining_words(language).join
    assert set(month_numbers(language).values()) == set(range(1, 13))

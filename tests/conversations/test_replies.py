"""What we text, in every language."""

import re
import unicodedata
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.effects import Param, Params, Say
from conversations.facts import Place, Visit
from conversations.intents import Intent
from conversations.joining.words import join_language
from conversations.replies import render
from conversations.replies.catalogue import catalogue, placeholders
from conversations.replies.rendering import LONGEST
from conversations.replies.segments import count
from conversations.understanding.languages import languages
from conversations.understanding.reader import understand
from conversations.understanding.reading import Question, Scene

NAIROBI = ZoneInfo("Africa/Nairobi")
AT = datetime(2026, 3, 14, 10, tzinfo=NAIROBI)
ORDINARY: Params = {
    "child": "Zuri",
    "starts_at": AT,
    "facility": "Kilimani Clinic",
    "diseases": ("Diphtheria", "Tetanus", "Pertussis", "Polio", "Pneumococcal"),
    "due_on": AT.date(),
    "born": AT.date(),
    "days": (AT.date(), AT.date().replace(day=3)),
    "facilities": ("Kilimani Clinic", "Kilifi Clinic"),
    "day": AT.date(),
    "languages": languages(),
    "sentence": "Please call the clinic, or go to emergency care now. A nurse will call you.",
    "address": "12 Argwings Kodhek Road",
    "phone": "+254 20 555 0100",
    "offers": tuple(Place(UUID(int=n), AT.replace(day=10 + n), "Kilimani Clinic") for n in range(3)),
    "visits": tuple(
        Visit(UUID(int=n), 1, UUID(int=n), name, AT, "Kilimani Clinic")
        for n, name in enumerate(["Zuri", "Juma"])
    ),
}
# Their letters are not in the short alphabet: a text of theirs is dear, and kept short instead.
OTHER_SCRIPTS = {"hi"}
EVERY_REPLY = [(language, key) for language in languages() for key in catalogue(language).replies]


@pytest.mark.parametrize(("language", "key"), EVERY_REPLY)
def test_a_reply_says_what_it_costs_and_fits_the_short_alphabet(language: str, key: str) -> None:
    counted = count(render(key, ORDINARY, language))
    assert counted.segments == catalogue(language).replies[key].segments
    assert counted.encoding == ("UCS-2" if language in OTHER_SCRIPTS else "GSM-7")


@pytest.mark.parametrize(("language", "key"), EVERY_REPLY)
def test_a_reply_is_filled_in_completely_and_asks_for_no_word_that_carriers_take_for_stop(
    language: str, key: str
) -> None:
    text = render(key, ORDINARY, language)
    assert not re.search(r"[{}<>]|None", text)
    assert not re.search(r"\b(?:CANCEL|END|QUIT|CANCELAR|FIN)\b", text)


@pytest.mark.parametrize("language", languages())
def test_the_words_we_ask_for_are_understood(language: str) -> None:
    """A reply that says "Reply MOVE" promises that MOVE works."""
    scene = Scene(now=AT.replace(day=4), language=language, question=Question.WILL_YOU_COME, visits_at=(AT,))
    asked = {
        word
        for reply in catalogue(language).replies.values()
        for word in re.findall(r"\b[A-Z]{2,}(?: [A-Z]{2,})*\b|(?<=\u201c)[^\u201d]+", reply.text)
    }
    asked = {word for word in asked if join_language(word, language) is None}
    understood = {
        word: understand(word, scene).intent
        for word in asked - {"OK", "BOTH", "AMBOS", "LES DEUX", "SMS", "WOTE", "दोनों"}
    }
    assert Intent.UNKNOWN not in understood.values(), understood


@pytest.mark.parametrize(
    ("key", "language", "text"),
    [
        ("when", "en", "Zuri's visit is Sat 14 Mar at 10:00, Kilimani Clinic."),
        ("when", "sw", "Miadi ya Zuri ni Jumamosi 14 Mac saa 4:00 asubuhi, Kilimani Clinic."),
        ("when", "es", "La cita de Zuri es sab 14 mar a las 10:00, Kilimani Clinic."),
        (
            "which_place",
            "es",
            "¿Cual prefiere?\n1 mar 10 mar 10:00\n2 mie 11 mar 10:00\n3 jue 12 mar 10:00\nRes",
        ),
        ("when", "hi", "Zuri का टीका शनि 14 मार्च, 10:00, Kilimani Clinic में है।"),
        ("when_all", "en", "Planned: Zuri Sat 14 Mar 10:00; Juma Sat 14 Mar 10:00."),
        (
            "where_all",
            "en",
            "Planned: Zuri Sat 14 Mar 10:00, Kilimani Clinic; Juma Sat 14 Mar 10:00, Kilimani Clinic.",
        ),
    ],
)
def test_dates_are_written_in_the_parents_language_and_the_facilitys_zone(
    key: str, language: str, text: str
) -> None:
    assert render(key, ORDINARY, language).replace("é", "e").startswith(text)


def test_places_of_several_facilities_are_told_apart() -> None:
    offers = (Place(UUID(int=1), AT, "North"), Place(UUID(int=2), AT, "South"))
    assert "1 Sat 14 Mar 10:00, North\n2 Sat 14 Mar 10:00, South" in render(Say("offers", {"offers": offers}))


def test_a_language_we_do_not_have_is_answered_in_english() -> None:
    assert render("when", ORDINARY, "xx") == render("when", ORDINARY, "en")


def test_a_value_that_is_missing_is_an_error_and_not_a_strange_text() -> None:
    with pytest.raises(KeyError):
        render("when", {"child": "Zuri"})


names = st.text(max_size=100)


@given(st.sampled_from(EVERY_REPLY), names, names)
def test_names_stay_one_short_line_whatever_a_form_let_through(
    reply: tuple[str, str], child: str, facility: str
) -> None:
    language, key = reply
    values: dict[str, Param] = {**ORDINARY, "child": child, "facility": facility}
    text = render(key, values, language)
    plain = render(key, {**ORDINARY, "child": "", "facility": ""}, language)
    assert text.count("\n") == plain.count("\n")
    assert all(unicodedata.category(mark)[0] != "C" for mark in text if mark != "\n")
    times = len(re.findall(r"{(?:child|facility)}", catalogue(language).replies[key].text))
    assert len(text) <= len(plain) + times * max(LONGEST.values())


def test_every_language_asks_for_the_same_values() -> None:
    for key, reply in catalogue("en").replies.items():
        assert {placeholders(catalogue(language).replies[key].text) for language in languages()} == {
            placeholders(reply.text)
        }

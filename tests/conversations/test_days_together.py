"""Days that no single clause holds, and days that are counted from others."""

from datetime import date, datetime, time
from typing import Any

import pytest
from msgspec import structs

from conversations.intents import Intent
from conversations.understanding.reader import understand
from conversations.understanding.reading import Question, Reading, Scene
from conversations.wish import DayPart, Wish

# A Wednesday; the visit is on Thursday of the week after.
REMINDED = Scene(
    now=datetime(2026, 3, 4, 9),
    language="en",
    question=Question.WILL_YOU_COME,
    guardian="Amina",
    children=("Zuri",),
    visits_at=(datetime(2026, 3, 12, 10),),
    choices=3,
    region="GB",
)
OFFERED = structs.replace(
    REMINDED,
    question=Question.WHICH_PLACE,
    offers=(datetime(2026, 3, 9, 9), datetime(2026, 3, 10, 14), datetime(2026, 3, 13, 11, 30)),
)


def march(*days: int) -> tuple[date, ...]:
    return tuple(date(2026, 3, day) for day in days)


def stretch(first: int, last: int) -> Wish:
    return Wish(earliest=date(2026, 3, first), latest=date(2026, 3, last))


def read(text: str, scene: Scene = REMINDED, **changes: Any) -> Reading:
    return understand(text, structs.replace(scene, **changes))


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        # days that only tell why
        ("I work on mondays, tuesday?", Wish(dates=march(10))),
        ("we came on monday but you were closed, can we come friday", Wish(dates=march(6))),
        ("thursday he has an exam. friday afternoon?", Wish(dates=march(6), part=DayPart.AFTERNOON)),
        # stretches and what lies in them
        ("next week, from wednesday on", stretch(11, 15)),
        ("next week, between tuesday and thursday", stretch(10, 12)),
        ("tue-thu next week", stretch(10, 12)),
        ("after the 20th, a monday please", Wish(dates=march(23))),
        ("we are away until the 20th, monday please", Wish(dates=march(23))),
        # days that are told by what they are not
        ("not this friday, the other one", Wish(dates=march(13), excluded=march(6))),
        ("not next week, the week after", stretch(16, 22)),
        ("not on fridays, the other days are fine", Wish(excluded=march(6))),
        ("friday morning no, friday afternoon yes", Wish(dates=march(6), part=DayPart.AFTERNOON)),
        # counted from a day
        ("two days after the appointment", Wish(dates=march(14))),
        ("a week after tomorrow", Wish(dates=march(12))),
        ("an hour later", Wish(dates=march(12), at=time(11))),
        # months by their distance
        ("the second tuesday of next month", Wish(dates=(date(2026, 4, 14),))),
        ("the last day of the month", Wish(dates=march(31))),
        ("the 2nd of the month", Wish(dates=(date(2026, 4, 2),))),
        ("second half of march", stretch(16, 31)),
        # alternatives that only a weekday or week before them tells
        ("this friday or the one after", Wish(dates=march(6, 13))),
        ("next week or the week after", stretch(9, 22)),
        ("the 12/13 april", Wish(dates=(date(2026, 4, 12), date(2026, 4, 13)))),
        # the visit's day, and its weekday in another week
        ("that day but in the afternoon", Wish(dates=march(12), part=DayPart.AFTERNOON)),
        ("the week after, same day and same time", Wish(dates=march(19), at=time(10))),
        ("after the 12, a tuesday please", Wish(dates=march(17))),
        ("i can't until the 20th, after that it's fine", Wish(earliest=date(2026, 3, 21))),
        ("can we do another day", Wish(excluded=march(12))),
        ("she has fever, can we do another day?", Wish(earliest=date(2026, 3, 13), excluded=march(12))),
        # what is a side of a day that was only told
        ("we leave town on the 20th, anything before that?", Wish(latest=date(2026, 3, 19))),
        ("payday is the 15th so any time after that", Wish(earliest=date(2026, 3, 16))),
        ("can we push it back two weeks", Wish(dates=(date(2026, 3, 26),))),
        ("the weekend but not sunday", Wish(dates=march(7), excluded=march(8))),
        ("half 9 on the friday instead", Wish(dates=march(13), at=time(9, 30))),
        ("any day next week but friday", structs.replace(stretch(9, 15), excluded=march(13))),
        # the day after one that only tells why; a part of a day that is refused
        ("tomorrow i am away, the day after is fine", Wish(dates=march(6))),
        ("not in the morning on friday", Wish(dates=march(6), part=DayPart.AFTERNOON)),
        ("is friday not possible?", Wish(dates=march(6))),
        # figures with a dot are a date where no hour ends so, or beside an hour
        ("14.12 please", Wish(dates=(date(2026, 12, 14),))),
        ("10.30 on monday", Wish(dates=march(9), at=time(10, 30))),
        # numbers that are no days
        ("call me on 07 48 15 20 11, monday is fine", Wish(dates=march(9))),
    ],
)
def test_days_are_put_together(text: str, wish: Wish) -> None:
    found = read(text).wish
    assert structs.replace(found, excluded=wish.excluded and found.excluded) == wish


@pytest.mark.parametrize(
    ("text", "dates", "at"),
    [
        ("the soonest of those", march(9), time(9)),
        ("the last of those", march(13), time(11, 30)),
        ("friday but an hour later", march(13), time(12, 30)),
        ("not monday, the others are fine", march(10, 13), None),
        ("none of these, monday after", march(16), None),
        ("either of the first two", march(9, 10), None),
        ("the middle one", march(10), time(14)),
        ("11:30", march(13), time(11, 30)),
        ("the 10 is no good, 13 yes", march(13), None),
    ],
)
def test_places_are_told_by_each_other(text: str, dates: tuple[date, ...], at: time | None) -> None:
    reading = read(text, OFFERED)
    assert (reading.wish.dates, reading.wish.at) == (dates, at)


@pytest.mark.parametrize(
    "text",
    [
        "in two weeks",  # some mean the very day
        "the end of the month",
        "tuesday 18",  # the 18th is a Wednesday
        "tomorrow, friday",
        "can we come tuesday with 17",
        "after diwali please",  # nobody has told us when that is
        "wednesday",  # said on a Wednesday morning
        "monday is a holiday so can we do the 17th",
        "tuesday at 10:30 at 2",
        "we can't come on thursday, friday or monday",  # the list may go on with what is refused
        "tomorrow, no friday",  # which of them is refused?
        "not friday. friday at 5?",  # a week later, or after all?
        "next tuesday",  # in six days, or in a week and six
        "el 2",  # a day, or an answer of the list
    ],
)
def test_days_without_sharp_bounds_and_numbers_left_over_are_asked_about(text: str) -> None:
    assert read(text).ask


def test_who_names_only_the_visits_own_day_to_move_to_is_asked() -> None:
    reading = read("can we move it, the 12th please")
    assert (reading.wish.dates, reading.ask) == (march(12), True)


def test_of_offers_a_word_for_a_weekday_and_a_place_is_asked_about() -> None:
    reading = read("pode ser a segunda", OFFERED, language="pt")
    assert (reading.wish.dates, reading.ask) == (march(9, 10), True)


def test_later_beside_a_day_offered_may_be_of_the_day_or_of_the_hour() -> None:
    assert read("move it to tuesday but later", OFFERED).ask
    assert not read("move it to tuesday", OFFERED).ask


def test_where_hours_are_counted_from_six_an_hour_of_another_part_is_asked_about() -> None:
    assert read("kesho saa 3 mchana", language="sw").ask
    assert not read("kesho saa 3 asubuhi", language="sw").ask


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("nahi aa paenge agle hafte kar dijiye", stretch(9, 15)),  # the "not" stands behind what it refuses
        ("somvar nahi mangal", Wish(dates=march(10), excluded=march(9))),
    ],
)
def test_a_refusal_leaves_the_days_that_are_agreed_to(text: str, wish: Wish) -> None:
    assert read(text, language="hi").wish == wish


@pytest.mark.parametrize("text", ["monday", "the 16th at 2pm", "any day but friday", "next week please"])
def test_days_that_are_plain_are_not_asked_about(text: str) -> None:
    assert not read(text).ask


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("1 sorry I meant 3", 3),
        ("1.. sorry 3", 3),
        ("1 2", None),
        ("2 for Zuri", 2),
        ("not 1, 2 please", 2),
        ("1... no 2", None),
        ("can't do 10, could do 3", None),
        ("is this her last one?", None),
    ],
)
def test_a_number_is_picked_only_where_it_is_plain(text: str, choice: int | None) -> None:
    assert read(text).choice == choice


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("On Tue, 3 Mar you wrote:\n> Reply STOP to end\nyes we will come", Intent.CONFIRM),
        ('"Reply 1 to come. Reply STOP to end these texts" yes we will come', Intent.CONFIRM),
        ('"Zuri" will come', Intent.CONFIRM),
    ],
)
def test_what_is_quoted_is_not_the_parents_own(text: str, intent: Intent) -> None:
    assert read(text).intent is intent


@pytest.mark.parametrize(
    "text", ["stop! on the 12th we cannot come, on the 13th?", "pare! el 12 no puedo, el 13 si"]
)
def test_a_bare_stop_beside_a_visits_day_is_asked_about(text: str) -> None:
    reading = read(text)
    assert reading.intent is not Intent.STOP
    assert reading.ask or reading.leaning


@pytest.mark.parametrize(
    "text", ["how about thursday instead", "thursday afternoon?", "Thursday at 3 please"]
)
def test_the_visits_weekday_is_asked_about_where_another_comes_sooner(text: str) -> None:
    assert read(text).ask
    this_week = structs.replace(REMINDED, visits_at=(datetime(2026, 3, 5, 10),))
    assert not read("can we come thursday afternoon", this_week).ask


def test_the_visits_weekday_is_its_own_where_the_text_refuses_a_part_of_it() -> None:
    assert not read("thursday is hard in the morning, thursday afternoon?").ask


def test_who_wants_another_day_than_thursday_is_offered_no_other_thursday() -> None:
    wish = read("thursday is market day, another day please").wish
    assert (wish.dates, wish.excluded) == ((), march(12))


@pytest.mark.parametrize(
    ("text", "language", "wish"),
    [
        ("july 22 9am", "en", Wish(dates=(date(2026, 7, 22),), at=time(9))),
        (
            "on peut décaler d'une semaine à la même heure ?",
            "fr",
            Wish(dates=march(19), at=time(10)),
        ),
        ("kutoka tar 9 mpaka 12", "sw", stretch(9, 12)),
        ("जनवरी में", "hi", Wish(earliest=date(2027, 1, 1), latest=date(2027, 1, 31))),
    ],
)
def test_days_beside_numbers_and_hours_stay_days(text: str, language: str, wish: Wish) -> None:
    reading = read(text, language=language, question=Question.ANOTHER_DAY)
    assert (reading.intent, reading.wish, reading.ask) == (Intent.RESCHEDULE, wish, False)


def test_hours_of_a_complaint_are_no_hours_of_the_day() -> None:
    assert read("last time we waited 3 hours and nobody saw us").wish == Wish()


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("can we come any day but monday?", Wish(excluded=march(9))),
        ("could we do friday instead of tuesday?", Wish(dates=march(6), excluded=march(10))),
        ("can we do the 16th and not the 13th?", Wish(dates=march(16), excluded=march(13))),
        ("can we come next week but not on monday?", structs.replace(stretch(9, 15), excluded=march(9))),
    ],
)
def test_a_day_left_out_in_a_question_is_left_out(text: str, wish: Wish) -> None:
    assert read(text).wish == wish


@pytest.mark.parametrize("text", ["you were closed on thursday", "el jueves estaba cerrado"])
def test_the_visits_day_of_a_complaint_is_neither_wished_nor_refused(text: str) -> None:
    reading = read(text)
    assert (reading.intent, reading.wish) == (Intent.HUMAN, Wish())


def test_a_number_of_children_is_no_hour() -> None:
    reading = read("confirmo para as duas crianças", language="pt", children=("Zuri", "Juma"))
    assert (reading.intent, reading.ask) == (Intent.CONFIRM, False)

"""What a text means in its scene: days, children, numbers, languages."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from conversations.intents import Intent
from conversations.understanding.reader import understand
from conversations.understanding.reading import Question, Reading, Scene
from conversations.wish import DayPart, Wish

NAIROBI = ZoneInfo("Africa/Nairobi")
# A Wednesday; the visit is on the Thursday of the next week.
NOW = datetime(2026, 3, 4, 9, tzinfo=NAIROBI)
VISIT = datetime(2026, 3, 12, 10, tzinfo=NAIROBI)
REMINDED = Scene(now=NOW, question=Question.WILL_YOU_COME, children=("Zuri", "Juma"), visits_at=(VISIT,))
OFFERED = structs.replace(
    REMINDED,
    question=Question.WHICH_PLACE,
    offers=tuple(datetime(2026, 3, day, hour, tzinfo=NAIROBI) for day, hour in ((9, 9), (9, 14), (10, 14))),
    choices=3,
)


def march(*days: int) -> tuple[date, ...]:
    return tuple(date(2026, 3, day) for day in days)


def read(text: str, scene: Scene = REMINDED, **changes: Any) -> Reading:
    return understand(text, structs.replace(scene, **changes))


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("monday", Wish(dates=march(9))),
        ("can we come on monday or tuesday", Wish(dates=march(9, 10))),
        ("tomorrow morning please", Wish(dates=march(5), part=DayPart.MORNING)),
        ("the day after tomorrow", Wish(dates=march(6))),
        ("the 16th", Wish(dates=march(16))),
        ("16 march", Wish(dates=march(16))),
        ("March 16th at 2pm", Wish(dates=march(16), at=time(14))),
        ("friday 13", Wish(dates=march(13))),
        ("next week", Wish(earliest=date(2026, 3, 9), latest=date(2026, 3, 15))),
        ("next month", Wish(earliest=date(2026, 4, 1), latest=date(2026, 4, 30))),
        ("not monday, tuesday is ok", Wish(dates=march(10), excluded=march(9))),
        ("tuesday not monday", Wish(dates=march(10), excluded=march(9))),
        (
            "can't do thursday, monday afternoon?",
            Wish(dates=march(9), part=DayPart.AFTERNOON, excluded=march(12)),
        ),
        ("thursday doesn't work how about friday", Wish(dates=march(6), excluded=march(12))),
        ("any day except friday", Wish(excluded=march(6))),
        ("can we move it to thursday", Wish(dates=march(5, 19))),
        ("yes but later that day", Wish(dates=march(12))),
        ("something sooner please", Wish(latest=date(2026, 3, 11))),
        ("mañana por la mañana", Wish(dates=march(5), part=DayPart.MORNING)),
        ("el lunes a las 3 de la tarde", Wish(dates=march(9), at=time(15))),
        ("el jueves no puedo, el viernes sí", Wish(dates=march(6), excluded=march(12))),
        ("el lunes 16 de marzo", Wish(dates=march(16))),
        ("la próxima semana", Wish(earliest=date(2026, 3, 9), latest=date(2026, 3, 15))),
        ("cualquier día menos el lunes", Wish(excluded=march(9))),
        ("mejor pasado mañana", Wish(dates=march(6))),
        ("tarehe 25 mwezi ujao", Wish(dates=(date(2026, 4, 25),))),
        ("kesho saa nne na nusu", Wish(dates=march(5), at=time(10, 30))),
        ("kesho saa 10 asubuhi", Wish(dates=march(5), at=time(10))),
        ("kesho saa tano mchana", Wish(dates=march(5), at=time(11))),
        ("kesho saa kumi na moja jioni", Wish(dates=march(5), at=time(17))),
        ("siwezi asubuhi, mchana naweza", Wish(dates=march(12), part=DayPart.AFTERNOON)),
    ],
)
def test_days_in_words_are_resolved(text: str, wish: Wish) -> None:
    reading = read(text)
    assert (reading.intent, reading.wish) == (Intent.RESCHEDULE, wish)


@pytest.mark.parametrize("text", ["good morning", "have a nice day", "buenas tardes", "may i"])
def test_a_word_that_could_be_a_day_is_none(text: str) -> None:
    assert read(text).wish == Wish()


@pytest.mark.parametrize(
    "text", ["see you thursday", "yes thursday at 10", "ok the 12th", "thursday morning is fine"]
)
def test_naming_the_visits_own_day_confirms_it(text: str) -> None:
    assert read(text).intent is Intent.CONFIRM


@pytest.mark.parametrize("text", ["we will come at 3", "yes thursday afternoon", "can't come tomorrow"])
def test_a_promise_or_refusal_for_another_time_is_asked_about(text: str) -> None:
    assert read(text).intent is Intent.UNSURE


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2),
        ("2.", 2),
        ("option 2 please", 2),
        ("the second one", 2),
        ("No 3", 3),
        ("la segunda", 2),
        ("2️⃣", 2),
        ("last one", 3),
    ],
)
def test_a_number_picks_from_the_list(text: str, number: int) -> None:
    reading = read(text, OFFERED)
    assert (reading.intent, reading.choice) == (Intent.CHOOSE, number)


@pytest.mark.parametrize(
    "text", ["i have 2 kids", "2 or 3", "4", "have a good one", "which one", "ok 7", "at 2"]
)
def test_not_every_number_is_a_choice(text: str) -> None:
    assert read(text, OFFERED).intent not in {Intent.CHOOSE, Intent.CONFIRM}


@pytest.mark.parametrize(
    ("text", "children"),
    [("yes zuri", ("Zuri",)), ("Zuri's dad will bring her", ("Zuri",)), ("juma yes", ("Juma",)), ("yes", ())],
)
def test_children_are_known_by_name(text: str, children: tuple[str, ...]) -> None:
    assert read(text).children == children


def test_a_name_that_is_also_a_word_is_not_taken_for_the_child() -> None:
    assert read("we will come", children=("Will", "Hope")).children == ()


@pytest.mark.parametrize("text", ["I'm not Amina", "this is not Amina", "no soy Amina"])
def test_who_denies_the_guardians_name_has_the_wrong_number(text: str) -> None:
    assert read(text, guardian="Amina Yusuf").intent is Intent.WRONG_NUMBER


def test_the_guardians_name_alone_denies_nothing() -> None:
    assert read("yes, Amina here. No problem", guardian="Amina").intent is Intent.CONFIRM


def test_both_means_every_child() -> None:
    assert read("yes both").all_children


def test_the_other_language_is_read_too() -> None:
    reading = read("no puedo ir")
    assert (reading.intent, reading.language) == (Intent.DECLINE, "es")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("ok gracias", Intent.CONFIRM),
        ("no puedo el jueves, monday is better", Intent.RESCHEDULE),
        ("sorry no podemos ir", Intent.DECLINE),
        ("please no me manden mas mensajes", Intent.STOP),
    ],
)
def test_sentences_of_two_languages_are_read_with_both(text: str, intent: Intent, language: str) -> None:
    assert read(text, language=language).intent is intent


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("the 13th or 16", "en", (13, 16)),
        ("el dia 13 o 16", "es", (13, 16)),
        ("dia 13 ou 16", "pt", (13, 16)),
        ("13 ou 16 de março", "pt", (13, 16)),
        ("2a feira às 10h", "pt", (9,)),
        ("6ª ao meio-dia", "pt", (6,)),
        ("dia 20 à tarde", "pt", (20,)),
    ],
)
def test_days_in_a_list_and_weekdays_in_figures_are_heard(
    text: str, language: str, days: tuple[int, ...]
) -> None:
    wish = read(text, language=language).wish
    assert wish.dates == tuple(date(2026, 3, day) for day in days)


def test_a_range_in_figures_names_no_weekday() -> None:
    wish = read("de 16 a 20 de março", language="pt").wish
    assert (wish.earliest, wish.latest) == (date(2026, 3, 16), date(2026, 3, 20))


def test_a_day_that_its_month_does_not_have_is_asked_about() -> None:
    reading = read("31 april")
    assert (reading.ask, reading.wish.dates) == (True, (date(2026, 4, 30), date(2026, 5, 1)))


@pytest.mark.parametrize(
    ("text", "language"),
    [("not the 1, the 2", "en"), ("pas le 1, le 2", "fr"), ("nem o 1 nem o 3, o 2", "pt")],
)
def test_a_number_that_is_refused_is_not_chosen(text: str, language: str) -> None:
    offers = tuple(datetime(2026, 3, day, 9, tzinfo=NAIROBI) for day in (16, 17, 18))
    scene = structs.replace(
        REMINDED, language=language, question=Question.WHICH_PLACE, offers=offers, choices=3
    )
    assert read(text, scene).choice == 2


def test_what_is_to_stay_as_it_is_is_not_moved_by_a_no_to_other_places() -> None:
    scene = structs.replace(REMINDED, question=Question.WHICH_PLACE)
    assert read("no, leave it as it is", scene).intent is Intent.KEEP


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("none of these, leave it as it was", Intent.KEEP),
        ("no to those, we will come on the original day", Intent.KEEP),
        ("none of these, we can come on the 18th", Intent.RESCHEDULE),
        ("none of these", Intent.RESCHEDULE),
    ],
)
def test_who_wants_none_of_the_places_may_still_come(text: str, intent: Intent) -> None:
    offers = (datetime(2026, 3, 9, 9), datetime(2026, 3, 10, 14))
    reading = read(text, structs.replace(REMINDED, question=Question.WHICH_PLACE, offers=offers))
    assert (reading.intent, reading.ask) == (intent, False)


def test_a_stop_to_calls_with_texts_asked_for_is_asked_about() -> None:
    reading = read("stop calling me, text me")
    assert (reading.intent, reading.leaning) == (Intent.UNSURE, Intent.STOP)


def test_a_word_that_relatives_share_is_heard_on_a_phone_whose_language_lacks_it() -> None:
    assert read("basta", language="en").intent is Intent.STOP


def test_an_article_before_a_name_is_no_company() -> None:
    scene = structs.replace(REMINDED, language="pt", children=("Davi", "Laura"))
    assert read("a Laura não", scene).intent is Intent.DECLINE


def test_an_unknown_language_on_file_is_read_as_english() -> None:
    assert read("yes", language="xx").intent is Intent.CONFIRM


@pytest.mark.parametrize(
    ("question", "text", "intent"),
    [
        (Question.NOTHING, "ok", Intent.SMALLTALK),
        (Question.WILL_YOU_COME, "ok", Intent.CONFIRM),
        (Question.WILL_YOU_COME, "cancel", Intent.UNSURE),
        (Question.WHICH_MEANING, "cancel", Intent.DECLINE),
        (Question.WHICH_MEANING, "yes", Intent.UNSURE),
        (Question.WHICH_PLACE, "no", Intent.RESCHEDULE),
        (Question.ANOTHER_DAY, "no", Intent.DECLINE),
        (Question.ANOTHER_DAY, "ok", Intent.SMALLTALK),
        (Question.TEXTS_AGAIN, "yes", Intent.START),
        (Question.NOTHING, "start", Intent.START),
        (Question.WILL_YOU_COME, "?", Intent.HELP),
    ],
)
def test_what_was_asked_decides_what_a_short_answer_means(
    question: Question, text: str, intent: Intent
) -> None:
    assert read(text, question=question).intent is intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("what time is it", Intent.QUERY_WHEN),
        ("where do we go", Intent.QUERY_WHERE),
        ("what should I bring", Intent.QUERY_WHAT),
        ("how much does it cost", Intent.QUERY_WHAT),
        ("is it thursday?", Intent.QUERY_WHEN),
        ("who is this", Intent.HELP),
        ("wrong number", Intent.WRONG_NUMBER),
        ("please call me", Intent.HUMAN),
        ("is the vaccine safe?", Intent.HUMAN),
        ("she got vaccinated last week", Intent.ALREADY_VACCINATED),
        ("he has a cough", Intent.SICK_CHILD),
        ("she is sick can we move it", Intent.RESCHEDULE),
        ("thanks", Intent.SMALLTALK),
        ("a que hora es", Intent.QUERY_WHEN),
        ("en donde queda", Intent.QUERY_WHERE),
        ("cuanto cuesta", Intent.QUERY_WHAT),
        ("quiero hablar con alguien", Intent.HUMAN),
        ("numero equivocado", Intent.WRONG_NUMBER),
        ("ya lo vacunaron", Intent.ALREADY_VACCINATED),
        ("tiene tos", Intent.SICK_CHILD),
        ("gracias", Intent.SMALLTALK),
    ],
)
def test_questions_and_news_are_told_apart(text: str, intent: Intent) -> None:
    assert read(text).intent is intent


def test_a_reading_says_what_decided_it() -> None:
    reading = read("Sorry, we can't come")
    assert (reading.rule, reading.evidence) == ("refusal", "cant come")
    assert reading.confidence > 0.8


def test_figures_that_may_be_counted_from_six_are_asked_about() -> None:
    reading = read("kesho 10:30", language="sw")
    assert (reading.ask, reading.wish.at) == (True, time(10, 30))
    assert not read("kesho 4:30 asubuhi", language="sw").ask
    assert read("kesho 4:30 asubuhi", language="sw").wish.at == time(10, 30)


@pytest.mark.parametrize(
    "text", ["God willing tutakuja na mtoto, thank you", "sorry hatutaweza kuja maze, no way this week"]
)
def test_words_that_only_one_more_language_knows_are_read_in_it(text: str) -> None:
    reading = read(text, language="en")
    assert (reading.leaning or reading.intent) in {Intent.CONFIRM, Intent.DECLINE}


@pytest.mark.parametrize("text", ["hapana hatutakuja", "no, cannot come"])
def test_a_no_before_a_refusal_says_the_same_again(text: str) -> None:
    assert read(text).intent is Intent.DECLINE


@pytest.mark.parametrize(
    "text",
    [
        "none of these, we keep missing work",
        "aucune de ces dates, nous irons ailleurs",
        "none, we go elsewhere",
    ],
)
def test_who_wants_none_of_the_places_and_goes_elsewhere_has_not_confirmed(text: str) -> None:
    offers = (datetime(2026, 3, 9, 9), datetime(2026, 3, 10, 14))
    reading = read(text, structs.replace(REMINDED, question=Question.WHICH_PLACE, offers=offers))
    assert reading.intent not in {Intent.CONFIRM, Intent.KEEP}


def test_an_opt_out_in_a_language_that_nobody_expected_is_heard() -> None:
    assert (
        read("count me out of", language="sw").intent is Intent.STOP
    )  # Swahili phones know each of its words


def test_nobody_is_not_the_first_of_a_list() -> None:
    reading = read("have no one to take her", choices=3)
    assert reading.intent is not Intent.CHOOSE
    assert reading.ask

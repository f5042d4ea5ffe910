"""What a parent's text does: through the carrier's signed webhook into the database and back to the phone."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from conversations import recorded
from conversations.understanding.reading import Question
from service.access.actor import SYSTEM
from service.database import sql
from service.messaging.handoffs import close_handoff
from service.scheduling import booking
from service.scheduling.appointments import AppointmentView, get_appointment
from tests.factories import NOW, a_child, a_facility, a_session, an_appointment
from tests.running import Running

AMINA = "+254700000001"
BABA = "+254700000002"


async def a_visit(doseline: Running, first_name: str = "Zuri", phone: str = AMINA) -> AppointmentView:
    """A booked visit that the family has been told of, with other days to move it to."""
    facility = await a_facility()
    child = await a_child(first_name, facility=facility, guardian=phone)
    appointment = await an_appointment(child, await a_session(facility))
    for days in (8, 9, 12):
        await a_session(facility, day=NOW.date() + timedelta(days=days))
    await doseline.work()
    doseline.clock.pass_(timedelta(minutes=1))
    return appointment


async def now_is(appointment_id: UUID) -> AppointmentView:
    return await get_appointment(appointment_id, actor=SYSTEM)


async def actors() -> list[tuple[str, str]]:
    rows = await sql("SELECT actor_kind, action FROM audit_entry WHERE subject = 'appointment' ORDER BY id")
    return [(row["actor_kind"], row["action"]) for row in rows]


async def test_yes_confirms_the_visit_that_was_told_of(doseline: Running) -> None:
    appointment = await a_visit(doseline)
    assert "Zuri" in await doseline.asks(AMINA, "yes")
    assert (await now_is(appointment.id)).status == "confirmed"
    assert await actors() == [("system", "book"), ("guardian", "confirm")]


async def test_a_parent_moves_a_visit_through_offers(doseline: Running) -> None:
    appointment = await a_visit(doseline)
    offers = await doseline.asks(AMINA, "can we move it")
    assert offers.count("\n") >= 3, offers
    answer = await doseline.asks(AMINA, "2")
    moved = await now_is(appointment.id)
    assert moved.session_id != appointment.session_id
    assert moved.version == 2
    assert "Zuri" in answer
    # The parent is answered; a second text about the same move would be one too many.
    assert len(await doseline.received(AMINA)) == 3


async def test_no_gives_the_place_back(doseline: Running) -> None:
    appointment = await a_visit(doseline)
    await doseline.asks(AMINA, "no")
    assert (await now_is(appointment.id)).status == "cancelled"
    rows = await sql("SELECT booked FROM clinic_session WHERE id = $1", appointment.session_id)
    assert rows[0]["booked"] == 0


async def test_who_gave_the_place_back_can_still_take_another(doseline: Running) -> None:
    await a_visit(doseline)
    await doseline.asks(AMINA, "no")
    await doseline.asks(AMINA, "move")
    await doseline.asks(AMINA, "1")
    rows = await sql("SELECT status FROM appointment ORDER BY created_at")
    assert [row["status"] for row in rows] == ["cancelled", "booked"]


async def test_the_other_parent_is_told_what_the_first_one_did(doseline: Running) -> None:
    facility = await a_facility()
    child = await a_child(facility=facility, guardian=AMINA)
    await sql(
        """WITH g AS (INSERT INTO guardian (phone, name, language, consented_at, created_at)
                      VALUES ($1, 'Baba', 'en', $3, $3) RETURNING id)
           INSERT INTO guardianship (guardian, child, relationship) SELECT id, $2, 'father' FROM g""",
        BABA,
        child.id,
        NOW,
    )
    await an_appointment(child, await a_session(facility))
    await doseline.work()
    doseline.clock.pass_(timedelta(minutes=1))
    await doseline.asks(AMINA, "no")
    assert len(await doseline.received(AMINA)) == 2
    assert len(await doseline.received(BABA)) == 2


async def test_an_answer_to_a_visit_that_has_moved_gets_what_is_true_now(doseline: Running) -> None:
    appointment = await a_visit(doseline)
    other = (await sql("SELECT id FROM clinic_session WHERE id <> $1 LIMIT 1", appointment.session_id))[0][
        "id"
    ]
    # Moved behind the carrier's back: the text about it has not gone out yet when the parent answers.
    await booking.move(appointment.id, other, actor=SYSTEM, now=doseline.clock())
    await doseline.emulator.post("/emulator/inbound", json={"from": AMINA, "body": "yes"})
    assert (await now_is(appointment.id)).status == "booked"
    said = await sql("SELECT body FROM outbox_message WHERE kind = 'reply'")
    assert "YES" in said[0]["body"]


async def test_stop_silences_a_number_and_start_lets_it_speak_again(doseline: Running) -> None:
    await a_visit(doseline)
    assert await doseline.asks(AMINA, "please stop texting me")
    heard = len(await doseline.received(AMINA))
    facility = await a_facility()
    await an_appointment(await a_child("Juma", facility=facility, guardian=AMINA), await a_session(facility))
    await doseline.work()
    assert await doseline.asks(AMINA, "hello?") == ""
    assert len(await doseline.received(AMINA)) == heard
    await doseline.asks(AMINA, "START")
    await doseline.asks(AMINA, "when is it?")
    assert "Juma" in (await doseline.received(AMINA))[-1]


async def test_the_carriers_own_stop_is_recorded_and_not_answered_twice(doseline: Running) -> None:
    await a_visit(doseline)
    before = len(await doseline.received(AMINA))
    await doseline.says(AMINA, "STOP")
    rows = await sql("SELECT phone FROM opt_out WHERE ended_at IS NULL")
    assert [row["phone"] for row in rows] == [AMINA]
    owed = await sql("SELECT kind FROM outbox_message WHERE kind IN ('reply', 'opt_out')")
    assert owed == []
    read = await sql("SELECT reading->>'intent' AS intent, reading->>'rule' AS rule FROM inbound_message")
    assert [tuple(row.values()) for row in read] == [("stop", "carrier")]
    # What the phone shows is the carrier's own confirmation.
    assert len(await doseline.received(AMINA)) == before + 1


async def test_two_children_on_one_phone_are_told_apart(doseline: Running) -> None:
    zuri = await a_visit(doseline, "Zuri")
    juma = await a_visit(doseline, "Juma")
    question = await doseline.asks(AMINA, "yes")
    assert "Zuri" in question
    assert "Juma" in question
    await doseline.asks(AMINA, "juma")
    assert (await now_is(juma.id)).status == "confirmed"
    assert (await now_is(zuri.id)).status == "booked"


async def test_after_two_misunderstandings_a_person_is_asked_once(doseline: Running) -> None:
    await a_visit(doseline)
    for text in ("qwerty zxcv", "asdf hjkl", "uiop vbnm"):
        await doseline.asks(AMINA, text)
    rows = await sql("SELECT phone, reason, closed_at FROM handoff")
    assert [tuple(row.values()) for row in rows] == [(AMINA, "not_understood", None)]


async def test_a_stranger_gets_the_same_neutral_answer_whatever_is_stored(doseline: Running) -> None:
    await a_visit(doseline)
    first = await doseline.asks("+254799999999", "when is Zuri's visit?")
    second = await doseline.asks("+254799999998", "yes")
    assert first == second
    assert "Zuri" not in first


async def test_the_same_text_fifty_times_at_once_has_one_effect(doseline: Running) -> None:
    appointment = await a_visit(doseline)
    form = {
        "MessageSid": "SM" + "0" * 32,
        "From": AMINA,
        "To": "+254711082100",
        "Body": "no",
        "NumMedia": "0",
    }
    answers = await asyncio.gather(*(doseline.posts("/twilio/inbound", form) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    await doseline.work()
    assert len(await sql("SELECT 1 FROM inbound_message")) == 1
    assert (await now_is(appointment.id)).version == 2
    assert len(await doseline.received(AMINA)) == 2


async def test_texts_of_one_phone_at_once_are_handled_one_after_the_other(doseline: Running) -> None:
    appointment = await a_visit(doseline)
    forms = [
        {"MessageSid": f"SM{n:032}", "From": AMINA, "To": "+254711082100", "Body": body, "NumMedia": "0"}
        for n, body in enumerate(["yes", "yes", "where is it?", "no", "yes"] * 4)
    ]
    answers = await asyncio.gather(*(doseline.posts("/twilio/inbound", form) for form in forms))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await sql("SELECT 1 FROM inbound_message WHERE outcome = 'handled'")) == 20
    rows = await sql("SELECT booked FROM clinic_session WHERE id = $1", appointment.session_id)
    active = (await now_is(appointment.id)).status in {"booked", "confirmed"}
    assert rows[0]["booked"] == int(active)


async def test_forty_parents_who_want_the_last_place_get_one_place_and_thirty_nine_offers(
    doseline: Running,
) -> None:
    facility = await a_facility()
    full = await a_session(facility, capacity=40)
    last = await a_session(facility, day=NOW.date() + timedelta(days=8), capacity=1)
    await a_session(facility, day=NOW.date() + timedelta(days=20), capacity=40)
    phones = [f"+2547000010{n:02}" for n in range(40)]
    for phone in phones:
        await an_appointment(await a_child(facility=facility, guardian=phone), full)
    await doseline.work()
    doseline.clock.pass_(timedelta(minutes=1))
    await asyncio.gather(*(doseline.says(phone, "move") for phone in phones))
    await asyncio.gather(*(doseline.says(phone, "1") for phone in phones))
    await doseline.work()
    rows = await sql("SELECT booked FROM clinic_session WHERE id = $1", last.id)
    assert rows[0]["booked"] == 1
    last_words = [(await doseline.received(phone))[-1] for phone in phones]
    offered = [words for words in last_words if "24 Mar" in words]
    assert len(offered) == 39


async def test_how_a_text_was_read_is_kept_with_it(doseline: Running) -> None:
    await a_visit(doseline)
    await doseline.asks(AMINA, "no problem we will be there")
    rows = await sql("SELECT reading->>'intent' AS intent, reading->>'rule' AS rule FROM inbound_message")
    assert rows[0]["intent"] == "confirm"
    assert rows[0]["rule"]


async def test_the_scene_of_a_text_is_kept_as_it_was_when_it_was_read(doseline: Running) -> None:
    appointment = await a_visit(doseline)
    await doseline.asks(AMINA, "no")
    (row,) = await sql("SELECT scene, scene_version FROM inbound_message")
    scene = recorded.load_scene(row["scene_version"], row["scene"])
    assert scene is not None
    assert (scene.question, scene.children) == (Question.WILL_YOU_COME, ("Zuri",))
    assert (scene.visits_at, (await now_is(appointment.id)).status) == ((appointment.starts_at,), "cancelled")


async def test_a_reminder_is_silent_after_the_visit_moved(doseline: Running) -> None:
    appointment = await a_visit(doseline)
    other = await sql(
        "SELECT id FROM clinic_session WHERE id <> $1 ORDER BY starts_at DESC LIMIT 1", appointment.session_id
    )
    await booking.move(appointment.id, other[0]["id"], actor=SYSTEM, now=doseline.clock())
    await doseline.work()
    heard = len(await doseline.received(AMINA))
    doseline.clock.at = appointment.starts_at - timedelta(hours=3)
    await doseline.work()
    assert len(await doseline.received(AMINA)) == heard


async def test_a_visit_is_reminded_of_three_days_and_one_day_before(doseline: Running) -> None:
    appointment = await a_visit(doseline)
    for days in (3, 1):
        doseline.clock.at = (appointment.starts_at - timedelta(days=days)).replace(hour=9, minute=30)
        await doseline.work()
    assert len(await doseline.received(AMINA)) == 3
    assert "Zuri" in (await doseline.received(AMINA))[-1]
    await doseline.asks(AMINA, "ok will come")
    assert (await now_is(appointment.id)).status == "confirmed"


async def test_a_wrong_number_hears_nothing_of_the_family_until_staff_have_asked(doseline: Running) -> None:
    facility = await a_facility()
    child = await a_child(facility=facility, guardian=AMINA)
    appointment = await an_appointment(child, await a_session(facility))
    await doseline.work()
    doseline.clock.pass_(timedelta(minutes=1))
    assert "Zuri" not in await doseline.asks(AMINA, "wrong number")
    heard = len(await doseline.received(AMINA))
    await booking.cancel(appointment.id, actor=SYSTEM, now=doseline.clock())
    doseline.clock.pass_(timedelta(days=1))
    await doseline.work()
    assert len(await doseline.received(AMINA)) == heard
    rows = await sql("SELECT reason FROM handoff WHERE closed_at IS NULL")
    assert [row["reason"] for row in rows] == ["wrong_number"]


async def test_once_a_person_has_answered_the_machine_listens_again(doseline: Running) -> None:
    await a_visit(doseline)
    for text in ("qwerty zxcv", "asdf hjkl"):
        await doseline.asks(AMINA, text)
    assert await doseline.asks(AMINA, "uiop vbnm") == ""
    rows = await sql("SELECT id FROM handoff")
    await close_handoff(rows[0]["id"], actor=SYSTEM, now=doseline.clock())
    assert await doseline.asks(AMINA, "qwerty zxcv")


@pytest.mark.parametrize("body", ["yes", "STOP"])
async def test_a_text_that_cannot_be_handled_is_kept_for_a_person(doseline: Running, body: str) -> None:
    await a_visit(doseline)
    # A zone that the machine's own data does not know any more.
    await sql("UPDATE facility SET zone = 'Atlantis/Capital'")
    assert (await doseline.says(AMINA, body))["webhook_status"] == 200
    kept = await sql("SELECT body, outcome FROM inbound_message")
    assert [tuple(row.values()) for row in kept] == [(body, "failed")]
    rows = await sql("SELECT reason FROM handoff")
    assert [row["reason"] for row in rows] == ["not_handled"]
    stopped = await sql("SELECT 1 FROM opt_out WHERE ended_at IS NULL")
    assert len(stopped) == (body == "STOP")


async def test_who_writes_start_agrees_to_be_texted_but_not_a_wrong_number(doseline: Running) -> None:
    facility = await a_facility()
    session = await a_session(facility)
    for phone in (AMINA, BABA):
        await a_child(facility=facility, guardian=phone, consent=False)
    await doseline.asks(BABA, "wrong number")
    for phone in (AMINA, BABA):
        await doseline.asks(phone, "START")
        child = await a_child("Juma", facility=facility, guardian=phone)
        await an_appointment(child, session, now=doseline.clock())
    await doseline.work()
    assert "Juma" in (await doseline.received(AMINA))[-1]
    assert not any("Juma" in text for text in await doseline.received(BABA))

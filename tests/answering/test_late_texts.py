"""Texts that no webhook brought: found in the carrier's list, handled once, answered if it makes sense."""

from datetime import datetime, timedelta

from service.answering.catching_up import OVERLAP, catch_up
from service.carrier.port import ReceivedText
from service.database import sql
from service.messaging.reconciliation import reconcile
from service.messaging.sender import lock_sender
from tests.carriers import DeadLine
from tests.factories import NOW, a_child, a_facility, a_session, an_appointment
from tests.running import CLINIC, Running

AMINA = "+254700000001"


class Remembering(DeadLine):
    """A carrier whose list holds what parents wrote while we were down."""

    def __init__(self, *texts: ReceivedText) -> None:
        self.texts = list(texts)
        self.asked: list[datetime] = []

    async def received_since(self, since: datetime) -> list[ReceivedText]:
        """The list."""
        self.asked.append(since)
        return [text for text in self.texts if text.created_at >= since]


def wrote(body: str, at: datetime, sid: str = "SM1") -> ReceivedText:
    return ReceivedText(sid, AMINA, CLINIC, body, 0, at)


async def a_told_visit(doseline: Running) -> None:
    facility = await a_facility()
    await lock_sender(doseline.limits, now=NOW - timedelta(days=2))
    await an_appointment(await a_child("Zuri", facility=facility, guardian=AMINA), await a_session(facility))
    await doseline.work()


async def catches_up(doseline: Running, carrier: DeadLine) -> int:
    return await catch_up(carrier, doseline.limits.sender, doseline.clock)


async def test_what_the_carrier_lists_is_what_parents_wrote(doseline: Running) -> None:
    await doseline.says(AMINA, "hello")
    await doseline.says(AMINA, "are you there?")
    listed = await doseline.carrier.received_since(NOW - timedelta(hours=1))
    assert [(text.phone, text.to, text.body) for text in listed] == [
        (AMINA, CLINIC, "hello"),
        (AMINA, CLINIC, "are you there?"),
    ]
    known = await sql("SELECT provider_sid FROM inbound_message")
    assert {row["provider_sid"] for row in known} == {text.sid for text in listed}
    doseline.clock.pass_(timedelta(minutes=5))
    assert await catch_up(doseline.carrier, doseline.limits.sender, doseline.clock) == 0


async def test_a_yes_that_was_written_while_we_were_down_counts(doseline: Running) -> None:
    await a_told_visit(doseline)
    doseline.clock.pass_(timedelta(hours=1))
    carrier = Remembering(wrote("yes", NOW + timedelta(minutes=20)))
    assert await catches_up(doseline, carrier) == 1
    assert (await sql("SELECT status FROM appointment"))[0]["status"] == "confirmed"
    assert (await sql("SELECT late FROM inbound_message"))[0]["late"]
    # The answer might have gone out before: the carrier is asked first.
    assert (await sql("SELECT status FROM outbox_message WHERE kind = 'reply'"))[0]["status"] == "unknown"
    await reconcile(doseline.carrier, doseline.clock)
    await doseline.work()
    assert len(await doseline.received(AMINA)) == 2


async def test_a_late_text_is_handled_once_whichever_way_it_comes_first(doseline: Running) -> None:
    await a_told_visit(doseline)
    doseline.clock.pass_(timedelta(hours=1))
    carrier = Remembering(wrote("yes", NOW + timedelta(minutes=50)))
    assert [await catches_up(doseline, carrier) for _ in range(3)] == [1, 0, 0]
    form = {"MessageSid": "SM1", "From": AMINA, "To": CLINIC, "Body": "yes", "NumMedia": "0"}
    await doseline.posts("/twilio/inbound", form)
    assert (await sql("SELECT count(*) AS n FROM inbound_message"))[0]["n"] == 1


async def test_a_text_whose_webhook_may_be_on_its_way_is_left_to_it(doseline: Running) -> None:
    await a_told_visit(doseline)
    carrier = Remembering(wrote("yes", NOW - timedelta(seconds=20)))
    assert await catches_up(doseline, carrier) == 0
    doseline.clock.pass_(timedelta(minutes=3))
    assert await catches_up(doseline, carrier) == 1


async def test_a_late_yes_does_not_answer_a_text_that_went_out_after_it(doseline: Running) -> None:
    await a_told_visit(doseline)
    doseline.clock.pass_(timedelta(hours=1))
    carrier = Remembering(wrote("yes", NOW - timedelta(minutes=1)))
    await catches_up(doseline, carrier)
    assert (await sql("SELECT status FROM appointment"))[0]["status"] == "booked"


async def test_a_stop_that_comes_late_is_a_stop(doseline: Running) -> None:
    await a_told_visit(doseline)
    doseline.clock.pass_(timedelta(days=1))
    await catches_up(doseline, Remembering(wrote("STOP", NOW + timedelta(minutes=1))))
    assert await sql("SELECT 1 FROM opt_out WHERE phone = $1 AND ended_at IS NULL", AMINA)


async def test_an_answer_that_would_only_confuse_is_a_task_instead(doseline: Running) -> None:
    await a_told_visit(doseline)
    doseline.clock.pass_(timedelta(days=1))
    await catches_up(doseline, Remembering(wrote("can we move it", NOW + timedelta(minutes=1))))
    tasks = await sql("SELECT phone, reason FROM handoff")
    assert [tuple(row.values()) for row in tasks] == [(AMINA, "late_text")]
    assert await sql("SELECT 1 FROM outbox_message WHERE kind = 'reply'") == []


async def test_a_late_answer_waits_for_the_morning(doseline: Running) -> None:
    await a_told_visit(doseline)
    doseline.clock.at = datetime(2026, 3, 5, 5, 0, tzinfo=NOW.tzinfo)  # 8 in Nairobi
    written = doseline.clock() - timedelta(minutes=30)
    await catches_up(doseline, Remembering(wrote("can we move it", written)))
    await doseline.look_up()
    assert await doseline.work() == 0
    doseline.clock.pass_(timedelta(hours=1, minutes=1))
    await doseline.work()
    assert len(await doseline.received(AMINA)) == 2


async def test_a_new_installation_answers_no_old_texts(doseline: Running) -> None:
    carrier = Remembering(wrote("yes", NOW - timedelta(hours=1)))
    assert await catches_up(doseline, carrier) == 0
    assert carrier.asked == [NOW - OVERLAP]


async def test_a_list_that_cannot_be_read_is_read_from_the_same_moment_later(doseline: Running) -> None:
    await a_told_visit(doseline)
    doseline.clock.pass_(timedelta(hours=1))
    assert await catches_up(doseline, DeadLine()) == 0
    assert await catches_up(doseline, Remembering(wrote("yes", NOW + timedelta(minutes=1)))) == 1


async def test_two_machines_that_answer_each_other_fall_silent(doseline: Running) -> None:
    heard = 0
    for _ in range(12):
        await doseline.says(AMINA, "We are closed. Please call tomorrow.")
        heard = len(await doseline.received(AMINA))
    assert heard == 3
    doseline.clock.pass_(timedelta(minutes=11))
    assert await doseline.asks(AMINA, "We are closed. Please call tomorrow.")


async def test_a_parent_who_writes_different_things_is_answered_each_time(doseline: Running) -> None:
    await a_told_visit(doseline)
    doseline.clock.pass_(timedelta(minutes=1))
    for text in ("where is it?", "when is it?", "where is it?", "can we move it", "where is it?"):
        assert await doseline.asks(AMINA, text)


async def test_no_phone_is_answered_faster_than_a_person_reads(doseline: Running) -> None:
    for number in range(15):
        await doseline.posts(
            "/twilio/inbound",
            {
                "MessageSid": f"SM{number}",
                "From": AMINA,
                "To": CLINIC,
                "Body": f"{number} what",
                "NumMedia": "0",
            },
        )
    rows = await sql("SELECT count(*) AS n FROM outbox_message")
    assert rows[0]["n"] <= 10


async def test_after_a_clock_that_was_ahead_was_put_right_no_text_is_missed(doseline: Running) -> None:
    await a_told_visit(doseline)
    doseline.clock.pass_(timedelta(days=1))
    await catches_up(doseline, Remembering())
    doseline.clock.at = NOW + timedelta(hours=1)
    assert await catches_up(doseline, Remembering(wrote("yes", NOW + timedelta(minutes=50)))) == 1

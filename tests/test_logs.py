"""What the programs say of themselves holds ids and numbers, and nothing that belongs to a family."""

from datetime import datetime, timedelta

from structlog.testing import capture_logs

from service.answering.catching_up import catch_up
from service.carrier.port import ReceivedText
from service.database import sql
from service.messaging.sender import lock_sender
from tests.carriers import DeadLine
from tests.factories import NOW, a_child, a_facility, a_session, an_appointment
from tests.running import CLINIC, Running

AMINA = "+254700000001"
PRIVATE = ("254700000001", "Zuri", "Amina", "porcupine")


class Late(DeadLine):
    """A carrier that has a text of which no webhook told."""

    async def received_since(self, since: datetime) -> list[ReceivedText]:
        """One text."""
        return [ReceivedText("SM1", AMINA, CLINIC, "porcupine", 0, since + timedelta(minutes=30))]


async def test_no_log_line_holds_a_name_a_number_or_a_word_of_a_text(doseline: Running) -> None:
    facility = await a_facility()
    with capture_logs() as lines:
        await lock_sender(doseline.limits, now=NOW - timedelta(hours=1))
        child = await a_child("Zuri", facility=facility, guardian=AMINA)
        await an_appointment(child, await a_session(facility))
        for kind in ("status_429", "status_500", "disconnect"):
            await doseline.faults({"kind": kind, "count": 1}, {"kind": "drop"})
            await doseline.asks(AMINA, f"porcupine {kind}")
            doseline.clock.pass_(timedelta(minutes=1))
            await doseline.look_up()
        await doseline.faults({"kind": "undelivered", "error_code": 30007})
        await doseline.asks(AMINA, "talk to a person")
        await doseline.posts("/twilio/status?text=nobody", {"MessageSid": "SM1", "MessageStatus": "sent"})
        await sql("UPDATE facility SET zone = 'Atlantis/Capital'")
        await doseline.asks(AMINA, "porcupine")
        await catch_up(Late(), doseline.limits.sender, doseline.clock)
        await catch_up(DeadLine(), doseline.limits.sender, doseline.clock)
    said = " ".join(map(str, lines))
    assert {line["event"] for line in lines} >= {
        "text not accepted",
        "text not handled",
        "texts taken in late",
    }
    assert [word for word in PRIVATE if word in said] == []

"""A family's several children in one text, on PostgreSQL: who is meant, and that each gets what was said."""

from datetime import date, timedelta

from service.database import sql
from tests.factories import a_child, a_facility, a_session, an_appointment
from tests.running import Running

AMINA = "+254700000001"


async def two_children(doseline: Running) -> None:
    """Zuri and Juma, booked for one day and reminded in one text."""
    facility = await a_facility()
    session = await a_session(facility)
    for name, born in (("Zuri", date(2025, 12, 1)), ("Juma", date(2024, 8, 20))):
        child = await a_child(name, facility=facility, guardian=AMINA, born=born)
        await an_appointment(child, session)
    await doseline.work()
    doseline.clock.pass_(timedelta(minutes=1))


async def statuses() -> dict[str, str]:
    rows = await sql("SELECT c.first_name, a.status FROM appointment a JOIN child c ON c.id = a.child")
    return {row["first_name"]: row["status"] for row in rows}


async def test_yes_for_one_and_no_for_the_other_in_one_text(doseline: Running) -> None:
    await two_children(doseline)
    answer = await doseline.asks(AMINA, "yes Zuri, no Juma")
    assert await statuses() == {"Zuri": "confirmed", "Juma": "cancelled"}
    assert "Zuri" in answer
    assert "Juma" in answer


async def test_the_little_one_is_known_by_its_birth(doseline: Running) -> None:
    await two_children(doseline)
    await doseline.asks(AMINA, "the little one will come")
    assert await statuses() == {"Zuri": "confirmed", "Juma": "booked"}

"""What families are told of vaccines: in plain words of their language, where the programme allows it."""

from datetime import date, timedelta

import pytest

from service.access.actor import SYSTEM
from service.database import sql
from service.registration.children import ChildView
from service.registration.facilities import FacilityChange, FacilityView, change_facility
from service.registration.families import NewGuardian
from service.reminders.queueing import queue_due_reminders
from service.scheduling.appointments import AppointmentView
from tests.factories import (
    NOW,
    a_child,
    a_dose,
    a_facility,
    a_schedule_in_force,
    a_session,
    an_appointment,
)
from tests.running import Running

AMINA = "+254700000001"
BORN = date(2025, 12, 1)
TODAY = NOW.date()
# Nine months old today, with measles and typhoid to be given, and nothing else before its second IPV.
NINE_MONTHS = date(2025, 6, 4)
ALL_BUT_MEASLES_AND_TYPHOID = ("19", "178", "198", "177", "122", "10")


async def a_family(
    *, names_vaccines: bool = True, language: str = "en", born: date = BORN, given: tuple[str, ...] = ()
) -> tuple[FacilityView, ChildView]:
    await a_schedule_in_force()
    facility = await a_facility("Kilimani Clinic", names_vaccines=names_vaccines)
    amina = NewGuardian(phone=AMINA, name="Amina", language=language, consent=True)
    child = await a_child(facility=facility, guardians=[amina], born=born)
    for cvx in given:
        await a_dose(child, cvx, TODAY)
    return facility, child


async def a_visit(facility: FacilityView, child: ChildView) -> AppointmentView:
    return await an_appointment(child, await a_session(facility))


async def owed() -> list[str]:
    return [row["body"] for row in await sql("SELECT body FROM outbox_message ORDER BY created_at, id")]


BOOKED = {
    "en": (
        "Zuri's visit: Wed 11 Mar at 09:00, Kilimani Clinic, for vaccines against polio, tuberculosis, "
        "whooping cough and more. Reply YES to come or MOVE to change. STOP ends these texts."
    ),
    "es": (
        "Cita de Zuri: mié 11 mar a las 09:00, Kilimani Clinic, vacunas contra polio, tuberculosis, "
        "tos ferina y otras. Responda SI para venir o MOVER para cambiar. STOP termina estos mensajes."
    ),
}


@pytest.mark.parametrize("language", BOOKED)
@pytest.mark.usefixtures("database")
async def test_a_text_says_what_the_visit_is_for(language: str) -> None:
    facility, child = await a_family(language=language)
    await a_visit(facility, child)
    assert await owed() == [BOOKED[language]]


@pytest.mark.usefixtures("database")
async def test_where_the_programme_does_not_allow_it_no_text_names_a_vaccine() -> None:
    facility, child = await a_family(names_vaccines=False)
    visit = await a_visit(facility, child)
    await queue_due_reminders(visit.starts_at - timedelta(days=1))
    texts = await owed()
    assert len(texts) >= 2
    assert not [text for text in texts if "vaccines against" in text]


@pytest.mark.usefixtures("database")
async def test_a_reminder_says_what_the_visit_is_for_by_then() -> None:
    facility, child = await a_family()
    visit = await a_visit(facility, child)
    for cvx in ("19", "178", "198", "177", "122"):
        await a_dose(child, cvx, TODAY)
    await queue_due_reminders(visit.starts_at - timedelta(days=1))
    assert "for vaccines against polio." in (await owed())[-1], "of IPV alone"


async def test_who_asks_which_vaccine_is_told_by_the_planned_doses(doseline: Running) -> None:
    facility, child = await a_family(born=NINE_MONTHS, given=ALL_BUT_MEASLES_AND_TYPHOID)
    await a_visit(facility, child)
    await doseline.work()
    assert await doseline.asks(AMINA, "which vaccine is it?") == (
        "Zuri's visit on Wed 11 Mar at 09:00 is for vaccines against measles, rubella, and typhoid. "
        "Please bring the health card. Questions? Write PERSON."
    )


async def test_who_asks_which_vaccine_where_texts_do_not_name_any_is_told_to_ask(doseline: Running) -> None:
    facility, child = await a_family(names_vaccines=False)
    await a_visit(facility, child)
    await doseline.work()
    answer = await doseline.asks(AMINA, "which vaccine is it?")
    assert "It is a vaccine visit" in answer
    assert "polio" not in answer


DUE_NOW = {
    ("en", "what is due"): (
        "Zuri's next vaccines are due now, against measles, rubella, and typhoid. "
        "Write PERSON and the clinic will find a day with you."
    ),
    ("es", "que vacuna le toca"): (
        "Ya tocan las proximas vacunas de Zuri, contra sarampion, rubéola y fiebre tifoidea. "
        "Escriba PERSONA y buscamos una fecha."
    ),
}


@pytest.mark.parametrize(("language", "asked"), DUE_NOW)
async def test_without_a_visit_all_that_is_due_is_told(doseline: Running, language: str, asked: str) -> None:
    await a_family(language=language, born=NINE_MONTHS, given=ALL_BUT_MEASLES_AND_TYPHOID)
    assert await doseline.asks(AMINA, asked) == DUE_NOW[language, asked]


async def test_what_became_due_since_is_told_with_what_has_been_due_for_longer(doseline: Running) -> None:
    """Polio (by injection) has been due for a month, measles since today."""
    await a_family(born=NINE_MONTHS, given=("19", "178", "198", "177", "122"))
    answer = await doseline.asks(AMINA, "what is due")
    assert "measles, polio, rubella and more" in answer, answer


async def test_where_texts_do_not_name_vaccines_it_is_only_told_that_some_are_due(doseline: Running) -> None:
    await a_family(names_vaccines=False)
    assert await doseline.asks(AMINA, "what is due") == (
        "Zuri's next vaccines are due now. Write PERSON and the clinic will find a day with you."
    )


async def test_without_a_visit_the_day_from_which_the_next_is_due_is_told(doseline: Running) -> None:
    await a_family(given=("19", "178", "198", "177", "122"))
    told = (
        "Zuri's next vaccines are due from Mon 9 Mar, against polio. "
        "We will text you when a visit is planned."
    )
    assert await doseline.asks(AMINA, "which vaccine is next") == told
    assert await doseline.asks(AMINA, "when is it?") == told


async def test_what_is_due_is_told_for_the_child_that_was_named(doseline: Running) -> None:
    facility, child = await a_family(given=("19", "178", "198", "177", "122"))
    await a_child("Juma", guardian=AMINA, facility=facility, born=BORN)
    await a_visit(facility, child)
    await doseline.work()
    answer = await doseline.asks(AMINA, "what is due for Juma?")
    assert answer.startswith("Juma's next vaccines are due now"), answer
    assert "Zuri" not in answer


async def test_without_a_schedule_who_asks_is_told_what_is_known(doseline: Running) -> None:
    await a_child(guardian=AMINA, facility=await a_facility(names_vaccines=True))
    assert "No visit" in await doseline.asks(AMINA, "what is due")


async def test_a_facility_that_begins_to_name_vaccines_does_so_at_once(doseline: Running) -> None:
    facility, child = await a_family(names_vaccines=False, given=("19", "178", "198", "177", "122"))
    await a_visit(facility, child)
    await change_facility(facility.id, FacilityChange(names_vaccines=True), actor=SYSTEM, now=NOW)
    assert "polio" in await doseline.asks(AMINA, "what is it for")

"""What the machine asks for, done: one function per effect, and what a refusal means to the machine."""

from datetime import datetime
from uuid import UUID

import msgspec

from conversations.effects import (
    BookAgain,
    Cancel,
    ClaimVaccinated,
    Confirm,
    Effect,
    EndRecall,
    HandOff,
    HandOffReason,
    LookForPlaces,
    Move,
    OfferLanguage,
    OptIn,
    OptOut,
    RegisterClaim,
    SetLanguage,
)
from conversations.events import Event, PlaceGone, PlacesFound, VisitChanged
from conversations.replies import render
from service.access.actor import NOBODY, Actor, texting
from service.database import sql
from service.errors import AlreadyBooked, Conflict, Invalid, NotFound, SessionFull
from service.messaging import consent
from service.messaging.handoffs import ask_a_person
from service.registration.claims import NewClaim, file_claim
from service.registration.guardians import set_language
from service.reminders.planning import silence_reminders
from service.scheduling import booking, claims
from service.scheduling.appointments import get_appointment, has_visit_to_come
from service.scheduling.places import places_near


class Scene(msgspec.Struct, frozen=True):
    """For whom effects are applied: the phone, its guardian if it has one, and the text that asks.

    `turned_at` is when the phone wrote before.
    """

    phone: str
    guardian_id: UUID | None
    inbound_id: UUID
    turned_at: datetime | None
    now: datetime

    @property
    def actor(self) -> Actor:
        """Who acts, for permission and the audit trail."""
        return NOBODY if self.guardian_id is None else texting(self.guardian_id)


async def apply(effect: Effect, scene: Scene) -> Event | None:
    """Do what the machine asks.

    Returns:
        None when it is done; an event when it is refused, or when the effect is a question.
    """
    match effect:
        case Confirm() | Cancel() | Move() | BookAgain():
            return await _change_visit(effect, scene)
        case EndRecall():
            await silence_reminders(effect.appointment_id, now=scene.now)
        case LookForPlaces():
            found = await places_near(effect.appointment_id, effect.wish, now=scene.now)
            return PlacesFound(effect.appointment_id, found)
        case SetLanguage() | OfferLanguage() | ClaimVaccinated():
            await _write_down(effect, scene)
        case OptOut():
            await consent.opt_out(
                scene.phone, "text", now=scene.now, inbound_id=scene.inbound_id, actor=scene.actor
            )
        case OptIn():
            await consent.opt_in(scene.phone, now=scene.now, actor=scene.actor)
        case RegisterClaim():
            await _put_before_staff(effect, scene)
        case HandOff():
            if effect.reason is HandOffReason.WRONG_NUMBER:
                await consent.withdraw(scene.phone, now=scene.now, actor=scene.actor)
            await ask_a_person(scene.phone, effect.reason.value, now=scene.now, inbound_id=scene.inbound_id)
    return None


async def _write_down(effect: SetLanguage | OfferLanguage | ClaimVaccinated, scene: Scene) -> None:
    match effect:
        case SetLanguage(language) if scene.guardian_id is not None:
            await set_language(scene.guardian_id, language, actor=scene.actor, now=scene.now)
        case OfferLanguage():
            await sql("UPDATE conversation SET language_offered = true WHERE phone = $1", scene.phone)
        case ClaimVaccinated(appointment_id):
            await claims.file_claim(appointment_id, scene.inbound_id, actor=scene.actor, now=scene.now)


async def _put_before_staff(effect: RegisterClaim, scene: Scene) -> None:
    asked = effect.agreed_to
    claim = NewClaim(
        phone=scene.phone,
        first_name=effect.child,
        date_of_birth=effect.born.on,
        birth_is_estimate=effect.born.about,
        facility_id=effect.facility_id,
        language=effect.language,
        consent_words=render(asked, language=effect.language),
        inbound_id=scene.inbound_id,
    )
    await file_claim(claim, actor=scene.actor, now=scene.now)


async def _change_visit(effect: Confirm | Cancel | Move | BookAgain, scene: Scene) -> Event | None:
    actor, now = scene.actor, scene.now
    try:
        match effect:
            case Confirm():
                await booking.confirm(effect.appointment_id, version=effect.version, actor=actor, now=now)
            case Cancel():
                await booking.cancel(effect.appointment_id, version=effect.version, actor=actor, now=now)
            case Move():
                await booking.move(
                    effect.appointment_id, effect.session_id, version=effect.version, actor=actor, now=now
                )
            case BookAgain():
                given_up = await get_appointment(effect.appointment_id, actor=actor)
                if await has_visit_to_come(given_up.child_id, now=now):
                    # Somebody booked another day meanwhile.
                    return VisitChanged(effect.appointment_id)
                new = booking.NewAppointment(given_up.child_id, effect.session_id)
                await booking.book(new, actor=actor, now=now)
    except (SessionFull, AlreadyBooked, Invalid):
        # Taken, taken by the family itself, or over by now: the place is not to be had.
        return PlaceGone(effect.appointment_id)
    except (Conflict, NotFound):
        return VisitChanged(effect.appointment_id)
    return None

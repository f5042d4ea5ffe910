"""Places in clinic sessions: how one is taken, given up and found.

The number of places taken is a counter that changes only by a conditional update under a CHECK, so that
no session is ever overbooked, whoever asks and however many at once.
"""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from conversations.facts import Place
from conversations.wish import Wish, nearest
from service.database import sql
from service.errors import Invalid, NotFound, SessionFull

# How far ahead a parent is offered another day.
OFFER_DAYS = 60
MOST_CANDIDATES = 400

FREE = """
SELECT s.id, s.starts_at, f.name AS facility, f.zone, old.starts_at AS around
FROM appointment a
JOIN clinic_session old ON old.id = a.clinic_session
JOIN facility f ON f.id = old.facility
JOIN clinic_session s ON s.facility = f.id
WHERE a.id = $1 AND s.booked < s.capacity AND s.starts_at > $2 AND s.starts_at < $3
  AND (s.id <> old.id OR a.status NOT IN ('booked', 'confirmed'))
  AND NOT EXISTS (SELECT 1 FROM appointment other
                  WHERE other.child = a.child AND other.id <> a.id
                    AND other.status IN ('booked', 'confirmed')
                    AND other.day = (s.starts_at AT TIME ZONE f.zone)::date)
ORDER BY s.starts_at, s.id LIMIT $4
"""


class Room(msgspec.Struct, frozen=True):
    """A clinic session in which a place is wanted."""

    session_id: UUID
    facility_id: UUID
    starts_at: datetime
    ends_at: datetime
    zone: str

    @property
    def day(self) -> date:
        """Its day on the facility's calendar."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()


async def find_room(session_id: UUID, *, now: datetime) -> Room:
    """The clinic session, if it is not over.

    Raises:
        NotFound: there is none.
        Invalid: it is over.
    """
    rows = await sql(
        """SELECT s.id AS session_id, s.facility AS facility_id, s.starts_at, s.ends_at, f.zone
           FROM clinic_session s JOIN facility f ON f.id = s.facility WHERE s.id = $1""",
        session_id,
    )
    if not rows:
        raise NotFound("There is no such clinic session.")
    room = Room(**rows[0])
    if room.ends_at <= now:
        raise Invalid("session_id", "is over")
    return room


async def take_place(session_id: UUID) -> None:
    """Take one place. Condition and counter are one statement, so no two take the last.

    Raises:
        SessionFull: none is left.
    """
    taken = await sql(
        "UPDATE clinic_session SET booked = booked + 1 WHERE id = $1 AND booked < capacity RETURNING id",
        session_id,
    )
    if not taken:
        raise SessionFull


async def give_up_place(session_id: UUID) -> None:
    """Give one place back."""
    await sql("UPDATE clinic_session SET booked = booked - 1 WHERE id = $1", session_id)


async def change_places(old: UUID, new: UUID) -> None:
    """Take a place in one session and give up that in another, both locked in id order.

    Raises:
        SessionFull: none is left in the new one; the old one is kept.
    """
    await sql("SELECT id FROM clinic_session WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", [old, new])
    await take_place(new)
    await give_up_place(old)


async def places_near(appointment_id: UUID, wish: Wish, *, now: datetime) -> tuple[Place, ...]:
    """The free places at the facility of an appointment that come nearest to a wish, at most three.

    The appointment's own session is left out while it is active, and so are days on which the child has
    another visit. Each place is given in the facility's zone.
    """
    rows = await sql(FREE, appointment_id, now, now + timedelta(days=OFFER_DAYS), MOST_CANDIDATES)
    if not rows:
        return ()
    zone = ZoneInfo(rows[0]["zone"])
    free = [Place(row["id"], row["starts_at"].astimezone(zone), row["facility"]) for row in rows]
    return nearest(free, wish, around=rows[0]["around"].astimezone(zone))

"""What all workers have to know of the sender that we text from: its pace, its allowance, its breaker.

One row per sender, locked while a worker claims texts, so that several workers together keep to what is
permitted to one sender, and stop together when the carrier refuses. The arithmetic is pure and stands
first; the row's statements follow.
"""

import zlib
from datetime import date, datetime, timedelta

import msgspec

from service.database import sql
from service.settings import Settings

# A worker that has nothing to do looks again after two seconds: what was not used until then is not lost.
BURST_SECONDS = 2.0
UNLIMITED = 1_000_000
# How long one text may try whether the carrier is back before another one does.
PROBE_LASTS = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=5)
LONGEST_BACKOFF = timedelta(minutes=30)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender may do.

    Attributes:
        sender: The number or the messaging service.
        segments_per_second, segments_per_day: Over all workers, days of UTC; None for no limit of ours.
        countries: Where texts may go, ISO 3166 alpha-2; empty for everywhere.
    """

    sender: str = "default"
    segments_per_second: float | None = None
    segments_per_day: int | None = None
    countries: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """What the operator has set."""
        return cls(
            sender=settings.sender,
            segments_per_second=settings.segments_per_second,
            segments_per_day=settings.segments_per_day,
            countries=frozenset(settings.text_countries),
        )


class SenderState(msgspec.Struct, frozen=True, kw_only=True):
    """A sender as it stands.

    Attributes:
        busy_until: When all that was handed over has had its time at the permitted rate.
        failures: How many batches in a row got nothing through.
        closed_until: Before it no call is made; after it one text tries. None while all is well.
        is_copy: The database was restored from a backup, and nobody has seen to that yet: what looks as if it
            were to be sent may have been sent.
    """

    busy_until: datetime
    spent_on: date
    spent_segments: int = 0
    failures: int = 0
    closed_until: datetime | None = None
    is_copy: bool = False


class Allowance(msgspec.Struct, frozen=True):
    """How much may be handed over now. A text may begin while anything is left, and run into debt."""

    texts: int
    segments: int

    def __bool__(self) -> bool:
        return self.texts > 0 and self.segments > 0


def allowance(state: SenderState, limits: Limits, *, now: datetime, batch: int) -> Allowance:
    """What the breaker, the pace and the day leave."""
    if state.is_copy:
        batch = 0
    elif state.closed_until is not None:
        batch = 1 if state.closed_until <= now else 0
    return Allowance(batch, min(_left_of_pace(state, limits, now), _left_of_day(state, limits, now)))


def _left_of_pace(state: SenderState, limits: Limits, now: datetime) -> int:
    if limits.segments_per_second is None:
        return UNLIMITED
    debt = max(0.0, (state.busy_until - now).total_seconds())
    left = (BURST_SECONDS - debt) * limits.segments_per_second
    # Also a sender of less than a segment per burst sends when it owes nothing.
    return max(int(left), int(debt == 0))


def _left_of_day(state: SenderState, limits: Limits, now: datetime) -> int:
    if limits.segments_per_day is None:
        return UNLIMITED
    spent = state.spent_segments if state.spent_on == now.date() else 0
    return max(0, limits.segments_per_day - spent)


def after_claim(state: SenderState, limits: Limits, segments: int, *, now: datetime) -> SenderState:
    """The state once texts of so many segments are on their way."""
    rate = limits.segments_per_second
    takes = timedelta(0) if rate is None else timedelta(seconds=segments / rate)
    spent = state.spent_segments if state.spent_on == now.date() else 0
    return SenderState(
        busy_until=max(state.busy_until, now) + takes,
        spent_on=now.date(),
        spent_segments=spent + segments,
        failures=state.failures,
        closed_until=None if state.closed_until is None else now + PROBE_LASTS,
    )


def backoff(wait: timedelta, tries: int, *, seed: str, longest: timedelta = LONGEST_BACKOFF) -> timedelta:
    """How long to wait after so many tries: doubled each time, and up to half as much again, or 15 minutes.

    The jitter is drawn from the seed, so that texts that failed together do not come back together and a
    run can be repeated.
    """
    doublings = min(max(tries - 1, 0), 16)
    doubled: timedelta = min(wait * 2**doublings, max(longest, wait))
    jitter = zlib.crc32(f"{seed}:{tries}".encode()) / 2**33
    return doubled + min(doubled, LONGEST_BACKOFF) * jitter


# Tells a database from its copies: the cluster, its history (another one after a promotion or a recovery to
# a point in time), and the table itself, which a restore makes anew.
IDENTITY = """(
    SELECT system.system_identifier || '/' || checkpoint.timeline_id || '/' || 'outbox_message'::regclass::oid
    FROM pg_control_system() system, pg_control_checkpoint() checkpoint)"""

LOCK = f"""
INSERT INTO sender (id, name, busy_until, spent_on, inbound_compared_until, database_id)
VALUES (gen_random_uuid(), $1, $2, $3, $2, {IDENTITY})
ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name
RETURNING busy_until, spent_on, spent_segments, failures, closed_until,
          EXISTS (SELECT 1 FROM sender s WHERE s.database_id <> {IDENTITY}) AS is_copy
"""  # noqa: S608 - made of constants


async def lock_sender(limits: Limits, *, now: datetime) -> SenderState:
    """The sender as it stands; nobody else claims texts for it until this unit of work ends."""
    rows = await sql(LOCK, limits.sender, now, now.date())
    return SenderState(**rows[0])


async def save_claim(limits: Limits, state: SenderState) -> None:
    """Keep what was claimed. Call it inside the unit of work that has locked the sender."""
    await sql(
        """UPDATE sender SET busy_until = $2, spent_on = $3, spent_segments = $4, closed_until = $5
           WHERE name = $1""",
        limits.sender,
        state.busy_until,
        state.spent_on,
        state.spent_segments,
        state.closed_until,
    )


async def open_breaker(sender: str, *, failures: int, until: datetime, code: int | None) -> None:
    """Call the carrier no more until then."""
    await sql(
        """UPDATE sender SET failures = $2, closed_until = greatest(closed_until, $3), error_code = $4
           WHERE name = $1""",
        sender,
        failures,
        until,
        code,
    )


async def close_breaker(sender: str, *, seen: datetime) -> None:
    """The text that tried got through. Not if the breaker has been opened again since that was seen."""
    await sql(
        """UPDATE sender SET failures = 0, closed_until = NULL, error_code = NULL
           WHERE name = $1 AND closed_until = $2""",
        sender,
        seen,
    )

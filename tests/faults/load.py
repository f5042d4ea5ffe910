"""A seeded mix of what people do: which intents, of whom and in which order follows from the seed alone."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Literal, TypeAlias

from service.clock import now
from tests.faults.invariants import Change
from tests.faults.town import AT_ONCE, Family, Town, Visit

News = Literal["booked", "moved", "cancelled"]

Act: TypeAlias = Callable[[Town, Family, Random], Awaitable[None]]

QUESTIONS = ("when is it?", "where do I go", "will it hurt", "cuando es la cita?", "who is this")


@dataclass(frozen=True)
class Intent:
    """Something that somebody is going to do: to which family, and the dice for all that is left open."""

    kind: str
    family: int
    dice: float


async def staff_book(town: Town, family: Family, dice: Random) -> None:
    """A clerk books a visit."""
    session = dice.choice(family.sessions)
    answer = await town.asks("POST", "/appointments/", child_id=family.child, session_id=session)
    if answer is not None:
        note(town, family, family.heard(answer), "booked")


async def staff_move(town: Town, family: Family, dice: Random) -> None:
    """A clerk moves a visit that is as the clerk last saw it."""
    if (visit := _one(family, dice)) is None:
        await staff_book(town, family, dice)
        return
    session = dice.choice([one for one in family.sessions if one != visit.session])
    await _change(town, family, visit, "moved", session_id=session)


async def staff_cancel(town: Town, family: Family, dice: Random) -> None:
    """A clerk cancels a visit."""
    if (visit := _one(family, dice)) is not None:
        await _change(town, family, visit, "cancelled", status="cancelled")


async def _change(town: Town, family: Family, visit: Visit, news: News, **fields: str) -> None:
    path = f"/appointments/{visit.id}"
    answer = await town.asks("PUT", path, version=visit.version, **fields)
    if answer is not None and answer["version"] > visit.version:
        note(town, family, family.heard(answer), news)
    elif (now_is := await town.asks("GET", path)) is not None:
        family.heard(now_is)


def note(town: Town, family: Family, visit: Visit, news: News) -> None:
    """Keep what a clerk was told: the family is to hear of it."""
    town.told.changes[visit.id, visit.version] = Change(news, now(), family.phones)


def _one(family: Family, dice: Random) -> Visit | None:
    return dice.choice(family.active) if family.active else None


async def reminder_falls_due(town: Town, family: Family, dice: Random) -> None:
    """Time passes."""
    del dice
    await town.comes_due(family)


def _texting(*bodies: str) -> Act:
    async def act(town: Town, family: Family, dice: Random) -> None:
        await town.says(dice.choice(family.phones), dice.choice(bodies))

    return act


# kind: what happens, and how often compared with the others.
MIX: dict[str, tuple[Act, int]] = {
    "book": (staff_book, 22),
    "move": (staff_move, 14),
    "cancel": (staff_cancel, 8),
    "yes": (_texting("YES", "yes", "si"), 14),
    "change": (_texting("MOVE", "can we move it", "I can't come"), 12),
    "number": (_texting("1", "2", "3"), 12),
    "stop": (_texting("STOP", "please stop texting me"), 2),
    "start": (_texting("START"), 3),
    "question": (_texting(*QUESTIONS), 5),
    "due": (reminder_falls_due, 8),
}


def plan(dice: Random, how_many: int, families: int) -> list[Intent]:
    """The intents of one scenario."""
    kinds = dice.choices(list(MIX), [weight for _, weight in MIX.values()], k=how_many)
    return [Intent(kind, dice.randrange(families), dice.random()) for kind in kinds]


async def carry_out(town: Town, intents: list[Intent]) -> None:
    """Do all of it, some at a time, in order as far as several hands keep one."""
    waiting = iter(intents)

    async def hand() -> None:
        for intent in waiting:
            act, _ = MIX[intent.kind]
            await act(town, town.families[intent.family], Random(intent.dice))  # noqa: S311 - it has to fall the same way again
            town.counted["intents"] += 1

    await asyncio.gather(*(hand() for _ in range(AT_ONCE)))

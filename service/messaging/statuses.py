"""The life of a text that we owe, as one table, and why it only moves forward.

Reports come late, doubled and out of order, and a worker may die between a call and its record. So each
status has a rank, and whatever is learnt of a text may only raise it. Two steps lead back, and both are
taken only by who knows that no call counted: the worker that holds the claim of a text, and whoever has
read in the carrier's own list that it is not there.
"""

from typing import Literal

import msgspec

OutboxStatus = Literal[
    "pending",
    "sending",
    "unknown",
    "parked",
    "accepted",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "suppressed",
    "expired",
]

# Why a text was suppressed.
Reason = Literal["opt_out", "changed", "cap", "country", "wrong_number"]


class Status(msgspec.Struct, frozen=True):
    """What a status means.

    Attributes:
        rank: A report may only raise it.
        went_out: Whether the text may have reached the phone.
        back_to_pending: By whom and when it may be sent after all; "" means never.
    """

    rank: int
    meaning: str
    went_out: bool = False
    back_to_pending: str = ""


STATUSES: dict[OutboxStatus, Status] = {
    "pending": Status(0, "waits for its time and for a worker"),
    "sending": Status(
        1,
        "a worker has claimed it and is calling the carrier",
        went_out=True,
        back_to_pending="the worker that holds the claim, when the carrier did nothing with it",
    ),
    "unknown": Status(
        2,
        "the call may or may not have counted: the carrier is asked before anything else happens",
        went_out=True,
        back_to_pending="reconciliation, when the carrier's own list does not have it",
    ),
    "parked": Status(3, "nobody could tell in time: a person decides", went_out=True),
    "accepted": Status(4, "the carrier has it", went_out=True),
    "sent": Status(5, "it left the carrier", went_out=True),
    "delivered": Status(6, "the phone has it", went_out=True),
    "undelivered": Status(6, "the phone did not get it: another text may follow in its place"),
    "failed": Status(6, "the carrier refused it, or gave it up before it left"),
    "suppressed": Status(6, "not sent, for the reason that stands beside it"),
    "expired": Status(6, "not sent: it came too late to be useful"),
}

# Statuses in which a text may have reached the phone.
WENT_OUT: tuple[OutboxStatus, ...] = tuple(name for name, status in STATUSES.items() if status.went_out)


def lower_than(status: OutboxStatus) -> list[OutboxStatus]:
    """The statuses from which a text may move forward to `status`."""
    return [name for name, other in STATUSES.items() if other.rank < STATUSES[status].rank]


def is_final(status: OutboxStatus) -> bool:
    """Whether nothing will happen to a text any more."""
    return STATUSES[status].rank == max(other.rank for other in STATUSES.values())

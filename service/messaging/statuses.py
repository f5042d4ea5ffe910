"""The life of a text that we owe, and why it only moves forward.

pending     waits for its time and for a worker
sending     a worker has claimed it and is calling the carrier
unknown     the call may or may not have counted: the carrier is asked before anything else happens
parked      nobody can tell any more: a person decides
accepted    the carrier has it
sent        it left the carrier
delivered, undelivered, failed      its end, as the carrier reports it
suppressed  not sent: opted out, or its visit has changed
expired     not sent: it came too late to be useful

Reports come late, doubled and out of order. Each status has a rank and a report may only raise it; only
the worker that holds a claim may put a text back from sending to pending.
"""

from typing import Literal

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

RANKS: dict[OutboxStatus, int] = {
    "pending": 0,
    "sending": 1,
    "unknown": 2,
    "parked": 3,
    "accepted": 4,
    "sent": 5,
    "delivered": 6,
    "undelivered": 6,
    "failed": 6,
    "suppressed": 6,
    "expired": 6,
}

# Statuses in which a text may have reached the phone.
WENT_OUT: tuple[OutboxStatus, ...] = ("sending", "unknown", "parked", "accepted", "sent", "delivered")


def lower_than(status: OutboxStatus) -> list[OutboxStatus]:
    """The statuses from which a text may move forward to `status`."""
    return [other for other, rank in RANKS.items() if rank < RANKS[status]]


def is_final(status: OutboxStatus) -> bool:
    """Whether nothing will happen to a text any more."""
    return RANKS[status] == max(RANKS.values())

"""What each of the carrier's error codes means for a text, and what is done about it.

The same codes come in the API's answer and in status callbacks. Each is documented on a page of its
own, https://www.twilio.com/docs/api/errors/<code>. A code that is not listed counts as permanent: a text
that fails for a reason unknown to us is not sent again.
"""

from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from service.carrier.port import CarrierError, NotProcessed, OperatorNeeded, OptedOut, OutcomeUnknown, Refused

Action = Literal["slow_down", "retry", "hold", "stop", "opt_out", "give_up"]

SOON = timedelta(seconds=5)
SLOWER = timedelta(minutes=1)
LATER = timedelta(minutes=30)

# Where the carriers of the United States begin their day, and with it their daily allowances.
CARRIER_DAY = ZoneInfo("America/Los_Angeles")


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """What to do about one code.

    Attributes:
        action: What it means for the text.
            slow_down: nothing was done with it, as with others: the carrier or the sender is too busy.
            retry: nothing was done with this one; again after `wait`, while it is useful.
            hold: as retry, but not before the carriers' next day.
            stop: the account or the sender is at fault: every text waits until one gets through again.
            opt_out: the number wants no texts from us.
            give_up: this text to this number will never arrive.
        wait: The shortest time before the next try.
        repeats: How often a text may follow in the place of one of which a report has said this.
        strikes: How many texts to a number have to end so before staff are asked to look at it.
        alert: Whether an operator has to know.
    """

    meaning: str
    action: Action = "give_up"
    wait: timedelta = timedelta(0)
    repeats: int = 0
    strikes: int = 1
    alert: bool = False


def _slow_down(meaning: str, wait: timedelta) -> Reaction:
    return Reaction(meaning=meaning, action="slow_down", wait=wait, repeats=3)


def _retry(meaning: str, wait: timedelta, *, repeats: int, alert: bool = False) -> Reaction:
    return Reaction(meaning=meaning, action="retry", wait=wait, repeats=repeats, alert=alert)


def _hold(meaning: str) -> Reaction:
    return Reaction(meaning=meaning, action="hold", repeats=1)


def _stop(meaning: str) -> Reaction:
    return Reaction(meaning=meaning, action="stop", wait=SLOWER, alert=True)


REACTIONS: dict[int, Reaction] = {
    20429: _slow_down("too many requests, never processed", SOON),
    21611: _slow_down("the sender's queue is full", SLOWER),
    30001: _slow_down("the messaging service's queue is full", SLOWER),
    30017: _slow_down("congestion at the phone's carrier", SLOWER),
    30022: _slow_down("the campaign's rate is exceeded", SLOWER),
    # The carrier has tried for itself already: the phone is off, or out of reach, for a while.
    30003: _retry("the phone cannot be reached", LATER, repeats=2),
    30008: _retry("no reason given", SLOWER, repeats=1),
    # Not repeated by the carrier, because the text may have arrived all the same.
    30410: _retry("the phone's carrier did not answer in time", LATER, repeats=1),
    30450: _retry("suspected pumping of traffic", LATER, repeats=1, alert=True),
    # Useful for longer than its validity, or the carrier's clock is not ours: the next try decides again.
    30036: _retry("its validity ran out", timedelta(0), repeats=1),
    21608: _retry("a trial account, and a number that is not verified", LATER, repeats=0, alert=True),
    30023: _hold("the sender's daily allowance is used up"),
    30027: _hold("the day's allowance at the phone's carrier is used up"),
    20003: _stop("credentials refused"),
    20005: _stop("the account is not active"),
    20404: _stop("the account is unknown"),
    30002: _stop("the account is suspended"),
    21212: _stop("the sender is no number"),
    21603: _stop("no sender"),
    21606: _stop("the sender cannot text"),
    21609: _stop("a bad address for callbacks"),
    21703: _stop("the messaging service has no sender"),
    21705: _stop("the messaging service is unknown"),
    90007: _stop("a request that the carrier cannot read"),
    30032: _stop("a toll-free sender that is not verified"),
    30033: _stop("the campaign is suspended"),
    30034: _stop("a sender that is not registered"),
    30035: _stop("a sender that is being registered"),
    21610: Reaction(meaning="the number has opted out", action="opt_out"),
    21211: Reaction(meaning="not a number"),
    21217: Reaction(meaning="not a number"),
    21604: Reaction(meaning="no number"),
    21614: Reaction(meaning="not a mobile number"),
    21408: Reaction(meaning="texts to this country are not permitted", alert=True),
    21612: Reaction(meaning="cannot be reached from this sender", alert=True),
    21602: Reaction(meaning="no words in it", alert=True),
    21617: Reaction(meaning="too long", alert=True),
    30004: Reaction(meaning="blocked by the phone or its carrier", strikes=2),
    30005: Reaction(meaning="nobody has this number"),
    30006: Reaction(meaning="a landline"),
    30007: Reaction(meaning="filtered as unwanted: the same words never again", alert=True),
    14107: Reaction(meaning="taken for a loop of automatic answers", alert=True),
    # Of our webhooks, not of a text.
    11200: Reaction(meaning="our webhook could not be fetched", alert=True),
    11205: Reaction(meaning="our webhook could not be connected to", alert=True),
    11217: Reaction(meaning="our webhook failed", alert=True),
    12100: Reaction(meaning="our webhook's answer is no XML", alert=True),
    12200: Reaction(meaning="our webhook's answer is no TwiML", alert=True),
    12300: Reaction(meaning="our webhook's answer has the wrong type", alert=True),
}

UNLISTED = Reaction(meaning="not known to us")

_RAISED: dict[Action, type[CarrierError]] = {
    "slow_down": NotProcessed,
    "retry": NotProcessed,
    "hold": NotProcessed,
    "stop": OperatorNeeded,
    "opt_out": OptedOut,
    "give_up": Refused,
}


def reaction_to(code: int | None) -> Reaction:
    """What is done about a code."""
    return REACTIONS.get(code or 0, UNLISTED)


def concerns_all(error: CarrierError) -> bool:
    """Whether an error says something of the carrier or the sender, and not of one text."""
    busy = isinstance(error, NotProcessed) and (
        error.code is None or reaction_to(error.code).action == "slow_down"
    )
    return busy or isinstance(error, OutcomeUnknown | OperatorNeeded)


def wait_after(reaction: Reaction, *, now: datetime) -> timedelta:
    """The shortest time before another try."""
    if reaction.action != "hold":
        return reaction.wait
    tomorrow = now.astimezone(CARRIER_DAY).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(0), CARRIER_DAY) - now


def classify(status: int, code: int | None) -> CarrierError:
    """What an error answer means.

    Args:
        status: The HTTP status of the answer.
        code: The carrier's own code, if the answer held one.
    """
    if code in REACTIONS:
        return _RAISED[REACTIONS[code].action](code)
    if status == 429:  # noqa: PLR2004 - the carrier's documents speak of it by its number
        return NotProcessed(20429)
    if status >= 500:  # noqa: PLR2004 - a server error came after the request was read
        return OutcomeUnknown(code)
    if status in {401, 403, 404}:
        # Said by something before the carrier's API, or of the account: no text is to blame.
        return OperatorNeeded(20003)
    return Refused(code)

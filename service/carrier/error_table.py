"""What each of the carrier's error codes means for a text.

The same codes come in the API's answer and in status callbacks. Each is documented on a page of its
own, https://www.twilio.com/docs/api/errors/<code>. A code that is not listed counts as permanent: a text
that fails for a reason unknown to us is not sent again.
"""

from datetime import timedelta

from service.carrier.port import CarrierError, NotProcessed, OperatorNeeded, OptedOut, OutcomeUnknown, Refused

SOON = timedelta(seconds=5)
SLOWER = timedelta(minutes=1)
LATER = timedelta(minutes=30)

# code: (what it means for the text, how long to wait before the next try)
REACTIONS: dict[int, tuple[type[CarrierError], timedelta]] = {
    20429: (NotProcessed, SOON),  # too many requests: never processed
    21611: (NotProcessed, SLOWER),  # the sender's queue is full
    30001: (NotProcessed, SLOWER),  # the messaging service's queue is full
    30017: (NotProcessed, SLOWER),  # congestion
    30022: (NotProcessed, SLOWER),  # campaign rate exceeded
    20003: (OperatorNeeded, LATER),  # credentials refused
    20005: (OperatorNeeded, LATER),  # account not active
    30002: (OperatorNeeded, LATER),  # account suspended
    21602: (OperatorNeeded, LATER),  # no body
    21603: (OperatorNeeded, LATER),  # no sender
    21606: (OperatorNeeded, LATER),  # the sender cannot text
    21608: (OperatorNeeded, LATER),  # trial account, unverified number
    21609: (OperatorNeeded, LATER),  # bad callback address
    21617: (Refused, timedelta(0)),  # text too long
    21703: (OperatorNeeded, LATER),  # messaging service without senders
    21705: (OperatorNeeded, LATER),  # messaging service unknown
    30032: (OperatorNeeded, LATER),  # sender not verified
    30034: (OperatorNeeded, LATER),  # sender not registered
    90007: (OperatorNeeded, LATER),  # bad request on our side
    21610: (OptedOut, timedelta(0)),
    21211: (Refused, timedelta(0)),  # not a number
    21217: (Refused, timedelta(0)),  # not a number
    21408: (Refused, timedelta(0)),  # country not permitted
    21604: (Refused, timedelta(0)),  # no number
    21612: (Refused, timedelta(0)),  # not reachable from this sender
    21614: (Refused, timedelta(0)),  # not a mobile number
    30003: (Refused, timedelta(0)),  # handset unreachable, said in a callback after the carrier's own tries
    30004: (Refused, timedelta(0)),  # blocked
    30005: (Refused, timedelta(0)),  # unknown handset
    30006: (Refused, timedelta(0)),  # landline
    30007: (Refused, timedelta(0)),  # filtered: the same text never again
    30008: (Refused, timedelta(0)),  # unknown reason
    30036: (Refused, timedelta(0)),  # its validity ran out
}


def classify(status: int, code: int | None) -> CarrierError:
    """What an error answer means.

    Args:
        status: The HTTP status of the answer.
        code: The carrier's own code, if the answer held one.
    """
    if code in REACTIONS:
        kind, wait = REACTIONS[code]
        return kind(code, wait=wait)
    if status == 429:  # noqa: PLR2004 - the carrier's documents speak of it by its number
        return NotProcessed(20429, wait=SOON)
    if status >= 500:  # noqa: PLR2004 - a server error came after the request was read
        return OutcomeUnknown(code)
    return Refused(code)

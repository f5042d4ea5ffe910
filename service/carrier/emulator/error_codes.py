"""Twilio's error codes: where each of them strikes a text, and in which words.

One table for everything that the emulator can say went wrong, whether it comes about by itself, by a magic
number or by a fault. Our gateway reads these codes: they must be Twilio's, not ours. Each is described at
https://www.twilio.com/docs/api/errors/<code>.
"""

from typing import Final, Literal

import msgspec

# refused: the API does not accept the text. failed: accepted, and never sent. undelivered: sent, and
# reported by the phone's network. webhook: a text from a phone, and our webhook was at fault.
Where = Literal["refused", "failed", "undelivered", "webhook"]


class ErrorCode(msgspec.Struct, frozen=True):
    """What a code says; `status` is that of the HTTP answer where the API refuses."""

    where: Where
    message: str
    status: int = 400


ERROR_CODES: Final[dict[int, ErrorCode]] = {
    503: ErrorCode("refused", "Service unavailable", 503),
    11200: ErrorCode("webhook", "HTTP retrieval failure"),
    11205: ErrorCode("webhook", "HTTP connection failure"),
    11217: ErrorCode("webhook", "HTTP error response code"),
    12100: ErrorCode("webhook", "Document parse failure"),
    12200: ErrorCode("webhook", "Schema validation warning"),
    12300: ErrorCode("webhook", "Invalid Content-Type"),
    14107: ErrorCode("failed", "SMS send rate limit exceeded"),
    20003: ErrorCode("refused", "Authenticate", 401),
    20005: ErrorCode("refused", "Account not active", 401),
    20404: ErrorCode("refused", "The requested resource was not found", 404),
    20429: ErrorCode("refused", "Too Many Requests", 429),
    20500: ErrorCode("refused", "An internal server error has occurred", 500),
    21211: ErrorCode("refused", "Invalid 'To' Phone Number"),
    21212: ErrorCode("refused", "Invalid From Number (caller ID)"),
    21217: ErrorCode("refused", "Phone number does not appear to be valid"),
    21408: ErrorCode(
        "refused",
        "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
    ),
    21602: ErrorCode("refused", "Message body is required"),
    21603: ErrorCode("refused", "A 'From' or 'MessagingServiceSid' parameter is required to send a message"),
    21604: ErrorCode("refused", "The destination 'To' phone number is required to send an SMS"),
    21606: ErrorCode(
        "refused",
        (
            "The 'From' phone number provided is not a valid message-capable Twilio phone number "
            "for this destination."
        ),
    ),
    21608: ErrorCode("refused", "The 'to' phone number provided is not yet verified for this account."),
    21609: ErrorCode("refused", "Invalid 'StatusCallback'"),
    21610: ErrorCode("refused", "Attempt to send to unsubscribed recipient"),
    21611: ErrorCode("refused", "This 'From' number has exceeded the maximum number of queued messages", 429),
    21612: ErrorCode("refused", "The 'To' phone number is not currently reachable via SMS"),
    21614: ErrorCode("refused", "'To' number is not a valid mobile number"),
    21617: ErrorCode("refused", "The concatenated message body exceeds the 1600 character limit"),
    21703: ErrorCode(
        "refused", "The Messaging Service does not have a phone number available to send a message"
    ),
    21705: ErrorCode("refused", "The Messaging Service is invalid"),
    30001: ErrorCode("failed", "Queue overflow"),
    30002: ErrorCode("failed", "Account suspended"),
    30003: ErrorCode("undelivered", "Unreachable destination handset"),
    30004: ErrorCode("undelivered", "Message blocked"),
    30005: ErrorCode("undelivered", "Unknown destination handset"),
    30006: ErrorCode("undelivered", "Landline or unreachable carrier"),
    30007: ErrorCode("undelivered", "Message filtered"),
    30008: ErrorCode("undelivered", "Unknown error"),
    30017: ErrorCode("undelivered", "Carrier network congestion"),
    30022: ErrorCode("undelivered", "US A2P 10DLC - Rate Limits Exceeded"),
    30023: ErrorCode("undelivered", "US A2P 10DLC - Daily Message Cap Reached"),
    30027: ErrorCode("undelivered", "US A2P 10DLC - T-Mobile Daily Message Limit Reached"),
    30032: ErrorCode("undelivered", "Toll-Free Number Has Not Been Verified"),
    30033: ErrorCode("undelivered", "US A2P 10DLC - Campaign Suspended"),
    30034: ErrorCode("undelivered", "US A2P 10DLC - Message from an Unregistered Number"),
    30035: ErrorCode("undelivered", "US A2P 10DLC - Message from a number still being configured"),
    30036: ErrorCode("failed", "Validity Period Expired"),
    30410: ErrorCode("failed", "Provider Timeout Error"),
    30450: ErrorCode("failed", "Message delivery blocked"),
    90007: ErrorCode("refused", "The request is not valid"),
}

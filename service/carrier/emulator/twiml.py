"""What a webhook's answer asks the carrier to do.

Only the part of TwiML that a text line needs. A plain text is sent to the parent word for word, as Twilio
does: an application that answers "OK" by mistake shall see its parents receive "OK".
"""

from typing import Final
from xml.etree import ElementTree as ET

import msgspec

_TWIML_TYPES: Final = frozenset({"text/xml", "application/xml", "text/html"})


class Reply(msgspec.Struct, frozen=True):
    """A text that the answer asks for; `to` None means whoever wrote."""

    body: str
    to: str | None = None
    status_callback: str | None = None


class NotUnderstood(Exception):
    """The answer cannot be executed; `code` is what Twilio's debugger would show."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(str(code))


def read_replies(content_type: str, body: str) -> tuple[Reply, ...]:
    """Read the texts that a successful answer asks for.

    Raises:
        NotUnderstood: 12100 for broken XML, 12200 for XML that is no TwiML, 12300 for another type.
    """
    if not body.strip():
        return ()
    if content_type == "text/plain":
        return (Reply(body),)
    if content_type not in _TWIML_TYPES:
        raise NotUnderstood(12300)
    try:
        # The answer comes from the webhook under test, and expat refuses entity bombs by itself.
        response = ET.fromstring(body)  # noqa: S314
    except ET.ParseError:
        raise NotUnderstood(12100) from None
    if response.tag != "Response":
        raise NotUnderstood(12200)
    replies = (_reply(message) for message in response.iter("Message"))
    return tuple(reply for reply in replies if reply.body)


def _reply(message: ET.Element) -> Reply:
    parts = message.findall("Body")
    words = "".join(part.text or "" for part in parts) if parts else message.text or ""
    return Reply(words.strip(), message.get("to"), message.get("statusCallback") or message.get("action"))

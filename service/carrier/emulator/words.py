"""The words that a carrier acts on by itself, before any application hears of them.

Twilio's defaults for a number without Advanced Opt-Out: the whole body, one word, in any case. "STOP
please" is an ordinary text to the carrier; to understand it is the application's work.
"""

from typing import Final, Literal

Keyword = Literal["STOP", "START", "HELP"]

_STOP: Final = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"})
_START: Final = frozenset({"START", "UNSTOP"})
_HELP: Final = frozenset({"HELP", "INFO"})

# Twilio's standard wording, which parents see when no custom one is configured.
ANSWERS: Final[dict[Keyword, str]] = {
    "STOP": (
        "You have successfully been unsubscribed. You will not receive any more messages from this number. "
        "Reply START to resubscribe."
    ),
    "START": (
        "You have successfully been re-subscribed to messages from this number. "
        "Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
    ),
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def keyword(body: str, *, stopped: bool) -> Keyword | None:
    """Say which of the carrier's own words a text is, if any.

    YES opts in only a number that has opted out; from any other it is an answer to a question.
    """
    word = body.strip().upper()
    if word in _STOP:
        return "STOP"
    if word in _START or (stopped and word == "YES"):
        return "START"
    return "HELP" if word in _HELP else None

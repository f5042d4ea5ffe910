"""How the emulated account is set up: the sender's rate and queue, and the webhooks.

What an operator sets in Twilio's console, a test sets here while the emulator runs.
"""

from typing import Annotated, Final

import msgspec

from service.carrier.emulator.config import EmulatorConfig

_QUEUE_SECONDS: Final = 36_000
_WebAddress = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s]+$")]


class AccountSetup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be set; what is left out has its default.

    Attributes:
        segments_per_second: what the sender's line carries; None for no limit, Twilio's long code has 1.
        queue_seconds: the longest time that texts may have to wait for the sender; Twilio's is ten hours.
        replies_in_a_row: texts to one phone, each less than 30 s after the last, before the rest fails
            with 14107; None for no limit, Twilio's is 15.
        inbound_url: the webhook for phones' texts; None for PUBLIC_URL's own. Its fragment may hold
            Twilio's connection overrides: `#rc=2&rp=all`.
        fallback_url: the webhook that is called once when that one has failed.
    """

    segments_per_second: Annotated[float, msgspec.Meta(gt=0)] | None = None
    queue_seconds: Annotated[float, msgspec.Meta(ge=0, le=_QUEUE_SECONDS)] = _QUEUE_SECONDS
    replies_in_a_row: Annotated[int, msgspec.Meta(ge=0)] | None = None
    inbound_url: _WebAddress | None = None
    fallback_url: _WebAddress | None = None


class Account:
    """The account as it is set up at the moment."""

    def __init__(self, config: EmulatorConfig) -> None:
        self.number = config.number
        self._own_inbound_url = config.inbound_url
        self.setup = AccountSetup()

    @property
    def inbound_url(self) -> str:
        """The webhook that hears of a parent's texts."""
        return self.setup.inbound_url or self._own_inbound_url

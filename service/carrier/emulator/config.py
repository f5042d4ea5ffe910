"""What the emulator has to be told before it can stand in for Twilio."""

from pathlib import Path

import msgspec


class EmulatorConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One emulated Twilio account with one number.

    Attributes:
        account_sid: the user of Basic auth and the account in every path.
        auth_token: the password of Basic auth and the key of every signature.
        public_url: where Doseline's webhooks are reached, without a trailing slash.
        number: the clinic's number in E.164, which sends and receives.
        messaging_service_sid: the service that the number belongs to; None when texts are sent From it.
        journal: SQLite file that keeps texts and opt-outs over restarts; None keeps them in memory.
        pace: seconds that a text spends in each status on its way.
        lanes: webhook calls that may be under way at once.
        patience: seconds that a webhook has for its answer; Twilio waits 15.
    """

    account_sid: str
    auth_token: str
    public_url: str
    number: str
    messaging_service_sid: str | None = None
    journal: Path | None = None
    pace: float = 0.15
    lanes: int = 32
    patience: float = 15.0

    @property
    def inbound_url(self) -> str:
        """The webhook that hears of a parent's texts."""
        return f"{self.public_url.rstrip('/')}/twilio/inbound"

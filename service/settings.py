"""What an operator can set: one table of environment variables, read once at the start.

Each variable says what it means, what is expected and how it is read; the check, the message for a bad
value and the table in docs/operations.md all come from it. A bad value stops the start with one line.
Values of secret variables never appear in a message or a repr.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec


class SettingsError(Exception):
    """A variable is missing or wrong; the text is one line that names it and what is expected."""


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """One environment variable.

    `read` turns its text into a value and raises ValueError when it is not what `expected` says.
    `default` is prose for the documentation: the values stand in Settings.
    """

    name: str
    field: str
    meaning: str
    expected: str
    default: str
    read: Callable[[str], Any]
    secret: bool = False

    def value(self, text: str) -> object:
        """What `text` means for this variable.

        Raises:
            SettingsError: it is not what is expected.
        """
        try:
            return self.read(text)
        except ValueError:
            shown = "" if self.secret else f", not {text[:80]!r}"
            # The reader's own error may quote a secret, so it is not chained.
            raise SettingsError(f"{self.name} must be {self.expected}{shown}") from None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that differs between one installation and another.

    "" or () means not set. `run` fills in a database and a carrier where none is set; the other commands
    ask `require` for what they need.
    """

    database_url: str = ""
    queue_url: str = ""
    public_url: str = "http://127.0.0.1:8000"
    twilio_account_sid: str = ""
    twilio_auth_tokens: tuple[str, ...] = ()
    twilio_messaging_service_sid: str | None = None
    twilio_from_number: str | None = None
    twilio_api_base_url: str | None = None
    segments_per_second: float | None = None
    segments_per_day: int | None = None
    text_countries: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8000
    emulator_port: int = 4010
    data_dir: Path = Path(".doseline")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings; a blank variable counts as not set.

        Raises:
            SettingsError: a value is wrong, or two of them do not fit together.
        """
        values: dict[str, Any] = {
            variable.field: variable.value(text)
            for variable in VARIABLES
            if (text := environ.get(variable.name, "").strip())
        }
        values.setdefault("queue_url", values.get("database_url", ""))
        values.setdefault("public_url", f"http://127.0.0.1:{values.get('port', cls().port)}")
        settings = cls(**{**values, "data_dir": values.get("data_dir", cls().data_dir).absolute()})
        settings._check_carrier()
        return settings

    def _check_carrier(self) -> None:
        """The account, its token and one sender come together or not at all."""
        if not self.twilio_account_sid and not self.twilio_auth_tokens:
            return
        self.require("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
        if (self.twilio_messaging_service_sid is None) == (self.twilio_from_number is None):
            raise SettingsError("set exactly one of TWILIO_MESSAGING_SERVICE_SID and TWILIO_FROM_NUMBER")

    def require(self, *names: str) -> None:
        """Insist that these variables are set.

        Raises:
            SettingsError: one of them is not.
        """
        for variable in VARIABLES:
            if variable.name in names and not getattr(self, variable.field):
                raise SettingsError(f"{variable.name} is not set: expected {variable.expected}")

    def to_env(self) -> dict[str, str]:
        """The variables that say the same to another process."""
        values = {variable.name: getattr(self, variable.field) for variable in VARIABLES}
        return {
            name: ",".join(value) if isinstance(value, tuple) else str(value)
            for name, value in values.items()
            if value
        }

    @property
    def sender(self) -> str:
        """The messaging service or the number that texts are sent from."""
        return self.twilio_messaging_service_sid or self.twilio_from_number or "default"

    @property
    def has_carrier(self) -> bool:
        """Whether credentials of a carrier are set."""
        return bool(self.twilio_account_sid)

    def __repr__(self) -> str:
        secret = {variable.field for variable in VARIABLES if variable.secret}
        shown = {f: "<secret>" if f in secret else repr(getattr(self, f)) for f in self.__struct_fields__}
        return f"Settings({', '.join(f'{field}={value}' for field, value in shown.items())})"


def _matching(pattern: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(pattern)
        return text

    return read


def _split(text: str, schemes: tuple[str, ...]) -> SplitResult:
    url = urlsplit(text)
    # Reading the port checks it: urlsplit alone accepts http://host:99999.
    if url.scheme not in schemes or not re.fullmatch(r"[!-~]+", text) or url.port == 0:
        raise ValueError(schemes)
    return url


def _database_url(text: str) -> str:
    if len(_split(text, ("postgresql", "postgres")).path) <= 1:
        raise ValueError("no database name")
    return text


def _queue_url(text: str) -> str:
    url = _split(text, ("postgresql", "postgres", "redis", "rediss"))
    return text if url.scheme.startswith("redis") else _database_url(text)


def _web_address(text: str) -> str:
    url = _split(text, ("http", "https"))
    if not url.hostname or url.query or url.fragment or url.username is not None:
        raise ValueError("no plain web address")
    return text.rstrip("/")


def _tokens(text: str) -> tuple[str, ...]:
    tokens = tuple(token.strip() for token in text.split(","))
    if not all(re.fullmatch(r"[!-~]+", token) for token in tokens):
        raise ValueError("a token is blank or holds spaces")
    return tokens


def _port(text: str) -> int:
    port = int(_matching("[0-9]+")(text))
    if not 1 <= port <= 65535:  # noqa: PLR2004 - the port numbers that exist
        raise ValueError("no such port")
    return port


def _rate(text: str) -> float:
    rate = float(_matching(r"[0-9]{1,4}(\.[0-9]{1,3})?")(text))
    if rate == 0:
        raise ValueError("nothing would ever be sent")
    return rate


def _countries(text: str) -> tuple[str, ...]:
    return tuple(_matching("[A-Z]{2}")(country.strip().upper()) for country in text.split(","))


def _host(text: str) -> str:
    return text if text == "localhost" else str(ipaddress.ip_address(text))


VARIABLES: tuple[Variable, ...] = (
    Variable(
        name="DATABASE_URL",
        field="database_url",
        meaning="PostgreSQL 15 or later, where everything is kept.",
        expected="a postgresql:// URL with a database name",
        default="embedded in DATA_DIR (`run` only)",
        read=_database_url,
        secret=True,
    ),
    Variable(
        name="QUEUE_URL",
        field="queue_url",
        meaning="Where background jobs queue. With PostgreSQL: a session connection, no transaction pooler.",
        expected="a postgresql:// or redis:// URL",
        default="DATABASE_URL",
        read=_queue_url,
        secret=True,
    ),
    Variable(
        name="PUBLIC_URL",
        field="public_url",
        meaning="The address at which the carrier reaches this server. Webhook signatures are checked "
        "against it, never against a forwarded header.",
        expected="an http:// or https:// address without query",
        default="http://127.0.0.1:PORT",
        read=_web_address,
    ),
    Variable(
        name="TWILIO_ACCOUNT_SID",
        field="twilio_account_sid",
        meaning="The Twilio account that sends and receives texts.",
        expected="AC and 32 hexadecimal digits",
        default="the emulator's (`run` only)",
        read=_matching(r"AC[0-9a-fA-F]{32}"),
    ),
    Variable(
        name="TWILIO_AUTH_TOKEN",
        field="twilio_auth_tokens",
        meaning="Its auth token. While a token is being replaced: several, separated by commas. The first "
        "signs our calls, every one is accepted on webhooks.",
        expected="one or more tokens without spaces, separated by commas",
        default="the emulator's (`run` only)",
        read=_tokens,
        secret=True,
    ),
    Variable(
        name="TWILIO_MESSAGING_SERVICE_SID",
        field="twilio_messaging_service_sid",
        meaning="The messaging service to send from. Set this or TWILIO_FROM_NUMBER.",
        expected="MG and 32 hexadecimal digits",
        default="none",
        read=_matching(r"MG[0-9a-fA-F]{32}"),
    ),
    Variable(
        name="TWILIO_FROM_NUMBER",
        field="twilio_from_number",
        meaning="The number to send from, where no messaging service is used.",
        expected="a number in E.164, such as +254700000001",
        default="none",
        read=_matching(r"\+[1-9][0-9]{6,14}"),
    ),
    Variable(
        name="TWILIO_API_BASE_URL",
        field="twilio_api_base_url",
        meaning="Another server that speaks Twilio's API, such as the emulator.",
        expected="an http:// or https:// address without query",
        default="Twilio's own",
        read=_web_address,
    ),
    Variable(
        name="TEXT_SEGMENTS_PER_SECOND",
        field="segments_per_second",
        meaning="How fast the sender may text, all workers together, in segments: a long code usually 1, a "
        "toll-free number 3, a short code 100.",
        expected="a number above 0, such as 3 or 2.25",
        default="as fast as the carrier takes them",
        read=_rate,
    ),
    Variable(
        name="TEXT_SEGMENTS_PER_DAY",
        field="segments_per_day",
        meaning="How much the sender may text in a day of UTC, in segments. What exceeds it waits for the "
        "next day, or expires.",
        expected="a whole number from 1 to 99999999",
        default="no limit",
        read=lambda text: int(_matching("[1-9][0-9]{0,7}")(text)),
    ),
    Variable(
        name="TEXT_COUNTRIES",
        field="text_countries",
        meaning="The only countries to which texts may go, against fraud with numbers abroad.",
        expected="ISO 3166 codes of two letters, separated by commas, such as KE,UG",
        default="every country",
        read=_countries,
    ),
    Variable(
        name="HOST",
        field="host",
        meaning="The address to listen on. Put a proxy that ends TLS before anything but loopback.",
        expected="an IP address or localhost",
        default="127.0.0.1",
        read=_host,
    ),
    Variable(
        name="PORT",
        field="port",
        meaning="The port of the API and the webhooks.",
        expected="a port number from 1 to 65535",
        default="8000",
        read=_port,
    ),
    Variable(
        name="EMULATOR_PORT",
        field="emulator_port",
        meaning="The port of the carrier emulator and its phone page. It listens on loopback only.",
        expected="a port number from 1 to 65535",
        default="4010",
        read=_port,
    ),
    Variable(
        name="DATA_DIR",
        field="data_dir",
        meaning="The directory of the embedded database and of generated secrets (`run` and `emulator`).",
        expected="a directory",
        default=".doseline in the working directory",
        read=lambda text: Path(text).expanduser(),
    ),
)

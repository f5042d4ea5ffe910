"""Posts of every shape to the two webhooks, signed and not: never a 5xx, and nothing kept that is unsigned.

Hypothesis makes the bodies, the headers and the queries. They go through ASGI to the application, in one
loop, to the real database. Schemathesis has no part in it: the webhooks stand in no OpenAPI document.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from urllib.parse import parse_qsl, quote_from_bytes, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.datastructures import FormMultiDict
from twilio.request_validator import RequestValidator

from service.app import create_app
from service.database import connection_pool, sql
from service.settings import Settings
from service.webhooks import LARGEST_POST
from tests.api.conftest import served
from tests.conftest import EMPTY
from tests.factories import NOW

TOKEN = "a token that both sides know"
PUBLIC_URL = "https://clinic.example.org"
PATHS = ("/twilio/inbound", "/twilio/status")
FORM = "application/x-www-form-urlencoded"
# However slow, and with nothing remembered from the last run.
SEARCH = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), database=None)

FIELDS = (
    *("MessageSid", "SmsSid", "From", "To", "Body", "NumMedia", "OptOutType", "MessageStatus", "ErrorCode"),
    *("AccountSid", "MediaUrl0", "MessagingServiceSid", "RawDlrDoneDate"),
)
PHONES = ("+254700000001", "+15005550006", "12345", "", "whatsapp:+254700000001", "+٣", "anonymous")
PLAIN = st.text(max_size=60)
VALUES = st.one_of(
    PLAIN,
    st.sampled_from(("", " ", "\x00", "STOP", "0", "-1", "99999999999", "delivered", "failed", "21610")),
    st.sampled_from(PHONES),
    st.text(alphabet="a\u0000\u200b\u202e\ud7ff\U0001f44d\r\n", min_size=100, max_size=2000),
)
NAMES = st.one_of(st.sampled_from(FIELDS), PLAIN)
PAIRS = st.lists(st.tuples(NAMES, VALUES), max_size=25)
TYPES = st.one_of(
    st.sampled_from(
        (
            FORM,
            f"{FORM}; charset=utf-16",
            f"{FORM}; charset=nonsense",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "application/json",
            "application/msgpack",
            "text/plain",
            "text/xml; charset=\xff",
            ";",
            "",
        )
    ),
    st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
)
QUERIES = st.one_of(
    st.just(""),
    st.sampled_from(
        ("?", "?text=", "?text=%FF", "?text=a&text=b", "?text=00000000-0000-0000-0000-000000000000")
    ),
    st.binary(max_size=30).map(lambda raw: f"?text={quote_from_bytes(raw)}"),
)
FILE = 'Content-Disposition: form-data; name="{}"; filename="a"\r\nContent-Type: {}\r\n\r\n{}\r\n'
PARTS = st.lists(
    st.one_of(
        st.builds(FILE.format, st.sampled_from(FIELDS), st.sampled_from(("image/png", "x", "")), PLAIN),
        st.builds('Content-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'.format, NAMES, VALUES),
        PLAIN,
    ),
    min_size=1,
    max_size=6,
)
MULTIPART = PARTS.map(lambda parts: ("--x\r\n" + "--x\r\n".join(parts) + "--x--\r\n").encode())
BODIES = st.one_of(
    PAIRS.map(lambda pairs: urlencode(pairs).encode()),
    st.binary(max_size=300),
    st.binary(max_size=60).map(lambda raw: b"MessageSid=SM1&From=%2B254700000001&Body=" + raw),
    MULTIPART,
    st.sampled_from((b"a" * 70_000, b"a=" + b"%41" * 30_000, b"a=1&" * 20_000, b"[" * 50_000, b"{" * 5_000)),
)
SIGNATURES = st.one_of(
    st.none(), st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=255), max_size=60)
)
ALGORITHMS = st.sampled_from((None, "key=x,algorithm=HMAC_SHA256", "algorithm=md5", ",,=", "algorithm="))


@pytest.fixture
def loop(database_url: str) -> Iterator[asyncio.Runner]:
    """A loop with an open pool, which outlives the examples of a test."""
    assert database_url
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        runner.run(stack.enter_async_context(connection_pool(largest=4)))
        runner.run(sql(EMPTY))
        yield runner
        runner.run(stack.aclose())


@pytest.fixture
def client(database_url: str) -> httpx.AsyncClient:
    """The application as the carrier's posts come to it."""
    made = Settings(
        database_url=database_url,
        queue_url=database_url,
        public_url=PUBLIC_URL,
        twilio_account_sid="AC" + "1" * 32,
        twilio_auth_tokens=(TOKEN,),
        twilio_from_number="+254711082100",
    )
    return httpx.AsyncClient(transport=served(create_app(made, lambda: NOW)), base_url=PUBLIC_URL)


class Post:
    """One client, one loop, and everything that was answered."""

    def __init__(self, loop: asyncio.Runner, client: httpx.AsyncClient) -> None:
        self._loop = loop
        self._client = client
        self.seen: set[int] = set()

    def __call__(self, target: str, body: bytes, headers: Mapping[str, str | None]) -> int:
        raw = [
            (name.encode(), value.encode("latin-1")) for name, value in headers.items() if value is not None
        ]
        answer = self._loop.run(self._client.post(target, content=body, headers=raw))
        assert answer.status_code < 500, (target, body[:200], headers)
        self.seen.add(answer.status_code)
        return answer.status_code

    def stored(self) -> int:
        """How many texts were taken in."""
        return len(self._loop.run(sql("SELECT 1 FROM inbound_message")))


@pytest.fixture
def post(loop: asyncio.Runner, client: httpx.AsyncClient) -> Post:
    return Post(loop, client)


@pytest.mark.parametrize("path", PATHS)
def test_whatever_is_posted_unsigned_is_refused_calmly(post: Post, path: str) -> None:
    @SEARCH
    @given(BODIES, TYPES, QUERIES, SIGNATURES, ALGORITHMS)
    def check(body: bytes, kind: str, query: str, signature: str | None, algorithm: str | None) -> None:
        headers = {
            "Content-Type": kind,
            "X-Twilio-Signature": signature,
            "X-Twilio-Webhooks-Signature-Settings": algorithm,
        }
        assert post(path + query, body, headers) == 403

    check()
    assert post.stored() == 0


def signed(path: str, pairs: list[tuple[str, str]]) -> str:
    """The signature of a form as a receiver reads it."""
    signature: str = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + path, FormMultiDict(pairs))
    return signature


@pytest.mark.parametrize("path", PATHS)
def test_whatever_is_signed_is_answered_calmly(post: Post, path: str) -> None:
    @SEARCH
    @given(PAIRS, QUERIES, st.booleans())
    def check(pairs: list[tuple[str, str]], query: str, complete: bool) -> None:  # noqa: FBT001 - drawn, not chosen
        if complete:
            pairs = [("MessageSid", "SM1"), ("From", "+254700000001"), ("MessageStatus", "sent"), *pairs]
        body = urlencode(pairs).encode()
        read = parse_qsl(body.decode(), keep_blank_values=True)
        headers = {"Content-Type": FORM, "X-Twilio-Signature": signed(path + query, read)}
        answer = post(path + query, body, headers)
        # A bare question mark is lost on the way, and an address without it is another one.
        refusable = query == "?" or len(body) > LARGEST_POST or not complete
        assert answer == 200 or (refusable and answer == 403), (pairs, query)

    check()
    assert 200 in post.seen


@pytest.mark.parametrize("path", PATHS)
def test_a_signed_body_of_another_kind_is_answered_calmly(post: Post, path: str) -> None:
    @SEARCH
    @given(BODIES, TYPES)
    def check(body: bytes, kind: str) -> None:
        # Signed as if it had no parameters, which is how a body that is no form is read.
        post(path, body, {"Content-Type": kind, "X-Twilio-Signature": signed(path, [])})

    check()
    assert post.stored() == 0


FILES = tuple(
    f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="a.txt"\r\n'
    f"Content-Type: text/plain\r\n\r\nhello\r\n--x--\r\n".encode()
    for name in ("Body", "MessageSid", "Whatever")
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", FILES)
def test_a_file_where_a_field_should_be_is_refused(post: Post, path: str, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x", "X-Twilio-Signature": signed(path, [])}
    assert post(path, body, headers) == 403

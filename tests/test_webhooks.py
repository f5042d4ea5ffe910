"""What is posted to the webhooks: forged, broken, strange and doubled, and nothing lost by it."""

from itertools import product
from uuid import UUID, uuid4

import httpx
import pytest

from service.database import sql
from tests.factories import NOW, a_child, a_facility, a_session, an_appointment
from tests.running import Running

PHONE = "+254700000001"
# The id of a text that there is not, the same in every process that collects these tests.
NO_TEXT = UUID(int=4060)
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


def form(**changes: str) -> dict[str, str]:
    sent = {
        "MessageSid": f"SM{uuid4().hex}",
        "AccountSid": "AC1",
        "From": PHONE,
        "To": "+254711082100",
        "Body": "hello",
        "NumMedia": "0",
        "FromCity": "",
    }
    return sent | changes


async def stored() -> list[tuple[str, str]]:
    rows = await sql("SELECT phone, body FROM inbound_message ORDER BY received_at")
    return [(row["phone"], row["body"]) for row in rows]


async def test_a_signed_text_is_answered_in_twiml(doseline: Running) -> None:
    answer = await doseline.posts("/twilio/inbound", form())
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(("text/xml", "application/xml"))
    assert answer.text.endswith("<Response/>")
    assert await stored() == [(PHONE, "hello")]


@pytest.mark.parametrize("path", ["/twilio/inbound", "/twilio/status"])
async def test_an_unsigned_post_is_refused_and_leaves_nothing(doseline: Running, path: str) -> None:
    assert (await doseline.posts(path, form(), sign=False)).status_code == 403
    assert await stored() == []


@pytest.mark.parametrize("signature", ["", "x", "A" * 28, "\u00e9".encode().decode("latin-1"), "a" * 5000])
async def test_a_wrong_signature_is_refused(doseline: Running, signature: str) -> None:
    answer = await doseline.api.post(
        "/twilio/inbound",
        content="MessageSid=SM1&From=%2B254700000001",
        headers=[
            (b"X-Twilio-Signature", signature.encode("latin-1")),
            (b"Content-Type", b"application/x-www-form-urlencoded"),
        ],
    )
    assert answer.status_code == 403
    assert await stored() == []


async def test_a_signature_over_another_address_is_refused_whatever_a_proxy_header_says(
    doseline: Running,
) -> None:
    sent = form()
    good = await doseline.posts("/twilio/inbound", sent)
    assert good.status_code == 200
    signature = good.request.headers["X-Twilio-Signature"]
    for headers in (
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
    ):
        answer = await doseline.api.post(
            "/twilio/inbound?more=1",
            content=good.request.content,
            headers={"X-Twilio-Signature": signature, **FORM_TYPE, **headers},
        )
        assert answer.status_code == 403
    # The host that a request names does not matter, only the address that we were configured with.
    replay = await doseline.api.post(
        "/twilio/inbound",
        content=good.request.content,
        headers={"X-Twilio-Signature": signature, **FORM_TYPE, "Host": "evil.example"},
    )
    assert replay.status_code == 200
    assert len(await stored()) == 1


BROKEN = (
    b"",
    b"%",
    b"\xff\xfe\x00",
    b"MessageSid=%FF&From=%FE&Body=%80%81",
    b"=&=&&&=",
    b"{}",
    b"Body=" + b"x" * 200_000,
    b"a=1&" * 3000,
)
CONTENT_TYPES = ("application/x-www-form-urlencoded", "application/json", "multipart/form-data", "")


@pytest.mark.parametrize("path", ["/twilio/inbound", "/twilio/status"])
async def test_a_broken_post_never_breaks_us(doseline: Running, path: str) -> None:
    for content, kind in product(BROKEN, CONTENT_TYPES):
        answer = await doseline.api.post(
            path, content=content, headers={"Content-Type": kind, "X-Twilio-Signature": "x"}
        )
        assert answer.status_code in {400, 403, 413}, (content[:40], kind)
    assert await stored() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"Body": ""},
        {
            "Body": "",
            "NumMedia": "1",
            "MediaUrl0": "https://example.org/1",
            "MediaContentType0": "image/jpeg",
        },
        {"Body": "x" * 1600},
        {"Body": "a\x00b"},
        {"Body": "\u202egnp.exe \u200b\ufeff"},
        {"Body": "\U0001f44d"},
        {"Body": "na\u00efve \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")},
        {"NumMedia": "many"},
        {"NumMedia": "\u0663"},
        {"OptOutType": "LATER"},
        {"SomethingNew": "1", "Body": "yes"},
    ],
)
async def test_a_strange_text_is_kept_and_answered(doseline: Running, changes: dict[str, str]) -> None:
    facility = await a_facility()
    await an_appointment(await a_child(facility=facility, guardian=PHONE), await a_session(facility))
    assert (await doseline.posts("/twilio/inbound", form(**changes))).status_code == 200
    rows = await sql("SELECT outcome FROM inbound_message")
    assert [row["outcome"] for row in rows] == ["handled"]


@pytest.mark.parametrize("sender", ["12345", "CLINIC", "+0", "whatsapp:+254700000001"])
async def test_a_sender_that_is_no_phone_is_kept_and_not_conversed_with(
    doseline: Running, sender: str
) -> None:
    assert (await doseline.posts("/twilio/inbound", form(From=sender))).status_code == 200
    assert await stored() == [(sender, "hello")]
    assert await sql("SELECT 1 FROM outbox_message") == []


async def test_fields_that_are_new_to_us_are_kept(doseline: Running) -> None:
    await doseline.posts("/twilio/inbound", form(ChannelMetadata="{}"))
    rows = await sql("SELECT other_fields->'ChannelMetadata'->>0 AS kept FROM inbound_message")
    assert rows[0]["kept"] == "{}"


@pytest.mark.parametrize(
    "query", ["", "?text=", "?text=nonsense", f"?text={NO_TEXT}", f"?text={NO_TEXT}&text={NO_TEXT}"]
)
async def test_a_receipt_for_a_text_we_do_not_know_is_taken_calmly(doseline: Running, query: str) -> None:
    sent = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": PHONE, "ErrorCode": "0"}
    answer = await doseline.posts(f"/twilio/status{query}", sent)
    assert answer.status_code == 200


@pytest.mark.parametrize("status", ["", "teleported", "read", "canceled"])
async def test_receipts_come_late_doubled_and_in_no_order(doseline: Running, status: str) -> None:
    rows = await sql(
        """INSERT INTO outbox_message (phone, body, segments, kind, priority, not_before, useful_until,
                                       status, created_at, sent_at)
           VALUES ($1, 'Hello', 1, 'reply', 0, $2, $2, 'accepted', $2, $2) RETURNING id""",
        PHONE,
        NOW,
    )
    path = f"/twilio/status?text={rows[0]['id']}"
    for reported in ("delivered", "sent", "delivered", "queued", status, "undelivered"):
        answer = await doseline.posts(path, {"MessageSid": "SM1", "MessageStatus": reported})
        assert answer.status_code == 200
    rows = await sql("SELECT status, provider_sid FROM outbox_message")
    assert tuple(rows[0].values()) == ("delivered", "SM1")


@pytest.mark.parametrize("before", ["accepted", "delivered"])
async def test_a_report_of_an_opt_out_is_written_down(doseline: Running, before: str) -> None:
    rows = await sql(
        """INSERT INTO outbox_message (phone, body, segments, kind, priority, not_before, useful_until,
                                       status, created_at, sent_at)
           VALUES ($1, 'Hello', 1, 'reply', 0, $2, $2, $3, $2, $2) RETURNING id""",
        PHONE,
        NOW,
        before,
    )
    report = {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": "21610"}
    await doseline.posts(f"/twilio/status?text={rows[0]['id']}", report)
    assert len(await sql("SELECT 1 FROM opt_out WHERE ended_at IS NULL")) == 1


async def test_other_methods_are_refused(doseline: Running) -> None:
    answer: httpx.Response = await doseline.api.get("/twilio/inbound")
    assert answer.status_code == 405

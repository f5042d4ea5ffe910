"""Faults of the carrier and of the way to it, through the emulator."""

import asyncio
import secrets
from random import Random
from urllib.parse import urlencode

import msgspec
from twilio.request_validator import RequestValidator

from tests.faults.invariants import Violation
from tests.faults.town import Town
from tests.whole.people import a_number

NOBODY = "http://127.0.0.1:9/twilio/inbound"
TIMES = 50


async def answers_are_lost(town: Town, dice: Random) -> None:
    """8: the carrier takes texts and does not say so: timeouts, 500, cut lines, half an answer."""
    kinds = ("timeout_after_accepting", "status_500_after_accepting", "disconnect", "wrong_json")
    await town.faults(*({"kind": kind, "rate": 0.1} for kind in kinds), seed=dice.randrange(1000))
    await asyncio.sleep(3)


async def carrier_refuses(town: Town, dice: Random) -> None:
    """9: 429 and 500 to everything, lists too, for a while; then it is back."""
    await town.faults(
        {"kind": "status_429", "rate": 0.5},
        {"kind": "status_500"},
        {"kind": "status_503", "request": "list"},
        seed=dice.randrange(1000),
    )
    await asyncio.sleep(6 + 4 * dice.random())
    await town.faults()


async def texts_expire_meanwhile(town: Town, dice: Random) -> None:
    """10: the carrier is away for longer than what waits is of use: it is dropped, not sent late."""
    await town.faults({"kind": "status_429"}, seed=dice.randrange(1000))
    for family in dice.sample(town.families, 5):
        await town.comes_due(family)
    await asyncio.sleep(3)
    rows = await town.sql(
        "UPDATE outbox_message SET useful_until = now() WHERE status = 'pending' RETURNING id"
    )
    town.counted["texts out of use"] += len(rows)
    await asyncio.sleep(1)
    await town.faults()


async def one_webhook_many_times(town: Town, dice: Random) -> None:
    """11: the same text of a parent is handed over 50 times at once; the carrier doubles others too."""
    await town.faults({"kind": "duplicate_inbound", "rate": 0.5}, seed=dice.randrange(1000))
    for family in dice.sample(town.families, 3):
        sid = f"SM{secrets.token_hex(16)}"
        phone = family.phones[0]
        posts = (town.says(phone, "can we move it", message_sid=sid) for _ in range(TIMES))
        await asyncio.gather(*posts)


async def reports_in_disorder(town: Town, dice: Random) -> None:
    """12: reports come before the answer, in reverse, twice, late, or not at all."""
    await town.faults(
        {"kind": "callback_before_201", "rate": 0.5},
        {"kind": "reorder", "rate": 0.4},
        {"kind": "duplicate", "rate": 0.5},
        {"kind": "delay", "delay_ms": 800, "rate": 0.2},
        {"kind": "drop", "rate": 0.2},
        {"kind": "undelivered", "rate": 0.1},
        seed=dice.randrange(1000),
    )
    await asyncio.sleep(2)


async def we_are_down_while_parents_write(town: Town, dice: Random) -> None:
    """13: nobody answers the webhook for a while; what was written then is taken in later."""
    await asyncio.sleep(dice.random() / 2)
    await town.sets("account", {"inbound_url": NOBODY})
    for family in dice.sample(town.families, 6):
        await town.says(family.phones[0], dice.choice(("yes", "MOVE", "STOP", "when is it?")))
    await town.sets("account", {})


async def forged_posts(town: Town, dice: Random) -> None:
    """14: posts that nobody signed, signed by another, for another address or another text; and replays."""
    account = msgspec.json.decode((town.directory / "emulator-account.json").read_bytes())
    phone, url = a_number(), f"{town.world.installation.web_url}/twilio/inbound"
    form = {
        "MessageSid": f"SM{secrets.token_hex(16)}",
        "AccountSid": account["account_sid"],
        "From": phone,
        "To": "+254700000100",
        "Body": "MOVE",
        "NumMedia": "0",
    }
    ours = RequestValidator(account["auth_token"]).compute_signature
    another = RequestValidator(secrets.token_hex(16)).compute_signature
    elsewhere = "https://evil.example/twilio/inbound"
    forged: list[dict[str, str]] = [
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": another(url, form)},
        {"X-Twilio-Signature": ours(url, form | {"Body": "STOP"})},
        {"X-Twilio-Signature": ours(f"{url}?text=1", form)},
        {
            "X-Twilio-Signature": ours(elsewhere, form),
            "X-Forwarded-Host": "evil.example",
            "Host": "evil.example",
        },
        {
            "X-Twilio-Signature": ours(elsewhere, form),
            "X-Forwarded-Proto": "https",
            "Forwarded": "host=evil.example",
        },
    ]
    for headers in dice.sample(forged, len(forged)):
        if (answered := await _post(town, form, headers)) != 403:
            town.found.append(Violation(5, f"a forged post was answered {answered}"))
    replays = (_post(town, form, {"X-Twilio-Signature": ours(url, form)}) for _ in range(10))
    if set(await asyncio.gather(*replays)) != {200}:
        town.found.append(Violation(5, "a signed post was refused"))
    rows = await town.sql("SELECT count(*) AS n FROM inbound_message WHERE phone = $1", phone)
    if rows[0]["n"] != 1:
        town.found.append(Violation(5, f"posted ten times, kept {rows[0]['n']} times"))


async def _post(town: Town, form: dict[str, str], headers: dict[str, str]) -> int:
    answer = await town.world.web.post(
        "/twilio/inbound",
        content=urlencode(form),
        headers={"Content-Type": "application/x-www-form-urlencoded"} | headers,
    )
    return answer.status_code

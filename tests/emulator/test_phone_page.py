"""The phone page in a real browser."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from litestar import Response
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from conversations.replies.segments import count
from tests.emulator.conftest import PARENT, Emulated, emulated

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.skipif(
        CHROMIUM is None, reason="the phone page is tested with chromium, which is not installed"
    ),
]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One loop for the whole module, so that its tests can share a browser."""
    return "asyncio"


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        await running.close()


@pytest.fixture
async def emulator() -> AsyncIterator[Emulated]:
    async with emulated(pace=0.05) as running:
        yield running


@pytest.fixture
async def page(browser: Browser, emulator: Emulated) -> AsyncIterator[Page]:
    """The page, live, which must neither complain nor ask another host for anything."""
    opened = await browser.new_page(viewport={"width": 1280, "height": 860})
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    hosts: set[str] = set()
    opened.on("request", lambda request: hosts.add("/".join(request.url.split("/")[:3])))
    await opened.goto(f"{emulator.url}/phone")
    await expect(opened.get_by_role("status")).to_have_text("live")
    yield opened
    await opened.close()
    assert complaints == []
    assert hosts == {emulator.url}


def phone(page: Page, number: str = PARENT) -> Locator:
    return page.locator(f'.phone[data-number="{number}"]')


def bubbles(page: Page, number: str = PARENT) -> Locator:
    return phone(page, number).locator(".bubble")


async def test_a_text_comes_up_by_itself_and_its_ticks_turn_delivered(page: Page, emulator: Emulated) -> None:
    await expect(page.get_by_text("No texts yet")).to_be_visible()
    await emulator.send("Zuri's visit is Thu 12 Mar at 10:00. Reply YES to come.", text="a")
    await expect(bubbles(page)).to_have_text(["Zuri's visit is Thu 12 Mar at 10:00. Reply YES to come."])
    await expect(phone(page).locator(".text")).to_have_attribute("data-status", "delivered")
    await expect(phone(page).locator(".tick .second")).to_be_visible()
    await expect(page.get_by_text("No texts yet")).to_be_hidden()


async def test_a_parent_types_and_is_answered(page: Page, emulator: Emulated) -> None:
    emulator.receiver.answer = lambda _: Response(
        "<Response><Message>Thank you!</Message></Response>", media_type="text/xml", status_code=200
    )
    await page.get_by_label("A parent's phone number").fill("+254 700 000 001")
    await page.keyboard.press("Enter")
    field = page.get_by_label("Text from +254 700 000 001")
    await expect(field).to_be_focused()
    await page.keyboard.type("yes, we come")
    await page.keyboard.press("Enter")
    await expect(bubbles(page)).to_have_text(["yes, we come", "Thank you!"])
    await expect(phone(page).locator(".ours")).to_have_attribute("data-status", "delivered")
    await expect(field).to_have_value("")
    (call,) = emulator.receiver.inbound
    assert (call.form["From"], call.form["Body"], call.is_signed) == (PARENT, "yes, we come", True)


async def test_the_counter_tells_what_a_text_costs_as_it_is_typed(page: Page, emulator: Emulated) -> None:
    await emulator.says("hello")
    field, counter = phone(page).get_by_role("textbox"), phone(page).locator(".counter")
    await field.fill("See you")
    await expect(counter).to_have_text("7/160 · GSM-7 · 1 segment")
    await field.press_sequentially(" 🙏")
    await expect(counter).to_have_text("10/70 · UCS-2 · 1 segment")
    await field.fill("a" * 161)
    await expect(counter).to_have_text("161/306 · GSM-7 · 2 segments")


async def test_the_page_counts_as_the_server_does(page: Page) -> None:
    edges = ("a", "€", "ж", "👍")
    texts = ["", "Sí", "é{}[]\\|~^€\f\r\n", "¿Ñandú?", "ΔΦΓΛΩΠΨΣΘΞ", "a€" * 80, "👍ж" * 40]
    texts += [
        edge * number for edge in edges for number in (33, 34, 35, 36, 67, 70, 71, 135, 153, 160, 161, 307)
    ]
    texts += ["a" * 152 + "€" + "a" * 152, "ж" * 66 + "👍" + "ж" * 66]
    counted = await page.evaluate(
        "async (texts) => { const { count } = await import('/phone/segments.js'); return texts.map(count); }",
        texts,
    )
    ours = [(found["encoding"], found["units"], found["segments"]) for found in counted]
    assert ours == [(cost.encoding, cost.units, cost.segments) for cost in map(count, texts)]


async def test_a_stopped_phone_says_so_and_shows_the_carriers_words(page: Page, emulator: Emulated) -> None:
    await emulator.send("Reply YES to come.")
    await phone(page).get_by_role("button", name="STOP").click()
    await expect(phone(page).locator(".stopped")).to_be_visible()
    await expect(phone(page).locator(".by-carrier")).to_contain_text("unsubscribed")
    await page.reload()
    await expect(phone(page).locator(".stopped")).to_be_visible()
    await phone(page).get_by_role("textbox").fill("START")
    await phone(page).get_by_role("button", name="Send").click()
    await expect(phone(page).locator(".stopped")).to_be_hidden()


async def test_markup_in_a_text_is_only_text(page: Page, emulator: Emulated) -> None:
    mischief = "<img src=x onerror=alert(1)><script>document.title='!'</script> & <b>bold</b>"
    await emulator.says(mischief)
    await expect(bubbles(page)).to_have_text([mischief])
    assert await bubbles(page).locator("*").count() == 0


@pytest.mark.parametrize("code", [30005, 30001])
async def test_what_went_wrong_is_seen(page: Page, emulator: Emulated, code: int) -> None:
    emulator.receiver.answer = lambda _: Response("", status_code=503)
    await emulator.faults({"kind": "error", "error_code": code})
    await emulator.send("Hello", text="a")
    await emulator.says("anybody there?")
    statuses = phone(page).locator(".status")
    await expect(statuses).to_have_text([f"not delivered ({code})", "refused (503)"])


async def test_many_phones_wait_on_the_shelf(page: Page, emulator: Emulated) -> None:
    for number in range(10):
        await emulator.send("Hello", to=f"+25470000010{number}")
    await expect(page.locator(".phone")).to_have_count(8)
    waiting = page.get_by_role("navigation").get_by_role("button")
    await expect(waiting).to_have_text(["+254 700 000 108 · 1 new", "+254 700 000 109 · 1 new"])
    await waiting.first.click()
    await expect(bubbles(page, "+254700000108")).to_have_text(["Hello"])
    await phone(page, "+254700000108").get_by_role("button", name="Put this phone away").click()
    await expect(page.locator(".phone")).to_have_count(8)


async def test_the_page_comes_back_when_the_emulator_does(browser: Browser, tmp_path: Path) -> None:
    journal = tmp_path / "journal.sqlite"
    page = await browser.new_page()
    async with emulated(journal=journal) as before:
        await before.says("before")
        await page.goto(f"{before.url}/phone")
        await expect(bubbles(page)).to_have_text(["before"])
        port = int(before.url.rsplit(":", 1)[1])
    await expect(page.get_by_role("status")).to_have_text("reconnecting")
    async with emulated(journal=journal, port=port) as after:
        await after.says("after")
        await expect(bubbles(page)).to_have_text(["before", "after"])
        await expect(page.get_by_role("status")).to_have_text("live")
        await page.close()


async def test_a_number_that_is_none_is_refused_kindly(page: Page) -> None:
    await page.get_by_label("A parent's phone number").fill("0700 000 001")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("country code")
    await expect(page.locator(".phone")).to_have_count(0)


async def test_the_page_fits_a_narrow_screen(page: Page, emulator: Emulated) -> None:
    await page.set_viewport_size({"width": 340, "height": 700})
    await emulator.says("a-very-long-word-without-any-space-" * 5)
    await expect(bubbles(page)).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

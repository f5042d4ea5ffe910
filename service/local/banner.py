"""The first thing a newcomer sees: where to look."""

import os
import sys

from service.local.demo_account import DemoAccount
from service.settings import Settings


def banner(settings: Settings, *, emulator: bool, demo: DemoAccount | None) -> str:
    """What runs where, in fewer lines than a small terminal has."""
    here = f"http://127.0.0.1:{settings.port}"
    rows = [("API", f"{here}/docs", "every route, to read and to try")]
    if emulator:
        page = f"http://127.0.0.1:{settings.emulator_port}/phone"
        rows.insert(0, ("Phone", page, "text the clinic as a parent would"))
    if demo is not None:
        rows.append(("Sign in", demo.email, f"password {demo.password}"))
    rows.append(("Data", str(settings.data_dir), "kept from run to run"))
    width = max(len(place) for _, place, _ in rows if len(place) < 40)  # noqa: PLR2004 - a long path may stand out
    lines = [f"  {name:<8}  {_bold(place.ljust(width))}  {meaning}" for name, place, meaning in rows]
    return "\n".join(["", f"  {_bold('Doseline is running.')} Ctrl-C ends it.", "", *lines, ""])


def _bold(text: str) -> str:
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ
    return text if plain else f"\x1b[1m{text}\x1b[0m"

"""Writes the tables of docs/delivery.md that follow from code: python -m docs.delivery."""

from datetime import timedelta
from pathlib import Path

from docs.marked import with_tables, written
from service.carrier.error_table import REACTIONS, UNLISTED, Reaction
from service.messaging.outbox import CAPPED, PRIORITIES, URGENT
from service.messaging.statuses import STATUSES, is_final

PAGE = Path(__file__).with_suffix(".md")


def statuses() -> str:
    """The life of a text."""
    rows = [
        f"| `{name}` | {status.rank} | {status.meaning} | {'yes' if is_final(name) else ''} "
        f"| {status.back_to_pending} |"
        for name, status in STATUSES.items()
    ]
    return written("| status | rank | meaning | end | back to `pending` by |", rows)


def kinds() -> str:
    """What goes first, and what is held back."""
    rows = [
        f"| {priority} | `{kind}` | {'yes' if kind in CAPPED else ''} | {'yes' if kind in URGENT else ''} |"
        for kind, priority in sorted(PRIORITIES.items(), key=lambda row: row[1])
    ]
    return written("| priority | kind | capped | at night, when the morning is too late |", rows)


def reactions() -> str:
    """What each error code leads to."""
    rows = [_row(str(code), reaction) for code, reaction in sorted(REACTIONS.items())]
    return written(
        "| code | meaning | action | wait | repeats | alert |", [*rows, _row("any other", UNLISTED)]
    )


def page() -> str:
    """The page as it ought to be."""
    return with_tables(PAGE, {"statuses": statuses(), "kinds": kinds(), "reactions": reactions()})


def _row(code: str, reaction: Reaction) -> str:
    wait = f"{reaction.wait / timedelta(seconds=1):.0f} s" if reaction.wait else ""
    alert = "yes" if reaction.alert else ""
    return (
        f"| {code} | {reaction.meaning} | {reaction.action} | {wait} | {reaction.repeats or ''} | {alert} |"
    )


if __name__ == "__main__":
    PAGE.write_text(page())

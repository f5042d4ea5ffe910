"""Writes the tables of docs/operations.md that follow from code: python -m docs.operations."""

from pathlib import Path

from docs.marked import with_tables, written
from service.cli import COMMANDS, Argument, Command
from service.settings import VARIABLES

PAGE = Path(__file__).with_suffix(".md")


def commands() -> str:
    """What each command does."""
    rows = [f"| `doseline {_usage(command)}` | {command.meaning} |" for command in COMMANDS]
    return written("| command | does |", rows)


def settings() -> str:
    """What each variable means."""
    rows = [
        f"| `{v.name}` | {v.meaning} | {v.expected} | {v.default} | {'yes' if v.secret else ''} |"
        for v in VARIABLES
    ]
    return written("| variable | meaning | expected | default | secret |", rows)


def page() -> str:
    """The page as it ought to be."""
    return with_tables(PAGE, {"commands": commands(), "settings": settings()})


def _usage(command: Command) -> str:
    return " ".join([command.name, *map(_written, command.arguments)])


def _written(argument: Argument) -> str:
    name, options = argument.name, argument.options
    if not name.startswith("-"):
        return " | ".join(options.get("choices", [name.upper()]))
    if options.get("action") != "store_true":
        name += " " + name.lstrip("-").upper()
    return name if options.get("required") else f"[{name}]"


if __name__ == "__main__":
    PAGE.write_text(page())

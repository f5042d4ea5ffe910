"""The `doseline` command: one table of subcommands, each in a module of its own.

The table is all that is read to understand a command line; the module of the chosen command, and with it
the libraries it needs, is imported last, so that `doseline --help` answers at once.
"""

import argparse
import importlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from service.errors import DoselineError
from service.local import OPERATOR_NEEDED, LocalError, lifeline
from service.settings import SettingsError


class Argument(msgspec.Struct, frozen=True):
    """What argparse is told about one argument."""

    name: str
    options: Mapping[str, Any]


class Command(msgspec.Struct, frozen=True):
    """One subcommand: `module` has a `main` that takes the parsed arguments.

    With `reads_texts` the languages are loaded while the program gets ready.
    """

    name: str
    meaning: str
    module: str
    arguments: tuple[Argument, ...] = ()
    reads_texts: bool = False


COMMANDS: Final = (
    Command(
        "run",
        "run everything on this machine, until Ctrl-C",
        "service.cli.run",
        (Argument("--demo", {"action": "store_true", "help": "also load a demo clinic"}),),
    ),
    Command("web", "serve the API and the webhooks", "service.cli.web", reads_texts=True),
    Command("worker", "send texts and reminders", "service.cli.worker"),
    Command(
        "migrate",
        "bring the database up to date",
        "service.cli.migrate",
        (Argument("--demo", {"action": "store_true", "help": "also load a demo clinic"}),),
    ),
    Command("doctor", "say in plain words what is well and what is not", "service.cli.doctor"),
    Command(
        "user",
        "make an account; the password is read from standard input",
        "service.cli.user",
        (
            Argument("action", {"choices": ["create"]}),
            Argument("--role", {"choices": ["admin", "scheduler"], "required": True}),
            Argument("--email", {"required": True, "help": "the name to sign in with"}),
            Argument("--name", {"help": "how colleagues see it (default: what stands before the @)"}),
        ),
    ),
    Command("emulator", "serve the carrier emulator and its phone page", "service.cli.emulator"),
    Command(
        "chat",
        "hold the conversation in the terminal, with states and effects",
        "service.cli.chat",
        (
            Argument(
                "--language",
                {"default": "en", "help": "the language on file for the phone, any that there is"},
            ),
        ),
    ),
    Command(
        "understand",
        "say what a parent's text means in its scene: JSON lines in, JSON lines out",
        "service.cli.understand",
    ),
    Command(
        "replay",
        "read past texts by the current rules: print what would change, and which corrections are not met",
        "service.cli.replay",
        (
            Argument("--since", {"metavar": "DATE", "help": "texts from this day on (UTC)"}),
            Argument("--until", {"metavar": "DATE", "help": "texts up to this day (UTC)"}),
            Argument(
                "--corrections",
                {
                    "metavar": "FILE",
                    "help": "further corrections, as JSON lines: a text's id, and what it meant",
                },
            ),
            Argument(
                "--export",
                {"metavar": "FILE", "help": "also write each correction as a regression case, without names"},
            ),
            Argument(
                "--show-text", {"action": "store_true", "help": "also print texts and children's names"}
            ),
        ),
    ),
    Command(
        "forecast",
        "say which doses count and which are due when: JSON lines in, JSON lines out",
        "service.cli.forecast",
        (
            Argument(
                "--schedule",
                {
                    "metavar": "PATH",
                    "required": True,
                    "help": "a schedule: CDC's supporting data (folder or zip), or a TOML file",
                },
            ),
        ),
    ),
    Command(
        "schedule",
        "check: print a schedule's faults, or the schedule as a card; add: hand it in to the service",
        "service.cli.schedule",
        (
            Argument("action", {"choices": ["check", "add"]}),
            Argument(
                "path", {"metavar": "PATH", "help": "CDC's supporting data (folder or zip), or a TOML file"}
            ),
            Argument("--country", {"help": "add: for facilities of which country (default: the schedule's)"}),
        ),
    ),
)


def parser() -> argparse.ArgumentParser:
    """What the command line may say."""
    whole = argparse.ArgumentParser(
        prog="doseline", description=__doc__.split("\n", 1)[0] if __doc__ else None
    )
    subcommands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        described = subcommands.add_parser(command.name, help=command.meaning, description=command.meaning)
        for argument in command.arguments:
            described.add_argument(argument.name, **argument.options)
        described.set_defaults(module=command.module, reads_texts=command.reads_texts)
    return whole


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 2 where an operator has to change something first."""
    lifeline.hold()
    options = parser().parse_args(argv)
    try:
        command = importlib.import_module(options.module)
        if options.reads_texts:
            importlib.import_module("service.cli.loading").begin()
        lifeline.wait_at_gate()
        code: int | None = command.main(options)
    except (SettingsError, LocalError, DoselineError) as error:
        print(f"doseline: {error}", file=sys.stderr)
        return OPERATOR_NEEDED
    except KeyboardInterrupt:
        return 130
    return code or 0

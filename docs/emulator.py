"""Writes the tables of docs/emulator.md that follow from code: python -m docs.emulator."""

import inspect
import re
from pathlib import Path

import msgspec
from litestar.routes import HTTPRoute

from docs.marked import with_tables, written
from service.carrier.emulator.account import AccountSetup
from service.carrier.emulator.controls import ClockChange, controls
from service.carrier.emulator.error_codes import ERROR_CODES
from service.carrier.emulator.faults import KINDS, Fault
from service.carrier.emulator.phones import ParentText, phones
from service.carrier.emulator.refusals import MAGIC_RECIPIENTS, MAGIC_SENDERS

PAGE = Path(__file__).with_suffix(".md")


def controls_table() -> str:
    """Every address of the emulator's own interface."""
    routes = [route for router in (phones, controls) for route in router.routes]
    rows = [
        f"| `{method} {route.path}` | {_first_line(handler.fn)} |"
        for route in routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in sorted(handler.http_methods & {"GET", "POST", "DELETE"})
    ]
    return written("| request | does |", sorted(rows, key=_by_path))


def fields(struct: type[msgspec.Struct]) -> str:
    """The fields of a request, from its docstring, which has to tell of each."""
    meanings = _attributes(struct)
    rows = [
        f"| `{field.encode_name}` | {meanings[field.name]} | {_default(field)} |"
        for field in msgspec.structs.fields(struct)
    ]
    return written("| field | meaning | default |", rows)


def kinds() -> str:
    """Every kind of fault."""
    rows = [f"| `{kind}` | {meaning.moment} | {meaning.does} |" for kind, meaning in KINDS.items()]
    return written("| kind | decided | does |", rows)


def codes() -> str:
    """Every code, where it strikes, and the magic number that provokes it."""
    numbers = {code: f"to `{number}`" for number, code in MAGIC_RECIPIENTS.items()}
    numbers |= {code: f"from `{number}`" for number, code in MAGIC_SENDERS.items()}
    rows = [
        f"| {code} | {error.where} | {error.status if error.where == 'refused' else ''} "
        f"| {error.message} | {numbers.get(code, '')} |"
        for code, error in ERROR_CODES.items()
    ]
    return written("| code | where | HTTP | Twilio says | magic number |", rows)


def page() -> str:
    """The page as it ought to be."""
    tables = {
        "controls": controls_table(),
        "texts": fields(ParentText),
        "faults": fields(Fault),
        "kinds": kinds(),
        "codes": codes(),
        "account": fields(AccountSetup),
        "clock": fields(ClockChange),
    }
    return with_tables(PAGE, tables)


def _by_path(row: str) -> tuple[str, str]:
    _, method, path, *_ = row.split()
    return path, method


def _first_line(documented: object) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]


def _attributes(struct: type[msgspec.Struct]) -> dict[str, str]:
    """What a docstring says of each attribute, with its lines joined."""
    _, _, listed = (inspect.getdoc(struct) or "").partition("Attributes:\n")
    found = re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", listed, re.MULTILINE)
    return {name: " ".join(meaning.split()) for name, meaning in found}


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "required"
    return f"`{msgspec.json.encode(field.default).decode()}`"


if __name__ == "__main__":
    PAGE.write_text(page())

"""What a migration may do while old and new processes run side by side.

A release migrates first and replaces its processes afterwards, so for a while the old code works on the new
schema. It must find every column that it knows, be able to write rows without those that it does not know,
and never wait long for a lock. So a migration adds; what is no longer used is dropped by a later release,
and such a line says why it may stand.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

# A line that does one of these all the same ends with this, and the reason.
ALLOWED = "# allowed during traffic:"

# Calls of Piccolo's migration manager, and why old code does not survive them.
CALLS = {
    "drop_table": "old code still reads the table",
    "rename_table": "old code knows the old name only",
    "change_table_schema": "old code looks for the table where it was",
    "drop_column": "old code still writes the column",
    "rename_column": "old code knows the old name only",
    "alter_column": "it may rewrite the table under a lock, or refuse what old code writes",
    "drop_constraint": "old code may rely on it",
}

# SQL of raw migrations, forwards.
STATEMENTS = {
    r"\bDROP\s+(TABLE|COLUMN|VIEW|CONSTRAINT)\b": "old code may still use it",
    r"\bRENAME\b": "old code knows the old name only",
    r"\bALTER\s+COLUMN\b.*\bTYPE\b": "it rewrites the table under a lock",
    r"\bSET\s+NOT\s+NULL\b": "it reads the whole table under a lock, and refuses what old code writes",
    r"\bLOCK\s+TABLE\b": "everybody waits",
    r"\b(VACUUM\s+FULL|CLUSTER|TRUNCATE\s+TABLE)\b": "everybody waits",
    r"\bADD\s+(CONSTRAINT\s+\w+\s+)?(CHECK|FOREIGN)\b(?!.*\bNOT\s+VALID\b)": "it reads all rows under a lock",
    r"\bCREATE\s+(UNIQUE\s+)?INDEX\b(?!\s+CONCURRENTLY)": "nobody can write to the table meanwhile",
}


def faults(migration: Path) -> list[str]:
    """What in a migration old code would not survive, line by line; empty for one that may run in traffic."""
    source = migration.read_text()
    tree = ast.parse(source)
    made = _tables_made(tree)
    found = [*_faults_in_calls(tree, made), *_faults_in_sql(tree, made)]
    lines = source.splitlines()
    return [f"line {line}: {why}" for line, why in sorted(found) if ALLOWED not in lines[line - 1]]


def _faults_in_calls(tree: ast.Module, made: set[str]) -> Iterator[tuple[int, str]]:
    for call, name in _manager_calls(tree):
        table = _text(call, "tablename")
        if name in CALLS:
            yield call.lineno, f"{name}: {CALLS[name]}"
        elif name == "add_column" and table not in made and _must_be_written(call):
            yield call.lineno, "add_column: without a default, old code cannot write rows any more"
        elif name == "add_constraint" and table not in made:
            yield call.lineno, "add_constraint: it reads the whole table under a lock"


def _faults_in_sql(tree: ast.Module, made: set[str]) -> Iterator[tuple[int, str]]:
    undone = {id(node) for name in ("UNDO", "BACKWARDS") for node in _assigned(tree, name)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in undone:
            continue
        if any(re.search(rf"\bON\s+{table}\b", node.value) for table in made):
            continue
        for pattern, why in STATEMENTS.items():
            if re.search(pattern, node.value, re.IGNORECASE | re.DOTALL):
                yield node.lineno, f"{node.value.split('(')[0].strip()[:60]}: {why}"


def _must_be_written(call: ast.Call) -> bool:
    """Whether a column is required and PostgreSQL has nothing to fill in."""
    params = next(k.value for k in call.keywords if k.arg == "params")
    assert isinstance(params, ast.Dict)
    values = {
        key.value: value
        for key, value in zip(params.keys, params.values, strict=True)
        if isinstance(key, ast.Constant)
    }
    null, default = values.get("null"), values.get("default")
    is_null = isinstance(null, ast.Constant) and null.value is True
    has_none = isinstance(default, ast.Constant) and default.value is None
    return not is_null and (default is None or has_none)


def _tables_made(tree: ast.Module) -> set[str]:
    """The tables that the migration makes itself: nobody uses them yet."""
    return {_text(call, "tablename") for call, name in _manager_calls(tree) if name == "add_table"}


def _manager_calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            if isinstance(of, ast.Name) and of.id == "manager":
                yield node, node.func.attr


def _assigned(tree: ast.Module, name: str) -> Iterator[ast.AST]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == name for t in node.targets
        ):
            yield from ast.walk(node.value)


def _text(call: ast.Call, argument: str) -> str:
    value = next((k.value for k in call.keywords if k.arg == argument), None)
    return str(value.value) if isinstance(value, ast.Constant) else ""

"""OpenAPI 3.1 said in the dialect of 3.0, as far as our document goes.

3.0 has its own way for three things that JSON Schema says otherwise: a value that may be null, a
constant, and examples of a schema. Nothing else in the document differs.
"""

from typing import Any

from admin_api.openapi import Json, everywhere

NULL = {"type": "null"}


def in_3_0(document: Json) -> Json:
    """The same document for readers of 3.0."""
    converted: Json = everywhere(document, _converted)
    return converted | {"openapi": "3.0.3"}


def _converted(node: Json) -> Json:
    node = dict(node)
    if isinstance(node.get("type"), list):
        node |= _one_type(node["type"])
    if NULL in node.get("oneOf", []):
        node |= _without_null(node.pop("oneOf"))
    if "const" in node:
        node["enum"] = [node.pop("const")]
    if isinstance(node.get("examples"), list):
        examples = node.pop("examples")
        node |= {"example": examples[0]} if examples else {}
    if isinstance(node.get("enum"), list):
        node["enum"] = [value for value in node["enum"] if value is not None]
    return node


def _one_type(types: list[str]) -> Json:
    return {"type": next(name for name in types if name != "null"), "nullable": "null" in types}


def _without_null(choices: list[Any]) -> Json:
    """The other choices; 3.0 ignores what stands beside a reference, hence allOf."""
    left = [choice for choice in choices if choice != NULL]
    if len(left) > 1:
        return {"oneOf": left, "nullable": True}
    only: Json = left[0]
    return ({"allOf": [only]} if "$ref" in only else only) | {"nullable": True}

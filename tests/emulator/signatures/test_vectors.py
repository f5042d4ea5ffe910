"""Signatures that seven of Twilio's SDKs test themselves with, put before the webhook's own check.

README.md beside this says which verdicts differ, and why.
"""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar.datastructures import FormMultiDict

from service.carrier.signature import is_signed

VECTORS = next(
    (
        path
        for above in Path(__file__).resolve().parents
        if (path := above / "shared" / "data" / "twilio" / "twilio_signature_vectors.json").exists()
    ),
    None,
)
# vector: the verdict of ours that is not the vector's own.
EXCEPTIONS = {"query-apostrophe": False, "creds-uppercase-scheme": False}
README = Path(__file__).with_name("README.md")

pytestmark = pytest.mark.skipif(VECTORS is None, reason="the vectors are not beside this checkout")


def vectors() -> list[dict[str, Any]]:
    """Every vector; none where they are absent."""
    if VECTORS is None:
        return []
    found: list[dict[str, Any]] = msgspec.json.decode(VECTORS.read_bytes())["vectors"]
    return found


def verdict(vector: dict[str, Any]) -> bool:
    """What the webhook decides of a post with this signature."""
    # A body that is no form has no parameters, as Litestar reads it. Null is an empty value on the wire.
    form = FormMultiDict([(name, value or "") for name, value in vector["params"] or []])
    settings = None if vector["algorithm"] == "HMAC_SHA1" else f"key=x,algorithm={vector['algorithm']}"
    return is_signed(vector["url"], form, vector["signature"], (vector["token"],), settings)


def test_there_are_vectors_enough_to_mean_something() -> None:
    assert len(vectors()) > 50
    assert {vector["valid"] for vector in vectors()} == {True, False}


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["id"])
def test_the_verdict_is_right_wherever_the_sdks_own_is(vector: dict[str, Any]) -> None:
    assert verdict(vector) == EXCEPTIONS.get(vector["id"], vector["valid"])
    if vector["id"] in EXCEPTIONS:
        assert vector["twilio_python_9_13_0"] != vector["valid"], "the SDK has it right, so must we"


def test_every_exception_is_explained() -> None:
    explained = README.read_text()
    raising = {v["id"] for v in vectors() if not isinstance(v["twilio_python_9_13_0"], bool)}
    assert all(f"`{name}`" in explained for name in EXCEPTIONS.keys() | raising)


def test_no_vector_is_right_under_another_token() -> None:
    assert not any(verdict(vector | {"token": "another"}) for vector in vectors())

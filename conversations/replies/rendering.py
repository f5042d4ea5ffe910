"""A reply of the catalogue, with its values, in the parent's language (being written)."""

from conversations.effects import Params, Say


def render(reply: Say | str, params: Params | None = None, language: str = "en") -> str:
    """The text of a reply: `render(say, language="es")` or `render("booked", {...}, "es")`."""
    key, values = (reply.key, reply.params) if isinstance(reply, Say) else (reply, params or {})
    return f"{key} {values} {language}"

"""The languages in which families are texted: those of the conversation's catalogue."""

from conversations.understanding.languages import languages
from service.errors import Invalid


def known_language(code: str, *, field: str) -> str:
    """The code of a language that there are texts in.

    Raises:
        Invalid: there are none.
    """
    if code not in languages():
        raise Invalid(field, f"must be one of {', '.join(languages())}")
    return code

"""Whether a post really comes from the carrier."""

from collections.abc import Iterable

from litestar.datastructures import FormMultiDict
from twilio.request_validator import RequestValidator


def is_signed(url: str, form: FormMultiDict, signature: str | None, tokens: Iterable[str]) -> bool:
    """Check `X-Twilio-Signature`, an HMAC-SHA1 over the URL and the sorted parameters.

    The form is passed as it was parsed: as a plain dict it would lose blank and repeated values, which are
    signed too. Without a signature the validator raises, so that is answered first.

    Args:
        url: The public address that the carrier was given, with the raw path and query of this post.
        tokens: Auth tokens, several while one is being replaced.
    """
    return bool(signature) and any(RequestValidator(token).validate(url, form, signature) for token in tokens)

"""Whether a post really comes from the carrier."""

from collections.abc import Iterable

from litestar.datastructures import FormMultiDict
from twilio.request_validator import RequestValidator, get_signature_algorithm


def is_signed(
    url: str, form: FormMultiDict, signature: str | None, tokens: Iterable[str], settings: str | None = None
) -> bool:
    """Check `X-Twilio-Signature`, an HMAC over the URL and the sorted parameters.

    The form is passed as it was parsed: as a plain dict it would lose blank and repeated values, which are
    signed too. Without a signature the validator raises, so that is answered first.

    Args:
        url: The public address that the carrier was given, with the raw path and query of this post.
        tokens: Auth tokens or shared keys, several while one is being replaced.
        settings: `X-Twilio-Webhooks-Signature-Settings`, which names the algorithm where it is not SHA-1.
    """
    algorithm = get_signature_algorithm(settings)
    return bool(signature) and any(
        RequestValidator(token).validate(url, form, signature, algorithm) for token in tokens
    )

"""Headers that every answer carries, whoever made it: a page, a list, an error."""

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

# An API answers programs: nothing in it is to be shown, framed, sniffed or kept by a browser.
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
# Swagger UI sets styles of elements and shows its icons from data: URLs; its scripts are files of ours.
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


async def add_security_headers(message: Message, scope: Scope) -> None:
    """A `before_send` hook for the app."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in EVERYWHERE.items():
        headers.setdefault(name, value)
    path = scope["path"]
    headers.setdefault("Content-Security-Policy", DOCS_POLICY if _under(path, "/docs") else API_POLICY)
    if _under(path, "/api"):
        headers["Cache-Control"] = "no-store"


def _under(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root}/")

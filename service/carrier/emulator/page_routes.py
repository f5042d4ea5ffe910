"""The phone page: files of this package, served with the strictest policy a page can have.

Nothing is loaded from another host and no script is inline, so a text with markup in it can do nothing.
"""

from pathlib import Path
from typing import Final

from litestar import Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

_FILES: Final = {path.name: path.read_bytes() for path in (Path(__file__).parent / "page").iterdir()}
_MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@get()
async def phone_page() -> Response[bytes]:
    """Show the phones."""
    return _file("phone.html")


@get("/{name:str}")
async def page_file(name: FromPath[str]) -> Response[bytes]:
    """Serve one of the page's own files."""
    if name not in _FILES:
        raise NotFoundException
    return _file(name)


def _file(name: str) -> Response[bytes]:
    return Response(_FILES[name], media_type=_MEDIA_TYPES[Path(name).suffix], headers=_HEADERS)


page = Router("/phone", route_handlers=[phone_page, page_file])

"""The API's documentation at /docs: Swagger UI from an installed package, so that it works with no network.

The page reads the OpenAPI 3.1 document that stands at /docs/openapi.json.
"""

from collections.abc import Mapping
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import FromPath

from admin_api.openapi import finished

DESCRIPTION = """\
Staff keep facilities, children and appointments; families are texted by themselves.

Sign in with `POST /api/auth/token`, press **Authorize** and paste the token. Lists take `limit` and
`offset` and answer with `items` and `total`. Errors are problem details (RFC 9457): `code` is for
programs, `detail` for people, `errors` names the fields. What a role may not see answers 404; what it
may see but not do, 403. A path works with and without its last slash.
"""

PAGE = b"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Doseline API</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/start.js"></script>
</body>
</html>
"""
# A file of its own: the page's content policy allows no script inside the page.
START = b"""\
SwaggerUIBundle({
  url: "/docs/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
});
"""
MEDIA_TYPES: Mapping[str, str] = {
    "favicon-32x32.png": "image/png",
    "start.js": "text/javascript",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}

AnyRequest = Request[Any, Any, Any]


def openapi_config() -> OpenAPIConfig:
    """The documentation of the app that this is given to."""
    return OpenAPIConfig(
        title="Doseline",
        version=metadata.version("doseline"),
        description=DESCRIPTION,
        path="/docs",
        use_handler_docstrings=True,
        components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
        security=[{"token": []}],
        render_plugins=[_Page(path="/"), _Document()],
    )


class _Document(JsonRenderPlugin):
    """The document as other programs read it."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=MediaType.JSON)

    def render(self, request: AnyRequest, openapi_schema: dict[str, Any]) -> bytes:
        return msgspec.json.encode(finished(openapi_schema, request.app.routes))


class _Page(OpenAPIRenderPlugin):
    """The page, and the files that it is made of."""

    def render(self, request: AnyRequest, openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002 - its shape
        return PAGE

    def receive_router(self, router: Router) -> None:
        router.register(_asset)


@get("/assets/{name:str}", include_in_schema=False, sync_to_thread=False)
def _asset(name: FromPath[str]) -> Response[bytes]:
    if name not in MEDIA_TYPES:
        raise NotFoundException
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(_content(name), media_type=MEDIA_TYPES[name], headers=headers)


@cache
def _content(name: str) -> bytes:
    if name == "start.js":
        return START
    # Found, not imported: only its files are wanted.
    package = find_spec("swagger_ui")
    assert package is not None
    assert package.origin is not None
    return (Path(package.origin).parent / "static" / name).read_bytes()

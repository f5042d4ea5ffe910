"""How the web programs listen: one place for what uvicorn may and may not do."""

import uvicorn
from litestar import Litestar

from service import logs

GRACE_SECONDS = 3  # for requests under way when we are asked to end


def serve(app: Litestar, *, host: str, port: int) -> None:
    """Serve until a signal ends us.

    Requests are not logged: a path or a query may hold what belongs to a family. Headers of a proxy
    are not believed: nothing here depends on the client's address or on the scheme.
    """
    # After the application was made: Litestar sets up the root logger for itself meanwhile.
    logs.configure()
    uvicorn.run(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )

"""Runs an embedded PostgreSQL until its input ends; tests kill it in every way.

Arguments: the directory, and optionally `orphan`: the server outlives a kill of this program.
"""

import sys
import threading
from pathlib import Path

from service.local import LocalError
from service.local.postgres import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
try:
    if sys.argv[2:] == ["orphan"]:
        # The kernel is asked to end the server with its starter only from the main thread.
        starter = threading.Thread(target=server.start)
        starter.start()
        starter.join()
    else:
        server.start()
except LocalError as error:
    sys.exit(str(error))
print("ready", server.pid, flush=True)  # noqa: T201 - the test waits for this line
sys.stdin.read()
server.stop()

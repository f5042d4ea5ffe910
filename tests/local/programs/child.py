"""A program to be supervised: what it does stands in its arguments."""

import os
import signal
import socket
import sys
import time
from pathlib import Path

from service.local import lifeline

lifeline.hold()
match sys.argv[1:]:
    case ["answer", port]:
        server = socket.create_server(("127.0.0.1", int(port)))
        signal.pause()
    case ["stay"]:
        signal.pause()
    case ["wait", port]:
        lifeline.wait_at_gate()
        server = socket.create_server(("127.0.0.1", int(port)))
        signal.pause()
    case ["hold", port]:
        # Nothing but a kill ends it.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        server = socket.create_server(("127.0.0.1", int(port)))
        while True:
            time.sleep(60)
    case ["end", code]:
        sys.exit(int(code))
    case ["settle", tally, starts, port]:
        # Ends until it has been started so many times, then says so.
        with Path(tally).open("a") as file:
            file.write(f"{os.getpid()}\n")
        if len(Path(tally).read_text().splitlines()) < int(starts):
            sys.exit(3)
        socket.create_connection(("127.0.0.1", int(port))).close()
        signal.pause()

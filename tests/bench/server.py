"""The web process that is measured: started as in production, on a free port of this machine."""

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

from config.folders import PROJECT
from config.processes import Processes
from tests.ports import free_port

LOGS = PROJECT / ".local" / "bench-logs"


@dataclass(frozen=True)
class Server:
    port: int
    pid: int


@contextmanager
def serving() -> Iterator[Server]:
    """`uvicorn config.asgi:application`, one process."""
    port = free_port()
    LOGS.mkdir(parents=True, exist_ok=True)
    with Processes(say=lambda text: print(text, file=sys.stderr)) as processes:
        child = processes.start(
            "web",
            [
                *[sys.executable, "-m", "uvicorn", "config.asgi:application"],
                # Between two loads, bidders wait for the slowest of them.
                *["--port", str(port), "--log-level", "warning", "--timeout-keep-alive", "120"],
                # A line for each request is the proxy's to write.
                *["--no-access-log", "--no-server-header"],
            ],
            log=LOGS / "web.log",
            cwd=PROJECT,
            env=dict(os.environ),
        )
        processes.wait_ready(child, lambda: _answers(port))
        yield Server(port, child.process.pid)
        processes.raise_if_any_ended()


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    with contextlib.suppress(OSError), contextlib.closing(connection):
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    return False

"""A browser's side of a stream, and a real server to talk to, for the tests of both."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import uvicorn

PATIENCE_S = 30.0  # a busy computer is late; whoever waits for nothing waits less


@contextmanager
def serving(application: Any) -> Iterator[int]:
    """uvicorn in a thread on a free port; the port."""
    config = uvicorn.Config(
        application,
        port=0,
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until = time.monotonic() + PATIENCE_S
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


@dataclass
class Heard:
    """One event of a stream."""

    id: int | None
    kind: str
    data: dict[str, Any]


class Stream:
    """An open stream, read like EventSource reads it."""

    def __init__(
        self,
        port: int,
        pk: int,
        headers: dict[str, str] | None = None,
        query: str = "",
        *,
        thing: str = "lot",
    ) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self.connection.connect()
        self.socket: socket.socket = self.connection.sock
        path = f"/api/v1/{thing}s/{pk}/stream{query}"
        self.connection.request("GET", path, headers=headers or {})
        self.response: HTTPResponse = self.connection.getresponse()
        self.opening = self._block() if self.response.status == 200 else {}

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.response.close()
        self.connection.close()

    def _block(self) -> dict[str, str]:
        """The next fields that stand together; none when the stream has ended.

        A comment says nothing: it comes while nobody has asked for the time yet.
        """
        fields: dict[str, str] = {}
        while line := self.response.readline().decode():
            name, colon, value = line.rstrip("\n").partition(":")
            if name:
                fields[name] = value.removeprefix(" ")
            elif fields and not colon:
                return fields
        return {}

    def next(self) -> Heard:
        """The next event of any kind; EOFError when the stream has ended."""
        fields = self._block()
        if not fields:
            raise EOFError
        key = fields.get("id")
        return Heard(int(key) if key else None, fields["event"], json.loads(fields["data"]))

    def next_fact(self) -> Heard:
        """The next event that is not a tick of the clock, which goes on however long it takes."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if (heard := self.next()).kind != "clock":
                return heard
        raise TimeoutError("nothing came but ticks of the clock")

"""Watchers of one lot over plain sockets, in a process of their own.

All connect, each reads its opening, and a line says so; then each frame's arrival is noted until
standard input ends. Reads a JSON description line, writes a JSON report: for each watcher the
numbers it heard, and how late each frame came, by the time that stands in it.
"""

import json
import resource
import selectors
import socket
import sys
import time
from datetime import datetime
from functools import lru_cache

CONNECT_AT_ONCE = 200
OPENS_WITHIN_S = 60


class Watcher:
    def __init__(self, wire: socket.socket) -> None:
        self.wire = wire
        self.opened = False
        self.heard: list[int] = []


def main() -> None:
    told = json.loads(sys.stdin.readline())
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    selector = selectors.DefaultSelector()
    watchers: list[Watcher] = []
    request = f"GET /api/v1/lots/{told['lot']}/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    while len(watchers) < told["watchers"]:
        for _ in range(min(CONNECT_AT_ONCE, told["watchers"] - len(watchers))):
            wire = socket.create_connection(("127.0.0.1", told["port"]))
            wire.send(request)
            watchers.append(Watcher(wire))
            selector.register(wire, selectors.EVENT_READ, watchers[-1])
        _wait_for_openings(selector, len(watchers))
    print("ready", flush=True)
    late = _listen(selector)
    json.dump({"late_ms": late, "heard": [watcher.heard for watcher in watchers]}, sys.stdout)


def _wait_for_openings(selector: selectors.BaseSelector, many: int) -> None:
    until = time.monotonic() + OPENS_WITHIN_S
    opened = sum(key.data.opened for key in selector.get_map().values())
    while opened < many:
        if time.monotonic() > until:
            raise SystemExit(f"{opened} of {many} streams have opened")
        for key, _ in selector.select(1):
            chunk = key.data.wire.recv(65536)
            if not key.data.opened and b"event: clock" in chunk:
                key.data.opened = True
                opened += 1
            elif not chunk or chunk.startswith(b"HTTP/1.1 5"):
                raise SystemExit(f"a stream was not opened: {chunk!r}")


def _listen(selector: selectors.BaseSelector) -> list[float]:
    """Note what arrives until the other side of standard input has nothing more to say."""
    late: list[float] = []
    selector.register(sys.stdin, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.data is None:
                return late
            chunk = key.data.wire.recv(65536)
            now = time.time()
            if not chunk:
                raise SystemExit("a stream has ended")
            for number, at in _frames(chunk):
                key.data.heard.append(number)
                late.append(1000 * (now - at))


@lru_cache(maxsize=64)
def _frames(chunk: bytes) -> list[tuple[int, float]]:
    """The numbers and times of the frames; everybody is sent the same bytes."""
    found = []
    for block in chunk.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "id" in fields:
            data = json.loads(fields["data"])
            at = datetime.fromisoformat(data["at"].replace("Z", "+00:00"))
            found.append((int(fields["id"]), at.timestamp()))
    return found


if __name__ == "__main__":
    main()

"""A port for a server that a test starts as a process of its own."""

import contextlib
import socket
from random import SystemRandom

# Below the range from which Linux takes the ports of outgoing connections: a port of that range,
# free a moment ago, may be one of them before the server has started.
_FIRST, _LAST = 20_000, 30_000


def free_port() -> int:
    """One that nobody listens at, drawn so that test processes beside this one hardly meet."""
    draw = SystemRandom()
    for _ in range(100):
        port = draw.randint(_FIRST, _LAST)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError(f"No port from {_FIRST} to {_LAST} is free.")

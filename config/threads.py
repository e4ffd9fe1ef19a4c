"""Django under WSGI, in a few threads behind the ASGI door.

A thread gets a request whose body has arrived and gives back a whole answer, so that it meets
the server's loop twice and not at every piece: with many threads at work each meeting may wait
for the interpreter. No view of ours streams; streams have a door of their own.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from io import BytesIO
from string import printable
from typing import Any
from urllib.parse import quote_from_bytes

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[str, str]

NOTHING: Mapping[str, Any] = {}
_UNNAMED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class Threads:
    """A WSGI application and the threads in which it answers."""

    def __init__(self, application: Callable[..., Iterable[bytes]], *, workers: int) -> None:
        self._application = application
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="django")

    async def __call__(
        self, scope: Scope, content: bytes, send: Send, more: Mapping[str, Any] = NOTHING
    ) -> None:
        """`more` are words for the request's environment that no client can say."""
        work = copy_context().run
        loop = asyncio.get_running_loop()
        status, headers, body = await loop.run_in_executor(
            self._pool, work, self._answer, {**environ(scope, content), **more}
        )
        told = [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in headers]
        await send({"type": "http.response.start", "status": status, "headers": told})
        await send({"type": "http.response.body", "body": body})

    def close(self) -> None:
        self._pool.shutdown(wait=False)

    def _answer(self, environ: dict[str, Any]) -> tuple[int, list[Header], bytes]:
        status, headers, body = 500, list[Header](), BytesIO()

        def start(line: str, given: list[Header], _error: Any = None) -> Callable[[bytes], int]:
            nonlocal status, headers
            status, headers = int(line[:3]), given
            return body.write

        pieces = self._application(environ, start)
        try:
            for piece in pieces:
                body.write(piece)
        finally:
            # Django ends the request here, and gives its database connection back.
            getattr(pieces, "close", lambda: None)()
        return status, headers, body.getvalue()


def environ(scope: Scope, content: bytes) -> dict[str, Any]:
    """The request as PEP 3333 has it.

    `X_Forwarded_Proto` would become the same variable as `X-Forwarded-Proto`, which only our
    proxy may set. A client may send letters in a query that have to be escaped there.
    """
    host, port = scope.get("server") or ("localhost", 80)
    below = scope.get("root_path", "")
    told: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": below,
        "PATH_INFO": scope["path"].removeprefix(below).encode().decode("latin-1"),
        "QUERY_STRING": quote_from_bytes(scope["query_string"], safe=printable),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 0),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": BytesIO(content),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if client := scope.get("client"):
        told["REMOTE_ADDR"], told["REMOTE_PORT"] = client[0], str(client[1])
    for name, value in scope["headers"]:
        if b"_" not in name and name != b"transfer-encoding":
            variable = _variable(name.decode("latin-1"))
            text = value.decode("latin-1")
            told[variable] = f"{told[variable]},{text}" if variable in told else text
    if content or "CONTENT_LENGTH" in told:
        told["CONTENT_LENGTH"] = str(len(content))
    return told


def _variable(header: str) -> str:
    return _UNNAMED.get(header) or f"HTTP_{header.upper().replace('-', '_')}"

"""What every request and every answer carries: an id, the server's time, readable text."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from random import getrandbits
from urllib.parse import unquote_to_bytes

import structlog
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)

Respond = Callable[[HttpRequest], HttpResponseBase]


def current_request_id() -> str:
    return _request_id.get()


def chosen_id(given: str) -> str:
    """The caller's own id for its request if it is usable, else a new one."""
    if _ACCEPTABLE.fullmatch(given):
        return given
    # It is no secret, and asking the system for chance lets other threads go first.
    return f"{getrandbits(128):032x}"


def request_id(get_response: Respond) -> Respond:
    """Give the request an id, the caller's own if it sent a usable X-Request-ID.

    The id stands in every log line, every error body and the answer's header.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        chosen = chosen_id(request.headers.get("X-Request-ID", ""))
        token = _request_id.set(chosen)
        structlog.contextvars.bind_contextvars(request_id=chosen)
        try:
            response = get_response(request)
            response.headers["X-Request-ID"] = chosen
            return response
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
            _request_id.reset(token)

    return middleware


def server_time(get_response: Respond) -> Respond:
    """Say what time it is here, so that clients can set their countdowns by it.

    A view whose answer depends on the database's clock sets the header itself.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Server-Time", stamp(datetime.now(UTC)))
        return response

    return middleware


def stamp(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: the format of the Server-Time header."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def readable(get_response: Respond) -> Respond:
    """Refuse a path, query or cookie that PostgreSQL cannot store or Python cannot decode.

    A NUL in a filter or a session's key would otherwise surface as a database error, which is
    a 5xx. A cookie can spell it: "\\000".
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        try:
            raw = unquote_to_bytes(query).decode("utf-8") + request.path
            acceptable = not any("\x00" in text for text in (raw, *request.COOKIES.values()))
            raw.encode("utf-8")
        except UnicodeError:
            acceptable = False
        if not acceptable:
            raise SuspiciousOperation("the path, the query or a cookie is not readable text")
        return get_response(request)

    return middleware

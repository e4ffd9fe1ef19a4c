"""Server-Sent Events of one lot or session, as a plain ASGI callable in front of Django.

Django's own ASGI handler costs ten times its WSGI one, and a stream is nothing but waiting. So
the door (`config.asgi`) brings these requests here. Who may see the thing is checked once, in a
thread, with the same query as everywhere; from then on only public facts travel.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import structlog
from django.conf import settings
from django.contrib.auth import get_user
from django.db import Error as DatabaseError
from django.db import connections
from django.db.models import Max
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.utils import translation

from accounts.actors import Actor, actor_of_user
from accounts.authentication import actor_of_token
from accounts.permissions import require_scope
from auctions.queries import lots_visible_to, sessions_visible_to
from core import clock
from core.envelope import stamp
from core.errors import CHALLENGE, Busy, InvalidValue, NotFound, NotSignedIn, Refusal
from core.models import Event
from core.problems import MEDIA_TYPE, refusal_body
from notifications.audience import STREAMED_KINDS
from notifications.hub import Batch, Hub, Watcher, clock_frame, frame

log = structlog.get_logger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Scope = Mapping[str, Any]

MOST_WATCHERS = 6000
RETRY_AFTER_S = 5
# A right that was taken away ends at the latest with the next connection.
LIFETIME_S = 1800
PAGE = 500
_SEQ_MAX = 2**31 - 1
_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a stream is about: `thing` is "lot" or "session"."""

    thing: str
    id: int

    @property
    def topic(self) -> str:
        return f"{self.thing}:{self.id}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal, ready to be sent."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """What a stream starts with: what was missed, and up to where that goes."""

    data: bytes
    position: int
    more: bool


class EventStream:
    """Serves `GET /api/v1/lots/{id}/stream`, and a session's likewise.

    One object, with its hub, for each process.
    """

    def __init__(self, *, most: int = MOST_WATCHERS, threads: int = 4) -> None:
        self.hub = Hub()
        self._most = most
        # Its own few threads: ten thousand people opening a page must not starve the others.
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="stream")

    async def __call__(self, subject: Subject, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value for name, value in scope["headers"]}
        if len(self.hub) >= self._most:
            await _refuse(send, _problem(Busy(), retry_after=RETRY_AFTER_S))
            return
        # Joined before the table is read: what is recorded meanwhile waits in the queue.
        lifetime = LIFETIME_S * random.uniform(0.8, 1.2)  # noqa: S311
        watcher = self.hub.join(subject.topic, lifetime=lifetime)
        try:
            opening = await self._in_thread(
                _open, subject, headers, scope["query_string"], self.hub.now()
            )
            if isinstance(opening, Problem):
                await _refuse(send, opening)
            else:
                self.hub.start_from(watcher.topic, opening.position)
                await self._serve(watcher, opening, receive, send)
        finally:
            self.hub.leave(watcher)

    async def close(self) -> None:
        await self.hub.close()
        self._threads.shutdown(wait=False)

    async def _serve(
        self, watcher: Watcher, opening: Opening, receive: Receive, send: Send
    ) -> None:
        begun = (b"server-time", stamp(self.hub.now() or datetime.now(UTC)).encode())
        headers = [*_HEADERS, begun]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        gone = asyncio.create_task(_until_gone(receive, watcher))
        try:
            # Not all at once, when all were cut off at once.
            retry = f"retry: {random.randint(1000, 3000)}\n\n".encode()  # noqa: S311
            await _write(send, retry + opening.data)
            while opening.more:
                opening = await self._in_thread(
                    _missed, watcher.topic, opening.position, self.hub.now()
                )
                await _write(send, opening.data)
            await _pump(watcher, opening.position, send)
        except asyncio.CancelledError:
            # Too slow a reader, or the server is stopping. The stream ends, and the browser
            # comes back to wherever there is a server and says what it has.
            if (task := asyncio.current_task()) is not None:
                task.uncancel()
        finally:
            gone.cancel()
        await _end(send)

    async def _in_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _with_connection, function, *arguments)


async def _pump(watcher: Watcher, position: int, send: Send) -> None:
    """Pass the queue on until the watcher is let go; several waiting batches go as one.

    Not the ticks that came while the opening was read: the opening told a later time.
    """
    meanwhile = watcher.queue.qsize()
    while not watcher.let_go:
        batches = [await watcher.queue.get()]
        while not watcher.queue.empty():
            batches.append(watcher.queue.get_nowait())
        data = b""
        for batch in batches:
            if batch is None:
                watcher.let_go = True
                break
            if batch.frames or meanwhile <= 0:
                data += batch.after(position)
            meanwhile -= 1
            position = max(position, batch.last)
        if data:
            await _write(send, data)


async def _until_gone(receive: Receive, watcher: Watcher) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    watcher.let_go = True
    watcher.put(None)


async def _write(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})


async def _end(send: Send) -> None:
    """Say that this was all, unless the other side does not even take that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _refuse(send: Send, problem: Problem) -> None:
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(problem.body)).encode()),
        (b"cache-control", b"no-store"),
        *problem.headers,
    ]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": problem.body, "more_body": False})


# --- In a thread, with the database -----------------------------------------------------


def _with_connection(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    finally:
        # Back to the pool at once: a stream that waits for bids holds no connection.
        connections.close_all()


def _open(
    subject: Subject, headers: Mapping[str, bytes], query: bytes, now: datetime | None
) -> Opening | Problem:
    """Everything that is decided before the first byte, with as few queries as it takes."""
    request = _request(headers)
    with translation.override(translation.get_language_from_request(request)):
        try:
            after = _last_event_id(headers, query)
            _check_visible(subject, _actor(request))
            return _missed(subject.topic, after, now)
        except Refusal as refusal:
            return _problem(refusal)
        except DatabaseError:
            log.exception("notifications.stream_not_opened", topic=subject.topic)
            return _problem(Busy(), retry_after=RETRY_AFTER_S)


def _check_visible(subject: Subject, actor: Actor) -> None:
    require_scope(actor, "lots:read")
    visible = lots_visible_to if subject.thing == "lot" else sessions_visible_to
    if not visible(actor).filter(pk=subject.id).exists():
        raise NotFound(what=subject.thing)


def _missed(topic: str, after: int | None, now: datetime | None) -> Opening:
    """The events after `after`, a page of them; from the present end if it is None."""
    events = Event.objects.filter(topic=topic)
    end = events.aggregate(end=Max("seq"))["end"] or 0
    # Beyond the end is nothing yet: the id is of another time, so start from here.
    position = end if after is None else min(after, end)
    missed = events.filter(seq__gt=position, seq__lte=end).order_by("seq")
    page = list(missed[:PAGE]) if position < end else []
    now = now or clock.now()
    frames = Batch.of(
        (event.seq, frame(event.seq, event.kind, event.at, event.payload, now))
        for event in page
        if event.kind in STREAMED_KINDS
    )
    return Opening(
        data=clock_frame(now) + frames.data,
        position=page[-1].seq if page else position,
        more=len(page) == PAGE,
    )


def _last_event_id(headers: Mapping[str, bytes], query: bytes) -> int | None:
    """The header wins: a browser that comes back sends it beside the page's first parameter."""
    text = headers.get("last-event-id", b"").decode("latin-1")
    if not text:
        (text, *_) = parse_qs(query.decode("latin-1")).get("last_event_id", [""])
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= _SEQ_MAX):
        raise InvalidValue(what="Last-Event-ID")
    return int(text)


def _request(headers: Mapping[str, bytes]) -> HttpRequest:
    """As much of a Django request as sessions and languages are read from."""
    request = HttpRequest()
    request.META = {
        "HTTP_" + name.upper().replace("-", "_"): headers[name].decode("latin-1")
        for name in ("authorization", "accept-language")
        if name in headers
    }
    request.COOKIES = parse_cookie(headers.get("cookie", b"").decode("latin-1"))
    engine = import_module(settings.SESSION_ENGINE)
    request.session = engine.SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    return request


def _actor(request: HttpRequest) -> Actor:
    """A partner system by its token, a person by the session, or nobody."""
    scheme, _, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        return actor_of_user(get_user(request))
    if (actor := actor_of_token(value.strip())) is None:
        raise NotSignedIn
    return actor


def _problem(refusal: Refusal, *, retry_after: int | None = None) -> Problem:
    request_id = uuid4().hex
    body = {**refusal_body(refusal), "request_id": request_id}
    headers = [
        (b"x-request-id", request_id.encode()),
        (b"server-time", stamp(datetime.now(UTC)).encode()),
    ]
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    if refusal.status is HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", CHALLENGE.encode()))
    text = json.dumps(body, ensure_ascii=False)
    return Problem(int(refusal.status), text.encode(), tuple(headers))

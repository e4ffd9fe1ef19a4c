"""The ASGI door: streams and bids are served here, everything else by Django under WSGI.

Django runs in a few threads; a request reaches one of them only when its body has arrived, so
a slow sender costs no thread, and a body that was cut off reaches nobody.
"""

import asyncio
import json
import re
import sys
from asyncio import Semaphore
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from django.conf import settings

from config import wsgi  # it sets Django up

# isort: split
from auctions.bid_queue import PLACE_BID, Turn
from auctions.gateway import BidGateway
from config.memory import keep_what_is_loaded, load_views
from config.threads import Threads
from core.envelope import chosen_id, stamp
from core.errors import Refusal, TooSlow
from core.problems import MEDIA_TYPE, refusal_body
from notifications.stream import EventStream, Subject

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Scope = MutableMapping[str, Any]

WORKERS = 16
# A thread that has its answer from the database waits no longer for one that is computing; in
# Python's own five milliseconds a whole bid is decided.
SWITCH_S = 0.0005
BODY_WITHIN_S = 60.0
# What exceeds the limit is still read for a while, so that the refusal finds a listener.
READ_ON = 16 * 1024 * 1024
# So many pictures, papers and tables are taken in at a time; each may be `LARGEST_UPLOAD` bytes
# in memory.
UPLOADS = 4
# While some bids are committed, the next are read and checked; half of the threads are left to
# everybody else, however long a lot is held.
AT_ONE_LOT = WORKERS // 2
_STREAM = re.compile(r"/api/v1/(lot|session)s/0*([0-9]{1,18})/stream", re.ASCII)
_UPLOAD = re.compile(
    r"(?:/api/v1)?/achievements/[0-9]{1,18}/pictures"
    r"|/api/v1/(?:needs|achievements)/[0-9]{1,18}/attachments"
    r"|/(?:needs|achievements)/[0-9]{1,18}/files"
    r"|/admin/marketplace/achievement/[0-9]{1,18}/step/add-(?:picture|paper)/"
    r"|/api/v1/(?:[a-z0-9-]{1,40}/){1,3}import|/admin/[a-z]{1,20}/[a-z]{1,20}/import/",
    re.ASCII,
)
_BIDS = re.compile(r"/api/v1/lots/([0-9]{1,18})/bids", re.ASCII)


class Door:
    """Sends each request where it belongs; also starts and ends with the server."""

    def __init__(self, django: Callable[..., Any], *, workers: int = WORKERS) -> None:
        self.stream = EventStream()
        self.bids = BidGateway()
        self._django = Threads(django, workers=workers)
        # Bids on one lot line up as they came, and few are at it at a time: they would wait for the
        # lot anyway, in as many threads, and whoever is overtaken by a higher bid is refused.
        self._lines: WeakValueDictionary[int, _Line] = WeakValueDictionary()

        self._uploads = Semaphore(UPLOADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["method"] == "GET" and (about := _STREAM.fullmatch(scope["path"])):
            await self.stream(Subject(about[1], int(about[2])), scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                load_views()
                keep_what_is_loaded()
                sys.setswitchinterval(SWITCH_S)
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stream.close()
                await self.bids.close()
                self._django.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST" and _UPLOAD.fullmatch(scope["path"]):
            async with self._uploads:
                await self._pass_on(scope, receive, send, settings.LARGEST_UPLOAD)
        else:
            await self._pass_on(scope, receive, send, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        try:
            async with asyncio.timeout(BODY_WITHIN_S):
                content = await _content(receive, most)
        except TimeoutError:
            await _refuse(send, TooSlow())
            return
        if content is None:
            return
        if scope["method"] == "POST" and (lot := _BIDS.fullmatch(scope["path"])):
            answer = await self.bids.answer(int(lot[1]), scope, content)
            if answer is not None:
                await _send(send, answer.status, answer.headers, answer.body)
                return
            await self._bid(self._lines.setdefault(int(lot[1]), _Line()), scope, content, send)
            return
        await self._django(scope, content, send)

    async def _bid(self, line: "_Line", scope: Scope, content: bytes, send: Send) -> None:
        async with line.room:
            line.last = turn = Turn(line.last)
            try:
                place_bid = partial(self.bids.place_bid, turn=turn)
                await self._django(scope, content, send, {PLACE_BID: place_bid})
            finally:
                turn.over.set()


class _Line:
    """The ordinary door's bids on one lot, as they came."""

    def __init__(self) -> None:
        self.room = Semaphore(AT_ONE_LOT)
        self.last: Turn | None = None


async def _content(receive: Receive, most: int) -> bytes | None:
    """The request's body; None if the client left before it was complete.

    One byte more than `most` is kept, which is enough for Django to refuse it.
    """
    limit = most + 1
    kept, seen = bytearray(), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk = message.get("body", b"")
        seen += len(chunk)
        kept += chunk[: limit - len(kept)]
        if not message.get("more_body", False) or seen > READ_ON:
            return bytes(kept)


async def _refuse(send: Send, refusal: Refusal) -> None:
    request_id = chosen_id("")
    body = {**refusal_body(refusal), "request_id": request_id}
    text = json.dumps(body, ensure_ascii=False).encode()
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"server-time", stamp(datetime.now(UTC)).encode()),
        (b"x-request-id", request_id.encode()),
        (b"content-length", str(len(text)).encode()),
        (b"connection", b"close"),
    ]
    await _send(send, int(refusal.status), headers, text)


async def _send(
    send: Send, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


application = Door(wsgi.application)

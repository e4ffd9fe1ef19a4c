"""The fast door for bids: `POST /api/v1/lots/{id}/bids` of partner systems, in front of Django.

Django and its views cost several times what deciding a bid costs, so a bid that a partner system
sends as the contract shows it is taken in here, lines up, and is decided in one batch with the
others that arrived meanwhile (`auctions.deciders`). Its answer is byte for byte the ordinary
door's (`auctions.views.bids`), and comes after the commit. The ordinary door's bids line up here
as well, once its view has found out whose they are.

Whatever is not plainly such a bid is left to the ordinary door: a person's session with its CSRF
check, any body that is not exactly an amount, any header that means more than one thing, a token
that is not in order. What is wrong with a request is therefore said in one place alone.

Whoever hangs up meanwhile has bid all the same, as by a letter that was posted.
"""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from http import HTTPStatus
from time import monotonic
from typing import Any
from uuid import UUID
from wsgiref.util import setup_testing_defaults

from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, JsonResponse
from django.utils import translation

from accounts.actors import Actor
from auctions.bid_queue import BidQueue, Turn
from auctions.bidding import Attempt, Placed
from auctions.deciders import ActorsBid, Answers, Deciders, NotForHere, TokenBid, Told
from auctions.serializers.bids import placed_text
from core import problems
from core.envelope import chosen_id, stamp
from core.errors import Busy, Refusal

Scope = Mapping[str, Any]
Header = tuple[bytes, bytes]

LOOK_FOR_LATE_S = 0.25
DRAIN_WITHIN_S = 10.0
_BLANK = rb"[ \t\r\n]*"
_BODY = re.compile(
    rb'%b\{%b"amount"%b:%b"((?:0|[1-9][0-9]{0,15})\.[0-9]{2})"%b\}%b' % ((_BLANK,) * 6)
)
_KEY = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_JSON = frozenset({b"application/json", b"application/json; charset=utf-8"})
_LONGEST_HEADER = _LONGEST_BODY = 500

# Headers that mean something to the answer; one that comes twice is not for here.
_READ = frozenset(
    {
        *(b"host", b"authorization", b"idempotency-key", b"content-type"),
        *(b"accept", b"accept-language", b"acting-organization", b"x-request-id", b"cookie"),
    }
)
# Those that an answer has of its own; the others are in every answer of this address.
_OWN = frozenset(
    {
        *(b"content-type", b"content-length", b"content-language", b"www-authenticate"),
        *(b"server-time", b"x-request-id", b"allow"),
    }
)
_ALLOW = (b"allow", b"GET, POST, HEAD, OPTIONS")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: tuple[Header, ...]
    body: bytes


@dataclass(eq=False, slots=True)
class _Asking(TokenBid):
    """A waiting bid with what its answer needs."""

    language: str
    request_id: str
    told: asyncio.Future[Told]


class BidGateway:
    """One for each process: the queue, its two threads, and the callers who wait."""

    def __init__(self) -> None:
        self._usual: tuple[Header, ...] | None = None
        self._queue = BidQueue()
        self._arrived: list[_Asking] = []
        self._deciders = Deciders(self._queue, self._tell)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def answer(self, lot_id: int, scope: Scope, content: bytes) -> Answer | None:
        """The answer to a bid; None if this request is for the ordinary door."""
        self._start()
        if (asking := _asking(lot_id, scope, content)) is None:
            return None
        if not self._arrived:  # whatever else arrives in this turn of the loop goes with it
            asyncio.get_running_loop().call_soon(self._line_up)
        self._arrived.append(asking)
        told = await asking.told
        if isinstance(told.outcome, NotForHere):
            return None
        if self._usual is None:
            self._usual = _usual_headers(scope)
        return _answer(asking, told, self._usual)

    def place_bid(
        self,
        *,
        lot_id: int,
        actor: Actor,
        organization_id: int,
        amount: Decimal,
        key: UUID,
        received_at: datetime,
        turn: Turn,
    ) -> Placed:
        """Place one bid like `bidding.place_bid`, in a batch with the others that wait.

        For the ordinary door's threads: one of them waits here for its answer.
        """
        attempt = Attempt(actor, organization_id, amount, key, received_at)
        bid = ActorsBid(lot_id, monotonic(), attempt)
        with turn:
            self._tell([(bid, Told(Busy())) for bid in self._queue.put([bid])])
        outcome = bid.told.result().outcome
        if isinstance(outcome, Refusal):
            raise outcome
        if not isinstance(outcome, Placed):
            raise RuntimeError("whether the bid counts is found out by sending its key again")
        return outcome

    async def close(self) -> None:
        """Decide what waits, and end."""
        self._line_up()
        self._queue.close()
        if self._loop is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_WITHIN_S):
                    await asyncio.to_thread(self._deciders.join)

    def _start(self) -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._deciders.start()
            self._loop.call_later(LOOK_FOR_LATE_S, self._look_for_late)

    def _line_up(self) -> None:
        arrived, self._arrived = self._arrived, []
        self._deliver([(bid, Told(Busy())) for bid in self._queue.put(arrived)])

    def _look_for_late(self) -> None:
        """Nobody waits for ever, whatever the threads are doing."""
        self._deliver([(bid, Told(Busy())) for bid in self._queue.late()])
        if self._loop is not None:
            self._loop.call_later(LOOK_FOR_LATE_S, self._look_for_late)

    def _tell(self, answers: Answers) -> None:
        for bid, told in answers:
            if isinstance(bid, ActorsBid):
                bid.told.set_result(told)
        others = [answer for answer in answers if not isinstance(answer[0], ActorsBid)]
        if others and self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended, and nobody listens any more
                self._loop.call_soon_threadsafe(self._deliver, others)

    def _deliver(self, answers: Answers) -> None:
        for bid, told in answers:
            if isinstance(bid, _Asking | ActorsBid) and not bid.told.done():
                bid.told.set_result(told)


# --- The request ------------------------------------------------------------------------


def _asking(lot_id: int, scope: Scope, content: bytes) -> _Asking | None:
    """The bid, if the request is one exactly as the contract shows it."""
    given: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _READ:
            if name in given or len(value) > _LONGEST_HEADER:
                return None
            given[name] = value
    scheme, _, token = given.get(b"authorization", b"").decode("latin-1").partition(" ")
    key = given.get(b"idempotency-key", b"")
    if not (
        len(content) <= _LONGEST_BODY
        and (amount := _BODY.fullmatch(content))
        and scheme.lower() == "bearer"
        and _KEY.fullmatch(key)
        and given.get(b"content-type", b"").lower() in _JSON
        and given.get(b"accept", b"*/*") in (b"*/*", b"application/json")
        and b"cookie" not in given
        and not scope["query_string"]
        and _is_our_host(given.get(b"host", b""))
    ):
        return None
    if not (asked := Decimal(amount[1].decode())):
        return None
    acting = given.get(b"acting-organization")
    return _Asking(
        lot_id=lot_id,
        token=token.strip(),
        amount=asked,
        key=UUID(key.decode()),
        acting=None if acting is None else acting.decode("latin-1"),
        arrived=monotonic(),
        language=_language(given.get(b"accept-language", b"")),
        request_id=chosen_id(given.get(b"x-request-id", b"").decode("latin-1")),
        told=asyncio.get_running_loop().create_future(),
    )


@lru_cache(maxsize=64)
def _is_our_host(host: bytes) -> bool:
    request = HttpRequest()
    request.META = {"HTTP_HOST": host.decode("latin-1")}
    try:
        return bool(host and request.get_host())
    except DisallowedHost:
        return False


@lru_cache(maxsize=256)
def _language(accepted: bytes) -> str:
    request = HttpRequest()
    request.META = {"HTTP_ACCEPT_LANGUAGE": accepted.decode("latin-1")}
    return translation.get_language_from_request(request)


# --- The answer -------------------------------------------------------------------------


def _usual_headers(scope: Scope) -> tuple[Header, ...]:
    """What Django's middleware says in every answer of this address: asked of Django, once.

    The question comes with a token that cannot be one, so it changes nothing and reads nothing.
    """
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": scope["path"],
        "HTTP_AUTHORIZATION": "Bearer \x7f",
        "HTTP_HOST": next(value.decode() for name, value in scope["headers"] if name == b"host"),
    }
    setup_testing_defaults(environ)
    said: list[tuple[str, str]] = []
    handler: Any = WSGIHandler()
    handler(environ, lambda status, headers, *_: said.extend(headers))
    lowered = [(name.lower().encode(), value.encode()) for name, value in said]
    return tuple(header for header in lowered if header[0] not in _OWN)


def _answer(asking: _Asking, told: Told, usual: tuple[Header, ...]) -> Answer:
    outcome, at = told.outcome, told.received_at or datetime.now(UTC)
    headers: tuple[Header, ...] = (
        *usual,
        (b"server-time", stamp(at).encode()),
        (b"content-language", asking.language.encode()),
        (b"x-request-id", asking.request_id.encode()),
    )
    if isinstance(outcome, Placed):
        text = placed_text(outcome.bid)
        more = (_ALLOW, (b"idempotent-replay", b"true")) if outcome.replayed else (_ALLOW,)
        return _whole(HTTPStatus.CREATED, b"application/json", (*headers, *more), text)
    if isinstance(outcome, Refusal):
        status, before, after = _refused(outcome, asking.language)
        headers = (*headers, _ALLOW)
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            headers = (*headers, (b"retry-after", b"%d" % problems.BUSY_RETRY_SECONDS))
    else:
        status, before, after = _broken(asking.language)
    text = before + _encode(asking.request_id).encode() + after
    return _whole(status, problems.MEDIA_TYPE.encode(), headers, text)


def _whole(status: HTTPStatus, kind: bytes, headers: tuple[Header, ...], body: bytes) -> Answer:
    described = ((b"content-type", kind), (b"content-length", b"%d" % len(body)))
    return Answer(int(status), (*described, *headers), body)


def _refused(refusal: Refusal, language: str) -> tuple[HTTPStatus, bytes, bytes]:
    """A refusal's body around its request id. Hopeless bids come by hundreds, with equal facts."""
    kind: Any = type(refusal)
    # With their types: a word of an enum is said otherwise than the same word elsewhere.
    facts = tuple((name, type(value), value) for name, value in refusal.facts.items())
    try:
        return _problem(kind, facts, language)
    except TypeError:  # a fact that is a list
        return _problem.__wrapped__(kind, facts, language)


@lru_cache(maxsize=1024)
def _problem(
    kind: Callable[..., Refusal], facts: tuple[tuple[str, type, Any], ...], language: str
) -> tuple[HTTPStatus, bytes, bytes]:
    with translation.override(language):
        refusal = kind(**{name: value for name, _, value in facts})
        text = _encode(problems.refusal_body(refusal))
    return refusal.status, *_parted(text, '"request_id":')


@lru_cache(maxsize=8)
def _broken(language: str) -> tuple[HTTPStatus, bytes, bytes]:
    with translation.override(language):
        text = JsonResponse(problems.internal_error_body()).content.decode()
    return HTTPStatus.INTERNAL_SERVER_ERROR, *_parted(text, '"request_id": ')


def _parted(problem: str, name: str) -> tuple[bytes, bytes]:
    """What stands before and after the request id, which is empty outside of a request."""
    before, _, after = problem.partition(f'{name}""')
    return f"{before}{name}".encode(), after.encode()

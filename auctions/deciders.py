"""The two threads of a process that decide the bids of both doors, batch after batch.

While one batch commits, what arrives waits and becomes the next one: nobody waits for a timer,
and the lock, the round trips and the journal's flush are paid once a batch. The first thread
decides for all the lots that nobody holds. A lot that somebody else is working on, such as
another process, is left to the second thread, which may wait for it and so delays no other lot.

Two processes may do this at once: the rows' locks put the bids in order, not the queue.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from uuid import UUID

import structlog
from django.db import connection, connections

from accounts.actors import Actor
from accounts.authentication import actors_and_time
from auctions.bid_queue import BidQueue, WaitingBid
from auctions.bidding import Attempt, Decision, place_bids, place_bids_on_lots
from core.errors import Busy, NotFound

log = structlog.get_logger(__name__)

SCOPE = "bids:write"
TRIES = 3


class Failed:
    """Something broke. Whether the bid counts is found out by sending its key again."""


class NotForHere:
    """Token, scope or organization are not in order: the ordinary door says what is wrong."""


@dataclass(eq=False, slots=True)
class TokenBid(WaitingBid):
    """A bid as it came in: well-formed, and nothing about it is known yet."""

    token: str
    amount: Decimal
    key: UUID
    acting: str | None  # the organization that the header names, if it does


@dataclass(eq=False, slots=True)
class ActorsBid(WaitingBid):
    """A bid of which the ordinary door has found out whose it is; a thread waits for its answer."""

    attempt: Attempt
    told: Future["Told"] = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be answered, and when the bid had arrived by the database's clock, if asked."""

    outcome: Decision | Failed | NotForHere
    received_at: datetime | None = None


Answers = list[tuple[WaitingBid, Told]]
Place = Callable[[Mapping[int, Sequence[Attempt]]], Mapping[int, Sequence[Decision]]]


class Deciders:
    """Takes bids from the queue until it is closed; `tell` is called from the threads."""

    def __init__(self, queue: BidQueue, tell: Callable[[Answers], None]) -> None:
        self._queue = queue
        self._tell = tell
        self._held: SimpleQueue[list[WaitingBid]] = SimpleQueue()
        self._threads = [
            # Whoever kills the process kills them too; a commit is whole or not at all.
            Thread(target=_with_connection, args=[work], name=name, daemon=True)
            for name, work in (("bids", self._decide), ("bids on held lots", self._wait))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait until the closed queue is empty and everything is decided."""
        first, second = self._threads
        first.join()
        self._held.put([])
        second.join()

    def _decide(self) -> None:
        while bids := self._queue.take():
            for lot_id, left in self._settle(bids, place_bids_on_lots).items():
                self._queue.hold(lot_id)
                self._held.put(left)

    def _wait(self) -> None:
        while bids := self._held.get():
            self._settle(bids, _place_waiting)
            self._queue.release(bids[0].lot_id)

    def _settle(self, bids: Sequence[WaitingBid], place: Place) -> dict[int, list[WaitingBid]]:
        """Decide and tell; return the bids on lots that `place` left out, lot by lot."""
        # Asked once of each: who became late in between would be neither decided nor told.
        if late := {id(bid) for bid in bids if bid.is_late}:
            self._tell([(bid, Told(Busy())) for bid in bids if id(bid) in late])
            bids = [bid for bid in bids if id(bid) not in late]
        answers = _answers(bids, place) if bids else []
        self._tell(answers)
        left: dict[int, list[WaitingBid]] = {}
        told = {id(bid) for bid, _ in answers}
        for bid in bids:
            if id(bid) not in told:
                left.setdefault(bid.lot_id, []).append(bid)
        return left


def _answers(bids: Sequence[WaitingBid], place: Place) -> Answers:
    """Decide together. If that fails as a whole, whatever one bid broke, it breaks for itself.

    Had the failed batch been committed after all, each of its bids finds itself by its key.
    """
    try:
        return _decided(bids, place)
    except Busy as busy:
        lost: Busy | Failed = busy
    except Exception:
        log.exception("auctions.batch_of_bids_failed", bids=len(bids))
        lost = Failed()
    return [answer for bid in bids for answer in _alone(bid, place, lost)]


def _alone(bid: WaitingBid, place: Place, lost: Busy | Failed) -> Answers:
    """Decide one bid of a batch that was lost. That nothing was changed is said if it is sure."""
    for _ in range(TRIES):
        # A connection that the database has left behind must not fail the next bid as well.
        connection.close()
        if bid.is_late:
            break
        try:
            return _decided([bid], place)
        except Busy:
            break
        except Exception:
            log.exception("auctions.bid_failed", lot=bid.lot_id)
            lost = Failed()
    return [(bid, Told(lost))]


def _decided(bids: Sequence[WaitingBid], place: Place) -> Answers:
    attempts = _attempts(bids)
    asked: dict[int, list[tuple[WaitingBid, Attempt]]] = {}
    answers: Answers = []
    for bid, attempt in zip(bids, attempts, strict=True):
        if attempt is None:
            answers.append((bid, Told(NotForHere())))
        else:
            asked.setdefault(bid.lot_id, []).append((bid, attempt))
    placing = {lot_id: [attempt for _, attempt in line] for lot_id, line in asked.items()}
    for lot_id, decisions in place(placing).items() if placing else ():
        for (bid, attempt), decision in zip(asked[lot_id], decisions, strict=True):
            answers.append((bid, Told(decision, attempt.received_at)))
    return answers


def _attempts(bids: Sequence[WaitingBid]) -> list[Attempt | None]:
    """What each bid asks for; None if its token does not allow it to ask."""
    tokens = {bid.token for bid in bids if isinstance(bid, TokenBid)}
    actors, now = actors_and_time(tokens) if tokens else ({}, None)
    tick = monotonic()
    attempts: list[Attempt | None] = []
    for bid in bids:
        if isinstance(bid, ActorsBid):
            attempts.append(bid.attempt)
        elif isinstance(bid, TokenBid) and now is not None:
            arrived = now - timedelta(seconds=tick - bid.arrived)
            attempts.append(_attempt(bid, actors.get(bid.token), arrived))
        else:  # nothing that looks like a token
            attempts.append(None)
    return attempts


def _attempt(bid: TokenBid, actor: Actor | None, received_at: datetime) -> Attempt | None:
    if actor is None or actor.scopes is None or SCOPE not in actor.scopes:
        return None
    if len(actor.acts_for) != 1:
        return None
    (organization_id,) = actor.acts_for
    if bid.acting is not None and bid.acting != str(organization_id):
        return None
    return Attempt(actor, organization_id, bid.amount, bid.key, received_at)


def _place_waiting(asked: Mapping[int, Sequence[Attempt]]) -> dict[int, list[Decision]]:
    """Lot by lot, each as soon as its lock is granted."""
    return {lot_id: _place_on_one(lot_id, attempts) for lot_id, attempts in asked.items()}


def _place_on_one(lot_id: int, attempts: Sequence[Attempt]) -> list[Decision]:
    try:
        return place_bids(lot_id, attempts)
    except (NotFound, Busy) as refusal:
        return [refusal] * len(attempts)


def _with_connection(work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        connections.close_all()

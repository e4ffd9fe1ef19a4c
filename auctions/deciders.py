"""The two threads of a process that decide the bids of the fast door, batch after batch.

While one batch commits, what arrives waits and becomes the next one: nobody waits for a timer,
and the lock, the round trips and the journal's flush are paid once a batch. The first thread
decides for all the lots that nobody holds. A lot that somebody else is working on, such as the
ordinary door, is left to the second thread, which may wait for it and so delays no other lot.

Two processes may do this at once: the rows' locks put the bids in order, not the queue.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import SimpleQueue
from threading import Thread
from time import monotonic

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
        self._tell([(bid, Told(Busy())) for bid in bids if bid.is_late])
        bids = [bid for bid in bids if not bid.is_late]
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
    actors, now = actors_and_time({bid.token for bid in bids})
    tick = monotonic()
    if now is None:  # nothing that looks like a token
        return [(bid, Told(NotForHere())) for bid in bids]
    answers: Answers = []
    asked: dict[int, list[tuple[WaitingBid, Attempt]]] = {}
    for bid in bids:
        arrived = now - timedelta(seconds=tick - bid.arrived)
        if attempt := _attempt(bid, actors.get(bid.token), arrived):
            asked.setdefault(bid.lot_id, []).append((bid, attempt))
        else:
            answers.append((bid, Told(NotForHere())))
    attempts = {lot_id: [attempt for _, attempt in line] for lot_id, line in asked.items()}
    for lot_id, decisions in place(attempts).items():
        for (bid, attempt), decision in zip(asked[lot_id], decisions, strict=True):
            answers.append((bid, Told(decision, attempt.received_at)))
    return answers


def _attempt(bid: WaitingBid, actor: Actor | None, received_at: datetime) -> Attempt | None:
    """What the bid asks for, if its token allows it to ask."""
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

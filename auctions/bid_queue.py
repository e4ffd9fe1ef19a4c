"""Which waiting bids are next? Fair between lots, bounded, and nobody waits for ever.

Within a lot first come, first served. Between lots each gets an equal share of a batch, and what
some do not need goes to the others: one hot lot does not delay a thousand quiet ones.
"""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from threading import Condition, Event
from time import monotonic

# Where the server tells the ordinary door's view how to place a bid in a batch with others.
PLACE_BID = "auctions.place_bid"
BATCH = 256
MOST_WAITING = 2048
DEADLINE_S = 3.0
# A batch costs nearly as much for one bid as for ten. Who has just been answered may bid again at
# once, so after a crowd it is waited for, for at most this share of what the last batch took.
PATIENCE = 0.25
MOST_PATIENT_S = 0.01


@dataclass(eq=False, slots=True)
class WaitingBid:
    """A bid that waits for its batch, and who waits for what becomes of it."""

    lot_id: int
    arrived: float  # by this process's monotonic clock, in seconds

    @property
    def is_late(self) -> bool:
        return monotonic() - self.arrived > DEADLINE_S


class Turn:
    """Whoever came before lines up before, or is done with; none is waited for for ever."""

    def __init__(self, before: "Turn | None" = None) -> None:
        self.over = Event()
        self._before = None if before is None else before.over

    def __enter__(self) -> None:
        if self._before is not None:
            self._before.wait(DEADLINE_S)

    def __exit__(self, *_: object) -> None:
        self.over.set()


class BidQueue:
    """Bids that wait for their batch. Any thread may call any of its methods."""

    def __init__(self, *, batch: int = BATCH, most: int = MOST_WAITING) -> None:
        self._batch, self._most = batch, most
        # In the order in which the lots are to be served.
        self._waiting: dict[int, deque[WaitingBid]] = {}
        self._count = 0
        self._held: set[int] = set()
        self._closed = False
        # How many were handed out last, and when; how many have to wait until `take` looks again.
        self._crowd, self._handed_at, self._wanted = 0, 0.0, 1
        self._changed = Condition()

    def __len__(self) -> int:
        return self._count

    def put(self, bids: Iterable[WaitingBid]) -> list[WaitingBid]:
        """Line up together; those are returned for whom there is no room, or no time any more."""
        with self._changed:
            left_out = [bid for bid in bids if not self._line_up(bid)]
            if self._count >= self._wanted:
                self._changed.notify()
        return left_out

    def _line_up(self, bid: WaitingBid) -> bool:
        line = self._waiting.get(bid.lot_id)
        # One lot may fill half the room, so that a lot that is stuck closes no other.
        full = self._count >= self._most or (line and len(line) >= self._most // 2)
        if self._closed or full:
            return False
        if line is None:
            line = self._waiting[bid.lot_id] = deque()
        line.append(bid)
        self._count += 1
        return True

    def take(self) -> list[WaitingBid]:
        """The next batch, as soon as there is one; empty when all is done and the queue closed."""
        took = monotonic() - self._handed_at
        with self._changed:
            bids: list[WaitingBid] = []
            while not bids:
                while not self._lots():
                    if self._closed and not self._count:
                        return []
                    self._changed.wait()
                self._wait_for_the_crowd(min(PATIENCE * took, MOST_PATIENT_S))
                if lots := self._lots():  # unless they have all waited too long
                    bids = self._share_out(lots)
        self._crowd, self._handed_at = len(bids), monotonic()
        return bids

    def _wait_for_the_crowd(self, patience: float) -> None:
        if self._count < self._crowd and not self._closed:
            self._wanted = self._crowd
            self._changed.wait_for(lambda: self._count >= self._wanted or self._closed, patience)
            self._wanted = 1

    def hold(self, lot_id: int) -> None:
        """Leave a lot's bids in the queue until it is released; they keep their deadline."""
        with self._changed:
            self._held.add(lot_id)

    def release(self, lot_id: int) -> None:
        with self._changed:
            self._held.discard(lot_id)
            self._changed.notify()

    def late(self) -> list[WaitingBid]:
        """Take out the bids whose deadline has passed."""
        gone: list[WaitingBid] = []
        with self._changed:
            for lot_id, line in list(self._waiting.items()):
                while line and line[0].is_late:
                    gone.append(line.popleft())
                if not line:
                    del self._waiting[lot_id]
            self._count -= len(gone)
            self._changed.notify()
        return gone

    def close(self) -> None:
        """Take in no more; what waits is still handed out."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _lots(self) -> list[int]:
        return [lot_id for lot_id in self._waiting if lot_id not in self._held]

    def _share_out(self, lots: Collection[int]) -> list[WaitingBid]:
        lots = list(lots)[: self._batch]
        share = max(1, self._batch // len(lots))
        taken: list[WaitingBid] = []
        for least in (share, self._batch):
            for lot_id in lots:
                line = self._waiting[lot_id]
                room = min(least, len(line), self._batch - len(taken))
                taken += [line.popleft() for _ in range(room)]
        for lot_id in lots:
            # Whoever still waits goes behind the lots that had no turn.
            if line := self._waiting.pop(lot_id):
                self._waiting[lot_id] = line
        self._count -= len(taken)
        return taken

"""The rules of the hall: the auctioneer opens the floor, takes bids, calls, hammers or passes.

No clock ends a lot in the hall. Bids from the floor and from the network join one sequence, and
each new bid takes the calls back. The highest bid is sold at the hammer (拍卖法 art. 51), which
falls only after it was called once and twice; without any bid the lot is passed.

A call and the hammer name the number of the bid they are for. What an auctioneer says of a bid
that somebody has topped meanwhile is stale, and counts for nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from auctions.lifecycle import FloorState, LotState
from auctions.rules.ascending import BiddingNotOpen, bid_instant, check_raise
from auctions.rules.phases import Announcement, Phase, hall_phase
from core.errors import Conflict

RULES_VERSION = "HALL-1"
CALLS = {FloorState.CALLED_ONCE: 1, FloorState.CALLED_TWICE: 2}
_NEXT_CALL = {
    FloorState.OPEN: FloorState.CALLED_ONCE,
    FloorState.CALLED_ONCE: FloorState.CALLED_TWICE,
}


class FloorIsOpen(Conflict):
    code = "floor_is_open"
    message = "The floor of this lot is open already."


class FloorTooEarly(Conflict):
    code = "floor_too_early"
    message = "The notice says that bidding opens at {opens_at}, not before."


class CallIsStale(Conflict):
    """Somebody bid or called in between; `number` and `calls` are what holds now."""

    code = "call_is_stale"
    message = "Meanwhile bid no. {number} stands, called {calls} times. Look again."


class CalledTwice(Conflict):
    code = "called_twice"
    message = "The lot has been called twice; what follows is the hammer or the pass."


class NotCalledTwice(Conflict):
    code = "not_called_twice"
    message = "The hammer falls after the second call; so far there were {calls}."


class NothingToHammer(Conflict):
    code = "nothing_to_hammer"
    message = "There is no bid to hammer; pass the lot."


class BidStands(Conflict):
    """A bid binds both sides (拍卖法 arts. 36, 51): it is hammered, not passed over."""

    code = "bid_stands"
    message = "Bid no. {number} stands; a lot with a bid ends by the hammer."


@dataclass(frozen=True, slots=True)
class Terms:
    """What the notice fixed of a lot that is sold in the hall of the session `session`."""

    session: str
    opens_at: datetime
    starting_price: Decimal
    increment: Decimal
    whole_steps: bool = True
    exhibition_at: datetime | None = None
    exhibition_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the auctioneer is, and the price. The clock has no part in it."""

    floor: FloorState = FloorState.WAITING
    price: Decimal | None = None
    leader_id: int | None = None
    bid_count: int = 0
    last_bid_at: datetime | None = None
    resumed_at: datetime | None = None

    @property
    def closes_at(self) -> None:
        """There is no end by the clock."""
        return

    @property
    def calls(self) -> int:
        return CALLS.get(self.floor, 0)


def phase(state: LotState, terms: Terms, standing: Standing, now: datetime) -> Phase:
    """The phase of a lot that has not ended."""
    announcement = Announcement(terms.opens_at, terms.exhibition_at, terms.exhibition_ends_at)
    return hall_phase(state, announcement, standing.floor, now)


def open_floor(state: LotState, terms: Terms, standing: Standing, *, now: datetime) -> Standing:
    """The auctioneer puts the lot up; never before the time in the notice."""
    if state is not LotState.PUBLISHED:
        raise BiddingNotOpen(phase=phase(state, terms, standing, now).value)
    if standing.floor is not FloorState.WAITING:
        raise FloorIsOpen
    if now < terms.opens_at:
        raise FloorTooEarly(opens_at=terms.opens_at)
    return replace(standing, floor=FloorState.OPEN)


def accept_bid(
    state: LotState,
    terms: Terms,
    standing: Standing,
    *,
    bidder_id: int,
    amount: Decimal,
    now: datetime,
) -> Standing:
    """The standing after this bid, or a refusal; a bid takes the calls back."""
    check_open(state, terms, standing, now)
    check_raise(terms, standing, bidder_id=bidder_id, amount=amount)
    return after_bid(standing, bidder_id=bidder_id, amount=amount, now=now)


def after_bid(standing: Standing, *, bidder_id: int, amount: Decimal, now: datetime) -> Standing:
    """The standing after a bid that is in order."""
    return replace(
        standing,
        floor=FloorState.OPEN,
        price=amount,
        leader_id=bidder_id,
        bid_count=standing.bid_count + 1,
        last_bid_at=bid_instant(standing, now),
    )


def call(
    state: LotState,
    terms: Terms,
    standing: Standing,
    *,
    number: int,
    times: int | None = None,
    now: datetime,
) -> Standing:
    """Call once, then twice. `number` is the bid that is called, 0 while there is none.

    With `times` the call also says which one it is, so that two consoles that call at the same
    moment call once.
    """
    check_open(state, terms, standing, now)
    _check_fresh(standing, number)
    if times is not None and times != standing.calls + 1:
        raise CallIsStale(number=standing.bid_count, calls=standing.calls)
    if standing.floor not in _NEXT_CALL:
        raise CalledTwice
    return replace(standing, floor=_NEXT_CALL[standing.floor])


def check_hammer(
    state: LotState, terms: Terms, standing: Standing, *, number: int, now: datetime
) -> None:
    """Whether the hammer may fall on bid `number` now."""
    check_open(state, terms, standing, now)
    _check_fresh(standing, number)
    if standing.bid_count == 0:
        raise NothingToHammer
    if standing.floor is not FloorState.CALLED_TWICE:
        raise NotCalledTwice(calls=standing.calls)


def check_pass(state: LotState, terms: Terms, standing: Standing, *, now: datetime) -> None:
    """Whether the lot may be passed: only while nobody has bid.

    A bid below a secret reserve has no effect (art. 50), but that is found at the hammer: were
    it found here, a refused pass would tell that the reserve is met.
    """
    check_open(state, terms, standing, now)
    if standing.bid_count:
        raise BidStands(number=standing.bid_count)


def check_open(state: LotState, terms: Terms, standing: Standing, now: datetime) -> None:
    """Bids and calls count while the floor is open."""
    if (current := phase(state, terms, standing, now)) is not Phase.OPEN:
        raise BiddingNotOpen(phase=current.value)


def _check_fresh(standing: Standing, number: int) -> None:
    if number != standing.bid_count:
        raise CallIsStale(number=standing.bid_count, calls=standing.calls)

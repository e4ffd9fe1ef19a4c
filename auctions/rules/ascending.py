"""The rules of a timed ascending auction: which bids count, when it ends, who wins.

Everything that decides money lives here and nothing here reads a clock, a database, a
setting or a request. Facts come in as arguments; the answer is a value or a Refusal.

A bid counts at the moment its lot's lock is granted, by the database's clock, and only if
`opens_at <= now < closes_at`. A bid in the last `extension_window` moves the end to its own
time plus `extension`, again and again (法释〔2016〕18号 art. 20), never backwards and never
past `latest_close` where the notice names one. Suspended time does not count: the end and the
latest close move by it (`rules.suspension`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Protocol

from auctions.lifecycle import LotState, Outcome
from auctions.rules import reserve as reserves
from auctions.rules.phases import Announcement, Phase, timed_phase
from core.errors import Conflict, Refusal

RULES_VERSION = "ENGLISH-1"
TICK = timedelta(microseconds=1)


class BiddingNotOpen(Conflict):
    code = "bidding_not_open"
    message = "Bidding on this lot is not open; it is {phase}."
    words = tuple(Phase)


class AlreadyLeading(Refusal):
    code = "already_leading"
    message = "Your bid is the highest already."


class BidTooLow(Refusal):
    code = "bid_too_low"
    message = "The bid must be at least {minimum}."


class BidOffStep(Refusal):
    code = "bid_off_step"
    message = "Bids rise from the starting price in whole steps of {step}."


class NotRegistered(Refusal):
    code = "not_registered"
    status = HTTPStatus.FORBIDDEN
    message = "Your organization is not an admitted bidder of this lot."


class InvalidTimetable(Refusal):
    code = "invalid_timetable"
    message = "The times must be in order: opening, then close, then the latest close."


class AlreadyOver(Refusal):
    code = "close_in_the_past"
    message = "The closing time {closes_at} has passed already."


class Asks(Protocol):
    """What is asked for a lot, whatever ends its bidding."""

    @property
    def starting_price(self) -> Decimal: ...
    @property
    def increment(self) -> Decimal: ...
    @property
    def whole_steps(self) -> bool: ...


class Priced(Protocol):
    """What is offered for a lot, whatever ends the bidding."""

    @property
    def price(self) -> Decimal | None: ...


class Stands(Priced, Protocol):
    """Who leads and with what."""

    @property
    def leader_id(self) -> int | None: ...
    @property
    def last_bid_at(self) -> datetime | None: ...
    @property
    def resumed_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What the notice fixed. `latest_close` None means that extensions have no cap.

    Without `whole_steps` a bid may be any amount from the minimum on.
    """

    opens_at: datetime
    closes_at: datetime
    latest_close: datetime | None
    starting_price: Decimal
    increment: Decimal
    extension_window: timedelta
    extension: timedelta
    whole_steps: bool = True
    exhibition_at: datetime | None = None
    exhibition_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the auction is. The history of bids is not needed to decide the next one.

    `suspended_for` is the bidding time that suspensions took; `resumed_at` when the last one ended.
    """

    closes_at: datetime
    price: Decimal | None = None
    leader_id: int | None = None
    bid_count: int = 0
    last_bid_at: datetime | None = None
    suspended_for: timedelta = timedelta(0)
    resumed_at: datetime | None = None


def check_terms(terms: Terms) -> None:
    """Refuse a timetable that is not one."""
    ends = terms.closes_at if terms.latest_close is None else terms.latest_close
    if not terms.opens_at < terms.closes_at <= ends:
        raise InvalidTimetable


def check_may_publish(terms: Terms, now: datetime) -> None:
    """A lot whose end has passed cannot be announced."""
    check_terms(terms)
    if now >= terms.closes_at:
        raise AlreadyOver(closes_at=terms.closes_at)


def phase(
    state: LotState, terms: Terms, standing: Standing, now: datetime, outcome: Outcome | None = None
) -> Phase:
    """The phase of a lot at `now`. Right even if nothing has closed the lot yet."""
    announcement = Announcement(terms.opens_at, terms.exhibition_at, terms.exhibition_ends_at)
    return timed_phase(state, announcement, standing.closes_at, now, outcome)


def minimum_bid(terms: Asks, standing: Stands) -> Decimal:
    """The lowest amount the next bid may have."""
    if standing.price is None:
        return terms.starting_price
    return standing.price + terms.increment


def bid_instant(standing: Stands, now: datetime) -> datetime:
    """The instant of a bid: the clock's, but later than the bid or the resumption before it.

    Order within a lot is proven by time too, so a clock that stands still or is set back
    must not produce two bids of one instant.
    """
    before = [at + TICK for at in (standing.last_bid_at, standing.resumed_at) if at is not None]
    return max(now, *before) if before else now


def accept_bid(
    state: LotState,
    terms: Terms,
    standing: Standing,
    *,
    bidder_id: int,
    amount: Decimal,
    now: datetime,
) -> Standing:
    """The standing after this bid, or a refusal. `now` is the instant the lock was granted."""
    at = check_open(state, terms, standing, now)
    check_raise(terms, standing, bidder_id=bidder_id, amount=amount)
    return after_bid(terms, standing, bidder_id=bidder_id, amount=amount, at=at)


def accept_proxy_bid(
    state: LotState,
    terms: Terms,
    standing: Standing,
    *,
    bidder_id: int,
    amount: Decimal,
    now: datetime,
) -> Standing:
    """The standing after a bid that the engine places for a maximum (`rules.proxy`).

    Like any bid, but for two things: its amount is the rules' own, and the leader may meet a
    maximum that equals its own.
    """
    at = check_open(state, terms, standing, now)
    return after_bid(terms, standing, bidder_id=bidder_id, amount=amount, at=at)


def check_open(state: LotState, terms: Terms, standing: Standing, now: datetime) -> datetime:
    """The instant that a bid of now would have, if bidding is open then."""
    at = bid_instant(standing, now)
    if (current := phase(state, terms, standing, at)) is not Phase.OPEN:
        raise BiddingNotOpen(phase=current)
    return at


def after_bid(
    terms: Terms, standing: Standing, *, bidder_id: int, amount: Decimal, at: datetime
) -> Standing:
    """The standing after a bid that is in order; one in the last window moves the end."""
    return Standing(
        closes_at=_extended_close(terms, standing, at),
        price=amount,
        leader_id=bidder_id,
        bid_count=standing.bid_count + 1,
        last_bid_at=at,
        suspended_for=standing.suspended_for,
        resumed_at=standing.resumed_at,
    )


def check_raise(terms: Asks, standing: Stands, *, bidder_id: int, amount: Decimal) -> None:
    """Refuse a bid that does not raise the price as the terms ask, or raises one's own."""
    if bidder_id == standing.leader_id:
        raise AlreadyLeading
    if amount < (minimum := minimum_bid(terms, standing)):
        raise BidTooLow(minimum=minimum)
    if terms.whole_steps and (amount - terms.starting_price) % terms.increment:
        raise BidOffStep(step=terms.increment)


def _extended_close(terms: Terms, standing: Standing, at: datetime) -> datetime:
    if standing.closes_at - at > terms.extension_window:
        return standing.closes_at
    extended = at + terms.extension
    if terms.latest_close is not None:
        extended = min(extended, terms.latest_close + standing.suspended_for)
    return max(standing.closes_at, extended)


class Opens(Protocol):
    @property
    def opens_at(self) -> datetime: ...


class Ends(Protocol):
    @property
    def closes_at(self) -> datetime | None: ...


def is_over(state: LotState, terms: Opens, standing: Ends, now: datetime) -> bool:
    """Whether the lot may be closed now. Without a clock nothing but the hammer ends it."""
    if standing.closes_at is None:
        return False
    return timed_phase(state, Announcement(terms.opens_at), standing.closes_at, now) is Phase.OVER


def outcome(standing: Priced, reserve: Decimal | None = None) -> Outcome:
    """What a lot that is over has come to. The leader wins: one bidder suffices (art. 11).

    Below the reserve the highest bid has no effect (拍卖法 art. 50).
    """
    if standing.price is None:
        return Outcome.NO_BIDS
    met = reserves.is_met(standing.price, reserve)
    return Outcome.SOLD if met else Outcome.RESERVE_NOT_MET

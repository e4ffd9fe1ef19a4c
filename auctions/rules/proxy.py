"""Maxima that bidders leave (委托/自动出价): what the engine bids for them, and never more.

The published rules:

1. The engine bids for a maximum only against another paddle: one that leads, or another maximum.
2. The highest maximum leads; of equal ones the one that was left earlier.
3. It pays the least that leads: one step above the best of the others. Where that would be more
   than itself, as against an equal maximum, it is bid in full.
4. Otherwise the best maximum that is beaten is bid in full first, so that the ledger shows it.
5. A bid that leaves no time to answer it is too late, as if it had come with the end itself: a
   maximum does not lose to the last microsecond before a close that nothing moves any more.

A maximum counts as far as whole steps from the starting price reach. What the engine bids is an
ordinary bid: numbered, timed, chained, and it extends like any other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from auctions.lifecycle import LotState
from auctions.rules.ascending import Standing, Terms, accept_proxy_bid, minimum_bid
from core.errors import Refusal


class MaximumTooLow(Refusal):
    """The maximum could not even be bid once."""

    code = "maximum_too_low"
    message = "The maximum must be at least {minimum}."


@dataclass(frozen=True, slots=True)
class Maximum:
    """What one bidder left; `order` tells which of two equal ones was left earlier."""

    bidder_id: int
    amount: Decimal
    order: int


@dataclass(frozen=True, slots=True)
class ProxyBid:
    """A bid the engine is to place for a bidder."""

    bidder_id: int
    amount: Decimal


# A bid of the engine, and the standing after it.
Answer = tuple[ProxyBid, Standing]


def check_maximum(terms: Terms, standing: Standing, *, bidder_id: int, amount: Decimal) -> None:
    """Refuse a maximum that reaches no legal bid; the leader's must reach its own price."""
    leads = bidder_id == standing.leader_id
    least = minimum_bid(terms, standing)
    if leads and standing.price is not None:
        least = standing.price
    if reach(terms, amount) < least:
        raise MaximumTooLow(minimum=least)


def reach(terms: Terms, amount: Decimal) -> Decimal:
    """The highest legal bid that a maximum allows; below the starting price it is nothing."""
    if amount < terms.starting_price:
        return Decimal(0)
    if not terms.whole_steps:
        return amount
    return amount - (amount - terms.starting_price) % terms.increment


def responses(terms: Terms, standing: Standing, maxima: Iterable[Maximum]) -> list[ProxyBid]:
    """The bids the engine places now, in order: none, one, or a beaten one and the winner's."""
    ranked = sorted(maxima, key=lambda one: (-reach(terms, one.amount), one.order))
    ranked = [one for one in ranked if _can_go_on(terms, standing, one)]
    rivals = [one for one in ranked if one.bidder_id != standing.leader_id]
    if not rivals:
        return []
    best = ranked[0]
    beaten = next((one for one in ranked if one.bidder_id != best.bidder_id), None)
    if beaten is None:
        return [ProxyBid(best.bidder_id, minimum_bid(terms, standing))]
    return _against(terms, standing, best, beaten)


def answers(
    state: LotState,
    terms: Terms,
    standing: Standing,
    maxima: Iterable[Maximum],
    *,
    now: datetime,
) -> list[Answer]:
    """The engine's bids, each with the standing after it; a refusal if one would be too late.

    `standing` is the one after the bid that is to be answered, which is refused with them.
    """
    placed = []
    for one in responses(terms, standing, maxima):
        standing = accept_proxy_bid(
            state, terms, standing, bidder_id=one.bidder_id, amount=one.amount, now=now
        )
        placed.append((one, standing))
    return placed


def _can_go_on(terms: Terms, standing: Standing, one: Maximum) -> bool:
    """Whether a maximum allows one more bid; the leader's, whether it allows more than it leads."""
    return reach(terms, one.amount) >= minimum_bid(terms, standing)


def _against(terms: Terms, standing: Standing, best: Maximum, beaten: Maximum) -> list[ProxyBid]:
    top, other = reach(terms, best.amount), reach(terms, beaten.amount)
    if top < other + terms.increment:  # the other one's bid in full would leave no room above it
        return [ProxyBid(best.bidder_id, top)]
    answer = ProxyBid(best.bidder_id, other + terms.increment)
    if beaten.bidder_id == standing.leader_id:
        return [answer]
    return [ProxyBid(beaten.bidder_id, other), answer]

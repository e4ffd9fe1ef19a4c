"""The rules of the one-call lot (一次报价确认): the sole confirmed bidder says one price.

Where exactly one organization was admitted, nobody is there to outbid it. The auctioneer puts
the lot up, the bidder confirms its price, at least the starting price, and the hammer falls;
there is nothing to call. With a second admitted bidder the lot is no longer a one-call lot: it
has to compete, so its bids are refused, it is passed, and relisted in another format.
"""

from datetime import datetime
from decimal import Decimal

from auctions.lifecycle import LotState
from auctions.rules import hall
from auctions.rules.ascending import AlreadyLeading, BidTooLow
from auctions.rules.hall import CallIsStale, NothingToHammer, Standing, Terms
from core.errors import Conflict

RULES_VERSION = "ONE_CALL-1"


class MoreThanOneBidder(Conflict):
    code = "more_than_one_bidder"
    message = "More than one bidder was admitted, so this lot cannot be sold by one call."


def check_bidders(admitted: int) -> None:
    """Refuse the one call where there could be competition."""
    if admitted > 1:
        raise MoreThanOneBidder


def accept_bid(
    state: LotState,
    terms: Terms,
    standing: Standing,
    *,
    bidder_id: int,
    amount: Decimal,
    admitted: int,
    now: datetime,
) -> Standing:
    """The standing after the one call, or a refusal. It is a price, not a step: any from the
    starting price on. `admitted` counts the bidders who hold a paddle."""
    hall.check_open(state, terms, standing, now)
    check_bidders(admitted)
    if standing.leader_id is not None:
        raise AlreadyLeading
    if amount < terms.starting_price:
        raise BidTooLow(minimum=terms.starting_price)
    return hall.after_bid(standing, bidder_id=bidder_id, amount=amount, now=now)


def check_hammer(
    state: LotState, terms: Terms, standing: Standing, *, number: int, now: datetime
) -> None:
    """Whether the hammer may fall: on the one call, without further ado."""
    hall.check_open(state, terms, standing, now)
    if number != standing.bid_count:
        raise CallIsStale(number=standing.bid_count, calls=standing.calls)
    if standing.bid_count == 0:
        raise NothingToHammer

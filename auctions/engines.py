"""Which rules decide a lot's bids: by its format, and by whether a clock or a hammer ends it."""

from datetime import datetime
from decimal import Decimal

from auctions.lifecycle import LotFormat, LotState
from auctions.models import Lot, Policy
from auctions.rules import ascending, hall, ledger, one_call, priority

Terms = ascending.Terms | hall.Terms
Standing = ascending.Standing | hall.Standing


def rules_version(format: LotFormat, policy: Policy, *, in_a_hall: bool) -> str:
    """The version of the rules that a lot is sold under, as its notice states it."""
    if format is LotFormat.ONE_CALL:
        engine = one_call.RULES_VERSION
    else:
        engine = hall.RULES_VERSION if in_a_hall else ascending.RULES_VERSION
    return f"{engine}/{policy.code}"


def genesis(lot: Lot) -> str:
    """The hash before the first bid."""
    return ledger.genesis(lot.code, lot.rules_version, published_terms(lot))


def published_terms(lot: Lot) -> Terms:
    """What the notice fixed, and the first hash of the lot's chain covers."""
    return lot.hall_terms() if lot.is_sold_in_hall else lot.terms()


def minimum_bid(lot: Lot) -> Decimal:
    """The lowest amount the next bid may have."""
    if lot.format == LotFormat.ONE_CALL:
        return lot.starting_price
    # A lot asks and stands like its terms and its standing, without these being made.
    return ascending.minimum_bid(lot, lot)


def accept_match(lot: Lot, terms: Terms, claim: priority.Claim, *, now: datetime) -> Standing:
    """The standing after a match of the leading price, or its refusal."""
    state = LotState(lot.state)
    if isinstance(terms, ascending.Terms):
        return priority.accept_timed(state, terms, lot.standing(), claim, now=now)
    if lot.format == LotFormat.ONE_CALL:  # one bidder, and so nobody to match
        raise priority.NothingToMatch
    return priority.accept_in_hall(state, terms, lot.hall_standing(), claim, now=now)


def accept_bid(
    lot: Lot, terms: Terms, *, bidder_id: int, amount: Decimal, admitted: int, now: datetime
) -> Standing:
    """The standing after a bid, or its refusal. `terms` are the lot's, as published.

    `admitted` counts the bidders with a paddle.
    """
    state = LotState(lot.state)
    if isinstance(terms, ascending.Terms):
        return ascending.accept_bid(
            state, terms, lot.standing(), bidder_id=bidder_id, amount=amount, now=now
        )
    standing = lot.hall_standing()
    if lot.format == LotFormat.ONE_CALL:
        return one_call.accept_bid(
            state,
            terms,
            standing,
            bidder_id=bidder_id,
            amount=amount,
            admitted=admitted,
            now=now,
        )
    return hall.accept_bid(state, terms, standing, bidder_id=bidder_id, amount=amount, now=now)

"""What the engine bids for maxima that were left: never above them, and only as far as needed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auctions.lifecycle import LotState
from auctions.rules.ascending import TICK, BiddingNotOpen, Standing, Terms, minimum_bid
from auctions.rules.proxy import (
    Maximum,
    MaximumTooLow,
    ProxyBid,
    answers,
    check_maximum,
    reach,
    responses,
)
from tests.auctions.test_ascending import CLOSES, OPENS, TERMS

FREE = replace(TERMS, whole_steps=False)
NOBODY = Standing(closes_at=CLOSES)


def led(bidder: int, price: str) -> Standing:
    return Standing(CLOSES, Decimal(price), bidder, 1, OPENS)


def left(*amounts: str) -> list[Maximum]:
    """Bidders 1, 2, … with their maxima, in the order in which they were left."""
    return [Maximum(number, Decimal(one), number) for number, one in enumerate(amounts, 1)]


def bid(bidder: int, amount: str) -> ProxyBid:
    return ProxyBid(bidder, Decimal(amount))


@pytest.mark.parametrize(
    ("standing", "maxima", "expected"),
    [
        (NOBODY, [], []),
        (NOBODY, left("5000"), [bid(1, "1000")]),
        (NOBODY, left("2000", "3000"), [bid(1, "2000"), bid(2, "2050")]),
        (NOBODY, left("2000", "2049.99"), [bid(1, "2000")]),  # both reach 2,000: the earlier
        (NOBODY, left("2000", "1500", "1800"), [bid(3, "1800"), bid(1, "1850")]),
        (led(9, "1200"), left("1249.99"), []),
        (led(9, "1200"), left("1250"), [bid(1, "1250")]),
        (led(1, "1200"), left("5000"), []),
        (led(1, "1200"), left("5000", "1500"), [bid(2, "1500"), bid(1, "1550")]),
        (led(2, "1200"), left("5000", "1500"), [bid(1, "1550")]),
        (led(1, "1200"), left("1500", "1500"), [bid(1, "1500")]),  # it meets its equal
        (led(2, "1200"), left("1500", "1500"), [bid(1, "1500")]),
        (led(1, "1500"), left("1500", "1500"), []),
    ],
)
def test_what_the_engine_bids(standing, maxima, expected):
    assert responses(TERMS, standing, maxima) == expected


def test_without_whole_steps_a_maximum_that_leaves_no_room_is_bid_in_full():
    assert responses(FREE, NOBODY, left("2000", "2030")) == [bid(2, "2030")]
    assert responses(FREE, NOBODY, left("2000", "2050")) == [bid(1, "2000"), bid(2, "2050")]


def play(terms: Terms, standing: Standing, bids: list[ProxyBid]) -> Standing:
    """The bids placed one after the other; each must be legal by itself."""
    for one in bids:
        assert one.amount >= minimum_bid(terms, standing)
        assert not terms.whole_steps or (one.amount - terms.starting_price) % terms.increment == 0
        standing = replace(standing, price=one.amount, leader_id=one.bidder_id)
    return standing


amounts = st.decimals("900", "3000", places=2)
standings = st.one_of(
    st.just(NOBODY),
    st.builds(
        lambda bidder, steps: led(bidder, str(1000 + 50 * steps)),
        st.sampled_from([1, 2, 3, 99]),
        st.integers(0, 30),
    ),
)


@given(st.sampled_from([TERMS, FREE]), standings, st.lists(amounts, max_size=6))
def test_nobody_pays_more_than_was_left_and_the_highest_maximum_leads(terms, standing, wanted):
    maxima = left(*map(str, wanted))
    bids = responses(terms, standing, maxima)
    assert len(bids) <= 2
    limit = {one.bidder_id: one.amount for one in maxima}
    assert all(one.amount <= limit[one.bidder_id] for one in bids)
    after = play(terms, standing, bids)
    assert responses(terms, after, maxima) == []
    able = [one for one in maxima if reach(terms, one.amount) >= minimum_bid(terms, standing)]
    if any(one.bidder_id != standing.leader_id for one in able):
        best = max(able, key=lambda one: (reach(terms, one.amount), -one.order))
        assert after.leader_id == best.bidder_id
    else:
        assert after == standing


@given(st.lists(amounts, max_size=4), st.integers(0, 4))
def test_a_bid_is_answered_before_the_end_or_is_too_late_itself(wanted, ticks):
    """Where nothing moves the end any more; each answer comes a tick after what it answers."""
    terms, at = replace(TERMS, latest_close=CLOSES), CLOSES - ticks * TICK
    standing, maxima = Standing(CLOSES, Decimal(1000), 99, 1, at), left(*map(str, wanted))
    bids = responses(terms, standing, maxima)
    if bids and len(bids) >= ticks:
        with pytest.raises(BiddingNotOpen):
            answers(LotState.PUBLISHED, terms, standing, maxima, now=at)
        return
    placed = answers(LotState.PUBLISHED, terms, standing, maxima, now=at)
    assert [one for one, _ in placed] == bids
    for number, (one, after) in enumerate(placed, 1):
        assert (after.price, after.leader_id) == (one.amount, one.bidder_id)
        assert after.last_bid_at == at + number * TICK < after.closes_at == CLOSES


@given(standings, st.lists(amounts, min_size=1, max_size=6))
def test_the_winner_pays_one_step_above_the_best_of_the_others(standing, wanted):
    maxima = left(*map(str, wanted))
    if not (bids := responses(TERMS, standing, maxima)):
        return
    winner = bids[-1].bidder_id
    others = [reach(TERMS, one.amount) for one in maxima if one.bidder_id != winner]
    least = minimum_bid(TERMS, standing)
    beaten = [other for other in others if other >= least]
    own = reach(TERMS, maxima[winner - 1].amount)
    expected = min(own, max(beaten) + TERMS.increment) if beaten else least
    assert bids[-1].amount == expected


def test_a_maximum_must_reach_a_legal_bid():
    check_maximum(TERMS, NOBODY, bidder_id=1, amount=Decimal(1000))
    with pytest.raises(MaximumTooLow) as refused:
        check_maximum(TERMS, NOBODY, bidder_id=1, amount=Decimal("999.99"))
    assert refused.value.facts == {"minimum": Decimal("1000.00")}


def test_the_leader_may_lower_its_maximum_to_what_it_has_bid_and_no_further():
    check_maximum(TERMS, led(1, "1200"), bidder_id=1, amount=Decimal("1200"))
    with pytest.raises(MaximumTooLow):
        check_maximum(TERMS, led(1, "1200"), bidder_id=1, amount=Decimal("1199.99"))
    with pytest.raises(MaximumTooLow):
        check_maximum(TERMS, led(2, "1200"), bidder_id=1, amount=Decimal("1249.99"))


def test_an_extension_does_not_change_what_a_maximum_reaches():
    longer = replace(TERMS, extension=timedelta(seconds=1))
    assert reach(longer, Decimal("1234.56")) == reach(TERMS, Decimal("1234.56")) == Decimal(1200)

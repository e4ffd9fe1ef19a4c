"""Rights of priority as properties: who may match, who wins at one price, who has to be told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auctions.lifecycle import FloorState, LotState, NoticeWay, PriorityBasis
from auctions.rules import ascending, hall, priority
from auctions.rules.ascending import AlreadyLeading, BiddingNotOpen, Standing, Terms
from auctions.rules.priority import (
    ARTICLES,
    Claim,
    NoPriorityRight,
    NothingToMatch,
    PriceHasChanged,
    PriorityPrecedes,
    Told,
)
from core.calendar import Holidays
from core.errors import Refusal

OPENS = datetime(2026, 3, 2, 1, tzinfo=UTC)
TERMS = Terms(
    opens_at=OPENS,
    closes_at=OPENS + timedelta(hours=1),
    latest_close=None,
    starting_price=Decimal("1000.00"),
    increment=Decimal("50.00"),
    extension_window=timedelta(minutes=5),
    extension=timedelta(minutes=5),
)
FRESH = Standing(closes_at=TERMS.closes_at)
LED = replace(FRESH, price=Decimal("1000.00"), leader_id=1, bid_count=1, last_bid_at=OPENS)
CLAIM = Claim(bidder_id=2, price=Decimal("1000.00"), rank=1)


def match(claim: Claim, standing: Standing = LED, now: datetime = OPENS) -> Standing:
    return priority.accept_timed(LotState.PUBLISHED, TERMS, standing, claim, now=now)


def test_every_basis_names_its_article():
    assert set(ARTICLES) == set(PriorityBasis)


def test_a_match_takes_the_leading_price_and_is_a_bid_like_any_other():
    after = match(CLAIM, now=OPENS + timedelta(minutes=1))
    assert (after.price, after.leader_id, after.bid_count) == (Decimal("1000.00"), 2, 2)
    assert after.last_bid_at == OPENS + timedelta(minutes=1)
    assert ascending.minimum_bid(TERMS, after) == Decimal("1050.00")


@given(st.timedeltas(timedelta(microseconds=1), timedelta(minutes=5)))
def test_a_match_in_the_last_window_extends_like_a_bid(left):
    now = TERMS.closes_at - left
    raised = ascending.accept_bid(
        LotState.PUBLISHED, TERMS, LED, bidder_id=2, amount=Decimal("1050.00"), now=now
    )
    assert match(CLAIM, now=now).closes_at == raised.closes_at == now + timedelta(minutes=5)


@pytest.mark.parametrize("now", [OPENS - timedelta(microseconds=1), TERMS.closes_at])
def test_a_match_counts_only_while_bidding_is_open(now):
    with pytest.raises(BiddingNotOpen):
        match(CLAIM, replace(LED, last_bid_at=None), now)


ranks = st.none() | st.integers(1, 3)


@given(
    rank=ranks,
    leaders=ranks,
    bidder=st.integers(1, 2),
    price=st.none() | st.sampled_from([Decimal("1000.00"), Decimal("1050.00")]),
    meant=st.sampled_from([Decimal("1000.00"), Decimal("1050.00")]),
)
def test_a_match_is_refused_for_the_first_thing_that_stands_against_it(
    rank, leaders, bidder, price, meant
):
    standing = LED if price else FRESH
    standing = replace(standing, price=price)
    reasons = [
        (rank is None, NoPriorityRight),
        (price is None, NothingToMatch),
        (bidder == standing.leader_id, AlreadyLeading),
        (meant != price, PriceHasChanged),
        (leaders is not None and rank is not None and leaders <= rank, PriorityPrecedes),
    ]
    expected = next((refusal for stands, refusal in reasons if stands), None)
    claim = Claim(bidder, meant, rank, leaders)
    if expected is None:
        priority.check_match(standing, claim)
    else:
        with pytest.raises(expected):
            priority.check_match(standing, claim)


# Four bidders: two of the first rank, one of the second, and one without a right.
RANKS = {1: 1, 2: 1, 3: 2}
moves = st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=25)


@given(moves)
def test_at_the_last_price_the_earliest_rank_wins_then_the_earliest_bid(asked):
    """法释〔2016〕18号 art. 21, told by all bids at the price, not by the one before alone."""
    standing, at_price = FRESH, []
    for step, (bidder, matches) in enumerate(asked):
        now = OPENS + timedelta(seconds=step)
        leaders = RANKS.get(standing.leader_id or 0)
        try:
            if matches:
                price = standing.price or TERMS.starting_price
                claim = Claim(bidder, price, RANKS.get(bidder), leaders)
                standing = match(claim, standing, now)
            else:
                standing = ascending.accept_bid(
                    LotState.PUBLISHED,
                    TERMS,
                    standing,
                    bidder_id=bidder,
                    amount=ascending.minimum_bid(TERMS, standing),
                    now=now,
                )
                at_price = []
        except Refusal:
            continue
        at_price.append(bidder)
        assert len(at_price) <= 3, "a match per rank, and the bid that was matched"
    best = min(
        enumerate(at_price), key=lambda one: (RANKS.get(one[1], 9), one[0]), default=(0, None)
    )
    assert standing.leader_id == best[1]


def test_in_the_hall_a_match_takes_the_calls_back():
    terms = hall.Terms("S-1", OPENS, Decimal("1000.00"), Decimal("50.00"))
    called = hall.Standing(
        floor=FloorState.CALLED_TWICE,
        price=Decimal("1000.00"),
        leader_id=1,
        bid_count=1,
        last_bid_at=OPENS,
    )
    after = priority.accept_in_hall(LotState.PUBLISHED, terms, called, CLAIM, now=OPENS)
    assert (after.floor, after.leader_id, after.price) == (FloorState.OPEN, 2, called.price)
    waiting = replace(called, floor=FloorState.WAITING)
    with pytest.raises(BiddingNotOpen):
        priority.accept_in_hall(LotState.PUBLISHED, terms, waiting, CLAIM, now=OPENS)


# --- Word to the holders ------------------------------------------------------------------

TOLD = Told("虚构甲", datetime(2026, 3, 2, 15, 59, tzinfo=UTC))  # still the 2nd in Shanghai


def test_holders_are_told_so_many_days_before_the_notice():
    cases = [
        ((), 3, None),
        ((Told("虚构"),), 3, None),
        ((TOLD,), 3, date(2026, 3, 5)),
        ((TOLD,), 0, date(2026, 3, 2)),
        ((TOLD, replace(TOLD, at=TOLD.at + timedelta(minutes=1))), 3, date(2026, 3, 6)),
        # Who could not be reached counts as told after five days; Saturday gives way to Monday.
        ((replace(TOLD, way=NoticeWay.PUBLISHED),), 3, date(2026, 3, 12)),
        ((replace(TOLD, way=NoticeWay.PUBLISHED),), 0, date(2026, 3, 9)),
    ]
    for holders, days, expected in cases:
        found = priority.earliest_notice(holders, days=days, holidays=Holidays())
        assert found == expected, (holders, days)


def test_those_who_were_not_told_are_named():
    assert list(priority.not_told([TOLD, Told("虚构乙"), Told("虚构丙")])) == ["虚构乙", "虚构丙"]

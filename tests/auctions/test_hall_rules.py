"""The auctioneer's rules: calls, the hammer, the pass; and the one-call lot."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auctions.lifecycle import FloorState, LotState, Outcome
from auctions.rules import hall, one_call
from auctions.rules.ascending import AlreadyLeading, BiddingNotOpen, BidOffStep, BidTooLow
from auctions.rules.hall import Standing, Terms
from auctions.rules.phases import Announcement, Phase, hall_phase
from core.errors import Refusal
from tests.auctions.test_ascending import OPENS

TERMS = Terms("S2026-000001", OPENS, Decimal(1000), Decimal(50))
LATER = OPENS + timedelta(hours=1)
ON = LotState.PUBLISHED
WAITING, OPEN = Standing(), Standing(floor=FloorState.OPEN)


def bid(standing: Standing, bidder: int, amount: int) -> Standing:
    return hall.accept_bid(ON, TERMS, standing, bidder_id=bidder, amount=Decimal(amount), now=LATER)


def called(standing: Standing, times: int = 2) -> Standing:
    for _ in range(times):
        standing = hall.call(ON, TERMS, standing, number=standing.bid_count, now=LATER)
    return standing


def hammer(standing: Standing, number: int) -> None:
    hall.check_hammer(ON, TERMS, standing, number=number, now=LATER)


def test_the_floor_opens_once_and_never_before_the_notice():
    assert hall.open_floor(ON, TERMS, WAITING, now=OPENS) == OPEN
    with pytest.raises(hall.FloorTooEarly):
        hall.open_floor(ON, TERMS, WAITING, now=OPENS - timedelta(seconds=1))
    with pytest.raises(hall.FloorIsOpen):
        hall.open_floor(ON, TERMS, OPEN, now=LATER)
    with pytest.raises(BiddingNotOpen):
        hall.open_floor(LotState.SUSPENDED, TERMS, WAITING, now=LATER)


def test_bids_rise_on_an_open_floor_only():
    with pytest.raises(BiddingNotOpen):
        bid(WAITING, 1, 1000)
    led = bid(OPEN, 1, 1000)
    assert (led.price, led.leader_id, led.bid_count) == (Decimal(1000), 1, 1)
    for bidder, amount, refusal in [
        (1, 1050, AlreadyLeading),
        (2, 1000, BidTooLow),
        (2, 1075, BidOffStep),
    ]:
        with pytest.raises(refusal):
            bid(led, bidder, amount)


def test_the_hammer_falls_after_two_calls_and_a_bid_takes_the_calls_back():
    led = bid(OPEN, 1, 1000)
    for times in (0, 1):
        with pytest.raises(hall.NotCalledTwice):
            hammer(called(led, times), 1)
    hammer(called(led), 1)
    with pytest.raises(hall.CalledTwice):
        called(led, 3)
    topped = bid(called(led), 2, 1050)
    assert topped.calls == 0
    with pytest.raises(hall.NotCalledTwice):
        hammer(topped, 2)


def test_a_call_and_a_hammer_for_a_bid_that_was_topped_are_stale():
    topped = bid(bid(OPEN, 1, 1000), 2, 1050)
    with pytest.raises(hall.CallIsStale) as stale:
        hall.call(ON, TERMS, topped, number=1, now=LATER)
    assert stale.value.facts == {"number": 2, "calls": 0}
    with pytest.raises(hall.CallIsStale):
        hammer(called(topped), 1)
    once = hall.call(ON, TERMS, topped, number=2, times=1, now=LATER)
    with pytest.raises(hall.CallIsStale):  # the other console said the same at the same moment
        hall.call(ON, TERMS, once, number=2, times=1, now=LATER)


def test_a_lot_without_a_bid_is_passed_and_one_with_a_bid_is_not():
    hall.check_pass(ON, TERMS, OPEN, now=LATER)
    with pytest.raises(hall.NothingToHammer):
        hammer(called(OPEN), 0)
    with pytest.raises(hall.BidStands):
        hall.check_pass(ON, TERMS, bid(OPEN, 1, 1000), now=LATER)
    with pytest.raises(BiddingNotOpen):
        hall.check_pass(ON, TERMS, WAITING, now=LATER)


def test_a_lot_of_the_hall_has_no_end_by_the_clock():
    assert OPEN.closes_at is None
    assert hall.phase(ON, TERMS, OPEN, LATER + timedelta(days=9)) is Phase.OPEN


@pytest.mark.parametrize(
    ("state", "floor", "outcome", "phase"),
    [
        (ON, FloorState.WAITING, None, Phase.UPCOMING),
        (ON, FloorState.CALLED_TWICE, None, Phase.OPEN),
        (LotState.CLOSED, FloorState.CALLED_TWICE, Outcome.SOLD, Phase.SOLD),
        (LotState.WITHDRAWN, FloorState.WAITING, None, Phase.WITHDRAWN),
    ],
)
def test_the_phase_in_the_hall(state, floor, outcome, phase):
    assert hall_phase(state, Announcement(OPENS), floor, LATER, outcome) is phase


def test_an_exhibition_without_an_end_lasts_until_the_opening():
    notice = Announcement(OPENS, exhibition_at=OPENS - timedelta(days=2))
    phases = [
        hall_phase(ON, notice, FloorState.WAITING, OPENS - timedelta(days=days)) for days in (3, 1)
    ]
    assert phases == [Phase.NOTICE, Phase.EXHIBITION]
    ended = replace(notice, exhibition_ends_at=OPENS - timedelta(days=1))
    assert hall_phase(ON, ended, FloorState.WAITING, OPENS - timedelta(hours=1)) is Phase.UPCOMING


moves = st.lists(
    st.one_of(
        st.tuples(st.just("bid"), st.integers(1, 3), st.integers(18, 60).map(lambda n: n * 50)),
        st.tuples(st.just("call"), st.integers(0, 8), st.sampled_from([None, 1, 2])),
    ),
    max_size=40,
)


@given(moves)
def test_whatever_the_hall_does_bids_rise_and_the_hammer_needs_two_calls_of_the_last(played):
    standing, calls = OPEN, 0
    for what, first, second in played:
        before = standing
        try:
            if what == "bid":
                standing, calls = bid(standing, first, second), 0
            else:
                standing = hall.call(ON, TERMS, standing, number=first, times=second, now=LATER)
                calls += 1
        except Refusal:
            assert standing == before
            continue
        assert standing.calls == calls <= 2
        if what == "bid":
            assert before.price is None or standing.price >= before.price + TERMS.increment
            assert standing.leader_id != before.leader_id
            assert before.last_bid_at is None or standing.last_bid_at > before.last_bid_at
    if standing.bid_count and calls == 2:
        hammer(standing, standing.bid_count)
    else:
        with pytest.raises(Refusal):
            hammer(standing, standing.bid_count)


def one(standing: Standing, amount: int, admitted: int = 1) -> Standing:
    return one_call.accept_bid(
        ON,
        TERMS,
        standing,
        bidder_id=1,
        amount=Decimal(amount),
        admitted=admitted,
        now=LATER,
    )


def test_the_sole_bidder_says_one_price_and_the_hammer_falls():
    with pytest.raises(BidTooLow):
        one(OPEN, 999)
    with pytest.raises(one_call.MoreThanOneBidder):
        one(OPEN, 1000, admitted=2)
    with pytest.raises(one_call.NothingToHammer):
        one_call.check_hammer(ON, TERMS, OPEN, number=0, now=LATER)
    said = one(OPEN, 1001)  # a price, not a step
    with pytest.raises(AlreadyLeading):
        one(said, 2000)
    with pytest.raises(hall.CallIsStale):
        one_call.check_hammer(ON, TERMS, said, number=0, now=LATER)
    one_call.check_hammer(ON, TERMS, said, number=1, now=LATER)

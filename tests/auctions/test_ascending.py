"""The rules of the timed ascending auction, as properties and as edges."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auctions.lifecycle import LotState, Outcome
from auctions.rules import ascending
from auctions.rules.ascending import Phase, Standing, Terms
from core.errors import Refusal

OPENS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=1)
TERMS = Terms(
    opens_at=OPENS,
    closes_at=CLOSES,
    latest_close=CLOSES + timedelta(minutes=20),
    starting_price=Decimal("1000.00"),
    increment=Decimal("50.00"),
    extension_window=timedelta(minutes=5),
    extension=timedelta(minutes=5),
)
START = Standing(closes_at=CLOSES)

# Attempts around everything that matters: before the opening, in the last minutes, after the
# end; on the grid, off it, too low.
attempts = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(0, 60).map(lambda step: Decimal(900 + step * 25).quantize(Decimal("0.01"))),
        st.integers(-60, 5400).map(lambda second: OPENS + timedelta(seconds=second)),
    ),
    max_size=40,
)
maybe_capped = st.sampled_from([TERMS, replace(TERMS, latest_close=None)])


def play(terms, attempts):
    """Every accepted bid as (before, after, attempt), with attempts in the order of time."""
    standing = START
    for bidder, amount, now in sorted(attempts, key=lambda attempt: attempt[2]):
        try:
            after = ascending.accept_bid(
                LotState.PUBLISHED, terms, standing, bidder_id=bidder, amount=amount, now=now
            )
        except Refusal:
            continue
        yield standing, after, (bidder, amount, now)
        standing = after


@given(maybe_capped, attempts)
def test_every_accepted_bid_raises_the_price_by_whole_steps(terms, attempts):
    for before, after, _ in play(terms, attempts):
        assert after.price >= ascending.minimum_bid(terms, before)
        assert (after.price - terms.starting_price) % terms.increment == 0
        assert after.bid_count == before.bid_count + 1
        assert after.leader_id != before.leader_id


@given(maybe_capped, attempts)
def test_the_end_only_moves_later_and_never_past_the_latest_close(terms, attempts):
    for before, after, (_, _, now) in play(terms, attempts):
        assert before.closes_at <= after.closes_at
        if terms.latest_close is not None:
            assert after.closes_at <= terms.latest_close
        if before.closes_at - now <= terms.extension_window:
            room = timedelta.max if terms.latest_close is None else terms.latest_close - now
            assert after.closes_at - now >= min(terms.extension, room)
        else:
            assert after.closes_at == before.closes_at


@given(maybe_capped, attempts)
def test_every_bid_lies_within_the_time_that_was_open_when_it_was_placed(terms, attempts):
    instants = []
    for before, after, _ in play(terms, attempts):
        assert terms.opens_at <= after.last_bid_at < before.closes_at
        instants.append(after.last_bid_at)
    assert instants == sorted(set(instants))


@given(maybe_capped, attempts)
def test_the_leader_is_whoever_bid_most_and_wins(terms, attempts):
    played = list(play(terms, attempts))
    accepted = [attempt for _, _, attempt in played]
    standing = played[-1][1] if played else START
    if not accepted:
        assert ascending.outcome(standing) is Outcome.NO_BIDS
        return
    best = max(accepted, key=lambda attempt: attempt[1])
    assert (standing.leader_id, standing.price) == best[:2]
    assert ascending.outcome(standing) is Outcome.SOLD


def accept(standing=START, *, amount="1000.00", bidder=1, now=OPENS, state=LotState.PUBLISHED):
    return ascending.accept_bid(
        state, TERMS, standing, bidder_id=bidder, amount=Decimal(amount), now=now
    )


def test_the_first_bid_may_be_the_starting_price_itself():
    assert accept().price == Decimal("1000.00")


def test_the_opening_instant_is_open_and_the_closing_instant_is_not():
    accept(now=OPENS)
    accept(now=CLOSES - timedelta(microseconds=1))
    with pytest.raises(ascending.BiddingNotOpen) as early:
        accept(now=OPENS - timedelta(microseconds=1))
    with pytest.raises(ascending.BiddingNotOpen) as late:
        accept(now=CLOSES)
    assert (early.value.facts["phase"], late.value.facts["phase"]) == ("upcoming", "over")


@pytest.mark.parametrize("state", [state for state in LotState if state != LotState.PUBLISHED])
def test_only_a_published_lot_takes_bids(state):
    with pytest.raises(ascending.BiddingNotOpen):
        accept(state=state)


@pytest.mark.parametrize("now", [OPENS - timedelta(microseconds=1), CLOSES])
def test_nothing_is_bid_for_a_maximum_outside_of_the_bidding(now):
    with pytest.raises(ascending.BiddingNotOpen):
        ascending.accept_proxy_bid(
            LotState.PUBLISHED, TERMS, START, bidder_id=1, amount=Decimal("1000.00"), now=now
        )


def test_a_bid_below_the_minimum_is_told_the_minimum():
    leading = accept()
    with pytest.raises(ascending.BidTooLow) as refusal:
        accept(leading, bidder=2, amount="1049.99")
    assert refusal.value.facts == {"minimum": Decimal("1050.00")}


def test_a_bid_between_two_steps_is_told_the_step():
    with pytest.raises(ascending.BidOffStep) as refusal:
        accept(amount="1075.00")
    assert refusal.value.facts == {"step": Decimal("50.00")}


def test_the_leader_cannot_bid_against_itself():
    with pytest.raises(ascending.AlreadyLeading):
        accept(accept(), amount="1050.00")


@pytest.mark.parametrize(
    ("seconds_before_the_end", "moves"),
    [(301, False), (300, True), (299, True), (0.000001, True)],
)
def test_a_bid_in_the_last_five_minutes_moves_the_end_to_five_minutes_after_itself(
    seconds_before_the_end, moves
):
    now = CLOSES - timedelta(seconds=seconds_before_the_end)
    after = accept(now=now)
    assert after.closes_at == (now + timedelta(minutes=5) if moves else CLOSES)


def test_an_extension_stops_at_the_latest_close_and_may_then_not_move_at_all():
    latest = TERMS.latest_close
    standing = replace(START, closes_at=latest - timedelta(seconds=10))
    first = accept(standing, now=latest - timedelta(seconds=20))
    assert first.closes_at == latest
    second = accept(first, bidder=2, amount="1050.00", now=latest - timedelta(seconds=1))
    assert second.closes_at == latest


def test_an_extension_shorter_than_what_is_left_does_not_shorten_it():
    terms = replace(TERMS, extension=timedelta(seconds=30))
    after = ascending.accept_bid(
        LotState.PUBLISHED,
        terms,
        START,
        bidder_id=1,
        amount=Decimal("1000.00"),
        now=CLOSES - timedelta(minutes=4),
    )
    assert after.closes_at == CLOSES


def test_a_clock_that_stands_still_or_goes_back_still_orders_the_bids():
    first = accept(now=OPENS + timedelta(seconds=10))
    second = accept(first, bidder=2, amount="1050.00", now=OPENS + timedelta(seconds=5))
    assert second.last_bid_at == first.last_bid_at + timedelta(microseconds=1)


def test_a_clock_set_back_before_the_end_does_not_reopen_the_last_microsecond():
    last = CLOSES - timedelta(microseconds=1)
    terms = replace(TERMS, extension_window=timedelta(0))
    standing = Standing(CLOSES, Decimal("1000.00"), 1, 1, last)
    with pytest.raises(ascending.BiddingNotOpen):
        ascending.accept_bid(
            LotState.PUBLISHED, terms, standing, bidder_id=2, amount=Decimal("1050.00"), now=last
        )


@pytest.mark.parametrize(
    ("opens", "closes", "latest", "in_order"),
    [
        (0, 1, None, True),
        (0, 1, 1, True),
        (0, 1, 2, True),
        (0, 0, None, False),
        (1, 0, None, False),
        (0, 2, 1, False),
    ],
)
def test_a_timetable_must_be_in_order(opens, closes, latest, in_order):
    def hour(number):
        return None if number is None else OPENS + timedelta(hours=number)

    terms = replace(TERMS, opens_at=hour(opens), closes_at=hour(closes), latest_close=hour(latest))
    if in_order:
        ascending.check_terms(terms)
    else:
        with pytest.raises(ascending.InvalidTimetable):
            ascending.check_terms(terms)


def test_a_lot_whose_end_has_passed_cannot_be_published():
    ascending.check_may_publish(TERMS, CLOSES - timedelta(microseconds=1))
    with pytest.raises(ascending.AlreadyOver):
        ascending.check_may_publish(TERMS, CLOSES)


@pytest.mark.parametrize(
    ("state", "now", "outcome", "expected"),
    [
        (LotState.DRAFT, OPENS, None, Phase.DRAFT),
        (LotState.APPROVED, OPENS, None, Phase.DRAFT),
        (LotState.PUBLISHED, OPENS - timedelta(seconds=1), None, Phase.UPCOMING),
        (LotState.PUBLISHED, OPENS, None, Phase.OPEN),
        (LotState.PUBLISHED, CLOSES, None, Phase.OVER),
        (LotState.SUSPENDED, OPENS, None, Phase.SUSPENDED),
        (LotState.WITHDRAWN, OPENS, None, Phase.WITHDRAWN),
        (LotState.VOID, CLOSES, None, Phase.VOID),
        (LotState.CLOSED, CLOSES, Outcome.SOLD, Phase.SOLD),
        (LotState.CLOSED, CLOSES, Outcome.NO_BIDS, Phase.UNSOLD),
    ],
)
def test_the_phase_follows_from_state_and_clock(state, now, outcome, expected):
    assert ascending.phase(state, TERMS, START, now, outcome) is expected


def test_every_state_has_a_phase():
    for state in LotState:
        assert ascending.phase(state, TERMS, START, OPENS, Outcome.NO_BIDS) in Phase


def test_a_lot_is_over_from_its_end_on_and_only_while_published():
    assert not ascending.is_over(
        LotState.PUBLISHED, TERMS, START, CLOSES - timedelta(microseconds=1)
    )
    assert ascending.is_over(LotState.PUBLISHED, TERMS, START, CLOSES)
    assert not ascending.is_over(LotState.CLOSED, TERMS, START, CLOSES)


def test_a_lot_without_a_clock_is_never_over_by_itself():
    hall_lot = Standing(closes_at=None)
    assert not ascending.is_over(LotState.PUBLISHED, TERMS, hall_lot, CLOSES + timedelta(days=30))

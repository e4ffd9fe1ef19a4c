"""Suspended time does not count: neither more nor less of the bidding is left than there was."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auctions.lifecycle import FloorState, LotState
from auctions.rules import ascending, hall, suspension
from auctions.rules.ascending import BiddingNotOpen, Standing
from auctions.rules.phases import Phase
from core.calendar import Holidays, date_of, is_working_day
from tests.auctions.test_ascending import CLOSES, OPENS, START, TERMS, maybe_capped

ON = LotState.PUBLISHED
MINUTE = timedelta(minutes=1)
# When a lot is suspended, counted from an hour before its opening, and for how long.
pauses = st.lists(st.tuples(st.integers(0, 7000), st.integers(1, 9000)), max_size=5)


def paused(standing: Standing, pauses: list[tuple[int, int]]) -> tuple[Standing, timedelta]:
    """The standing after suspensions one after the other, and how long it was not suspended."""
    now, ran = OPENS - timedelta(hours=1), timedelta(0)
    for running, stopped in pauses:
        since = min(now + timedelta(seconds=running), standing.closes_at - ascending.TICK)
        if since <= now:
            break
        ran += max(timedelta(0), since - max(now, OPENS))
        now = since + timedelta(seconds=stopped)
        standing = suspension.resume(standing, OPENS, since, now)
    ran += max(timedelta(0), standing.closes_at - max(now, OPENS))
    return standing, ran


@given(pauses)
def test_the_time_that_is_not_suspended_is_the_time_of_the_notice(pauses):
    standing, ran = paused(START, pauses)
    assert ran == CLOSES - OPENS
    assert standing.closes_at - CLOSES == standing.suspended_for
    assert standing.suspended_for >= timedelta(0)


@given(maybe_capped, pauses)
def test_an_extension_reaches_as_far_as_before_counted_without_the_suspension(terms, pauses):
    standing, _ = paused(START, pauses)
    last = standing.closes_at - ascending.TICK
    if standing.resumed_at is not None and last <= standing.resumed_at:
        return
    after = ascending.accept_bid(
        ON, terms, standing, bidder_id=1, amount=terms.starting_price, now=last
    )
    plain = ascending.accept_bid(
        ON, terms, START, bidder_id=1, amount=terms.starting_price, now=CLOSES - ascending.TICK
    )
    assert after.closes_at - standing.suspended_for == plain.closes_at


def test_time_before_the_opening_is_not_bidding_time():
    early = suspension.resume(START, OPENS, OPENS - MINUTE, OPENS)
    assert (early.closes_at, early.suspended_for) == (CLOSES, timedelta(0))
    late = suspension.resume(START, OPENS, OPENS - MINUTE, OPENS + MINUTE)
    assert (late.closes_at, late.suspended_for) == (CLOSES + MINUTE, MINUTE)


def test_what_is_over_is_not_suspended_and_what_runs_is():
    for phase in (Phase.NOTICE, Phase.UPCOMING, Phase.OPEN):
        suspension.check_may_suspend(phase)
    with pytest.raises(suspension.SuspendedTooLate):
        suspension.check_may_suspend(Phase.OVER)
    assert suspension.had_opened(Phase.OPEN)
    assert not suspension.had_opened(Phase.EXHIBITION)


@given(st.integers(-90, 90))
def test_a_clock_that_was_set_back_never_puts_bid_and_suspension_in_the_wrong_order(drift):
    now = OPENS + timedelta(minutes=10)
    led = ascending.accept_bid(ON, TERMS, START, bidder_id=1, amount=TERMS.starting_price, now=now)
    since = suspension.suspended_at(led, now + timedelta(seconds=drift))
    until = suspension.resumed_at(since, now)
    resumed = suspension.resume(led, OPENS, since, until)
    topped = ascending.accept_bid(
        ON, TERMS, resumed, bidder_id=2, amount=Decimal("1050.00"), now=now
    )
    assert led.last_bid_at < since < until < topped.last_bid_at


def test_while_a_lot_is_suspended_no_bid_counts_and_it_is_never_over():
    off = LotState.SUSPENDED
    with pytest.raises(BiddingNotOpen) as refused:
        ascending.accept_bid(off, TERMS, START, bidder_id=1, amount=TERMS.starting_price, now=OPENS)
    assert refused.value.facts == {"phase": Phase.SUSPENDED}
    assert not ascending.is_over(off, TERMS, START, CLOSES + timedelta(days=30))


def test_in_the_hall_the_bids_stand_and_the_floor_is_opened_anew():
    terms = hall.Terms("S2026-000001", OPENS, Decimal(1000), Decimal(50))
    floor = hall.open_floor(ON, terms, hall.Standing(), now=OPENS)
    led = hall.accept_bid(ON, terms, floor, bidder_id=1, amount=Decimal(1000), now=OPENS + MINUTE)
    called = hall.call(ON, terms, led, number=1, now=OPENS + MINUTE)
    resumed = suspension.resume_in_hall(called, OPENS + 5 * MINUTE)
    assert (resumed.floor, resumed.price, resumed.bid_count) == (FloorState.WAITING, 1000, 1)
    with pytest.raises(BiddingNotOpen):
        hall.check_hammer(ON, terms, resumed, number=1, now=OPENS + 6 * MINUTE)
    again = hall.open_floor(ON, terms, resumed, now=OPENS + 6 * MINUTE)
    assert (again.calls, again.leader_id) == (0, 1)
    topped = hall.accept_bid(ON, terms, again, bidder_id=2, amount=Decimal(1050), now=OPENS)
    assert topped.last_bid_at == resumed.resumed_at + ascending.TICK


@given(st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: OPENS + minutes * MINUTE))
def test_a_suspension_is_overdue_from_the_end_of_its_fifth_day_on_or_of_the_working_day_after(
    since,
):
    holidays = Holidays(rest=frozenset({date(2026, 10, 1)}))
    due = suspension.resume_by(since, holidays)
    assert not suspension.is_overdue(since, holidays, due - ascending.TICK)
    assert suspension.is_overdue(since, holidays, due)
    last = date_of(due - ascending.TICK)
    assert is_working_day(last, holidays)
    fifth = date_of(since) + timedelta(days=suspension.RESUME_WITHIN_DAYS)
    assert fifth <= last
    between = (fifth + timedelta(days=n) for n in range((last - fifth).days))
    assert not any(is_working_day(day, holidays) for day in between)

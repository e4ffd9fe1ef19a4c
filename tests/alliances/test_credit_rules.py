"""Limits, draws and reasons; and that credit counts once."""

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliances.lifecycle import FinanceState
from alliances.rules.credit import (
    GRANTED,
    AmountBeyond,
    CaseDecline,
    Credit,
    NotOverdue,
    OfferPast,
    RepaidAhead,
    StillOwed,
    WaitedTooLong,
    check_case_decline,
    check_drawn_by,
    check_overdue,
    check_repaid,
    check_still_valid,
    check_waiting,
    check_within,
    total,
)
from core.errors import ReasonRequired

TODAY = date(2026, 3, 2)


@st.composite
def credits(draw):
    state = draw(st.sampled_from(FinanceState))
    limit = draw(st.integers(1, 10**6))
    drawn = draw(st.integers(0, limit)) if state in GRANTED else 0
    return Credit(
        state,
        Decimal(limit) if state in GRANTED else draw(st.sampled_from([None, Decimal(limit)])),
        Decimal(drawn),
        Decimal(draw(st.integers(0, drawn))),
    )


@given(st.lists(credits()))
def test_each_credit_counts_once_by_its_limit_and_by_its_draws(some):
    found = total(some)
    granted = [one for one in some if one.state in GRANTED]
    assert found.number == len(granted)
    assert found.limit == sum(one.limit for one in granted)
    assert found.disbursed == sum(one.disbursed for one in granted) <= found.limit
    assert 0 <= found.outstanding <= found.disbursed


@given(st.lists(credits()), st.lists(credits()))
def test_what_is_counted_apart_adds_up(one, other):
    both, first, second = total(one + other), total(one), total(other)
    assert both.limit == first.limit + second.limit
    assert both.disbursed == first.disbursed + second.disbursed


@given(credits())
def test_drawing_and_repaying_open_nothing_anew(one):
    repaid = Credit(one.state, one.limit, one.disbursed, one.disbursed)
    assert repaid.open == one.open
    assert repaid.outstanding == 0


def test_limits_hold():
    check_within(Decimal(5), Decimal(5))
    with pytest.raises(AmountBeyond):
        check_within(Decimal("5.01"), Decimal(5))
    check_repaid(Decimal(0))
    with pytest.raises(StillOwed):
        check_repaid(Decimal("0.01"))


@given(st.decimals(0, 10**9, places=2), st.decimals(0, 10**9, places=2))
def test_nobody_gives_back_what_was_not_lent_yet(drawn, repaid):
    with pytest.raises(RepaidAhead) if repaid > drawn else nullcontext():
        check_drawn_by(TODAY, drawn=drawn, repaid=repaid)


def test_an_offer_is_valid_through_its_last_day():
    check_still_valid(TODAY, TODAY)
    with pytest.raises(OfferPast):
        check_still_valid(TODAY, TODAY + timedelta(days=1))


def test_other_says_more():
    assert check_case_decline(CaseDecline.CREDIT_RISK, " ") == ""
    assert check_case_decline(CaseDecline.OTHER, " 虚构 ") == "虚构"
    with pytest.raises(ReasonRequired):
        check_case_decline(CaseDecline.OTHER, " ")


@pytest.mark.parametrize(
    ("since", "drawn"), [(TODAY + timedelta(days=1), TODAY), (TODAY, None), (TODAY, TODAY)]
)
def test_nothing_is_overdue_before_its_time(since, drawn):
    check_overdue(TODAY, TODAY, TODAY - timedelta(days=1))
    with pytest.raises(NotOverdue):
        check_overdue(since, TODAY, drawn)


@given(st.integers(-3, 3))
def test_an_application_waits_until_its_time_is_over(minutes):
    ends = datetime(2026, 5, 1, tzinfo=UTC)
    at = ends + timedelta(minutes=minutes)
    check_waiting(None, at)
    if minutes < 0:
        check_waiting(ends, at)
    else:
        with pytest.raises(WaitedTooLong):
            check_waiting(ends, at)

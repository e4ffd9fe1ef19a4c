"""A plan never promises more than the price, and what is owed is told of in its order."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import calendar
from core.calendar import Holidays
from marketplace.lifecycle import PlanState
from marketplace.rules.plans import (
    Alarm,
    MilestonesOpen,
    PlanExceedsPrice,
    Planned,
    PlannedTooEarly,
    alarm,
    check_plan,
    check_settled,
    is_late,
)

DAY = date(2026, 3, 2)
NONE = Holidays()
shares = st.decimals(0, 100, places=2)
plans = st.lists(
    st.builds(Planned, st.integers(1, 50), st.just(DAY), shares, st.sampled_from(PlanState)),
    max_size=6,
)
moments = st.integers(0, 90 * 24).map(
    lambda hours: datetime(2026, 2, 1, tzinfo=UTC) + timedelta(hours=hours)
)
ORDER = [None, Alarm.SOON, Alarm.OVERDUE, Alarm.ESCALATED]


@given(known=plans, added=plans)
def test_what_stands_and_what_is_added_is_never_more_than_the_price(known, added):
    standing = [one for one in known if one.state is not PlanState.DROPPED]
    total = sum((one.payment_share for one in (*standing, *added)), Decimal(0))
    if total > 100:
        with pytest.raises(PlanExceedsPrice):
            check_plan(known, added, earliest=DAY)
    else:
        check_plan(known, added, earliest=DAY)


def test_nothing_is_due_before_the_deal():
    with pytest.raises(PlannedTooEarly):
        check_plan([], [Planned(1, DAY - timedelta(days=1), Decimal(0))], earliest=DAY)


@given(plan=plans)
def test_the_whole_is_accepted_once_every_part_is_accepted_or_dropped(plan):
    open_ones = {one.number for one in plan if one.state in ("planned", "delivered", "failed")}
    if not open_ones:
        check_settled(plan)
        return
    with pytest.raises(MilestonesOpen) as refused:
        check_settled(plan)
    assert set(refused.value.facts["numbers"]) == open_ones


@given(earlier=moments, later=moments, state=st.sampled_from(PlanState))
def test_alarms_only_grow_and_only_of_what_is_owed(earlier, later, state):
    earlier, later = sorted((earlier, later))
    told = [alarm(DAY, state, moment, NONE) for moment in (earlier, later)]
    if state not in (PlanState.PLANNED, PlanState.FAILED):
        assert told == [None, None]
        assert not is_late(DAY, state, later)
        return
    assert ORDER.index(told[0]) <= ORDER.index(told[1])
    for moment, one in zip((earlier, later), told, strict=True):
        assert is_late(DAY, state, moment) == (one in (Alarm.OVERDUE, Alarm.ESCALATED))


def test_each_alarm_comes_at_the_end_of_its_day_in_shanghai():
    ends = {
        Alarm.SOON: calendar.end_of(DAY - timedelta(days=7)),
        Alarm.OVERDUE: calendar.end_of(DAY),
        Alarm.ESCALATED: calendar.end_of(date(2026, 3, 9)),  # five working days after a Monday
    }
    for before, (one, instant) in zip(ORDER, ends.items(), strict=False):
        assert alarm(DAY, PlanState.PLANNED, instant, NONE) is one
        just_before = instant - timedelta(microseconds=1)
        assert alarm(DAY, PlanState.PLANNED, just_before, NONE) is before

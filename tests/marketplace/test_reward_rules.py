"""What of an income is to be shared, by the law of the owner's province, and by when."""

from contextlib import nullcontext
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import calendar
from core.calendar import Holidays
from core.errors import BelowLawfulFloor
from marketplace.lifecycle import RewardRole
from marketplace.rules import rewards as rules
from marketplace.rules.rewards import NATIONAL, PROVINCES, Distribution, Share
from tests.marketplace.test_milestone_rules import money, paid

A, R = rules.Alarm, RewardRole


@pytest.mark.parametrize(
    ("kind", "mode", "achievement", "owes"),
    [
        ("university", "transfer", True, True),
        ("research_institute", "license_ordinary", True, True),
        ("research_institute", "", True, True),
        ("university", "service", True, False),
        ("university", "transfer", False, False),
        ("enterprise", "transfer", True, False),
    ],
)
def test_state_units_share_what_an_achievement_earns(kind, mode, achievement, owes):
    asked = rules.owes_reward(seller_kind=kind, mode=mode, has_achievement=achievement)
    assert asked is owes


def shares(main: Decimal, others: Decimal, staff: Decimal) -> tuple[Share, ...]:
    return (
        Share("甲", R.MAIN_CONTRIBUTOR, main),
        Share("乙", R.CONTRIBUTOR, others),
        Share("丙", R.TRANSFER_STAFF, staff),
    )


@given(
    received=money, main=money, others=money, staff=money, taxes=money, costs=money, undone=money
)
@pytest.mark.parametrize("province", ["310000", "330000", "33", "340000"])
def test_a_reward_is_lawful_or_refused_with_the_floor_and_the_law(
    province, received, main, others, staff, taxes, costs, undone
):
    policy = rules.policy_of(province)
    one = Distribution(
        received=received, taxes=taxes, costs=costs, shares=shares(main, others, staff)
    )
    total, net = main + others + staff, received - taxes - costs
    lawful = (
        received <= undone
        and total <= net
        and total >= policy.floor * net
        and main >= policy.main_contributors * total
        and staff >= policy.transfer_staff * total
    )
    try:
        rules.check_reward(one, policy, undistributed=undone)
    except (rules.RewardExceedsReceipts, rules.RewardUnbalanced, BelowLawfulFloor):
        assert not lawful
    else:
        assert lawful


@given(received=money, distributed=money)
def test_what_was_received_is_never_less_than_what_was_shared(received, distributed):
    with pytest.raises(rules.RewardRestsOnIt) if distributed > received else nullcontext():
        rules.check_covers_rewards(received, distributed)


@pytest.mark.parametrize(
    ("split", "key", "floor"),
    [
        (("69.99", "0", "0"), "reward", "70.00"),
        (("48.99", "16.01", "5.00"), "main_contributor", "49.00"),
        (("66.51", "0", "3.49"), "transfer_staff", "3.50"),
    ],
)
def test_in_zhejiang_the_floors_are_seventy_seventy_and_five_per_cent(split, key, floor):
    one = Distribution(
        received=Decimal(120),
        taxes=Decimal(5),
        costs=Decimal(15),
        shares=shares(*map(Decimal, split)),
    )
    with pytest.raises(BelowLawfulFloor) as refused:
        rules.check_reward(one, PROVINCES["33"], undistributed=Decimal(120))
    assert refused.value.facts["key"] == key
    assert refused.value.facts["floor"] == Decimal(floor)
    assert "浙江" in refused.value.facts["law"]


def test_elsewhere_half_of_the_net_income_is_the_floor():
    assert rules.policy_of("310117") is NATIONAL
    lawful = Distribution(
        received=Decimal(100),
        taxes=Decimal(0),
        costs=Decimal(0),
        shares=(Share("甲", R.CONTRIBUTOR, Decimal(50)),),
    )
    rules.check_reward(lawful, NATIONAL, undistributed=Decimal(100))


def test_a_reward_is_due_six_months_after_the_money_came():
    payments, zhejiang, known = paid("100", "200"), PROVINCES["33"], Holidays()
    assert rules.due_on(payments, Decimal(0), zhejiang, known) == date(2026, 9, 2)
    assert rules.due_on(payments[::-1], Decimal(100), zhejiang, known) == date(2026, 9, 3)
    assert rules.due_on(payments, Decimal(300), zhejiang, known) is None
    assert rules.due_on(payments, Decimal(0), NATIONAL, known) is None


def test_a_last_day_of_rest_gives_way_to_the_working_day_after_it():
    closed = Holidays(rest=frozenset({date(2026, 9, 2), date(2026, 9, 3)}))
    payments = paid("100")
    assert rules.due_on(payments, Decimal(0), PROVINCES["33"], closed) == date(2026, 9, 4)


@given(amounts=st.lists(money, min_size=1, max_size=6), shared=money)
def test_what_is_owed_has_a_day_until_all_of_it_is_shared(amounts, shared):
    payments, known = paid(*amounts), Holidays()
    found = rules.due_on(payments, shared, PROVINCES["33"], known)
    assert (found is None) is (shared >= sum(amounts))
    if found is not None:
        assert found <= rules.due_on(payments[-1:], Decimal(0), PROVINCES["33"], known)


@pytest.mark.parametrize(
    ("days", "told"), [(-31, None), (-30, A.SOON), (-1, A.SOON), (0, A.SOON), (1, A.OVERDUE)]
)
def test_people_are_told_thirty_days_before_the_last_day_and_after_it(days, told):
    due = date(2026, 9, 2)
    end_of_that_day = calendar.end_of(due + timedelta(days=days))
    assert rules.alarm(due, end_of_that_day - timedelta(microseconds=1)) is told

"""What stands in the way of an announcement: counted the legal way, and all of it at once."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auctions.lifecycle import Regime
from auctions.rules import notice
from auctions.rules.notice import NotReadyToPublish, Plan
from auctions.rules.priority import Told
from core.calendar import SHANGHAI, Holidays, last_day
from tests.auctions.test_policy_rules import terms

AUCTION, BIDDING = terms(Regime.AUCTION, notice_days=7), terms(Regime.EXCHANGE_BIDDING)
NOTHING = {"notice_days": 0, "exhibition_days": 0, "bidding_window_hours": 0}


def at(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=SHANGHAI)


READY = Plan(
    policy=AUCTION,
    published_at=at(2),  # a Monday
    exhibition_at=at(5),
    opens_at=at(9),
    closes_at=at(10),
    starting_price=Decimal("1000.00"),
    deposit_amount=Decimal("100.00"),
    has_house=True,
    licence=(date(2026, 1, 1), date(2026, 12, 31)),
    has_auctioneer=True,
    media_notice="虚构日报 2026-03-02",
)


def lacks(plan: Plan, **changes) -> list[str]:
    return [one.code for one in notice.shortfalls(replace(plan, **changes))]


def test_a_lot_that_has_everything_may_be_announced():
    notice.check_ready(READY)
    notice.check_ready(replace(READY, relist_until=at(3)))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"opens_at": at(8, 23)}, "notice_too_short"),
        ({"published_at": at(3, 0)}, "notice_too_short"),
        ({"exhibition_at": None}, "exhibition_missing"),
        ({"exhibition_at": at(8)}, "exhibition_too_short"),
        ({"exhibition_at": at(1)}, "exhibition_too_short"),
        ({"closes_at": at(10) - timedelta(seconds=1)}, "window_too_short"),
        ({"has_house": False}, "house_missing"),
        ({"licence": (date(2026, 1, 1), date(2026, 3, 8))}, "licence_not_valid"),
        ({"has_auctioneer": False}, "auctioneer_missing"),
        ({"media_notice": ""}, "media_notice_missing"),
        ({"deposit_amount": Decimal("49.99")}, "deposit_out_of_range"),
        ({"deposit_amount": Decimal("200.01")}, "deposit_out_of_range"),
        ({"appraised_value": Decimal("1428.58")}, "starting_price_too_low"),
        ({"holders": (Told("虚构"),)}, "priority_holder_not_told"),
        ({"holders": (Told("虚构", at(1)),), "published_at": at(2)}, "priority_notice_too_late"),
        ({"relist_until": at(2)}, "reauction_too_late"),
    ],
)
def test_each_thing_that_is_missing_is_named(changes, code):
    assert code in lacks(READY, **changes)


def test_each_holder_who_was_not_told_is_named_and_the_first_day_for_those_who_were():
    holders = (
        Told("虚构甲"),
        Told("虚构乙"),
        Told("虚构丙", datetime(2026, 2, 27, tzinfo=SHANGHAI)),
    )
    with pytest.raises(NotReadyToPublish) as refused:
        notice.check_ready(replace(READY, holders=holders, policy=replace(AUCTION, notice_days=7)))
    law = "法释〔2016〕18号 art. 16"
    not_told = {"code": "priority_holder_not_told", "floor": "", "law": law}
    assert refused.value.facts["missing"] == [
        {**not_told, "holder": "虚构甲"},
        {**not_told, "holder": "虚构乙"},
    ]
    assert len(refused.value.facts["lacks"]) == 1


def test_everything_that_is_missing_is_named_at_once_with_its_law():
    bare = replace(READY, published_at=at(8), exhibition_at=None, has_house=False, media_notice="")
    with pytest.raises(NotReadyToPublish) as refused:
        notice.check_ready(bare, notice.Shortfall("window_too_short"))
    missing = refused.value.facts["missing"]
    assert [one["code"] for one in missing] == [
        *("notice_too_short", "exhibition_missing", "house_missing", "media_notice_missing"),
        "window_too_short",
    ]
    assert missing[0] == {
        "code": "notice_too_short",
        "floor": "2026-03-16",
        "law": "拍卖法 art. 45",
    }
    assert len(refused.value.facts["lacks"]) == 5


def test_the_bounds_of_price_and_deposit_are_lawful():
    assert lacks(READY, deposit_amount=Decimal("50.00")) == []
    assert lacks(READY, deposit_amount=Decimal("200.00")) == []
    assert lacks(READY, appraised_value=Decimal("1428.57")) == []


def test_the_hall_has_no_window_and_the_exchange_may_do_without_everything():
    assert lacks(READY, closes_at=None) == []
    at_once = terms(Regime.EXCHANGE_BIDDING, **NOTHING)
    sunday = at(8)
    plan = replace(READY, policy=at_once, published_at=sunday, opens_at=sunday, closes_at=sunday)
    assert lacks(plan, exhibition_at=None, has_house=False, media_notice="") == []


def test_a_relisting_has_its_own_notice():
    short = terms(
        Regime.EXCHANGE_BIDDING, **{**NOTHING, "notice_days": 30, "reauction_notice_days": 3}
    )
    assert lacks(READY, policy=short) == ["notice_too_short"]
    assert lacks(READY, policy=short, round=2) == []
    assert lacks(READY, policy=short, round=2, published_at=at(8)) == ["notice_too_short"]


@given(
    st.integers(1, 60),
    st.timedeltas(timedelta(), timedelta(days=364)),
    st.sets(st.dates(date(2026, 1, 1), date(2027, 6, 1)), max_size=40),
)
def test_the_notice_ends_on_a_working_day_and_the_day_of_announcement_does_not_count(
    days, after, rest
):
    holidays = Holidays(rest=frozenset(rest))
    start = datetime(2026, 1, 1, tzinfo=SHANGHAI) + after
    first = notice.earliest_opening(start, days, holidays)
    assert first == last_day(start.date(), days, holidays)
    assert first >= start.date() + timedelta(days=days)
    policy = terms(Regime.EXCHANGE_BIDDING, **{**NOTHING, "notice_days": days})
    plan = replace(READY, policy=policy, published_at=start, closes_at=None, holidays=holidays)
    opening = datetime(first.year, first.month, first.day, tzinfo=SHANGHAI)
    assert lacks(plan, opens_at=opening) == []
    assert lacks(plan, opens_at=opening - timedelta(seconds=1)) == ["notice_too_short"]


@pytest.mark.parametrize(
    ("starting_price", "increment"),
    [
        ("1000.00", "50.00"),
        ("2000000.00", "100000.00"),
        ("2480000.00", "100000.00"),
        ("0.10", "0.01"),
    ],
)
def test_what_the_policy_says_of_increment_and_deposit(starting_price, increment):
    price = Decimal(starting_price)
    assert notice.default_increment(price, BIDDING) == Decimal(increment)
    assert notice.default_deposit(price, BIDDING) == (price / 10).quantize(Decimal("0.01"))


@given(st.decimals("0.01", "9999999999", places=2))
def test_an_increment_is_positive_and_no_more_than_the_policys_share(price):
    increment = notice.default_increment(price, BIDDING)
    assert increment >= Decimal("0.01")
    assert increment <= max(price * BIDDING.increment_rate + Decimal("0.005"), Decimal("0.01"))

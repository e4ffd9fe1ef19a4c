"""What the law asks of a policy, setting by setting, and which formats a regime knows."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auctions.lifecycle import LotFormat, Regime
from auctions.rules.policy import (
    LIMITS,
    FormatNotLawful,
    FormatNotOffered,
    LadderNotInOrder,
    NoticeChannel,
    PolicyTerms,
    Rung,
    check_format,
    check_policy,
    commission,
    default_channels,
    presiding_house_id,
)
from core.errors import BelowLawfulFloor


def terms(regime: Regime, **settings) -> PolicyTerms:
    return PolicyTerms(
        **{"regime": regime, "notice_channels": default_channels(regime), **settings}
    )


AUCTION, BIDDING = terms(Regime.AUCTION), terms(Regime.EXCHANGE_BIDDING)
BOUNDS = [
    (regime, limit, bound, step)
    for regime, limits in LIMITS.items()
    for limit in limits
    for bound, step in ((limit.least, -1), (limit.most, 1))
    if bound is not None
]


@pytest.mark.parametrize("policy", [AUCTION, BIDDING], ids=["auction", "bidding"])
def test_the_products_defaults_are_lawful(policy):
    check_policy(policy)


@given(st.sampled_from(BOUNDS))
def test_the_bound_itself_is_lawful_and_the_next_value_is_not(case):
    regime, limit, bound, step = case
    policy = terms(regime)
    check_policy(replace(policy, **{limit.key: bound}))
    beyond = bound + (
        step if isinstance(getattr(policy, limit.key), int) else step * Decimal("0.0001")
    )
    with pytest.raises(BelowLawfulFloor) as refused:
        check_policy(replace(policy, **{limit.key: beyond}))
    assert refused.value.facts == {"key": limit.key, "floor": str(bound), "law": limit.law}


def test_the_exchange_may_do_without_notice_exhibition_and_window():
    nothing = {"notice_days": 0, "exhibition_days": 0, "bidding_window_hours": 0}
    check_policy(replace(BIDDING, **nothing))
    for key in nothing:
        with pytest.raises(BelowLawfulFloor, match=key):
            check_policy(replace(AUCTION, **{key: 0}))


def test_an_auction_is_announced_in_the_news_too():
    with pytest.raises(BelowLawfulFloor, match="notice_channels"):
        check_policy(replace(AUCTION, notice_channels=(NoticeChannel.PLATFORM,)))
    check_policy(replace(BIDDING, notice_channels=(NoticeChannel.PLATFORM,)))


def test_every_setting_of_the_policy_has_its_limit_or_is_free():
    free = {"regime", "notice_channels", "multiple_of_increment", "reserve_mode"}
    free |= {"identity_mode", "commission_ladder"}
    limited = {limit.key for limit in LIMITS[Regime.AUCTION]}
    assert limited == {limit.key for limit in LIMITS[Regime.EXCHANGE_BIDDING]}
    assert set(PolicyTerms.__dataclass_fields__) == limited | free


def rung(up_to: str | None, rate: str) -> Rung:
    return Rung(None if up_to is None else Decimal(up_to), Decimal(rate))


PRECEDENT = (
    rung("2000000", "0.05"),
    rung("10000000", "0.03"),
    rung("50000000", "0.02"),
    rung("100000000", "0.01"),
    rung(None, "0.005"),
)


@pytest.mark.parametrize(
    ("price", "owed"),
    [("2000000", "100000"), ("10000000", "340000"), ("200000000", "2140000"), ("0.10", "0.01")],
)
def test_a_ladder_takes_each_part_of_the_price_at_its_own_rate(price, owed):
    assert commission(Decimal(price), PRECEDENT) == Decimal(owed)
    assert commission(Decimal(price), ()) == 0


@given(st.decimals("0.01", "1000000000", places=2), st.decimals("0.01", "1000000", places=2))
def test_a_higher_price_never_costs_less_nor_more_than_five_percent(price, more):
    assert commission(price, PRECEDENT) <= commission(price + more, PRECEDENT)
    assert commission(price, PRECEDENT) <= price * Decimal("0.05") + Decimal("0.005")


@pytest.mark.parametrize(
    "ladder",
    [(rung(None, "0.0501"),), (rung(None, "-0.01"),), (rung("10", "0.01"), rung(None, "0.02"))],
)
def test_a_ladder_may_ask_no_more_than_the_law_and_never_rises(ladder):
    with pytest.raises(BelowLawfulFloor, match="commission_ladder"):
        check_policy(replace(BIDDING, commission_ladder=ladder))


@pytest.mark.parametrize(
    "ladder",
    [
        (rung("10", "0.01"),),
        (rung(None, "0.02"), rung(None, "0.01")),
        (rung("20", "0.03"), rung("10", "0.02"), rung(None, "0.01")),
        (rung("10", "0.03"), rung("10", "0.02"), rung(None, "0.01")),
    ],
)
def test_a_ladder_has_its_steps_in_order_and_is_open_above(ladder):
    with pytest.raises(LadderNotInOrder):
        check_policy(replace(BIDDING, commission_ladder=ladder))
    check_policy(replace(BIDDING, commission_ladder=PRECEDENT))


@pytest.mark.parametrize("format", [LotFormat.SEALED, LotFormat.WEIGHTED])
def test_an_auction_is_public_and_won_by_the_highest_bid(format):
    with pytest.raises(FormatNotLawful):
        check_format(format, Regime.AUCTION)
    with pytest.raises(FormatNotOffered):
        check_format(format, Regime.EXCHANGE_BIDDING)


@pytest.mark.parametrize("regime", Regime)
def test_rising_bids_are_lawful_and_offered_everywhere(regime):
    check_format(LotFormat.ENGLISH, regime)
    with pytest.raises(FormatNotOffered):
        check_format(LotFormat.DUTCH, regime)


def test_the_lots_own_house_presides_or_else_its_sessions_and_only_over_an_auction():
    assert presiding_house_id(Regime.AUCTION, 1, 2) == 1
    assert presiding_house_id(Regime.AUCTION, None, 2) == 2
    assert presiding_house_id(Regime.AUCTION, None, None) is None
    assert presiding_house_id(Regime.EXCHANGE_BIDDING, 1, 2) is None

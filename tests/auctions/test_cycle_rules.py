"""The rules of the trading cycles: each deal once, at the right place, and sums that add up."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auctions.rules.cycles import Cycle, End, Figure, FormedDeal, Way, cycles, way_of
from auctions.rules.premium import premium_rate
from tests.clock import NOW

# Few instants, so that deals meet ends.
instants = st.integers(0, 12).map(lambda hours: NOW + timedelta(hours=hours))
ends = st.lists(instants, unique=True, max_size=4).map(
    lambda times: [End(session=10 + place, at=at) for place, at in enumerate(times)]
)
amounts = st.decimals("0.01", "9999999999999999.99", places=2)


@st.composite
def deals(draw: st.DrawFn) -> FormedDeal:
    price = draw(amounts)
    way = draw(st.sampled_from(Way))
    return FormedDeal(
        formed_at=draw(instants),
        price=price,
        way=way,
        stands=draw(st.booleans()),
        starting_price=draw(st.none() | st.decimals("0.01", price, places=2)),
        session=None if way is Way.OFF_SESSION else draw(st.none() | st.integers(1, 3)),
    )


def counted(cycle: Cycle) -> int:
    return cycle.total.deals + cycle.fallen_away.deals


@given(ends, deals())
def test_every_deal_belongs_to_exactly_one_cycle_by_its_time(sessions, deal):
    found = cycles(sessions, [deal])
    assert sum(map(counted, found)) == 1
    (own,) = [cycle for cycle in found if counted(cycle)]
    assert own.begins_after is None or own.begins_after < deal.formed_at
    assert own.ends_at is None or deal.formed_at <= own.ends_at
    assert [cycle for cycle in found if cycle.holds(deal.formed_at)] == [own]


@given(ends, st.lists(deals(), max_size=8))
def test_the_cycles_follow_each_other_without_gap_and_the_last_alone_is_provisional(sessions, made):
    found = cycles(sessions, made)
    assert [cycle.number for cycle in found] == list(range(1, len(sessions) + 2))
    assert [cycle.begins_after for cycle in found] == [None, *(c.ends_at for c in found[:-1])]
    assert [cycle.is_provisional for cycle in found] == [False] * len(sessions) + [True]
    assert {cycle.session for cycle in found[:-1]} == {end.session for end in sessions}
    assert [cycle for cycle in found if cycle.holds(None)] == found[-1:]


@given(ends, st.lists(deals(), max_size=8))
def test_the_figures_add_up(sessions, made):
    found = cycles(sessions, made)
    whole = Figure()
    for cycle in found:
        assert cycle.total.deals == sum(figure.deals for figure in cycle.ways.values())
        assert cycle.total.amount == sum(figure.amount for figure in cycle.ways.values())
        whole += cycle.total
        assert cycle.cumulative == whole
        hammered = sum(figure.amount for figure in cycle.sessions.values())
        on_site = cycle.ways[Way.ON_SITE_COMPETITIVE] + cycle.ways[Way.ON_SITE_AGREED]
        assert hammered <= on_site.hammered <= on_site.amount
    standing = [deal for deal in made if deal.stands]
    assert whole.deals == len(standing)
    assert whole.amount == sum(deal.price for deal in standing)
    fallen = [cycle.fallen_away for cycle in found]
    assert sum(one.deals for one in fallen) == len(made) - len(standing)
    assert sum(one.amount for one in fallen) == sum(d.price for d in made if not d.stands)


@given(ends, st.lists(deals(), max_size=8), st.randoms())
def test_the_order_in_which_deals_are_read_does_not_matter(sessions, made, random):
    mixed, others = list(made), list(sessions)
    random.shuffle(mixed)
    random.shuffle(others)
    assert cycles(others, mixed) == cycles(sessions, made)


def test_without_any_session_there_is_one_cycle_and_it_is_open():
    (only,) = cycles([], [])
    assert (only.number, only.begins_after, only.session) == (1, None, None)
    assert only.is_provisional
    assert only.cumulative == Figure()


def test_what_is_formed_at_the_very_end_counts_in_the_cycle_that_ends():
    end = End(session=1, at=NOW)
    made = [
        FormedDeal(NOW + timedelta(microseconds=tick), Decimal("1.00"), Way.OFF_SESSION)
        for tick in (-1, 0, 1)
    ]
    first, second = cycles([end], made)
    assert (first.total.deals, second.total.deals) == (2, 1)


@pytest.mark.parametrize(
    ("on_site", "by_bids", "one_call", "way"),
    [
        (True, True, False, Way.ON_SITE_COMPETITIVE),
        (True, True, True, Way.ON_SITE_AGREED),
        (True, False, False, Way.ON_SITE_AGREED),
        (False, True, False, Way.OFF_SESSION),
        (False, False, False, Way.OFF_SESSION),
    ],
)
def test_the_way_of_a_deal(on_site, by_bids, one_call, way):
    assert way_of(on_site=on_site, by_bids=by_bids, one_call=one_call) is way


def test_the_premium_is_of_sold_lots_alone_in_per_cent():
    lot = FormedDeal(NOW, Decimal("1230.00"), Way.ON_SITE_COMPETITIVE, starting_price=Decimal(895))
    agreed = FormedDeal(NOW, Decimal("5000.00"), Way.ON_SITE_AGREED)
    (cycle,) = cycles([], [lot, agreed])
    assert cycle.total.premium_rate == Decimal("37.43")
    assert cycle.ways[Way.ON_SITE_AGREED].premium_rate is None
    assert (cycle.total.lots, cycle.total.deals) == (1, 2)


def test_the_premium_is_rounded_half_up():
    assert premium_rate(Decimal(20000), Decimal(20001)) == Decimal("0.01")  # 0.005 %
    assert str(premium_rate(Decimal(3), Decimal(3))) == "0.00"

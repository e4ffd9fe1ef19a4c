"""The funnel counts each need once at each stage, and never more at a later one."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from marketplace.rules.funnel import FunnelStage, Way, funnel

DAY = date(2026, 3, 2)
maybe = st.none() | st.just(DAY)
ways = st.lists(st.builds(Way, st.integers(1, 999), st.just(DAY), maybe, maybe), max_size=30)


@given(ways=ways)
def test_each_stage_is_a_part_of_the_one_before(ways):
    solicited, substantive, landed = funnel(ways)
    assert [one.stage for one in (solicited, substantive, landed)] == list(FunnelStage)
    assert solicited.count == len(ways)
    assert substantive.count == sum(1 for way in ways if way.signed_on)
    assert landed.count == sum(1 for way in ways if way.signed_on and way.landed_on)
    assert solicited.count >= substantive.count >= landed.count


def test_shares_are_of_what_was_solicited_and_there_is_none_of_nothing():
    assert [one.share for one in funnel([])] == [None, None, None]
    counts = [Way(1, DAY, DAY, DAY)] * 10 + [Way(2, DAY, DAY)] * 21 + [Way(3, DAY)] * 66
    shares = [(one.count, one.share) for one in funnel(counts)]
    assert shares == [(97, Decimal("100.0")), (31, Decimal("32.0")), (10, Decimal("10.3"))]


def test_a_landing_without_an_agreement_does_not_count():
    assert Way(1, DAY, None, DAY).stages() == (FunnelStage.SOLICITED,)

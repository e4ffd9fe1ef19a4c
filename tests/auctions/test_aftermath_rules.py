"""When a buyer defaults, what may be sold again, from which price on and until when."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auctions.lifecycle import AftermathKind, DefaultGrounds, LotState, Outcome
from auctions.rules import aftermath, relisting
from auctions.rules.relisting import ProposalPhase
from core import money
from core.calendar import Holidays
from core.errors import BelowLawfulFloor

# A Monday, 10:00 in Shanghai.
FORMED = datetime(2026, 3, 2, 2, tzinfo=UTC)
CONTRACT = aftermath.Contract(FORMED, confirmation_days=5, payment_days=10)
NO_HOLIDAYS = Holidays()
G, S = DefaultGrounds, LotState
amounts = st.integers(1, 10**12).map(lambda cents: Decimal(cents) / 100)
cuts = st.integers(0, 2000).map(lambda points: Decimal(points) / 10_000)


def test_a_term_ends_with_its_last_working_day():
    ends = {one: aftermath.term_ends_at(one, CONTRACT, NO_HOLIDAYS) for one in G}
    assert ends == {
        G.NOT_SIGNED: datetime(2026, 3, 9, 16, tzinfo=UTC),
        G.NOT_PAID: datetime(2026, 3, 16, 16, tzinfo=UTC),
        G.REFUSED: None,
    }
    rest = Holidays(rest=frozenset({datetime(2026, 3, 9, tzinfo=UTC).date()}))
    assert aftermath.term_ends_at(G.NOT_SIGNED, CONTRACT, rest) == ends[G.NOT_SIGNED] + timedelta(
        days=1
    )


@pytest.mark.parametrize("grounds", [G.NOT_SIGNED, G.NOT_PAID])
def test_nobody_defaults_before_the_term_is_over(grounds):
    ends_at = aftermath.term_ends_at(grounds, CONTRACT, NO_HOLIDAYS)
    with pytest.raises(aftermath.TermNotOver) as refused:
        aftermath.check_default(grounds, CONTRACT, NO_HOLIDAYS, ends_at - timedelta(microseconds=1))
    assert refused.value.facts == {"ends_at": ends_at}
    aftermath.check_default(grounds, CONTRACT, NO_HOLIDAYS, ends_at)


def test_who_refuses_to_go_on_defaults_at_once():
    aftermath.check_default(G.REFUSED, CONTRACT, NO_HOLIDAYS, FORMED)


def test_each_way_a_result_falls_has_its_state_of_lot_and_deal():
    assert set(aftermath.LOT_AFTER) == set(aftermath.DEAL_AFTER) == set(AftermathKind)


@given(amounts, amounts, amounts)
def test_a_defaulter_owes_what_the_resale_and_its_deposit_leave_open(price, resale, forfeited):
    owed = aftermath.shortfall(price, resale, forfeited)
    assert owed >= 0
    assert owed + resale + forfeited >= price
    assert not owed or owed + resale + forfeited == price


@pytest.mark.parametrize("state", S)
def test_what_came_to_nothing_may_be_sold_again_and_nothing_else(state):
    may = {one for one in (None, *Outcome) if relisting.may_be_relisted(state, one)}
    expected = {
        S.CLOSED: {None, *Outcome} - {Outcome.SOLD},
        S.VOID: {None, *Outcome},
        S.DEFAULTED: {None, *Outcome},
    }
    assert may == expected.get(state, set())


@given(amounts, cuts)
def test_the_cut_is_never_deeper_than_the_policy_allows_and_never_a_cent_less_deep(previous, cut):
    least = relisting.lowest_start(previous, cut)
    assert previous * (1 - cut) <= least < previous * (1 - cut) + money.CENT
    relisting.check_start(least, previous=previous, price_cut_max=cut)
    with pytest.raises(BelowLawfulFloor) as refused:
        relisting.check_start(least - money.CENT, previous=previous, price_cut_max=cut)
    assert refused.value.facts["floor"] == money.text(least)


def test_a_re_auction_comes_in_time_until_the_end_of_its_last_day():
    until = relisting.relist_until(FORMED, 30, NO_HOLIDAYS)
    assert until == datetime(2026, 4, 1, 16, tzinfo=UTC)
    relisting.check_in_time(until, until - timedelta(microseconds=1))
    with pytest.raises(relisting.RelistingTooLate):
        relisting.check_in_time(until, until)


@pytest.mark.parametrize(
    ("relisted", "declined", "late", "phase"),
    [
        (False, False, False, ProposalPhase.OPEN),
        (False, False, True, ProposalPhase.LAPSED),
        (False, True, True, ProposalPhase.DECLINED),
        (True, False, True, ProposalPhase.CONFIRMED),
    ],
)
def test_a_proposal_is_answered_or_lapses(relisted, declined, late, phase):
    now = FORMED + timedelta(days=40 if late else 1)
    told = relisting.proposal_phase(
        lapses_at=FORMED + timedelta(days=30), relisted=relisted, declined=declined, now=now
    )
    assert told is phase

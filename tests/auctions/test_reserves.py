"""The reserve: who sets it, what it does at the end, and who may have it shown."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auctions import closing, lots, reserves
from auctions.lifecycle import ClosedBy, DepositKind, LotState, Outcome, ReserveMode
from auctions.models import DepositMovement, Lot, Reserve, ReserveReading
from auctions.rules import ascending
from auctions.rules import reserve as rules
from core.errors import NotFound, PermissionDenied, ReasonRequired
from core.models import Event
from marketplace.lifecycle import AchievementState
from marketplace.models import Deal
from tests.auctions.conftest import LATER, events_of
from tests.conftest import NOW, act, make_member, organization_of
from tests.factories import admit, bid, draft_lot, make_lot

RESERVE = Decimal("2000.00")
amounts = st.decimals(min_value="0.01", max_value="99999999.99", places=2)


# --- Rules ------------------------------------------------------------------------------


@given(amounts, st.none() | amounts)
def test_a_lot_is_sold_exactly_if_its_highest_bid_reaches_the_reserve(price, reserve):
    standing = ascending.Standing(closes_at=NOW, price=price, leader_id=1, bid_count=1)
    sold = ascending.outcome(standing, reserve) is Outcome.SOLD
    assert sold == (reserve is None or price >= reserve)
    assert sold or ascending.outcome(standing, reserve) is Outcome.RESERVE_NOT_MET


def test_without_a_bid_the_reserve_does_not_matter():
    standing = ascending.Standing(closes_at=NOW)
    assert ascending.outcome(standing, RESERVE) is Outcome.NO_BIDS


@pytest.mark.parametrize(
    ("mode", "price", "outcome", "told"),
    [
        (ReserveMode.SECRET, None, None, None),
        (ReserveMode.SECRET, RESERVE, None, None),
        (ReserveMode.SECRET, RESERVE, Outcome.SOLD, True),
        (ReserveMode.SECRET, RESERVE, Outcome.RESERVE_NOT_MET, False),
        (ReserveMode.SECRET, RESERVE, Outcome.VOID, None),
        (ReserveMode.EQUALS_START, None, None, None),
        (ReserveMode.EQUALS_START, RESERVE, None, True),
        (ReserveMode.NONE, RESERVE, Outcome.SOLD, None),
    ],
)
def test_a_secret_reserve_is_spoken_of_by_the_outcome_alone(mode, price, outcome, told):
    assert rules.as_published(mode, price, outcome) is told


@pytest.mark.parametrize(
    ("asked", "reserve", "expected"),
    [
        (None, None, ReserveMode.EQUALS_START),
        (None, RESERVE, ReserveMode.SECRET),
        (ReserveMode.NONE, None, ReserveMode.NONE),
        (ReserveMode.NONE, RESERVE, ReserveMode.NONE),
        (ReserveMode.SECRET, None, ReserveMode.SECRET),
    ],
)
def test_the_mode_is_what_was_asked_for_or_follows_from_the_price(asked, reserve, expected):
    assert rules.mode_of(asked, reserve, ReserveMode.EQUALS_START) is expected


@pytest.mark.parametrize("mode", [ReserveMode.NONE, ReserveMode.EQUALS_START])
def test_only_a_secret_reserve_has_an_amount(mode):
    with pytest.raises(rules.ReserveNotSecret):
        rules.check_reserve(mode, RESERVE, Decimal(1))
    rules.check_announced(mode, is_set=False)


def test_a_reserve_is_at_least_the_starting_price_and_the_refusal_does_not_repeat_it():
    rules.check_reserve(ReserveMode.SECRET, RESERVE, RESERVE)
    with pytest.raises(rules.ReserveBelowStart) as refused:
        rules.check_reserve(ReserveMode.SECRET, Decimal("1999.99"), RESERVE)
    assert "1999" not in f"{refused.value}{refused.value.facts}"


# --- Setting ----------------------------------------------------------------------------

acting = pytest.mark.usefixtures("clock", "db")


@acting
@pytest.mark.parametrize("who", ["operator", "seller"])
def test_a_reserve_price_makes_the_reserve_of_a_draft_secret(request, seller, who):
    drafter = request.getfixturevalue(who)
    lot = draft_lot(seller, act(drafter), reserve_price=RESERVE)
    assert lot.reserve_mode == ReserveMode.SECRET
    kept = Reserve.objects.get()
    assert (kept.lot, kept.amount, kept.set_at) == (lot, RESERVE, NOW)
    assert (kept.by_user, kept.by_client) == (drafter, "")
    assert str(RESERVE) not in str(kept)
    assert events_of(f"reserve:{lot.pk}") == ["reserve.set"]


@acting
def test_a_draft_with_a_reserve_that_is_refused_leaves_nothing_behind(seller):
    for terms, refusal in (
        ({"reserve_mode": "EQUALS_START"}, rules.ReserveNotSecret),
        ({"reserve_mode": "NONE"}, rules.ReserveNotSecret),
        ({"starting_price": RESERVE + 1}, rules.ReserveBelowStart),
    ):
        with pytest.raises(refusal):
            draft_lot(seller, reserve_price=RESERVE, **terms)
    assert not Lot.objects.filter(achievement__owner=organization_of(seller)).exists()


@acting
def test_a_secret_reserve_has_to_be_set_before_the_lot_is_announced(seller, operator):
    lot = draft_lot(seller, reserve_mode="SECRET")
    lots.submit_lot(actor=act(operator), lot_id=lot.pk)
    lots.approve_lot(actor=act(operator), lot_id=lot.pk)
    with pytest.raises(rules.ReserveMissing):
        lots.publish_lot(actor=act(operator), lot_id=lot.pk)
    reserves.set_reserve(actor=act(seller), lot_id=lot.pk, reserve_price=RESERVE + 50)
    reserves.set_reserve(actor=act(operator), lot_id=lot.pk, reserve_price=RESERVE)
    assert Reserve.objects.get().amount == RESERVE
    lots.publish_lot(actor=act(operator), lot_id=lot.pk)
    with pytest.raises(rules.ReserveFixed):
        reserves.set_reserve(actor=act(seller), lot_id=lot.pk, reserve_price=RESERVE)


@acting
def test_only_the_consignor_and_the_exchange_set_it(seller, cadre, bidder):
    lot = draft_lot(seller, reserve_mode="SECRET")
    with pytest.raises(PermissionDenied):
        reserves.set_reserve(actor=act(cadre), lot_id=lot.pk, reserve_price=RESERVE)
    with pytest.raises(NotFound):
        reserves.set_reserve(actor=act(bidder), lot_id=lot.pk, reserve_price=RESERVE)
    assert not Reserve.objects.exists()


# --- At the end -------------------------------------------------------------------------


def ended(lot: Lot, clock: Any) -> Lot:
    clock.set(lot.closes_at)
    assert closing.close_lot(lot.pk, by=ClosedBy.CLOSER)
    return Lot.objects.select_related("result", "achievement").get(pk=lot.pk)


@acting
def test_below_the_reserve_the_highest_bid_has_no_effect(seller, bidder, clock):
    lot = make_lot(seller, reserve_price=RESERVE)
    own = admit(lot, bidder)
    bid(lot, bidder, "1950.00")
    lot.refresh_from_db()
    assert not reserves.reserve_met(lot)

    lot = ended(lot, clock)

    result = lot.result
    assert (result.outcome, result.winning_bid, result.price) == ("reserve_not_met", None, None)
    assert (lot.state, lot.deal, lot.price) == (LotState.CLOSED, None, Decimal("1950.00"))
    assert lot.achievement.state == AchievementState.PUBLISHED
    assert not Deal.objects.exists()
    last = DepositMovement.objects.filter(registration=own).latest("id")
    assert (last.kind, last.amount) == (DepositKind.RELEASED, lot.deposit_amount)
    told = Event.objects.get(topic=f"lot:{lot.pk}", kind="lot.unsold")
    assert told.payload["outcome"] == "reserve_not_met"


@acting
def test_a_bid_at_the_reserve_itself_buys(seller, bidder, clock):
    lot = make_lot(seller, reserve_price=RESERVE)
    admit(lot, bidder)
    bid(lot, bidder, "2000.00")
    lot.refresh_from_db()
    assert reserves.reserve_met(lot)
    assert ended(lot, clock).result.outcome == Outcome.SOLD


@acting
def test_one_sweep_keeps_the_reserves_of_its_lots_apart(seller, bidder, clock):
    outcomes = {}
    for reserve in ("1000.00", "1050.00", None):
        lot = make_lot(seller, reserve_price=reserve and Decimal(reserve))
        admit(lot, bidder)
        bid(lot, bidder, "1000.00")
        outcomes[lot.pk] = "reserve_not_met" if reserve == "1050.00" else "sold"
    clock.set(lot.closes_at)
    closing.close_due_lots(by=ClosedBy.CLOSER)
    found = Lot.objects.filter(pk__in=outcomes).values_list("pk", "result__outcome")
    assert dict(found) == outcomes


@acting
def test_without_a_bid_there_is_no_reserve_to_meet(seller):
    assert not reserves.reserve_met(make_lot(seller))


# --- Reading ----------------------------------------------------------------------------


@acting
def test_a_reading_is_recorded_and_told_to_the_office(seller, operator):
    lot = make_lot(seller, reserve_price=RESERVE, **LATER)
    shown = reserves.read_reserve(actor=act(operator), lot_id=lot.pk, reason=" 委托人电话核实 ")
    assert shown == RESERVE
    kept = ReserveReading.objects.get()
    assert (kept.lot, kept.by_user, kept.at, kept.reason) == (lot, operator, NOW, "委托人电话核实")
    assert str(kept) == f"{lot.pk} 2026-03-02 01:00"
    told = Event.objects.get(kind="reserve.read")
    assert (told.topic, told.payload) == (f"reserve:{lot.pk}", {"lot": lot.pk})


@acting
def test_nobody_else_reads_it_nor_without_a_reason_nor_where_there_is_none(
    seller, operator, cadre, bidder
):
    lot = make_lot(seller, reserve_price=RESERVE, **LATER)
    system = act(operator)
    system = type(system)(**{**vars_of(system), "user_id": None, "client_id": "system"})
    for actor in (act(seller), act(cadre), act(bidder), system):
        with pytest.raises(PermissionDenied):
            reserves.read_reserve(actor=actor, lot_id=lot.pk, reason="好奇")
    for reason in ("", "  "):
        with pytest.raises(ReasonRequired):
            reserves.read_reserve(actor=act(operator), lot_id=lot.pk, reason=reason)
    with pytest.raises(NotFound):
        reserves.read_reserve(actor=act(operator), lot_id=make_lot(seller).pk, reason="好奇")
    assert not ReserveReading.objects.exists()


def vars_of(actor: Any) -> dict[str, Any]:
    return {name: getattr(actor, name) for name in actor.__dataclass_fields__}


@acting
def test_a_consignors_viewer_sets_nothing(seller):
    viewer = make_member(organization_of(seller), "viewer")
    lot = draft_lot(seller, reserve_mode="SECRET")
    with pytest.raises(PermissionDenied):
        reserves.set_reserve(actor=act(viewer), lot_id=lot.pk, reserve_price=RESERVE)

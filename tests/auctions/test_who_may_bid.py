"""Who may not bid, found in the rows there are: at registration, at admission and at each bid."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Membership, Role, User
from auctions import registration
from auctions.bidding import place_bids, place_bids_on_lots
from auctions.closing import close_lot
from auctions.conflicts import ties_of
from auctions.lifecycle import ClosedBy, LotState
from auctions.maxima import leave_maximum
from auctions.models import Lot, RefusedBid
from auctions.record import keep_record
from auctions.rules.eligibility import Ties
from core.errors import Refusal
from tests.auctions.barring import (
    BARRING,
    TODAY,
    appraiser,
    auctioneer,
    make_agent_of,
    make_relation,
    said,
    share,
    works_for,
)
from tests.auctions.test_bid_batches import attempt, told
from tests.conftest import NOW, act, make_member, make_organization, organization_of
from tests.factories import admit, apply, bid, make_lot, operator_actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def default_on(lot: Lot, buyer: User, clock: Any) -> None:
    """The buyer wins the lot and does not pay."""
    admit(lot, buyer)
    bid(lot, buyer, "1000.00")
    clock.set(lot.closes_at)
    assert close_lot(lot.pk, by=ClosedBy.CLOSER)
    Lot.objects.filter(pk=lot.pk).update(state=LotState.DEFAULTED)


def next_round(lot: Lot, seller: User, clock: Any) -> Lot:
    again = make_lot(seller, opens_at=clock.now(), closes_at=clock.now() + timedelta(hours=1))
    Lot.objects.filter(pk=again.pk).update(previous_lot=lot, round=lot.round + 1)
    again.refresh_from_db()
    return again


@pytest.mark.parametrize("bar", BARRING, ids=lambda bar: bar.__name__)
def test_whoever_may_not_bid_does_not_register_is_not_admitted_and_does_not_bid(
    contested, lot, bidder, seller, rival, bar
):
    waiting = apply(lot, bidder)  # before anything was known
    expected = bar(lot, bidder, seller)
    with pytest.raises(Refusal) as refused:
        registration.approve_registration(actor=operator_actor(), registration_id=waiting.pk)
    assert said(refused.value) == expected
    another = make_lot(seller)
    Lot.objects.filter(pk=another.pk).update(house=Lot.objects.get(pk=lot.pk).house)
    if bar not in (appraiser, auctioneer):  # these two are of one lot alone
        with pytest.raises(Refusal) as refused:
            apply(another, bidder)
        assert said(refused.value) == expected


@pytest.mark.parametrize("bar", BARRING, ids=lambda bar: bar.__name__)
def test_what_is_found_after_the_admission_refuses_the_bid(contested, bidder, seller, rival, bar):
    bid(contested, bidder, "1000.00")
    expected = bar(contested, bidder, seller)
    with pytest.raises(Refusal) as refused:
        bid(contested, bidder, "1100.00")
    assert said(refused.value) == expected
    assert RefusedBid.objects.get().code == expected[0]
    bid(contested, rival, "1050.00")  # nobody else is concerned


def test_a_tie_to_somebody_else_keeps_nobody_out(contested, bidder, rival, seller, operator):
    make_relation(bidder, rival)
    share(bidder, rival, contact_phone="13800000001", controller="虚构", bank_account="62")
    works_for(make_agent_of(rival), organization_of(bidder))
    works_for(make_member(organization_of(seller), Role.VIEWER), organization_of(bidder))
    former = make_agent_of(seller)
    works_for(former, organization_of(bidder))
    Membership.objects.filter(user=former, organization=organization_of(seller)).update(
        ended_at=NOW
    )
    bid(contested, bidder, "1000.00")
    assert contested.bids.count() == 1


def test_namesakes_that_staff_told_apart_may_bid(contested, bidder, seller):
    share(seller, bidder, legal_representative="虚构法人8")
    make_relation(seller, bidder, kind="namesakes")
    bid(contested, bidder, "1000.00")
    assert contested.bids.count() == 1


def test_a_relation_bars_on_its_days_alone(contested, bidder, seller):
    relation = make_relation(seller, bidder, starts_on=TODAY + timedelta(days=1))
    bid(contested, bidder, "1000.00")
    for starts, ends, may in ((-9, 0, True), (-9, 1, False), (0, 0, True), (0, 1, False)):
        relation.starts_on = TODAY + timedelta(days=starts)
        relation.ends_on = TODAY + timedelta(days=ends)
        relation.save()
        (decision,) = place_bids(contested.pk, [attempt(bidder, "1.00")])
        assert told(decision) == ("already_leading" if may else "related_party")


def test_whoever_works_for_the_exchange_bids_for_nobody(contested, bidder):
    system = act(bidder)
    placed = attempt(bidder, "1000.00")
    acting = type(placed)(
        actor=type(system)(user_id=bidder.pk, acts_for=system.acts_for, operates=True),
        organization_id=placed.organization_id,
        amount=placed.amount,
        key=placed.key,
        received_at=placed.received_at,
    )
    (decision,) = place_bids(contested.pk, [acting])
    assert said(decision) == ("staff_may_not_bid", "staff")


# --- Earlier rounds ---------------------------------------------------------------------


def test_a_defaulter_is_barred_from_every_later_round(seller, bidder, rival, clock):
    first = make_lot(seller)
    default_on(first, bidder, clock)
    second = next_round(first, seller, clock)
    with pytest.raises(Refusal) as refused:
        apply(second, bidder)
    assert said(refused.value) == ("barred_from_relisting",)
    admit(second, rival)
    clock.set(second.closes_at)
    third = next_round(second, seller, clock)
    with pytest.raises(Refusal, match="defaulted"):
        apply(third, bidder)
    default_on(third, rival, clock)
    fourth = next_round(third, seller, clock)
    for person in (bidder, rival):
        with pytest.raises(Refusal, match="defaulted"):
            apply(fourth, person)
    apply(make_lot(seller, closes_at=clock.now() + timedelta(hours=1)), bidder)  # not a round of it


def test_a_buyer_who_paid_may_bid_on_whatever_follows(seller, bidder, clock):
    first = make_lot(seller)
    default_on(first, bidder, clock)
    Lot.objects.filter(pk=first.pk).update(state=LotState.CLOSED)
    second = next_round(first, seller, clock)
    apply(second, bidder)
    assert second.registrations.get().organization_id == organization_of(bidder).pk


# --- Inventors, maxima ------------------------------------------------------------------


def test_the_inventor_may_bid_and_is_marked(lot, bidder, rival, seller):
    values = {"rules_version": lot.rules_version, "lot_id": lot.pk, "inventor": True}
    marked = registration.register(
        actor=act(bidder), organization_id=organization_of(bidder).pk, **values
    )
    assert marked.is_inventor
    assert not apply(lot, rival).is_inventor
    with pytest.raises(Refusal) as refused:
        registration.register(
            actor=act(seller), organization_id=organization_of(seller).pk, **values
        )
    assert said(refused.value) == ("consignor_may_not_bid",)


def test_an_inventor_who_buys_is_marked_in_the_record_and_the_deal(lot, bidder, rival, clock):
    for person in (bidder, rival):
        admit(lot, person)
    lot.registrations.filter(organization=organization_of(bidder)).update(is_inventor=True)
    bid(lot, rival, "1000.00")
    bid(lot, bidder, "1050.00")
    clock.set(lot.closes_at)
    assert close_lot(lot.pk, by=ClosedBy.CLOSER)
    lot.refresh_from_db()
    own = lot.registrations.get(organization=organization_of(bidder))
    told = json.loads(keep_record(lot_id=lot.pk).content)
    assert told["inventors"] == [own.paddle]
    assert (lot.deal.related_party, lot.deal.relation) == (True, "成果完成人")


def test_the_engine_bids_no_more_for_whom_a_tie_was_found(contested, bidder, rival, seller):
    leave_maximum(
        actor=act(bidder),
        organization_id=organization_of(bidder).pk,
        lot_id=contested.pk,
        amount=Decimal("5000.00"),
    )
    bid(contested, rival, "1050.00")
    contested.refresh_from_db()
    assert contested.price == Decimal("1100.00")  # the maximum answered
    make_relation(seller, bidder)
    bid(contested, rival, "1150.00")
    contested.refresh_from_db()
    assert contested.price == Decimal("1150.00")
    with pytest.raises(Refusal) as refused:
        leave_maximum(
            actor=act(bidder),
            organization_id=organization_of(bidder).pk,
            lot_id=contested.pk,
            amount=Decimal("6000.00"),
        )
    assert said(refused.value) == ("related_party", "declared_relation")


# --- Many at once -----------------------------------------------------------------------


def test_a_batch_over_several_lots_judges_each_pair_by_itself(contested, bidder, rival, seller):
    other_seller = make_member(make_organization())
    elsewhere = make_lot(other_seller)
    for person in (bidder, rival):
        admit(elsewhere, person)
    make_relation(seller, bidder)
    make_relation(other_seller, rival)
    attempts = [attempt(bidder, "1000.00"), attempt(rival, "1050.00")]
    decisions = place_bids_on_lots({contested.pk: attempts, elsewhere.pk: attempts})
    assert [told(one) for one in decisions[contested.pk]] == ["related_party", 1]
    assert [told(one) for one in decisions[elsewhere.pk]] == [1, "related_party"]


def test_any_number_of_pairs_is_read_with_one_statement(
    contested, lot, bidder, rival, seller, django_assert_num_queries
):
    organizations = [organization_of(user).pk for user in (bidder, rival, seller)]
    pairs = {(on.pk, key) for on in (contested, lot) for key in organizations}
    with django_assert_num_queries(1):
        ties = ties_of(pairs)
    assert set(ties) == pairs
    assert ties[lot.pk, organizations[0]] == Ties()
    assert ties[lot.pk, organizations[2]].is_consignor
    with django_assert_num_queries(0):
        assert ties_of([]) == {}

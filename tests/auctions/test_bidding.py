"""Placing a bid: what is accepted, each refusal, and what either leaves behind."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.lifecycle import OrganizationState
from accounts.models import Organization
from accounts.permissions import OrganizationNotVerified
from auctions import bidding, closing, lots
from auctions.lifecycle import ClosedBy, LotState, RegistrationState
from auctions.models import Bid, Lot, RefusedBid, Registration
from auctions.rules import ledger
from auctions.rules.ascending import (
    AlreadyLeading,
    BiddingNotOpen,
    BidOffStep,
    BidTooLow,
    NotRegistered,
)
from auctions.rules.eligibility import ConsignorMayNotBid
from core.errors import NotFound
from core.idempotency import KeyReused
from core.models import Event
from tests.auctions.conftest import LATER, HalfWayError, events_of
from tests.conftest import NOW, act, make_member, organization_of
from tests.factories import admit, apply, bid, draft_lot, make_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def standing(lot: Lot) -> tuple:
    lot.refresh_from_db()
    return (lot.price, lot.bid_count, lot.leader_id, lot.closes_at, lot.head_hash)


def own(lot: Lot, person) -> Registration:
    return Registration.objects.get(lot=lot, organization=organization_of(person))


def chain_is_whole(lot: Lot) -> bool:
    lot.refresh_from_db()
    entries = [
        (one.entry(lot_code=lot.code, paddle=one.registration.paddle), one.hash)
        for one in Bid.objects.filter(lot=lot).select_related("registration").order_by("number")
    ]
    first = ledger.genesis(lot.code, lot.rules_version, lot.terms())
    return ledger.head(first, entries) == lot.head_hash


# --- Accepted ---------------------------------------------------------------------------


def test_an_accepted_bid_leads(contested, bidder):
    genesis = contested.head_hash
    placed = bid(contested, bidder, "1000.00")
    row = Bid.objects.get()
    assert (placed.bid, placed.replayed) == (row, False)
    assert (row.number, row.amount, row.registration) == (1, 1000, own(contested, bidder))
    assert (row.received_at, row.placed_at) == (NOW, NOW)
    assert row.closes_at == row.closes_at_before == contested.closes_at
    assert (row.by_user, row.by_client) == (bidder, "")
    assert row.previous_hash == genesis
    assert standing(contested) == (1000, 1, row.registration_id, contested.closes_at, row.hash)
    assert contested.last_bid_at == NOW


def test_what_a_bid_tells_says_how_much_and_not_who(contested, bidder):
    bid(contested, bidder, "1000.00")
    told = Event.objects.get(kind="lot.bid_placed")
    assert told.topic == f"lot:{contested.pk}"
    assert told.payload == {
        "lot": contested.pk,
        "number": 1,
        "amount": "1000.00",
        "paddle": own(contested, bidder).paddle,
        "bid_kind": "raise",
        "minimum": "1050.00",
        "closes_at": contested.closes_at.isoformat(),
    }
    assert (told.actor_user, told.at) == (bidder, NOW)


def test_bids_in_turn_make_one_unbroken_chain(contested, bidder, rival, clock):
    for number, (person, amount) in enumerate(
        [(bidder, "1000.00"), (rival, "1050.00"), (bidder, "2000.00"), (rival, "2050.00")], 1
    ):
        clock.advance(seconds=30)
        assert bid(contested, person, amount).bid.number == number
    assert contested.bids.count() == 4
    assert chain_is_whole(contested)
    assert contested.price == Decimal("2050.00")


def test_two_bids_of_one_instant_still_follow_each_other(contested, bidder, rival):
    first = bid(contested, bidder, "1000.00").bid
    second = bid(contested, rival, "1050.00").bid
    assert second.placed_at == first.placed_at + timedelta(microseconds=1)


def test_a_clock_that_was_set_back_does_not_turn_the_order(contested, bidder, rival, clock):
    first = bid(contested, bidder, "1000.00").bid
    clock.set(NOW - timedelta(seconds=30))
    second = bid(contested, rival, "1050.00").bid
    assert second.placed_at > first.placed_at
    assert chain_is_whole(contested)


def test_a_colleague_bids_under_the_same_paddle_and_does_not_outbid_the_house(contested, bidder):
    bid(contested, bidder, "1000.00")
    colleague = make_member(organization_of(bidder))
    with pytest.raises(AlreadyLeading):
        bid(contested, colleague, "1050.00")


# --- The end moves ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before_the_end", "extends"),
    [(timedelta(seconds=301), False), (timedelta(seconds=300), True), (timedelta(seconds=1), True)],
)
def test_a_bid_in_the_last_minutes_moves_the_end(contested, bidder, clock, before_the_end, extends):
    end = contested.closes_at
    at = clock.instant = end - before_the_end
    row = bid(contested, bidder, "1000.00").bid
    expected = at + timedelta(seconds=300) if extends else end
    assert (row.closes_at_before, row.closes_at) == (end, expected)
    contested.refresh_from_db()
    assert (contested.closes_at, contested.scheduled_close) == (expected, end)
    # At exactly five minutes to go, five minutes from now is the same end.
    moved = expected != end
    assert events_of(f"lot:{contested.pk}").count("lot.extended") == moved
    if moved:
        told = Event.objects.get(kind="lot.extended")
        assert told.payload == {
            "lot": contested.pk,
            "number": 1,
            "closes_at_before": end.isoformat(),
            "closes_at": expected.isoformat(),
        }
    assert chain_is_whole(contested)


def test_the_end_never_moves_past_the_latest_close(seller, bidder, rival, clock):
    end = NOW + timedelta(hours=1)
    lot = make_lot(seller, closes_at=end, latest_close=end + timedelta(minutes=2))
    admit(lot, bidder)
    admit(lot, rival)
    clock.set(end - timedelta(seconds=1))
    bid(lot, bidder, "1000.00")
    lot.refresh_from_db()
    assert lot.closes_at == lot.latest_close
    clock.set(lot.latest_close - timedelta(seconds=1))
    assert bid(lot, rival, "1050.00").bid.closes_at == lot.latest_close
    clock.set(lot.latest_close)
    with pytest.raises(BiddingNotOpen):
        bid(lot, bidder, "1100.00")
    assert events_of(f"lot:{lot.pk}").count("lot.extended") == 1


# --- Refused ----------------------------------------------------------------------------


def refused(lot: Lot, person, amount: str, refusal: type) -> dict:
    """The refusal is made, told, remembered, and changes nothing else."""
    before, events = standing(lot), events_of(f"lot:{lot.pk}")
    with pytest.raises(refusal) as caught:
        bid(lot, person, amount)
    assert standing(lot) == before
    assert events_of(f"lot:{lot.pk}") == events
    kept = RefusedBid.objects.get(code=refusal.code)
    assert (kept.lot, kept.amount, kept.by_user) == (lot, Decimal(amount), person)
    assert (kept.received_at, kept.code) == (kept.refused_at, refusal.code)
    return caught.value.facts


@pytest.mark.parametrize("amount", ["0.01", "950.00", "999.99"])
def test_a_bid_below_the_starting_price_is_told_the_minimum(contested, bidder, amount):
    assert refused(contested, bidder, amount, BidTooLow) == {"minimum": Decimal("1000.00")}


@pytest.mark.parametrize("amount", ["1000.00", "1049.99", "1000.01", "1.00"])
def test_a_bid_below_the_next_step_is_told_the_minimum(contested, bidder, rival, amount):
    bid(contested, bidder, "1000.00")
    assert refused(contested, rival, amount, BidTooLow) == {"minimum": Decimal("1050.00")}


@pytest.mark.parametrize("amount", ["1000.01", "1051.00", "1075.00", "9999999999999999.99"])
def test_a_bid_between_two_steps_is_told_the_step(contested, bidder, amount):
    assert refused(contested, bidder, amount, BidOffStep) == {"step": Decimal("50.00")}


def test_the_leader_does_not_bid_against_itself(contested, bidder):
    bid(contested, bidder, "1000.00")
    refused(contested, bidder, "1050.00", AlreadyLeading)


def test_before_the_opening_nobody_bids(seller, bidder, clock):
    lot = make_lot(seller, **LATER)
    admit(lot, bidder)
    clock.set(lot.opens_at - timedelta(microseconds=1))
    assert refused(lot, bidder, "1000.00", BiddingNotOpen) == {"phase": "upcoming"}
    clock.set(lot.opens_at)
    assert bid(lot, bidder, "1000.00").bid.number == 1


def test_at_the_closing_instant_a_bid_is_refused_though_nothing_has_closed_the_lot(
    contested, bidder, clock
):
    clock.set(contested.closes_at)
    assert refused(contested, bidder, "1000.00", BiddingNotOpen) == {"phase": "over"}
    contested.refresh_from_db()
    assert contested.state == LotState.PUBLISHED
    assert not RefusedBid.objects.get().was_overtaken, "it arrived too late, too"


def test_a_moment_before_the_closing_instant_a_bid_is_accepted(contested, bidder, clock):
    clock.set(contested.closes_at - timedelta(microseconds=1))
    assert bid(contested, bidder, "1000.00").bid.number == 1


@pytest.mark.parametrize("state", [LotState.SUSPENDED, LotState.VOID, LotState.CLOSED])
def test_only_a_lot_on_sale_takes_bids(contested, bidder, state):
    Lot.objects.filter(pk=contested.pk).update(state=state)
    refused(contested, bidder, "1000.00", BiddingNotOpen)


def test_an_organization_that_was_suspended_meanwhile_does_not_bid(contested, bidder):
    organization = organization_of(bidder)
    Organization.objects.filter(pk=organization.pk).update(state=OrganizationState.SUSPENDED)
    facts = refused(contested, bidder, "1000.00", OrganizationNotVerified)
    assert facts["organization"] == organization.pk


def test_the_consignor_does_not_bid_even_with_a_paddle(contested, seller):
    Registration.objects.create(
        lot=contested,
        organization=organization_of(seller),
        state=RegistrationState.ELIGIBLE,
        paddle="999999",
        applied_at=NOW,
        approved_at=NOW,
    )
    refused(contested, seller, "1000.00", ConsignorMayNotBid)


# --- Not a bidder at all ----------------------------------------------------------------


def test_who_did_not_register_does_not_bid(lot, bidder):
    with pytest.raises(NotRegistered) as caught:
        bid(lot, bidder, "1000.00")
    assert caught.value.status == 403
    assert not RefusedBid.objects.exists(), "there is no paddle to remember it under"


def test_who_was_not_admitted_does_not_bid(lot, bidder):
    apply(lot, bidder)
    with pytest.raises(NotRegistered):
        bid(lot, bidder, "1000.00")


def test_who_was_turned_down_does_not_bid(lot, bidder):
    applied = apply(lot, bidder)
    applied.state = RegistrationState.REFUSED
    applied.save()
    with pytest.raises(NotRegistered):
        bid(lot, bidder, "1000.00")


def test_a_lot_the_bidder_may_not_see_is_not_there(seller, bidder):
    for lot in (draft_lot(seller), Lot(pk=2**40)):
        with pytest.raises(NotFound) as caught:
            bid(lot, bidder, "1000.00")
        assert caught.value.facts == {"what": "lot"}


# --- Said twice -------------------------------------------------------------------------


def test_the_same_bid_with_the_same_key_is_answered_with_the_first(contested, bidder):
    key = uuid4()
    first = bid(contested, bidder, "1000.00", key)
    again = bid(contested, bidder, "1000.00", key)
    assert (again.bid, again.replayed) == (first.bid, True)
    assert Bid.objects.count() == 1
    assert events_of(f"lot:{contested.pk}").count("lot.bid_placed") == 1


def test_the_first_answer_stands_after_others_bid_and_after_the_close(
    contested, bidder, rival, clock
):
    key = uuid4()
    first = bid(contested, bidder, "1000.00", key)
    bid(contested, rival, "1050.00")
    assert bid(contested, bidder, "1000.00", key).bid == first.bid
    clock.set(contested.closes_at)
    assert bid(contested, bidder, "1000.00", key).bid == first.bid
    assert closing.close_lot(contested.pk, by=ClosedBy.CLOSER)
    again = bid(contested, bidder, "1000.00", key)
    assert (again.bid, again.replayed) == (first.bid, True)
    assert Bid.objects.count() == 2


@pytest.mark.parametrize("amount", ["1050.00", "1000.50", "900.00"])
def test_another_amount_under_the_same_key_is_a_conflict(contested, bidder, amount):
    key = uuid4()
    bid(contested, bidder, "1000.00", key)
    with pytest.raises(KeyReused):
        bid(contested, bidder, amount, key)
    assert Bid.objects.count() == 1
    assert not RefusedBid.objects.exists()


def test_a_refusal_is_repeated_word_for_word_though_the_bid_would_now_do(seller, bidder, clock):
    lot = make_lot(seller, **LATER)
    admit(lot, bidder)
    key = uuid4()
    with pytest.raises(BiddingNotOpen) as first:
        bid(lot, bidder, "1000.00", key)
    clock.set(lot.opens_at)
    with pytest.raises(BiddingNotOpen) as again:
        bid(lot, bidder, "1000.00", key)
    assert again.value.facts == first.value.facts == {"phase": "upcoming"}
    assert RefusedBid.objects.count() == 1
    assert bid(lot, bidder, "1000.00").bid.number == 1


def test_a_refused_key_is_not_free_for_another_amount(contested, bidder):
    key = uuid4()
    with pytest.raises(BidTooLow):
        bid(contested, bidder, "900.00", key)
    with pytest.raises(KeyReused):
        bid(contested, bidder, "1000.00", key)


def test_a_key_belongs_to_its_paddle_and_its_lot(contested, bidder, rival, seller):
    key = uuid4()
    other = make_lot(seller)
    admit(other, bidder)
    bid(contested, bidder, "1000.00", key)
    assert bid(contested, rival, "1050.00", key).bid.number == 2
    assert bid(other, bidder, "1000.00", key).bid.number == 1


# --- Half-way, and how much it costs ----------------------------------------------------


def test_a_failure_half_way_leaves_nothing_behind(contested, bidder, break_half_way):
    before = standing(contested)
    break_half_way()
    with pytest.raises(HalfWayError):
        bid(contested, bidder, "1000.00")
    assert standing(contested) == before
    assert not Bid.objects.exists()


# Savepoint; the lot's lock and what is known of the bidders; what is written; release. The two
# readings of the clock are the test's here.
BID_STATEMENTS = 4


def test_a_bid_takes_a_fixed_number_of_statements(
    contested, bidder, rival, django_assert_num_queries
):
    attempts = {person: (act(person), organization_of(person).pk) for person in (bidder, rival)}
    for number in range(12):
        actor, organization_id = attempts[rival if number % 2 else bidder]
        with django_assert_num_queries(BID_STATEMENTS):
            bidding.place_bid(
                lot_id=contested.pk,
                actor=actor,
                organization_id=organization_id,
                amount=Decimal(1000 + 50 * number),
                key=uuid4(),
            )


def test_a_withdrawn_lot_takes_no_bids(seller, bidder, operator):
    lot = make_lot(seller, **LATER)
    admit(lot, bidder)
    lots.withdraw_lot(actor=act(operator), lot_id=lot.pk, reason="权属争议")
    with pytest.raises(BiddingNotOpen) as caught:
        bid(lot, bidder, "1000.00")
    assert caught.value.facts == {"phase": "withdrawn"}

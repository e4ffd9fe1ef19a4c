"""A batch of attempts on one lot: decided in their order, in one transaction, each answered."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from auctions.bidding import Attempt, Placed, place_bids, place_bids_on_lots
from auctions.models import Bid, Lot, RefusedBid
from core import money
from core.errors import NotFound, Refusal
from tests.auctions.conftest import HalfWayError, events_of
from tests.auctions.test_bidding import chain_is_whole
from tests.conftest import NOW, act, make_member, make_organization, organization_of
from tests.factories import admit, apply, bid, draft_lot, make_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def attempt(person: Any, amount: str, key: Any = None) -> Attempt:
    return Attempt(
        actor=act(person),
        organization_id=organization_of(person).pk,
        amount=money.parse(amount),
        key=key or uuid4(),
        received_at=NOW,
    )


def told(decision: Placed | Refusal) -> str | int:
    return decision.bid.number if isinstance(decision, Placed) else decision.code


@pytest.fixture
def outsider():
    return make_member(make_organization(), name="outsider")


@pytest.fixture
def applicant(contested):
    person = make_member(make_organization(), name="applicant")
    apply(contested, person)
    return person


def test_a_mixed_batch_is_decided_in_its_order(contested, bidder, rival, outsider, applicant):
    decisions = place_bids(
        contested.pk,
        [
            attempt(bidder, "950.00"),
            attempt(bidder, "1000.00"),
            attempt(rival, "1000.00"),
            attempt(outsider, "1050.00"),
            attempt(rival, "1075.00"),
            attempt(rival, "1050.00"),
            attempt(rival, "1100.00"),
            attempt(applicant, "1100.00"),
            attempt(bidder, "1100.00"),
        ],
    )
    assert [told(decision) for decision in decisions] == [
        "bid_too_low",
        1,
        "bid_too_low",
        "not_registered",
        "bid_off_step",
        2,
        "already_leading",
        "not_registered",
        3,
    ]
    contested.refresh_from_db()
    assert (contested.bid_count, contested.price) == (3, Decimal("1100.00"))
    assert [str(one) for one in Bid.objects.filter(lot=contested)] == ["#1", "#2", "#3"]
    assert RefusedBid.objects.count() == 4
    assert events_of(f"lot:{contested.pk}")[-3:] == ["lot.bid_placed"] * 3
    assert chain_is_whole(contested)


def test_a_key_that_comes_twice_in_a_batch_is_answered_twice_alike(contested, bidder, rival):
    key, low = uuid4(), uuid4()
    decisions = place_bids(
        contested.pk,
        [
            attempt(bidder, "1000.00", key),
            attempt(rival, "1000.00", low),
            attempt(bidder, "1000.00", key),
            attempt(rival, "1000.00", low),
            attempt(bidder, "1100.00", key),
            attempt(rival, "1050.00", low),
        ],
    )
    assert [told(decision) for decision in decisions] == [
        1,
        "bid_too_low",
        1,
        "bid_too_low",
        "idempotency_key_reused",
        "idempotency_key_reused",
    ]
    assert [decisions[0].replayed, decisions[2].replayed] == [False, True]
    assert decisions[1].facts == {"minimum": Decimal("1050.00")}
    assert {name: str(fact) for name, fact in decisions[1].facts.items()} == decisions[3].facts
    assert (Bid.objects.count(), RefusedBid.objects.count()) == (1, 1)


def test_a_batch_takes_as_many_statements_as_one_bid(
    contested, bidder, rival, django_assert_num_queries
):
    attempts = [
        attempt(rival if step % 2 else bidder, f"{1000 + 50 * step}.00") for step in range(20)
    ]
    with django_assert_num_queries(4):
        decisions = place_bids(contested.pk, attempts)
    assert [told(decision) for decision in decisions] == list(range(1, 21))
    assert chain_is_whole(contested)


def test_what_arrived_in_time_and_was_decided_after_the_end_is_refused_and_counted(
    contested, bidder, rival, clock
):
    clock.set(contested.closes_at)
    in_time = attempt(bidder, "1000.00")  # received at NOW, an hour before
    late = replace(attempt(rival, "1000.00"), received_at=contested.closes_at)
    decisions = place_bids(contested.pk, [in_time, late])
    assert [told(decision) for decision in decisions] == ["bidding_not_open"] * 2
    overtaken = dict(RefusedBid.objects.values_list("key", "was_overtaken"))
    assert overtaken == {in_time.key: True, late.key: False}


def test_a_batch_of_refusals_writes_no_bid_and_no_event(contested, bidder, rival):
    events = events_of(f"lot:{contested.pk}")
    decisions = place_bids(
        contested.pk, [attempt(bidder, "1.00"), attempt(rival, "2.00"), attempt(rival, "3.00")]
    )
    assert {told(decision) for decision in decisions} == {"bid_too_low"}
    assert RefusedBid.objects.count() == 3
    assert events_of(f"lot:{contested.pk}") == events


def test_an_empty_batch_changes_nothing(contested):
    assert place_bids(contested.pk, []) == []


def test_a_batch_commits_as_one_or_not_at_all(contested, bidder, rival, break_half_way):
    break_half_way()
    with pytest.raises(HalfWayError):
        place_bids(
            contested.pk,
            [attempt(bidder, "900.00"), attempt(bidder, "1000.00"), attempt(rival, "1050.00")],
        )
    assert not Bid.objects.exists()
    assert not RefusedBid.objects.exists()


def test_in_a_batch_on_a_hidden_lot_each_is_told_what_it_may_know(seller, bidder):
    lot = draft_lot(seller)
    decisions = place_bids(lot.pk, [attempt(bidder, "1000.00"), attempt(seller, "1000.00")])
    assert [told(decision) for decision in decisions] == ["not_found", "not_registered"]


def test_a_batch_on_no_lot_at_all_is_not_found(bidder):
    with pytest.raises(NotFound):
        place_bids(2**40, [attempt(bidder, "1000.00")])


def test_a_bid_from_the_ordinary_door_stands_in_the_same_ledger(contested, bidder, rival):
    bid(contested, bidder, "1000.00")
    place_bids(contested.pk, [attempt(rival, "1050.00")])
    bid(contested, bidder, "1100.00")
    assert Lot.objects.get(pk=contested.pk).bid_count == 3
    assert chain_is_whole(contested)


# --- Several lots -----------------------------------------------------------------------


@pytest.fixture
def second(seller, bidder, rival, clock):
    lot = make_lot(seller)
    for person in (bidder, rival):
        admit(lot, person)
    return lot


def test_batches_on_several_lots_are_decided_each_by_its_own_standing(
    contested, second, bidder, rival, outsider, django_assert_num_queries
):
    key = uuid4()
    asked = {
        contested.pk: [
            attempt(bidder, "1000.00", key),
            attempt(outsider, "1050.00"),
            attempt(rival, "1050.00"),
        ],
        second.pk: [
            attempt(rival, "1000.00"),
            attempt(rival, "1050.00"),
            attempt(bidder, "1000.00", key),
            attempt(bidder, "1050.00", uuid4()),
        ],
    }
    with django_assert_num_queries(4):
        decisions = place_bids_on_lots(asked)
    assert [told(one) for one in decisions[contested.pk]] == [1, "not_registered", 2]
    assert [told(one) for one in decisions[second.pk]] == [1, "already_leading", "bid_too_low", 2]
    for lot, price in ((contested, "1050.00"), (second, "1050.00")):
        lot.refresh_from_db()
        assert (lot.bid_count, lot.price) == (2, Decimal(price))
        assert events_of(f"lot:{lot.pk}")[-2:] == ["lot.bid_placed"] * 2
        assert chain_is_whole(lot)
    again = place_bids_on_lots({second.pk: [attempt(bidder, "1000.00", key)]})
    assert [told(one) for one in again[second.pk]] == ["bid_too_low"]


def test_a_lot_that_is_not_there_is_left_out_of_the_answer(contested, bidder):
    decisions = place_bids_on_lots(
        {contested.pk: [attempt(bidder, "1000.00")], 2**40: [attempt(bidder, "1000.00")]}
    )
    assert {lot_id: [told(one) for one in told_of] for lot_id, told_of in decisions.items()} == {
        contested.pk: [1]
    }


def test_a_repetition_knows_its_paddle_without_another_statement(
    contested, bidder, rival, django_assert_num_queries
):
    key = uuid4()
    place_bids(contested.pk, [attempt(bidder, "1000.00", key)])
    (again,) = place_bids(contested.pk, [attempt(bidder, "1000.00", key)])
    assert again.replayed
    with django_assert_num_queries(0):
        assert again.bid.registration.paddle


def test_a_lot_beyond_all_ids_does_not_exist(bidder):
    with pytest.raises(NotFound):
        place_bids(2**63, [attempt(bidder, "1000.00")])

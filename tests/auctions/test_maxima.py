"""Maxima that are left on a lot: acted on under the lock, and read by nobody else."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.actors import ANONYMOUS
from auctions import closing, maxima
from auctions.bidding import place_bids_on_lots
from auctions.lifecycle import BidSource, ClosedBy
from auctions.models import Bid, ProxyMaximum, Registration
from auctions.record import record_of
from auctions.rules.ascending import TICK, BiddingNotOpen, NotRegistered
from auctions.rules.proxy import MaximumTooLow
from auctions.sealing import seal, unseal
from core.errors import NotFound
from core.models import Event
from tests.auctions.test_bid_batches import attempt, told
from tests.conftest import NOW, act, make_member, make_organization, organization_of
from tests.factories import admit, bid, make_lot
from verify.checks import check

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
CANARY = "7654300.00"


def leave(lot, person, amount):
    return maxima.leave_maximum(
        actor=act(person),
        organization_id=organization_of(person).pk,
        lot_id=lot.pk,
        amount=Decimal(amount),
    )


def ledger(lot) -> list[tuple[str, str, str]]:
    """(who, amount, source) of every bid, oldest first."""
    rows = Bid.objects.filter(lot=lot).select_related("registration__organization")
    return [
        (row.registration.organization.memberships.get().user.username, str(row.amount), row.source)
        for row in rows.order_by("number")
    ]


def test_a_maximum_bids_the_least_that_leads_and_answers_each_rival(contested, bidder, rival):
    leave(contested, bidder, "1320.00")
    bid(contested, rival, "1100.00")
    bid(contested, rival, "1300.00")  # more than a maximum of 1,300 can top
    assert ledger(contested) == [
        ("bidder", "1000.00", BidSource.PROXY),
        ("rival", "1100.00", BidSource.ONLINE),
        ("bidder", "1150.00", BidSource.PROXY),
        ("rival", "1300.00", BidSource.ONLINE),
    ]


def test_of_two_maxima_the_higher_wins_at_one_step_above_the_other(contested, bidder, rival):
    leave(contested, bidder, "2000.00")
    leave(contested, rival, "1500.00")
    assert ledger(contested)[1:] == [
        ("rival", "1500.00", BidSource.PROXY),
        ("bidder", "1550.00", BidSource.PROXY),
    ]
    contested.refresh_from_db()
    assert (contested.price, contested.leader.organization) == (
        Decimal("1550.00"),
        organization_of(bidder),
    )


def test_of_equal_maxima_the_earlier_leads_and_a_raised_one_counts_as_left_anew(
    contested, bidder, rival
):
    leave(contested, bidder, "1200.00")
    leave(contested, rival, "1200.00")
    assert ledger(contested)[-1] == ("bidder", "1200.00", BidSource.PROXY)
    before = ProxyMaximum.objects.count()
    leave(contested, bidder, "1200.00")  # the same again changes nothing
    assert ProxyMaximum.objects.count() == before
    leave(contested, rival, "1400.00")
    assert ledger(contested)[-1] == ("rival", "1250.00", BidSource.PROXY)


def test_a_bid_of_a_maximum_extends_like_any_other(contested, bidder, rival, clock):
    leave(contested, bidder, "5000.00")
    clock.set(contested.closes_at - timedelta(seconds=10))
    bid(contested, rival, "1100.00")
    contested.refresh_from_db()
    answer = Bid.objects.get(lot=contested, number=3)
    assert contested.closes_at == answer.placed_at + timedelta(seconds=300)
    assert answer.placed_at > Bid.objects.get(lot=contested, number=2).placed_at


@pytest.mark.parametrize(("ticks", "decided"), [(1, "bidding_not_open"), (2, 2)])
def test_a_bid_that_leaves_no_time_to_answer_it_is_too_late(
    seller, contested, bidder, rival, clock, ticks, decided
):
    """At a close that nothing moves any more. What comes with it is decided by itself."""
    closes = contested.closes_at
    lot = make_lot(seller, closes_at=closes, latest_close=closes)
    for person in (bidder, rival):
        admit(lot, person)
    leave(lot, bidder, "5000.00")
    before = ledger(lot)
    clock.set(closes - ticks * TICK)
    batches = {lot.pk: [attempt(rival, "1050.00")], contested.pk: [attempt(rival, "1000.00")]}
    decisions = place_bids_on_lots(batches)
    assert {key: [told(one) for one in line] for key, line in decisions.items()} == {
        lot.pk: [decided],
        contested.pk: [1],
    }
    lot.refresh_from_db()
    assert lot.leader.organization_id == organization_of(bidder).pk
    assert (ledger(lot) == before) == (decided == "bidding_not_open")
    assert lot.last_bid_at < lot.closes_at == closes


def test_a_maximum_left_before_the_opening_is_acted_on_when_it_opens(seller, bidder, rival, clock):
    lot = make_lot(seller, opens_at=NOW + timedelta(hours=1), closes_at=NOW + timedelta(hours=2))
    admit(lot, bidder)
    admit(lot, rival)
    leave(lot, bidder, "1400.00")
    leave(lot, rival, "1300.00")
    assert maxima.act_for_opened_lots() == []
    assert ledger(lot) == []
    clock.set(lot.opens_at)
    assert maxima.act_for_opened_lots() == [lot.pk]
    assert [amount for _, amount, _ in ledger(lot)] == ["1300.00", "1350.00"]
    assert maxima.act_for_opened_lots() == []


def test_a_maximum_that_was_taken_back_bids_no_more_and_its_bids_stand(contested, bidder, rival):
    leave(contested, bidder, "5000.00")
    maxima.withdraw_maximum(
        actor=act(bidder), organization_id=organization_of(bidder).pk, lot_id=contested.pk
    )
    bid(contested, rival, "1050.00")
    assert [who for who, _, _ in ledger(contested)] == ["bidder", "rival"]
    with pytest.raises(NotFound):
        maxima.own_maximum(
            actor=act(bidder), organization_id=organization_of(bidder).pk, lot_id=contested.pk
        )


def test_nothing_is_bid_for_who_may_not_bid_any_more(contested, bidder, rival):
    leave(contested, bidder, "5000.00")
    organization = organization_of(bidder)
    organization.state = "suspended"
    organization.save(update_fields=["state"])
    bid(contested, rival, "1050.00")
    assert ledger(contested)[-1][0] == "rival"


def test_a_maximum_needs_a_registration_time_and_a_legal_amount(contested, bidder, clock):
    with pytest.raises(NotRegistered):
        leave(contested, make_member(make_organization(), name="nobody"), "5000.00")
    with pytest.raises(MaximumTooLow):
        leave(contested, bidder, "999.99")
    clock.set(contested.closes_at)
    with pytest.raises(BiddingNotOpen):
        leave(contested, bidder, "5000.00")
    assert not ProxyMaximum.objects.exists()


def test_the_bidder_alone_reads_its_maximum_over_http(contested, bidder, rival, operator, api):
    url = f"/api/v1/lots/{contested.pk}/maximum"
    answer = api(bidder).put(url, {"amount": CANARY}, format="json")
    paddle = Registration.objects.get(lot=contested, organization=organization_of(bidder)).paddle
    assert answer.status_code == 200
    assert answer.json() == {
        "lot": contested.pk,
        "paddle": paddle,
        "amount": CANARY,
        "left_at": "2026-03-02T01:00:00Z",
    }
    assert api(bidder).get(url).json() == answer.json()
    for other in (rival, operator):
        assert api(other).get(url).status_code == 404
    assert api(rival).put(url, {"amount": "950.00"}, format="json").json()["code"] == (
        "maximum_too_low"
    )
    assert api(bidder).put(url, {"amount": "1e9"}, format="json").status_code == 400
    assert api(bidder).delete(url).status_code == 204
    assert api(bidder).get(url).status_code == 404


def test_no_row_event_or_page_tells_a_maximum(contested, bidder, rival, operator, api, clock):
    leave(contested, bidder, CANARY)
    bid(contested, rival, "1050.00")
    assert CANARY not in str(list(ProxyMaximum.objects.values()))
    assert not [one for one in Event.objects.all() if CANARY[:7] in str(one.payload)]
    for person in (rival, operator):
        for path in ("", "/bids", "/registrations"):
            text = api(person).get(f"/api/v1/lots/{contested.pk}{path}").content.decode()
            assert CANARY not in text
    clock.set(contested.closes_at + timedelta(hours=1))
    assert closing.close_lot(contested.pk, by=ClosedBy.CLOSER)
    assert CANARY not in api(operator).get(f"/api/v1/lots/{contested.pk}").content.decode()


def test_the_record_of_a_lot_with_maxima_is_recomputed_by_the_verifier(
    contested, bidder, rival, clock
):
    leave(contested, bidder, "1200.00")
    leave(contested, rival, "1200.00")  # the leader meets its equal
    bid(contested, rival, "1300.00")
    clock.set(contested.closes_at)
    assert closing.close_lot(contested.pk, by=ClosedBy.CLOSER)
    record = check(record_of(lot_id=contested.pk, actor=ANONYMOUS).content.encode())
    assert [one["source"] for one in record["bids"]] == ["proxy", "proxy", "online"]
    assert record["result"]["price"] == "1300.00"


def test_a_sealed_amount_opens_again_and_never_looks_the_same(settings):
    first, second = seal(Decimal("1000.00")), seal(Decimal("1000.00"))
    assert first != second
    assert len(first) == len(second) == len(seal(Decimal("9999999999999999.99")))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-one"
    assert unseal(first) == Decimal("1000.00")

"""Closing: what it writes, once, and what it leaves alone."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from auctions import closing, deposits
from auctions.lifecycle import ClosedBy, DepositKind, LotState, Outcome, RegistrationState
from auctions.models import DepositMovement, Lot, LotResult, Registration
from auctions.rules.ascending import Phase
from core.models import Event
from marketplace.lifecycle import AchievementState
from marketplace.models import Deal
from tests.auctions.conftest import HalfWayError, events_of, last_event
from tests.conftest import NOW, act, make_member, make_organization, organization_of
from tests.factories import admit, apply, bid, make_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def own(lot: Lot, person: Any) -> Registration:
    return Registration.objects.get(lot=lot, organization=organization_of(person))


def close(lot: Lot, by: ClosedBy = ClosedBy.CLOSER) -> bool:
    return closing.close_lot(lot.pk, by=by)


@pytest.fixture
def sold(contested, bidder, rival, clock) -> Lot:
    """Closed: `rival` bought for 1,050, `bidder` lost, and somebody was still applying."""
    bid(contested, bidder, "1000.00")
    bid(contested, rival, "1050.00")
    applicant = apply(contested, make_member(make_organization(), name="applicant"))
    deposits.record_deposit(
        actor=act(make_member(make_organization("exchange"))),
        registration_id=applicant.pk,
        amount=Decimal("40.00"),
        reference="bank-9",
    )
    clock.set(contested.closes_at + timedelta(seconds=2))
    assert close(contested)
    contested.refresh_from_db()
    return contested


def test_a_sale_writes_the_result(sold, rival):
    result = sold.result
    assert (result.outcome, result.price) == (Outcome.SOLD, Decimal("1050.00"))
    assert result.winning_bid == sold.bids.get(number=2)
    assert (result.closes_at, result.closed_at) == (
        sold.closes_at,
        sold.closes_at + timedelta(seconds=2),
    )
    assert (result.closed_by, result.bid_count) == (ClosedBy.CLOSER, 2)
    assert (result.head_hash, result.rules_version) == (sold.head_hash, sold.rules_version)
    assert sold.state == LotState.CLOSED
    assert sold.phase_at(NOW) is Phase.SOLD
    assert str(result) == f"{sold.code} 已成交"


def test_a_sale_forms_the_deal(sold, seller, rival):
    deal = Deal.objects.get()
    assert sold.deal == deal
    assert (deal.seller, deal.buyer) == (organization_of(seller), organization_of(rival))
    assert (deal.price, deal.formed_at) == (Decimal("1050.00"), sold.result.closed_at)
    assert (deal.method, deal.channel, deal.achievement) == (
        "bidding",
        "online_365",
        sold.achievement,
    )
    assert sold.achievement.state == AchievementState.RESERVED, "sold, and not back on the list"


def test_a_sale_settles_every_deposit(sold, bidder, rival):
    winner, loser = own(sold, rival), own(sold, bidder)
    applicant = Registration.objects.get(organization__memberships__user__username="applicant")
    assert (winner.state, loser.state, applicant.state) == (
        RegistrationState.ELIGIBLE,
        RegistrationState.RELEASED,
        RegistrationState.REFUSED,
    )
    last = {row.registration_id: row for row in DepositMovement.objects.order_by("id")}
    due = sold.result.closed_at + timedelta(hours=24)
    assert (last[winner.pk].kind, last[winner.pk].due_at) == (DepositKind.CREDITED, None)
    for registration, amount in ((loser, "100.00"), (applicant, "40.00")):
        row = last[registration.pk]
        assert (row.kind, row.amount, row.due_at) == (DepositKind.RELEASED, Decimal(amount), due)
        assert events_of(f"registration:{registration.pk}")[-1] == "deposit.released"
    assert events_of(f"registration:{winner.pk}")[-1] == "deposit.credited"
    assert all(deposits.held(one) == 0 for one in Registration.objects.all())


def test_a_sale_is_told_once_and_names_the_paddle_only(sold, rival):
    kinds = events_of(f"lot:{sold.pk}")
    assert kinds.count("lot.sold") == 1
    told = last_event(f"lot:{sold.pk}")
    assert (told.kind, told.at, told.actor_user) == ("lot.sold", sold.result.closed_at, None)
    assert told.payload == {
        "lot": sold.pk,
        "price": "1050.00",
        "paddle": own(sold, rival).paddle,
        "bid_count": 2,
        "closes_at": sold.closes_at.isoformat(),
    }
    assert Event.objects.filter(kind="deal.formed").count() == 1


def everything() -> list:
    tables = (Lot, LotResult, Deal, DepositMovement, Registration, Event)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_closing_twice_does_nothing(sold, clock):
    before = everything()
    clock.advance(hours=1)
    assert not close(sold)
    assert everything() == before
    assert sold.pk not in closing.close_due_lots(by=ClosedBy.CELERY)


def test_closing_early_does_nothing(contested, bidder, clock):
    bid(contested, bidder, "1000.00")
    before = everything()
    clock.set(contested.closes_at - timedelta(microseconds=1))
    assert not close(contested)
    assert everything() == before


def test_at_its_end_to_the_microsecond_a_lot_is_closed(contested, clock):
    clock.set(contested.closes_at)
    assert close(contested)


def test_a_lot_that_was_extended_is_not_closed_at_its_old_end(contested, bidder, clock):
    end = contested.closes_at
    clock.set(end - timedelta(seconds=10))
    bid(contested, bidder, "1000.00")
    clock.set(end)
    assert not close(contested)
    clock.set(end - timedelta(seconds=10) + timedelta(seconds=300))
    assert close(contested)
    assert LotResult.objects.get().closes_at == end + timedelta(seconds=290)


@pytest.mark.parametrize(
    "state", [state for state in LotState if state not in (LotState.PUBLISHED, LotState.CLOSED)]
)
def test_only_a_lot_on_sale_is_closed(lot_in, clock, state):
    lot = lot_in(state)
    clock.set(lot.closes_at + timedelta(days=1))
    assert not close(lot)
    lot.refresh_from_db()
    assert lot.state == state


def test_without_a_bid_the_achievement_goes_back_to_the_list(lot, bidder, clock):
    registration = admit(lot, bidder)
    clock.set(lot.closes_at)
    assert close(lot, by=ClosedBy.CELERY)
    lot.refresh_from_db()
    registration.refresh_from_db()
    result = lot.result
    assert (result.outcome, result.winning_bid, result.price) == (Outcome.NO_BIDS, None, None)
    assert (lot.state, lot.deal) == (LotState.CLOSED, None)
    assert lot.achievement.state == AchievementState.PUBLISHED
    assert registration.state == RegistrationState.RELEASED
    assert lot.phase_at(NOW) is Phase.UNSOLD
    told = last_event(f"lot:{lot.pk}")
    assert told.kind == "lot.unsold"
    assert told.payload == {
        "lot": lot.pk,
        "outcome": "no_bids",
        "closes_at": lot.closes_at.isoformat(),
    }
    assert not Deal.objects.exists()


def test_an_achievement_that_was_not_sold_may_be_offered_again(lot, seller, clock):
    clock.set(lot.closes_at)
    close(lot)
    again = make_lot(seller, achievement=lot.achievement)
    assert again.state == LotState.PUBLISHED


def test_a_winner_without_a_deposit_is_credited_nothing(seller, bidder, clock):
    lot = make_lot(seller, deposit_amount=Decimal("0.00"))
    admit(lot, bidder)
    bid(lot, bidder, "1000.00")
    clock.set(lot.closes_at)
    assert close(lot)
    assert not DepositMovement.objects.filter(registration__lot=lot).exists()
    assert Deal.objects.get().buyer == organization_of(bidder)


def test_one_bidder_suffices(lot, bidder, clock):
    admit(lot, bidder)
    bid(lot, bidder, "1000.00")
    clock.set(lot.closes_at)
    assert close(lot)
    assert LotResult.objects.get().outcome == Outcome.SOLD


def test_a_failure_half_way_leaves_everything_as_it_was(contested, bidder, clock, break_half_way):
    bid(contested, bidder, "1000.00")
    clock.set(contested.closes_at)
    before = everything()
    break_half_way()
    with pytest.raises(HalfWayError):
        close(contested)
    assert everything() == before


def test_a_suspended_buyer_is_still_bound(contested, bidder, clock):
    bid(contested, bidder, "1000.00")
    organization = organization_of(bidder)
    organization.state = "suspended"
    organization.save()
    clock.set(contested.closes_at)
    assert close(contested)
    assert Deal.objects.get().buyer == organization

"""Who hears of deposits that go back late, are kept, or are argued about."""

from decimal import Decimal

import pytest

from accounts.models import User
from auctions import deposits, forfeitures, refunds
from auctions.closing import close_lot
from auctions.lifecycle import ClosedBy, LotState
from auctions.models import DepositMovement, Forfeiture, Lot, Registration
from core.models import Event
from notifications.audience import AUDIENCES
from notifications.fanout import fan_out
from notifications.messages import message_for
from notifications.models import Notice
from tests.conftest import act, make_member, organization_of
from tests.factories import admit, bid, make_lot


@pytest.fixture
def second(operator) -> User:
    return make_member(organization_of(operator), name="second")


@pytest.fixture
def ended(seller, bidder, rival, cadre, clock) -> Lot:
    """The bidder bought, the rival's deposit is to be paid back."""
    lot = make_lot(seller)
    admit(lot, bidder)
    admit(lot, rival)
    bid(lot, bidder, "1000.00")
    clock.set(lot.closes_at)
    assert close_lot(lot.pk, by=ClosedBy.CLOSER)
    return lot


def told(kind: str) -> set[str]:
    """The names of those of the cast who got a notice of this kind."""
    fan_out()
    notices = Notice.objects.filter(event__kind=kind)
    names = set(notices.values_list("recipient__username", flat=True))
    return {name for name in names if not name.startswith("person")}


def won_by_default(lot: Lot, operator: User, second: User) -> None:
    """The buyer's deposit: kept after a rejected proposal, but for ten."""
    Lot.objects.filter(pk=lot.pk).update(state=LotState.DEFAULTED)
    for decide in (_reject, _approve):
        proposed = forfeitures.propose_forfeiture(
            actor=act(operator),
            registration_id=lot.leader_id,
            amount=Decimal("90.00"),
            grounds="default",
            reason="逾期未付款",
        )
        decide(proposed, second)


def _reject(forfeiture: Forfeiture, by: User) -> None:
    forfeitures.reject_forfeiture(actor=act(by), forfeiture_id=forfeiture.pk, reason="材料不全")


def _approve(forfeiture: Forfeiture, by: User) -> None:
    forfeitures.approve_forfeiture(actor=act(by), forfeiture_id=forfeiture.pk)


def test_a_late_refund_is_told_to_the_exchange_and_the_office_without_a_name(
    ended, operator, second, cadre, rival, clock
):
    clock.advance(hours=24)
    refunds.raise_overdue_alarms()

    assert told("deposit.refund_overdue") == {"operator", "second", "cadre"}
    message = message_for(Event.objects.get(kind="deposit.refund_overdue"), cadre)
    assert "¥100.00" in message.text
    assert "2026-03-03 10:00:00" in message.text
    assert organization_of(rival).name not in message.title + message.text


def test_a_refund_is_told_to_whoever_gets_it_with_its_reference(ended, operator, rival, clock):
    promise = DepositMovement.objects.get(kind="released")
    refunds.record_refund(actor=act(operator), movement_id=promise.pk, reference="HX-0301")

    assert told("deposit.refunded") == {"rival"}
    assert "HX-0301" in message_for(Event.objects.get(kind="deposit.refunded"), rival).text


def test_a_forfeiture_is_told_to_the_second_person_and_its_end_to_the_bidder(
    ended, operator, second, bidder, rival, clock
):
    ended.refresh_from_db()
    won_by_default(ended, operator, second)

    assert told("forfeiture.proposed") == {"second"}
    assert told("forfeiture.rejected") == told("forfeiture.approved") == {"operator"}
    assert told("deposit.forfeited") == {"bidder"}
    kept = message_for(Event.objects.get(kind="deposit.forfeited"), bidder)
    assert "逾期未付款" in kept.text
    rejected = message_for(Event.objects.get(kind="forfeiture.rejected"), operator)
    assert "材料不全" in rejected.text


def test_the_systems_of_bidder_and_exchange_hear_of_movements_the_exchange_of_proposals(
    ended, operator, second, bidder, rival, clock
):
    ended.refresh_from_db()
    won_by_default(ended, operator, second)
    exchange, buyer = organization_of(operator).pk, organization_of(bidder).pk

    for kind, hears in (
        ("deposit.reversed", {exchange, buyer}),
        ("deposit.forfeited", {exchange, buyer}),
        ("forfeiture.proposed", {exchange}),
        ("forfeiture.approved", {exchange}),
    ):
        event = Event.objects.filter(kind=kind).first()
        subscribers = AUDIENCES[kind].subscribers(event)
        assert hears <= subscribers, kind
        assert not subscribers & {organization_of(rival).pk, ended.consignor_id}, kind
        assert buyer in hears or buyer not in subscribers


def test_events_of_deposits_carry_the_payload_that_the_table_promises(
    ended, operator, second, rival, clock
):
    ended.refresh_from_db()
    won_by_default(ended, operator, second)
    other = Registration.objects.get(lot=ended, organization=organization_of(rival))
    clock.advance(hours=24)
    refunds.raise_overdue_alarms()
    promise = other.deposit_movements.get(kind="released")
    refunds.record_refund(actor=act(operator), movement_id=promise.pk, reference="out-1")

    recorded = {event.kind: set(event.payload) for event in Event.objects.order_by("id")}

    assert recorded == {kind: set(AUDIENCES[kind].payload) for kind in recorded}
    assert {kind for kind in AUDIENCES if kind.startswith(("deposit.", "forfeiture."))} <= set(
        recorded
    )
    assert deposits.held(other) == 0

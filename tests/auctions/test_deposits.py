"""The deposit ledger: every movement a row, and what is held the sum of them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from auctions import deposits
from auctions.deposits import DepositNotExpected, ReferenceUsed
from auctions.lifecycle import DepositKind, RegistrationState
from auctions.models import DepositMovement, Registration
from auctions.policies import add_policy
from auctions.queries import policy_for_drafting
from auctions.registration import refuse_registration
from auctions.rules.deposits import Movement
from core import money
from core.db import transaction
from core.errors import NotFound, PermissionDenied
from tests.auctions.conftest import HalfWayError, events_of, last_event
from tests.conftest import NOW, act
from tests.factories import apply, make_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

S = RegistrationState


@pytest.fixture
def applied(lot, bidder) -> Registration:
    """Owes 100."""
    return apply(lot, bidder)


def deposit_movements_of(registration: Registration):
    return registration.deposit_movements.order_by("id")


def pay(registration: Registration, operator: Any, amount: str, reference: str = "bank-1"):
    return deposits.record_deposit(
        actor=act(operator),
        registration_id=registration.pk,
        amount=money.parse(amount),
        reference=reference,
    )


def test_a_deposit_that_arrived_qualifies(applied, operator):
    movement = pay(applied, operator, "100.00")
    assert (movement.kind, movement.amount) == (DepositKind.HELD, Decimal("100.00"))
    assert (movement.reference, movement.at, movement.due_at) == ("bank-1", NOW, None)
    assert movement.by_user == operator
    applied.refresh_from_db()
    assert applied.state == S.QUALIFIED
    assert events_of(f"registration:{applied.pk}") == ["registration.requested", "deposit.held"]
    assert last_event(f"registration:{applied.pk}").payload == {
        "registration": applied.pk,
        "lot": applied.lot_id,
        "movement": movement.pk,
        "amount": "100.00",
    }


@pytest.mark.parametrize("amount", ["100.01", "5000.00"])
def test_more_than_was_asked_qualifies_too_and_is_all_held(applied, operator, amount):
    pay(applied, operator, amount)
    applied.refresh_from_db()
    assert applied.state == S.QUALIFIED
    assert deposits.held(applied) == Decimal(amount)


def test_a_part_of_the_deposit_does_not_qualify_and_the_rest_does(applied, operator):
    pay(applied, operator, "99.99")
    applied.refresh_from_db()
    assert applied.state == S.APPLIED
    pay(applied, operator, "0.01", reference="bank-2")
    applied.refresh_from_db()
    assert applied.state == S.QUALIFIED
    assert deposits.held(applied) == Decimal("100.00")
    assert [one.kind for one in deposit_movements_of(applied)] == ["required", "held", "held"]


def test_a_bank_reference_is_recorded_once(applied, operator):
    pay(applied, operator, "50.00")
    with pytest.raises(ReferenceUsed) as refused:
        pay(applied, operator, "50.00")
    assert refused.value.facts == {"reference": "bank-1"}
    assert deposits.held(applied) == Decimal("50.00")


def test_the_same_reference_may_pay_for_another_registration(lot, applied, rival, operator):
    other = apply(lot, rival)
    pay(applied, operator, "100.00")
    pay(other, operator, "100.00")
    assert deposits.held(other) == Decimal("100.00")


@pytest.mark.parametrize("state", [S.REFUSED, S.ELIGIBLE, S.RELEASED, S.FORFEITED])
def test_a_registration_that_ended_or_is_admitted_takes_no_deposit(applied, operator, state):
    was_admitted = state != S.REFUSED
    Registration.objects.update(
        state=state,
        paddle="172" if was_admitted else "",
        approved_at=NOW if was_admitted else None,
    )
    with pytest.raises(DepositNotExpected) as refused:
        pay(applied, operator, "100.00")
    assert refused.value.facts == {"state": state}
    assert deposits.held(applied) == 0


def test_only_the_exchange_records_a_deposit(applied, bidder, rival, seller, cadre, operator):
    with pytest.raises(PermissionDenied):
        pay(applied, bidder, "100.00")
    for person in (rival, seller, cadre):
        with pytest.raises(NotFound):
            pay(applied, person, "100.00")
    with pytest.raises(NotFound):
        pay(Registration(pk=2**40), operator, "100.00")


def test_a_failure_half_way_leaves_nothing_recorded(applied, operator, break_half_way):
    break_half_way()
    with pytest.raises(HalfWayError):
        pay(applied, operator, "100.00")
    applied.refresh_from_db()
    assert applied.state == S.APPLIED
    assert deposits.held(applied) == 0


def test_held_is_what_came_less_what_went(applied, operator):
    pay(applied, operator, "100.00")
    pay(applied, operator, "20.00", reference="bank-2")
    for kind, amount in [("released", "30.00"), ("credited", "70.00"), ("reversed", "4.50")]:
        DepositMovement.objects.create(
            registration=applied,
            kind=kind,
            amount=Decimal(amount),
            at=NOW,
            due_at=NOW if kind == "released" else None,
        )
    assert deposits.held(applied) == Decimal("24.50")
    assert str(deposit_movements_of(applied)[3]) == "退还 ¥30.00"


def test_a_step_needs_the_transaction_of_an_action(applied):
    for step in (
        lambda: deposits.settle_all([applied], buyer_ids=[applied.pk], at=NOW),
        lambda: deposits.end_without_purchase(applied, at=NOW),
        lambda: deposits.give_back(applied, at=NOW),
        lambda: deposits.move(applied, Movement(DepositKind.HELD, Decimal(1)), at=NOW),
        lambda: deposits.require_deposit(applied, amount=Decimal(1), at=NOW),
    ):
        with pytest.raises(RuntimeError):
            step()


def test_nothing_is_paid_back_where_nothing_was_paid(applied):
    with transaction():
        deposits.end_without_purchase(applied, at=NOW)
        deposits.end_without_purchase(applied, at=NOW)
    assert applied.state == S.REFUSED
    assert [one.kind for one in deposit_movements_of(applied)] == ["required"]


def test_nothing_is_credited_where_nothing_was_paid(seller, bidder):
    lot = make_lot(seller, deposit_amount=Decimal("0.00"))
    applied = apply(lot, bidder)
    with transaction():
        deposits.settle_all([applied], buyer_ids=[applied.pk], at=NOW)
    assert not DepositMovement.objects.exists()


def test_a_deposit_goes_back_to_whoever_is_turned_down(applied, operator):
    pay(applied, operator, "100.00")
    refuse_registration(actor=act(operator), registration_id=applied.pk, reason="资质不符")
    released = deposit_movements_of(applied).last()
    assert (released.kind, released.amount) == (DepositKind.RELEASED, Decimal("100.00"))
    assert released.due_at == NOW + timedelta(hours=24)
    assert deposits.held(applied) == 0
    assert events_of(f"registration:{applied.pk}")[-2:] == [
        "deposit.released",
        "registration.refused",
    ]


def test_a_policy_may_promise_it_sooner(seller, bidder, operator):
    with transaction():
        terms = replace(policy_for_drafting(None).terms(), deposit_refund_hours=6)
        policy = add_policy(terms, title="六小时退还", at=NOW)
    lot = make_lot(seller, policy=policy.pk)
    applied = apply(lot, bidder)
    pay(applied, operator, "100.00")
    refuse_registration(actor=act(operator), registration_id=applied.pk, reason="资质不符")
    assert deposit_movements_of(applied).last().due_at == NOW + timedelta(hours=6)
